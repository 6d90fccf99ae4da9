package overlay

//lint:file-ignore SA1019 what is read was written by others, who use what kustomize calls deprecated and still takes

import (
	"cmp"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// kustomizationNames are those that kustomize looks for, in its order.
var kustomizationNames = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// mostFiles are those that one kustomization may build on: more is a mistake, or meant to be slow.
const mostFiles = 2000

// Kustomization is the name of the kustomization in a folder; empty where there is none.
func Kustomization(fsys fs.FS, dir string) string {
	for _, name := range kustomizationNames {
		if info, err := fs.Stat(fsys, path.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return path.Join(dir, name)
		}
	}
	return ""
}

// BuildFolder builds a kustomization that people wrote, in memory, of files of the file system alone: what would reach out
// of it, run something or change how kustomize reads is refused before kustomize sees it. Objects have the lines of the
// files that they come from, or of the kustomization. Names are said as named says them.
func BuildFolder(fsys fs.FS, dir string, named func(string) string) ([]manifest.Object, []manifest.Problem) {
	g := &gatherer{fsys: fsys, named: named, files: map[string][]byte{}}
	top := g.folder(dir)
	if len(g.problems) > 0 {
		return nil, g.problems
	}
	warmUp()
	built, err := build(g.files, dir)
	if err != nil {
		return nil, []manifest.Problem{g.fault(Kustomization(fsys, dir), "cannot be built: %s", strings.Join(strings.Fields(err.Error()), " "))}
	}
	var out []manifest.Object
	for _, r := range built {
		tree, err := r.Map()
		if err != nil {
			return nil, []manifest.Problem{g.fault(Kustomization(fsys, dir), "builds what cannot be read: %s", firstLine(err))}
		}
		o := manifest.Object{Tree: normalize(tree).(map[string]any)}
		o.Source = cmp.Or(g.origin(o.Key()), top)
		out = append(out, o)
	}
	return out, nil
}

// origin is the YAML that an object comes from: the one of its kind whose name, to which a build only adds, is the most
// of its own. It is nil for an object that the kustomization makes by itself.
func (g *gatherer) origin(k manifest.Key) *manifest.Node {
	var best *manifest.Node
	length := 0
	for _, o := range g.sources {
		key := o.Key()
		if key.Group == k.Group && key.Kind == k.Kind && len(key.Name) > length && strings.Contains(k.Name, key.Name) {
			best, length = o.Source, len(key.Name)
		}
	}
	return best
}

// gatherer collects the files that a kustomization builds on.
type gatherer struct {
	fsys     fs.FS
	named    func(string) string
	files    map[string][]byte
	sources  []manifest.Object
	problems []manifest.Problem
}

func (g *gatherer) fault(file, format string, args ...any) manifest.Problem {
	return manifest.Problem{Check: "schema", Severity: manifest.Error, Message: fmt.Sprintf(format, args...),
		Position: manifest.Position{File: g.named(file), Line: 1, Column: 1}}
}

func (g *gatherer) complain(file, format string, args ...any) {
	g.problems = append(g.problems, g.fault(file, format, args...))
}

// read takes a file in; false where it cannot, or has it already.
func (g *gatherer) read(from, name string) bool {
	if _, known := g.files[name]; known {
		return false
	}
	if len(g.files) >= mostFiles {
		if len(g.problems) == 0 {
			g.complain(from, "builds on more than %d files", mostFiles)
		}
		return false
	}
	data, err := readLimited(g.fsys, name)
	if err != nil {
		g.complain(from, "%s cannot be read: %v", name, err)
		return false
	}
	g.files[name] = data
	return true
}

func readLimited(fsys fs.FS, name string) ([]byte, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("no regular file")
	}
	data, err := io.ReadAll(io.LimitReader(f, int64(manifest.ManifestLimits.File)+1))
	if err == nil && len(data) > manifest.ManifestLimits.File {
		err = fmt.Errorf("larger than %d bytes", manifest.ManifestLimits.File)
	}
	return data, err
}

// folder takes in a kustomization and what it names, and returns its document.
func (g *gatherer) folder(dir string) *manifest.Node {
	name := Kustomization(g.fsys, dir)
	if !g.read(name, name) {
		return nil
	}
	docs, problems := manifest.Parse(g.named(name), g.files[name], manifest.ManifestLimits)
	if len(docs) != 1 && len(problems) == 0 {
		problems = []manifest.Problem{g.fault(name, "is no kustomization: it holds %d documents", len(docs))}
	}
	if g.problems = append(g.problems, problems...); len(problems) > 0 {
		return nil
	}
	var k types.Kustomization
	if err := k.Unmarshal(g.files[name]); err != nil {
		g.complain(name, "is no kustomization: %s", firstLine(err))
		return nil
	}
	g.kustomization(name, k)
	g.unhash(name, k)
	return docs[0]
}

