package admission

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// sample is a tenant in an environment as it is rendered, and the policies that are rendered for the environment.
type sample struct {
	policies.Subject
	guards []*policy
	engine user.Info
}

// guarded is a folder as a repository whose platform has the API server refuse what fails.
func guarded(t *testing.T, dir string) fs.FS {
	out := fstest.MapFS{}
	for _, pattern := range []string{"tenantsmith.yaml", "tenants", "overrides"} {
		if _, err := os.Stat(filepath.Join(dir, pattern)); err != nil {
			continue
		}
		require.NoError(t, fs.WalkDir(os.DirFS(dir), pattern, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(os.DirFS(dir), name)
			out[name] = &fstest.MapFile{Data: data}
			return err
		}))
	}
	file := out["tenantsmith.yaml"]
	require.NotContains(t, string(file.Data), "policies:")
	file.Data = append(file.Data, "  policies: {admission: deny}\n"...) // the file ends in its spec
	return out
}

// samples renders a repository.
func samples(t *testing.T, dir string) []sample {
	res, err := pipeline.Run(context.Background(), guarded(t, dir), pipeline.Options{Trees: true, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.NotEmpty(t, res.Tenants, res.Problems)
	guards := map[string][]*policy{}
	for env, objects := range res.Own.Objects {
		guards[env] = compiled(t, objects)
	}
	var out []sample
	for _, r := range res.Tenants {
		for i := range r.Tenant.Environments {
			e := &r.Tenant.Environments[i]
			built, problems := r.Tree.Build(e.Name)
			require.Empty(t, problems)
			s := sample{Subject: policies.Subject{Context: facts(r.Tenant, e)}, guards: guards[e.Name], engine: accountOf(e.Platform.Namespaces.GitOps, "engine")}
			for _, o := range built {
				s.Objects = append(s.Objects, o.Object)
			}
			require.NotEmpty(t, s.guards, "nothing is asked in %s", e.Name)
			s.Fleet = []policies.Member{{Tenant: r.Tenant.Name, Environment: e.Name, Cluster: e.Cluster.Name, Namespaces: []string{e.Namespace}}}
			out = append(out, s)
		}
	}
	require.NotEmpty(t, out)
	return out
}

// compiled are the policies among what is rendered for an environment, as the oldest API server that knows all of
// their functions takes them.
func compiled(t *testing.T, objects []manifest.Object) []*policy {
	bindings := map[string]manifest.Object{}
	for _, o := range objects {
		if o.Kind() == "ValidatingAdmissionPolicyBinding" {
			bindings[o.Name()] = o
		}
	}
	var out []*policy
	for _, o := range objects {
		if o.Kind() != "ValidatingAdmissionPolicy" {
			continue
		}
		p, err := compile(31, o, bindings[o.Name()])
		require.NoError(t, err)
		require.Equal(t, p.Name, p.binding.Spec.PolicyName)
		out = append(out, p)
	}
	require.NotEmpty(t, out)
	return out
}

// accountOf is a ServiceAccount as the API server sees who asks.
func accountOf(namespace, name string) user.Info {
	return &user.DefaultInfo{
		Name:   fmt.Sprintf("system:serviceaccount:%s:%s", namespace, name),
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated"},
	}
}

func facts(t *schemas.Tenant, e *schemas.Environment) policies.Context {
	p := e.Platform
	return policies.Context{
		Tenant: t.Name, Environment: e.Name, Namespace: e.Namespace, Namespaces: []string{e.Namespace}, Tier: e.Spec.Tier,
		Protected: e.Protected, Spec: policies.NewDocument(e.Document()),
		Platform: policies.Platform{
			Spec: policies.NewDocument(p.Document()), Cluster: policies.NewDocument(p.ClusterDocument(e.Cluster.Name)),
			BindableClusterRoles: p.RBAC.BindableClusterRoles, ClusterVersion: e.Cluster.Version, DNSNamespaces: e.DNSNamespaces(),
		},
	}
}

// in asks about an object of the sample, in its namespace, as who applies it: the GitOps engine what is the platform's,
// and the tenant's own account of delivery the rest.
func (s sample) in(t *testing.T, o manifest.Object) (request, error) {
	who := s.engine
	if o.Owner != manifest.OwnerPlatform {
		who = accountOf(s.Context.Namespace, schemas.DeliveryAccount)
	}
	r, err := ask(who, admission.Create, o.Tree, nil)
	if err != nil {
		return r, err
	}
	for _, ns := range s.Objects {
		if ns.Kind() == "Namespace" && ns.Name() == s.Context.Namespace {
			require.NoError(t, read(map[string]any{"metadata": ns.Tree["metadata"]}, &r.namespace))
		}
	}
	return r.within(s.Context.Namespace), nil
}

// said is what the guards say about an object, by check.
func (s sample) said(t *testing.T, r request, guards []*policy) map[string][]string {
	out := map[string][]string{}
	for _, g := range guards {
		said, _, err := g.judge(r)
		if err != nil {
			said = append(said, err.Error())
		}
		if len(said) > 0 {
			check := g.Annotations["tenantsmith.dev/check"]
			out[check] = append(out[check], said...)
		}
	}
	return out
}

// finds is what our checks find about an object alone.
func (b *bench) finds(c policies.Context, o manifest.Object, checks ...string) map[string][]string {
	problems, err := b.engine.Check(context.Background(), policies.Input{Context: c, Objects: []manifest.Object{o}, Checks: checks})
	require.NoError(b.t, err)
	out := map[string][]string{}
	for _, p := range problems {
		if p.Object == o.Key() {
			out[p.Check] = append(out[p.Check], p.Message)
		}
	}
	return out
}

// TestRendered hands everything that is rendered to every policy that is rendered with it: what has no finding is
// admitted, by whoever applies it for the platform.
func TestRendered(t *testing.T) {
	b, asked := newBench(t), 0
	for _, s := range append(samples(t, "../.."), samples(t, "testdata/meshes")...) {
		for _, o := range s.Objects {
			if o.Namespace() != s.Context.Namespace && o.Kind() != "Namespace" {
				continue
			}
			r, err := s.in(t, o)
			require.NoError(t, err, o.Key())
			found := b.finds(s.Context, o)
			for check, said := range s.said(t, r, s.guards) {
				require.NotEmpty(t, found[check], "%s: %s", o.Key(), said)
			}
			asked++
		}
		for _, g := range s.guards {
			require.Less(t, g.dear, int64(1_000_000), "%s comes near the budget of a request", g.Name)
		}
	}
	t.Log(asked, "objects")
	require.Greater(t, asked, 100)
}

// TestMutants breaks what is rendered, as prove controls does: of each object that a mutation changes or adds, check and
// guard say the same.
func TestMutants(t *testing.T) {
	b, all := newBench(t), samples(t, "../..")
	mutations, err := policies.Mutations(nil, b.engine.Rules())
	require.NoError(t, err)
	denied, admitted := 0, 0
	var differ []string
	for _, rule := range b.engine.Rules() {
		for _, m := range mutations[rule.ID] {
			for _, s := range all {
				after, broken, why, err := b.engine.Break(m, s.Subject)
				require.NoError(t, err)
				guards := b.policies(after.Context, rule.ID)
				if why != "" || len(guards) == 0 {
					continue
				}
				for _, o := range broken {
					r, err := s.in(t, o)
					if err != nil {
						continue // the API server cannot read it
					}
					r.namespace.Labels["tenantsmith.dev/environment"] = "production"
					found, asked := b.finds(after.Context, o, rule.ID)[rule.ID], false
					for _, g := range guards {
						_, concerned, _ := g.judge(r)
						asked = asked || concerned
					}
					said := s.said(t, r, guards)[rule.ID]
					switch {
					case !asked:
					case (len(found) > 0) == (len(said) > 0) && len(said) > 0:
						denied++
					case (len(found) > 0) == (len(said) > 0):
						admitted++
					case len(said) == 0 && known.excuses(rule.ID, found):
					default:
						differ = append(differ, fmt.Sprintf("%s %s %s: %v, and the guard says %v", rule.ID, m.Name, o.Key(), found, said))
					}
				}
				break
			}
		}
	}
	t.Log(denied, "denied by both,", admitted, "admitted by both")
	require.Empty(t, differ, strings.Join(differ, "\n"))
	require.Greater(t, denied, 100)
}
