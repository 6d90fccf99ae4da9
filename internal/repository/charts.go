package repository

import (
	"encoding/json"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// chart is how Helm renders one: by the arguments of its commands pull, for one of a chart repository, and template,
// whose second is the folder of the chart.
type chart struct {
	Name     string         `json:"name"`
	Pull     []string       `json:"pull,omitempty"`
	Template []string       `json:"template"`
	Values   map[string]any `json:"values,omitempty"`
}

// pulled is the folder below which charts of chart repositories are unpacked, each below its name.
const pulled = ".tenantsmith/pulled"

// chartsIn are the charts of an environment that a job in the tenant's repository can render: those in it, and those of
// chart repositories.
func chartsIn(e *schemas.Environment) []chart {
	d := e.Spec.Delivery
	home := manifest.RepositoryKey(d.Repository)
	var out []chart
	for _, s := range d.Sources {
		if !s.IsHelm() || s.Chart == "" && s.Repository != "" && manifest.RepositoryKey(s.Repository) != home {
			continue
		}
		c := chart{Name: s.Name, Values: s.Helm.Values}
		folder := path.Clean(s.Path)
		if s.Chart != "" {
			c.Pull, folder = pull(s), path.Join(pulled, s.Name, path.Base(s.Chart))
		}
		c.Template = []string{s.Release(), folder, "--namespace", e.Namespace}
		if version := strings.TrimPrefix(e.Cluster.Version, "v"); version != "" {
			c.Template = append(c.Template, "--kube-version", version)
		}
		for _, file := range s.Helm.ValueFiles {
			c.Template = append(c.Template, "--values", path.Join(folder, file))
		}
		out = append(out, c)
	}
	return out
}

// pull are the arguments by which Helm fetches a chart of a chart repository.
func pull(s schemas.Source) []string {
	if strings.HasPrefix(s.Repository, "oci://") {
		return []string{strings.TrimSuffix(s.Repository, "/") + "/" + s.Chart, "--version", s.Revision}
	}
	return []string{s.Chart, "--repo", s.Repository, "--version", s.Revision}
}

// chartList are charts as JSON in YAML, empty where there are none. What a tenant wrote in values is no expression of
// the host.
func chartList(charts []chart) string {
	if len(charts) == 0 {
		return ""
	}
	list, _ := json.Marshal(charts) // what YAML had can be
	return "'" + strings.NewReplacer("'", "''", "${{", `$\u007b{`).Replace(string(list)) + "'"
}
