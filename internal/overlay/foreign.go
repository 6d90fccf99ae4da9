package overlay

//lint:file-ignore SA1019 what is read was written by others, who use what kustomize calls deprecated and still takes

import (
	"errors"
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

// Kustomizations are the names that a file has which kustomize builds a folder by.
var Kustomizations = []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}

// foreignFiles is how many files a build of a folder that others wrote may have.
const foreignFiles = 2000

// foreignRoot is the folder that they are built in: kustomize takes no root for one.
const foreignRoot = "repository"

// Foreign builds a folder that others wrote with kustomize, in memory: whatever it is made of is read from the file
// system first, and passes our own reader. What would fetch or run something is a problem; so is a file that is not
// there, which kustomize would look for elsewhere.
func Foreign(fsys fs.FS, dir string) ([]manifest.Object, []manifest.Problem) {
	f := foreign{fsys: fsys, files: map[string][]byte{}}
	if f.folder(path.Clean(dir), ""); len(f.problems) > 0 {
		return nil, manifest.SortProblems(f.problems)
	}
	warmUp()
	below := make(map[string][]byte, len(f.files))
	for file, data := range f.files {
		below[path.Join(foreignRoot, file)] = data
	}
	trees, err := run(below, path.Join(foreignRoot, dir))
	if err != nil {
		return nil, []manifest.Problem{problem(manifest.Position{File: f.kustomization(dir)}, "", "cannot be built: "+reason(err), "mend it so that `kustomize build` takes it")}
	}
	out := make([]manifest.Object, len(trees))
	for i, t := range trees {
		out[i] = manifest.Object{Tree: t}
	}
	return out, nil
}

type foreign struct {
	fsys     fs.FS
	files    map[string][]byte
	problems []manifest.Problem
}

func (f *foreign) tell(file, message, remedy string, args ...any) {
	f.problems = append(f.problems, problem(manifest.Position{File: file}, "", fmt.Sprintf(message, args...), remedy))
}

// kustomization is the file that a folder is built by; empty for none.
func (f *foreign) kustomization(dir string) string {
	for _, name := range Kustomizations {
		if info, err := fs.Stat(f.fsys, path.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return path.Join(dir, name)
		}
	}
	return ""
}

// folder reads what a folder is built of; by names the file that asked for it.
func (f *foreign) folder(dir, by string) {
	file := f.kustomization(dir)
	if file == "" {
		f.tell(by, "%q is no file and no folder with a kustomization", "name what is there", dir)
		return
	}
	if f.files[file] != nil || !f.yaml(file, by) {
		return
	}
	var k types.Kustomization
	if err := k.Unmarshal(f.files[file]); err != nil {
		f.tell(file, "cannot be read: %s", "", reason(err))
		return
	}
	if field := reaches(k); field != "" {
		f.tell(file, "%s would fetch or run something, which is not done here", "build it with kustomize, and adopt the output", field)
		return
	}
	f.unhash(file, k)
	f.resources(dir, file, slices.Concat(k.Resources, k.Bases, k.Components))
	f.patches(dir, file, k)
	for _, r := range k.Replacements {
		f.optional(dir, r.Path, file)
	}
	for _, c := range k.Configurations {
		f.yaml(path.Join(dir, c), file)
	}
	for _, g := range k.ConfigMapGenerator {
		f.sources(dir, file, g.KvPairSources)
	}
	for _, g := range k.SecretGenerator {
		f.sources(dir, file, g.KvPairSources)
	}
}

// unhash has Secrets keep the names that people gave them: kustomize would add a digest of their data, which tells whoever
// guesses the data that the guess is right.
func (f *foreign) unhash(file string, k types.Kustomization) {
	for i := range k.SecretGenerator {
		o := types.GeneratorOptions{}
		if k.SecretGenerator[i].Options != nil {
			o = *k.SecretGenerator[i].Options
		}
		o.DisableNameSuffixHash = true
		k.SecretGenerator[i].Options = &o
	}
	if len(k.SecretGenerator) > 0 {
		if data, err := yaml.Marshal(k); err == nil {
			f.files[file] = data
		}
	}
}

