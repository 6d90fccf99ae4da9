package overlay

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Build returns the objects of an environment as a cluster would get them, sorted by owner, kind,
// namespace and name. A tree that only we wrote is evaluated without kustomize, which the law of this
// package allows; one that carries a person's file is built by kustomize, and the problems are what
// is wrong with that file. While any environment has problems, [Tree.Files] must not be written: they
// hold the refused patch. Trees are shared: read them only.
func (t *Tree) Build(env string) ([]Built, []manifest.Problem) {
	return t.build(env, func(e *environment, owner manifest.Owner) bool { return e.isTouched(owner) })
}

// Kustomize is [Tree.Build] with kustomize building everything: the oracle that the native way is
// held against.
func (t *Tree) Kustomize(env string) ([]Built, []manifest.Problem) {
	return t.build(env, func(*environment, manifest.Owner) bool { return true })
}

func (t *Tree) build(env string, byKustomize func(*environment, manifest.Owner) bool) ([]Built, []manifest.Problem) {
	e := t.environment(env)
	if e == nil {
		return nil, []manifest.Problem{t.fault(env, fmt.Errorf("no environment %s", env))}
	}
	var out []Built
	var problems []manifest.Problem
	for _, owner := range t.owners {
		built := e.native(owner)
		if byKustomize(e, owner) {
			var found []manifest.Problem
			built, found = t.byKustomize(e, owner, built)
			problems = append(problems, found...)
		}
		out = append(out, built...)
	}
	slices.SortStableFunc(out, func(a, b Built) int {
		return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Kind(), b.Kind()),
			cmp.Compare(a.Namespace(), b.Namespace()), cmp.Compare(a.Name(), b.Name()),
			cmp.Compare(a.APIVersion(), b.APIVersion()))
	})
	for i := range problems {
		problems[i].Tenant = t.tenant
	}
	return out, manifest.SortProblems(problems)
}

// native evaluates one tree of the environment without people's patches.
func (e *environment) native(owner manifest.Owner) []Built {
	var members []*member
	var objects []manifest.Object
	for _, m := range e.members {
		if m.Owner == owner {
			members, objects = append(members, m), append(objects, m.Object)
		}
	}
	out := make([]Built, len(members))
	for i, o := range Place(objects, e.namespace, e.name) {
		out[i] = Built{Object: o, File: members[i].file, Extra: members[i].extra}
	}
	return out
}

// isTouched reports whether a person's file takes part in a tree of the environment.
func (e *environment) isTouched(owner manifest.Owner) bool {
	for _, m := range e.members {
		if m.Owner == owner && m.extra != "" {
			return true
		}
	}
	for _, a := range e.patches {
		if slices.ContainsFunc(a.targets, func(m *member) bool { return m.Owner == owner }) {
			return true
		}
	}
	return false
}

// byKustomize judges people's patches one after the other, then has kustomize build the tree as it
// will be built for the cluster. Both must agree.
func (t *Tree) byKustomize(e *environment, owner manifest.Owner, built []Built) ([]Built, []manifest.Problem) {
	byKey := make(map[manifest.Key]*Built, len(built))
	for i := range built {
		byKey[built[i].Key()] = &built[i]
	}
	problems := tryResources(built)
	for _, a := range e.patches {
		for _, m := range a.targets {
			if m.Owner != owner {
				continue
			}
			b := byKey[e.key(m)]
			tree, found := a.try(e, b.Object, m)
			problems = append(problems, found...)
			b.Tree, b.Extra = tree, a.extra.File
		}
	}
	if len(problems) > 0 {
		return built, problems
	}
	trees, err := kustomize(t.part(owner, e), t.dir(owner, "overlays", e.name))
	if err == nil {
		err = agree(byKey, trees)
	}
	if err != nil {
		return built, []manifest.Problem{t.fault(e.name, err)}
	}
	return built, nil
}

// tryResources has kustomize read every object of a person alone, so that one it cannot read, or
// would change, is reported at its own line.
func tryResources(built []Built) []manifest.Problem {
	var problems []manifest.Problem
	for _, b := range built {
		if b.Extra == "" {
			continue
		}
		trees, err := kustomize(alone(b.Tree), "")
		switch {
		case err != nil:
			problems = append(problems, *at(b.Source, nil, "kustomize cannot read it: "+reason(err), ""))
		case len(trees) != 1:
			problems = append(problems, *at(b.Source, nil, "kustomize drops it", ""))
		case !equal(b.Tree, trees[0]):
			problems = append(problems, *at(b.Source, nil, "kustomize would change it: "+firstChange(b.Tree, trees[0]), ""))
		}
	}
	return problems
}

// part returns the files that one overlay of one tree is built from.
func (t *Tree) part(owner manifest.Owner, e *environment) map[string][]byte {
	base, overlay := t.dir(owner, "base")+"/", t.dir(owner, "overlays", e.name)+"/"
	part := map[string][]byte{}
	for name, data := range t.Files() {
		if strings.HasPrefix(name, base) || strings.HasPrefix(name, overlay) {
			part[name] = data
		}
	}
	return part
}

// agree takes over what kustomize built, and reports the first object that it lost, invented or made
// otherwise than we expect.
func agree(byKey map[manifest.Key]*Built, trees []map[string]any) error {
	for _, tree := range trees {
		key := manifest.Object{Tree: tree}.Key()
		b := byKey[key]
		if b == nil {
			return fmt.Errorf("kustomize builds %s, which nothing asks for", key)
		}
		if !equal(b.Tree, tree) {
			return fmt.Errorf("kustomize builds %s otherwise than expected: %s", key, firstChange(b.Tree, tree))
		}
		b.Tree = tree
		delete(byKey, key)
	}
	if len(byKey) > 0 {
		dropped := slices.SortedFunc(maps.Keys(byKey), func(a, b manifest.Key) int { return cmp.Compare(a.String(), b.String()) })
		return fmt.Errorf("kustomize drops %s", dropped[0])
	}
	return nil
}

func firstChange(a, b map[string]any) string {
	for _, op := range diff(a, b) {
		if op := op.(map[string]any); op["op"] != "test" {
			return fmt.Sprintf("%s %s", op["op"], op["path"])
		}
	}
	return "the types differ"
}

// Fault is the Check of problems that only a mistake of ours can cause.
const Fault = "overlay"

// fault reports what only a mistake of ours can cause.
func (t *Tree) fault(env string, err error) manifest.Problem {
	return manifest.Problem{
		Check: Fault, Severity: manifest.Error, Message: "cannot be built: " + firstLine(err),
		Tenant: t.tenant, Environment: env, Position: manifest.Position{File: t.source},
	}
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(strings.TrimSpace(err.Error()), "\n")
	return line
}
