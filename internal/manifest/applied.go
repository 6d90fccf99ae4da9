package manifest

import (
	"path"
	"slices"
	"strings"
)

// Applied says what a GitOps engine does with a file because of where it stands, whoever put it there; empty for a file
// that it leaves alone. It reads no content: what stands in these folders is applied whole.
func Applied(file string) string {
	env, name := EnvironmentOf(file), path.Base(file)
	switch top, _, _ := strings.Cut(file, "/"); {
	case env == "":
	case top == "tenants" && argoSource(file):
		return "Argo CD builds this folder with its parameters"
	case !applicable(name):
	case top == "argocd":
		return "Argo CD applies it beside the tenants of " + env
	case top == "flux":
		return "Flux applies it beside the tenants of " + env
	case top == "platform":
		return "the GitOps engine applies it in " + env + ", with the rights of the platform"
	}
	return ""
}

// argoSource reports whether the file is one by which Argo CD changes how it builds the folder of an overlay.
func argoSource(file string) bool {
	parts := strings.Split(file, "/") // tenants/<tenant>/<tree>/overlays/<env>/<name>
	return len(parts) == 6 && strings.HasPrefix(parts[5], ".argocd-source") && strings.HasSuffix(parts[5], ".yaml")
}

// applicable reports whether engines read files of the name as manifests, or by them how to build the folder.
func applicable(name string) bool {
	return name == "Kustomization" || slices.Contains([]string{".yaml", ".yml", ".json", ".jsonnet"}, path.Ext(name))
}

// Strange reports whether an engine applies a file that stands where those of the owner do and that the record does not
// name. Folders of an engine that applies nothing of the owner are other people's.
func (r *Record) Strange(file string) bool {
	engine, _, _ := strings.Cut(file, "/")
	if _, ours := r.Files[file]; ours || Applied(file) == "" {
		return false
	}
	return !slices.Contains(Engines, engine) || r.appliedBy(engine)
}

// appliedBy reports whether the record shows that an engine applies what is the owner's. Flux starts from objects of the
// platform's folders.
func (r *Record) appliedBy(engine string) bool {
	for file := range r.Files {
		if strings.HasPrefix(file, engine+"/") {
			return true
		}
		if env := EnvironmentOf(file); engine == "flux" && file == FluxStart(env) {
			return true
		}
	}
	return false
}

// FluxStart is the file of the repository that Flux applies an environment from.
func FluxStart(env string) string {
	return "platform/" + env + "/gitrepository-tenantsmith-" + env + ".yaml"
}