// reaches names the field of a kustomization that reads other things than files of Kubernetes objects.
func reaches(k types.Kustomization) string {
	for _, x := range []struct {
		field string
		used  bool
	}{
		{"generators", len(k.Generators) > 0}, {"transformers", len(k.Transformers) > 0}, {"validators", len(k.Validators) > 0},
		{"helmCharts", len(k.HelmCharts) > 0}, {"helmChartInflationGenerator", len(k.HelmChartInflationGenerator) > 0},
		{"openapi", len(k.OpenAPI) > 0}, {"crds", len(k.Crds) > 0},
	} {
		if x.used {
			return x.field
		}
	}
	return ""
}

func (f *foreign) resources(dir, by string, paths []string) {
	for _, p := range paths {
		target := path.Join(dir, p)
		switch info, err := fs.Stat(f.fsys, target); {
		case remote(p):
			f.tell(by, "%q is not in this repository, and nothing is fetched", "build it with kustomize, and adopt the output", p)
		case err != nil || !fs.ValidPath(target):
			f.tell(by, "%q is not there, or lies outside of the repository", "name what is there", p)
		case info.IsDir():
			f.folder(target, by)
		default:
			f.yaml(target, by)
		}
	}
}

// remote reports whether kustomize would fetch what a path names.
func remote(p string) bool {
	return p == "" || strings.ContainsAny(p, `:?\`) || strings.Contains(p, "//") || path.IsAbs(p) || strings.HasPrefix(p, "github.com/")
}

func (f *foreign) patches(dir, by string, k types.Kustomization) {
	for _, p := range slices.Concat(k.Patches, k.PatchesJson6902) {
		f.optional(dir, p.Path, by)
		f.inline(p.Patch, by)
	}
	for _, p := range k.PatchesStrategicMerge {
		if strings.Contains(string(p), "\n") {
			f.inline(string(p), by)
		} else {
			f.optional(dir, string(p), by)
		}
	}
}

func (f *foreign) optional(dir, p, by string) {
	if p != "" {
		f.yaml(path.Join(dir, p), by)
	}
}

func (f *foreign) inline(text, by string) {
	if _, problems := manifest.Parse(by, []byte(text), manifest.ManifestLimits); len(problems) > 0 {
		f.tell(by, "has a patch that cannot be read: %s", "", problems[0].Message)
	}
}

// sources reads the files that ConfigMaps and Secrets are made of; they need not be YAML.
func (f *foreign) sources(dir, by string, s types.KvPairSources) {
	for _, p := range slices.Concat(s.FileSources, s.EnvSources, []string{s.EnvSource}) {
		if _, file, ok := strings.Cut(p, "="); ok {
			p = file
		}
		if p != "" {
			f.read(path.Join(dir, p), by)
		}
	}
}

// yaml reads a file that kustomize will parse.
func (f *foreign) yaml(file, by string) bool {
	data := f.read(file, by)
	if data == nil {
		return false
	}
	_, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	f.problems = append(f.problems, problems...)
	return len(problems) == 0
}

func (f *foreign) read(file, by string) []byte {
	if data := f.files[file]; data != nil {
		return data
	}
	if len(f.files) == foreignFiles {
		f.tell(by, "is built of more than %d files", "build it with kustomize, and adopt the output", foreignFiles)
		return nil
	}
	data, err := limited(f.fsys, file)
	if err != nil {
		f.tell(by, "%q cannot be read: %s", "name what is there", file, err)
		return nil
	}
	f.files[file] = data
	return data
}

// limited reads a file that is no larger than a manifest may be.
func limited(fsys fs.FS, file string) ([]byte, error) {
	if !fs.ValidPath(file) {
		return nil, errors.New("it lies outside of the repository")
	}
	in, err := fsys.Open(file)
	if err != nil {
		return nil, errors.New("it is not there, or leads out of the repository")
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	data, err := io.ReadAll(io.LimitReader(in, int64(manifest.ManifestLimits.File)+1))
	if err == nil && len(data) > manifest.ManifestLimits.File {
		err = fmt.Errorf("it is larger than %d bytes", manifest.ManifestLimits.File)
	}
	if data == nil {
		data = []byte{}
	}
	return data, err
}
