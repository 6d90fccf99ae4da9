package schemas

import (
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// stepFiles refuses steps whose files would be one ConfigMap with those of another service or step: its name is made of
// that of the service, that of the step and the files, so that step b of service a is called as service a-b is.
func (e *resolved) stepFiles() {
	type owner struct {
		what  string
		files map[string]string
	}
	services := e.environment.Spec.Services
	taken := map[string][]owner{}
	for name, s := range services {
		taken[name] = []owner{{"service " + name, s.Files}}
	}
	for _, name := range sortedKeys(services) {
		s := services[name]
		for i, step := range s.Init {
			files := maps.Clone(s.Files)
			mounted := s.StepMounts(step)
			maps.DeleteFunc(files, func(path, _ string) bool { return !slices.Contains(mounted, path) })
			if !step.Once || len(files) == 0 {
				continue
			}
			called := name + "-" + step.Name
			if other := slices.IndexFunc(taken[called], func(o owner) bool { return maps.Equal(o.files, files) }); other >= 0 {
				p := e.complain(manifest.Path{"spec", "services", name, "init", i, "name"}, "step %s of service %s and %s have the same files, and a ConfigMap of the same name for them",
					step.Name, name, taken[called][other].what)
				p.Remedy = "set " + p.Field + " to another name"
			}
			taken[called] = append(taken[called], owner{"step " + step.Name + " of service " + name, files})
		}
	}
}
