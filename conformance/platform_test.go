package conformance

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/yaml"
)

// fields is a part of a file that people write: what the schemas make of it is what is examined.
type fields = map[string]any

// platform is a platform repository in a temporary folder.
type platform struct {
	t   *testing.T
	dir string
	// environments are the names, in the order of promotion.
	environments []string
}

// newPlatform writes tenantsmith.yaml with one cluster for each environment, named like it, and the
// least severity of a finding that holds a tenant back.
func newPlatform(t *testing.T, failOn string, clusters map[string]fields) platform {
	p := platform{t: t, dir: t.TempDir(), environments: slices.Sorted(maps.Keys(clusters))}
	var environments []fields
	for _, name := range p.environments {
		environments = append(environments, fields{"name": name, "cluster": name})
	}
	p.write("tenantsmith.yaml", fields{
		"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Platform", "metadata": fields{"name": "exam"},
		"spec": fields{
			"baseDomain": "apps.example.com", "clusters": clusters, "environments": environments,
			"namespaces": fields{"gateway": "edge"}, "policies": fields{"failOn": failOn},
		},
	})
	return p
}

// add writes a tenant.
func (p platform) add(name string, spec fields) {
	p.write(filepath.Join("tenants", name+".yaml"), fields{
		"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Tenant", "metadata": fields{"name": name}, "spec": spec,
	})
}

func (p platform) write(file string, content fields) {
	data, err := yaml.Marshal(content)
	require.NoError(p.t, err)
	file = filepath.Join(p.dir, file)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(p.t, os.WriteFile(file, data, 0o644))
}

// verdict is what validate says.
type verdict struct {
	Findings []finding
	Summary  struct {
		Tenants int
		Held    []string
	}
}

type finding struct{ Check, Severity, Message, Tenant, Field, Remedy string }

func (f finding) String() string { return fmt.Sprintf("%s: %s %s", f.Tenant, f.Field, f.Message) }

// validate returns what is wrong with each tenant, warnings left out.
func (p platform) validate() (tenants int, wrong map[string][]finding) {
	out, said, _ := tenantsmith(p.t, "-C", p.dir, "validate", "--format", "json")
	var v verdict
	require.NoError(p.t, json.Unmarshal([]byte(out), &v), said)
	wrong = map[string][]finding{}
	for _, f := range v.Findings {
		if f.Severity == "error" {
			require.NotEmpty(p.t, f.Tenant, "the platform itself is wrong: %s", f)
			wrong[f.Tenant] = append(wrong[f.Tenant], f)
		}
	}
	require.ElementsMatch(p.t, v.Summary.Held, slices.Collect(maps.Keys(wrong)))
	return v.Summary.Tenants, wrong
}

// holds demands that our own rules of progressive delivery find nothing at all in what is rendered. They
// are asked of every object only here: a run takes for granted that generated objects hold them.
func (p platform) holds() int {
	out, said, _ := tenantsmith(p.t, "-C", p.dir, "check", "--verify", "--checks", "TS-ROL", "--format", "json")
	var v verdict
	require.NoError(p.t, json.Unmarshal([]byte(out), &v), said)
	for _, f := range v.Findings {
		require.False(p.t, strings.HasPrefix(f.Check, "TS-ROL"), "%s: %s %s", f.Tenant, f.Check, f.Message)
	}
	asked := v.Summary.Tenants - len(v.Summary.Held)
	require.Positive(p.t, asked)
	return asked
}

// render returns what the clusters get, by namespace, and what was said.
func (p platform) render() (map[string]set, string) {
	out, said := map[string]set{}, ""
	for _, env := range p.environments {
		objects, s, _ := tenantsmith(p.t, "-C", p.dir, "render", "-o", "-", "--env", env)
		said += s
		for _, s := range sets(parse(p.t, []byte(objects))) {
			out[s.name] = s
		}
	}
	return out, said
}
