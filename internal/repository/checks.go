package repository

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"path"
	"strings"
	"text/template"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// ChecksFile is where the workflow that judges a tenant's own YAML belongs.
const ChecksFile = ".github/workflows/tenantsmith-check.yml"

//go:embed checks.yml.tmpl
var checksText string

var checks = template.Must(template.New("checks").Parse(checksText))

// folder is what is judged together in some environments, a path a line; its exported fields are YAML.
type folder struct {
	Job, Path, Environments string
	envs                    []string
}

// Checks is the workflow that judges the folders which a tenant brings from its repository, where they come to the
// cluster. Charts are not among them: Helm has to render these first.
func Checks(t *schemas.Tenant, a Ask) ([]byte, error) {
	switch {
	case !slug().MatchString(a.Platform):
		return nil, fmt.Errorf("--platform: %q is no repository of GitHub; write OWNER/NAME", a.Platform)
	case !simple().MatchString(a.Branch):
		return nil, fmt.Errorf("--branch: %q is no plain name of a branch", a.Branch)
	}
	folders := foldersOf(t)
	if len(folders) == 0 {
		return nil, fmt.Errorf("%w: tenant %s brings no folder of spec.delivery.repository", ErrTenant, t.Name)
	}
	var out bytes.Buffer
	err := checks.Execute(&out, map[string]any{
		"Tenant": t.Name, "TenantText": quoted(t.Name), "Branch": quoted(a.Branch), "Folders": folders,
		"Platform": map[string]string{"Full": quoted(a.Platform)},
	})
	return out.Bytes(), err
}

// foldersOf are the folders of the tenant's repository that come together to the same environments: one quota is for
// them all, so they are judged together.
func foldersOf(t *schemas.Tenant) []folder {
	var out []folder
	at := map[string]int{}
	for _, e := range t.Environments {
		names, paths := foldersIn(e.Spec.Delivery)
		if len(paths) == 0 {
			continue
		}
		key := strings.Join(append(names, paths...), "\n")
		if _, ok := at[key]; !ok {
			at[key] = len(out)
			out = append(out, folder{Job: job(strings.Join(names, "-"), e.Name, out), Path: quoted(strings.Join(paths, "\n"))})
		}
		f := &out[at[key]]
		f.envs = append(f.envs, e.Name)
	}
	for i := range out {
		list, _ := json.Marshal(out[i].envs) // strings always can be
		out[i].Environments = "'" + strings.ReplaceAll(string(list), "'", "''") + "'"
	}
	return out
}

// foldersIn are the names and paths of what the tenant's repository brings to an environment.
func foldersIn(d schemas.Delivery) (names, paths []string) {
	home := manifest.RepositoryKey(d.Repository)
	for _, s := range d.Sources {
		if s.IsHelm() || s.Repository != "" && manifest.RepositoryKey(s.Repository) != home {
			continue
		}
		names, paths = append(names, s.Name), append(paths, path.Clean(s.Path))
	}
	return names, paths
}

// job is the name of a job: that of the source, and where another folder has it already, of the environment as well.
func job(source, env string, others []folder) string {
	name := "check-" + source
	for _, o := range others {
		if o.Job == name {
			return name + "-" + env
		}
	}
	return name
}
