package overlay

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Adoption is what people changed by hand in published files of a tenant, as patches of objects. It begins with
// [Adopt]; [Adoption.Patches] say it, and [Adoption.Prove] shows that they do.
type Adoption struct {
	tenant string
	before *Tree
	edits  []handEdit // sorted by environment and object
}

// handEdit is what the hand did to one object of an environment.
type handEdit struct {
	env     string
	object  manifest.Object // as it was published
	ops     []any
	adopted bool // the render has it so already
}

// AdoptedPatch is a file below the patches folder of a tenant's overrides.
type AdoptedPatch struct {
	// Place is the environment, or "all".
	Place string
	// Name says what it patches: rollout-web.
	Name    string
	Content []byte
}

// Adopt finds what the hand edits of published files do to the objects of each environment. Published are the files
// of the tenant as tenantsmith wrote them, edited those that differ now (nil for a file that is gone); tree is what
// the tenant renders today. Problems are edits that no patch of an object can say.
func Adopt(tenant string, published, edited map[string][]byte, tree *Tree) (*Adoption, []manifest.Problem) {
	a := &Adoption{tenant: tenant, before: tree}
	if problems := unsayable(edited); len(problems) > 0 {
		return nil, named(tenant, problems...)
	}
	now := maps.Clone(published)
	maps.Copy(now, edited)
	var problems []manifest.Problem
	for _, place := range places(tenant, published) {
		if slices.ContainsFunc(slices.Collect(maps.Keys(edited)), place.holds) {
			problems = append(problems, a.compare(place, published, now)...)
		}
	}
	slices.SortFunc(a.edits, func(x, y handEdit) int {
		return cmp.Or(strings.Compare(x.env, y.env), strings.Compare(x.object.Key().String(), y.object.Key().String()))
	})
	return a, manifest.SortProblems(named(tenant, problems...))
}

// unsayable finds edits that are no change of an object, and files that nobody should have to read.
func unsayable(edited map[string][]byte) []manifest.Problem {
	var problems []manifest.Problem
	tell := func(file, message string) {
		problems = append(problems, cannot(file, message))
	}
	for _, file := range slices.Sorted(maps.Keys(edited)) {
		switch data := edited[file]; {
		case data == nil:
			tell(file, "was removed by hand, which no patch can say")
		case path.Base(file) == kustomizationFile:
			tell(file, "was changed by hand, and no patch can say what a kustomization does")
		default:
			docs, found := manifest.Parse(file, data, manifest.ManifestLimits)
			if len(found) > 0 {
				tell(file, "was changed by hand and cannot be read: "+found[0].Message)
			} else if len(docs) != 1 {
				tell(file, fmt.Sprintf("was changed by hand and holds %d documents instead of one", len(docs)))
			}
		}
	}
	return problems
}

func cannot(file, message string) manifest.Problem {
	return manifest.Problem{
		Check: "output", Severity: manifest.Error, Position: manifest.Position{File: file}, Message: message,
		Remedy: "say it in the tenant's file or under overrides/, then publish with --overwrite",
	}
}

// place is one overlay of a tenant: the objects of an owner in an environment.
type place struct{ dir, base, env string }

// places are the overlays that files make, sorted.
func places(tenant string, files map[string][]byte) []place {
	found := map[place]bool{}
	for file := range files {
		parts := strings.Split(file, "/")
		if len(parts) > 5 && parts[1] == tenant && parts[3] == "overlays" {
			found[place{path.Join(parts[:5]...), path.Join(path.Join(parts[:3]...), "base"), parts[4]}] = true
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b place) int { return strings.Compare(a.dir, b.dir) })
}

// holds reports whether the overlay is built from the file.
func (p place) holds(file string) bool {
	return strings.HasPrefix(file, p.dir+"/") || strings.HasPrefix(file, p.base+"/")
}

// build has kustomize build the overlay from the files, which come from another repository: what is more than our
// reader takes never reaches kustomize, nor does a kustomization of another shape than ours.
func (p place) build(files map[string][]byte) (map[manifest.Key]map[string]any, error) {
	part := map[string][]byte{}
	for file, data := range files {
		if !p.holds(file) {
			continue
		}
		if _, problems := manifest.Parse(file, data, manifest.ManifestLimits); len(problems) > 0 {
			return nil, fmt.Errorf("%s: %s", file, problems[0].Message)
		}
		part[file] = data
	}
	trees, err := kustomize(part, p.dir)
	out := make(map[manifest.Key]map[string]any, len(trees))
	for _, tree := range trees {
		out[manifest.Object{Tree: tree}.Key()] = tree
	}
	return out, err
}

// compare adds what the hand did to the objects of one overlay.
func (a *Adoption) compare(p place, published, now map[string][]byte) []manifest.Problem {
	was, err := p.build(published)
	if err != nil {
		return []manifest.Problem{cannot(p.dir, "cannot be built as it was published: "+reason(err))}
	}
	is, err := p.build(now)
	if err != nil {
		return []manifest.Problem{cannot(p.dir, "cannot be built with what was changed by hand: "+reason(err))}
	}
	rendered, _ := a.before.Build(p.env)
	var problems []manifest.Problem
	for key, tree := range was {
		edited, there := is[key]
		switch {
		case !there || edited["apiVersion"] != tree["apiVersion"]:
			problems = append(problems, cannot(p.dir, fmt.Sprintf("the hand edit takes %s away, or makes another object of it, which no patch can say", key)))
		case !equal(tree, edited):
			i := slices.IndexFunc(rendered, func(b Built) bool { return b.Key() == key })
			adopted := i >= 0 && equal(rendered[i].Tree, edited)
			a.edits = append(a.edits, handEdit{p.env, manifest.Object{Tree: tree}, diff(tree, edited), adopted})
		}
	}
	for key := range is {
		if was[key] == nil {
			problems = append(problems, cannot(p.dir, fmt.Sprintf("the hand edit adds %s, which no patch can say: it belongs under overrides/%s/resources/%s", key, a.tenant, p.env)))
		}
	}
	return problems
}