// unhash has Secrets keep the names that people gave them: kustomize would add a digest of their data, which tells whoever
// guesses the data that the guess is right.
func (g *gatherer) unhash(name string, k types.Kustomization) {
	for i := range k.SecretGenerator {
		o := types.GeneratorOptions{}
		if k.SecretGenerator[i].Options != nil {
			o = *k.SecretGenerator[i].Options
		}
		o.DisableNameSuffixHash = true
		k.SecretGenerator[i].Options = &o
	}
	if data, err := yaml.Marshal(k); err == nil && len(k.SecretGenerator) > 0 {
		g.files[name] = data
	}
}

// kustomization takes in what a kustomization names, field by field. What is not among these fields is refused.
func (g *gatherer) kustomization(name string, k types.Kustomization) {
	for _, r := range slices.Concat(k.Resources, k.Bases, k.Components) {
		g.resource(name, r)
	}
	for _, p := range slices.Concat(k.Patches, k.PatchesJson6902) {
		g.patch(name, p.Path, p.Patch)
	}
	for _, p := range k.PatchesStrategicMerge {
		if text := string(p); strings.Contains(text, "\n") {
			g.patch(name, "", text)
		} else {
			g.patch(name, text, "")
		}
	}
	for _, r := range k.Replacements {
		g.patch(name, r.Path, "")
	}
	for _, c := range k.ConfigMapGenerator {
		g.generated(name, c.KvPairSources)
	}
	for _, s := range k.SecretGenerator {
		g.generated(name, s.KvPairSources)
	}
	rest := k
	rest.TypeMeta, rest.MetaData, rest.Resources, rest.Bases, rest.Components = types.TypeMeta{}, nil, nil, nil, nil
	rest.Patches, rest.PatchesJson6902, rest.PatchesStrategicMerge, rest.Replacements = nil, nil, nil, nil
	rest.ConfigMapGenerator, rest.SecretGenerator, rest.GeneratorOptions = nil, nil, nil
	rest.NamePrefix, rest.NameSuffix, rest.Namespace, rest.Labels, rest.CommonLabels, rest.CommonAnnotations = "", "", "", nil, nil, nil
	rest.Images, rest.ImageTags, rest.Replicas, rest.Vars, rest.SortOptions, rest.BuildMetadata = nil, nil, nil, nil, nil, nil
	if rest.CheckEmpty() == nil {
		g.complain(name, "uses Helm, plug-ins, crds, configurations or openapi, which are not built here: give what your own build prints to --manifests -")
	}
}

// local is a path of the kustomization as one of the file system; false where it leads elsewhere. A folder whose name
// looks like that of a host would be fetched.
func (g *gatherer) local(name, p string) (string, bool) {
	first, _, _ := strings.Cut(p, "/")
	hosted := strings.Contains(first, ".") && first != "." && first != ".." && strings.Contains(p, "/")
	target := path.Join(path.Dir(name), p)
	if p == "" || strings.ContainsAny(p, ":?\\@\n") || strings.Contains(p, "//") || path.IsAbs(p) || hosted || !fs.ValidPath(target) {
		g.complain(name, "%q is no path in this repository: nothing is fetched (write ./ before a name that looks like a host)", p)
		return "", false
	}
	return target, true
}

func (g *gatherer) resource(name, p string) {
	target, ok := g.local(name, p)
	if !ok {
		return
	}
	switch info, err := fs.Stat(g.fsys, target); {
	case err != nil:
		g.complain(name, "%s is not there", p)
	case info.IsDir() && Kustomization(g.fsys, target) == "":
		g.complain(name, "%s has no kustomization", p)
	case info.IsDir():
		g.folder(target)
	case g.read(name, target):
		for _, d := range g.parse(target, g.files[target]) {
			objects, _ := manifest.Objects(d)
			g.sources = append(g.sources, objects...)
		}
	}
}

// parse reads YAML as we do, since kustomize hangs on some: what it may not hold is a problem.
func (g *gatherer) parse(name string, data []byte) []*manifest.Node {
	docs, problems := manifest.Parse(g.named(name), data, manifest.ManifestLimits)
	g.problems = append(g.problems, problems...)
	return docs
}

// patch takes in a file with a patch, or looks at one that stands in the kustomization.
func (g *gatherer) patch(name, p, text string) {
	if text != "" {
		g.parse(name, []byte(text))
	}
	if p == "" {
		return
	}
	if target, ok := g.local(name, p); ok && g.read(name, target) {
		g.parse(target, g.files[target])
	}
}

// generated takes in the files that a ConfigMap or Secret is made of.
func (g *gatherer) generated(name string, from types.KvPairSources) {
	files := slices.Clone(from.EnvSources)
	if from.EnvSource != "" {
		files = append(files, from.EnvSource)
	}
	for _, f := range from.FileSources {
		if _, after, ok := strings.Cut(f, "="); ok {
			f = after
		}
		files = append(files, f)
	}
	for _, f := range files {
		if target, ok := g.local(name, f); ok {
			g.read(name, target)
		}
	}
}