// Patches say the hand edits: one for each object, for all environments where it is the same in each of the tenant's,
// unless they are to be apart. There are none where the tenant renders so already.
func (a *Adoption) Patches(apart bool) []AdoptedPatch {
	content := map[string]AdoptedPatch{} // by what it says
	in := map[string][]string{}          // its environments
	var order []string
	for _, e := range a.edits {
		if e.adopted {
			continue
		}
		p := AdoptedPatch{Name: fileStem(e.object), Content: e.patch(a.namespace(e.env))}
		key := string(p.Content)
		if content[key] = p; in[key] == nil {
			order = append(order, key)
		}
		in[key] = append(in[key], e.env)
	}
	var out []AdoptedPatch
	for _, key := range order {
		p, envs := content[key], in[key]
		if !apart && len(envs) > 1 && len(envs) == len(a.before.envs) {
			envs = []string{"all"}
		}
		for _, env := range envs {
			p.Place = env
			out = append(out, p)
		}
	}
	return out
}

func (a *Adoption) namespace(env string) string {
	if e := a.before.environment(env); e != nil {
		return e.namespace
	}
	return ""
}

// fileStem is a name of a file for what is about an object: rollout-web.
func fileStem(o manifest.Object) string {
	stem := clean(strings.ToLower(o.Kind()) + "-" + o.Name())
	return stem[:min(len(stem), 100)]
}

// PatchOf is the patch that makes another object of one, below a comment of whole lines; nil where nothing is to be
// changed. It says no namespace, so that it reaches the tenant's.
func PatchOf(from manifest.Object, to map[string]any, comment string) []byte {
	e := handEdit{object: from, ops: diff(from.Tree, to)}
	if len(e.ops) == 0 {
		return nil
	}
	return e.commented(comment, from.Namespace())
}

// patch writes the operations with their target. The namespace is said where it is not that of the tenant.
func (e *handEdit) patch(namespace string) []byte {
	return e.commented("# Changed by hand in the GitOps repository, and adopted from there.\n", namespace)
}

func (e *handEdit) commented(comment, namespace string) []byte {
	key := e.object.Key()
	target := map[string]any{"kind": key.Kind, "name": key.Name, "version": path.Base(e.object.APIVersion())}
	if key.Group != "" {
		target["group"] = key.Group
	}
	if key.Namespace != "" && key.Namespace != namespace {
		target["namespace"] = key.Namespace
	}
	text := append([]byte(comment), manifest.Marshal(map[string]any{"target": target})...)
	return append(text, manifest.Marshal(map[string]any{"patch": e.ops})...)
}

// Prove compares the tree with the patches to the one without: it has to do to each object what the hand did to the
// published one, and nothing else to any other. The error says what differs.
func (a *Adoption) Prove(after *Tree) error {
	for _, e := range a.before.envs {
		was, _ := a.before.Build(e.name)
		is, problems := after.Build(e.name)
		if len(problems) > 0 {
			return fmt.Errorf("%s cannot be built: %s", e.name, problems[0].Message)
		}
		for _, b := range was {
			if err := a.same(e.name, b, is); err != nil {
				return err
			}
		}
		if len(is) != len(was) {
			return fmt.Errorf("%s has %d objects instead of %d", e.name, len(is), len(was))
		}
	}
	return nil
}

func (a *Adoption) same(env string, was Built, is []Built) error {
	key := was.Key()
	i := slices.IndexFunc(is, func(b Built) bool { return b.Key() == key })
	if i < 0 {
		return fmt.Errorf("%s is not there any more in %s", key, env)
	}
	var want []any
	if j := slices.IndexFunc(a.edits, func(e handEdit) bool { return e.env == env && e.object.Key() == key && !e.adopted }); j >= 0 {
		want = a.edits[j].ops
	}
	if got := diff(was.Tree, is[i].Tree); !equal(got, want) {
		return fmt.Errorf("%s in %s does not become what was made of it by hand", key, env)
	}
	return nil
}

// Renders reports whether the tree renders what published files of the tenant are built to, whoever wrote them.
func Renders(tenant string, files map[string][]byte, tree *Tree) bool {
	built := map[string]map[manifest.Key]map[string]any{}
	for _, p := range places(tenant, files) {
		objects, err := p.build(files)
		if err != nil {
			return false
		}
		if built[p.env] == nil {
			built[p.env] = map[manifest.Key]map[string]any{}
		}
		maps.Copy(built[p.env], objects)
	}
	for _, e := range tree.envs {
		rendered, _ := tree.Build(e.name)
		for _, b := range rendered {
			if !equal(built[e.name][b.Key()], b.Tree) {
				return false
			}
		}
		if len(built[e.name]) != len(rendered) {
			return false
		}
		delete(built, e.name)
	}
	return len(built) == 0
}
