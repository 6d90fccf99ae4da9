package report

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

var update = flag.Bool("update", false, "write what is printed into the golden files")

func planned(t *testing.T, format string, p plan.Plan, o PlanOptions) string {
	var b bytes.Buffer
	require.NoError(t, WritePlan(&b, format, p, o))
	return b.String()
}

const digest = "sha256:0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"

var threeEnvironments = []string{"development", "production", "staging"}

func quantityOf(s string) *resource.Quantity {
	q := resource.MustParse(s)
	return &q
}

func key(group, kind, namespace, name string) manifest.Key {
	return manifest.Key{Group: group, Kind: kind, Namespace: namespace, Name: name}
}

// objectChange is one that changes, with the fields that Diff finds.
func objectChange(k manifest.Key, before, after map[string]any) plan.ObjectChange {
	o := plan.ObjectChange{Action: plan.Changed, Object: k, Before: before, After: after}
	o.Fields = manifest.Diff(before, after)
	return o
}

func tree(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

func causeAt(file string, line int, field string, old, new any) plan.Cause {
	return plan.Cause{Position: manifest.Position{File: file, Line: line, Column: 7}, Field: field, Old: old, New: new}
}

// tierPlan: a line of the platform's file changes 41 tenants in three environments the same way.
func tierPlan() plan.Plan {
	quota := objectChange(key("", "ResourceQuota", "t00-development", "tenant-quota"),
		tree("spec", tree("hard", tree("requests.cpu", "4", "requests.memory", "8Gi", "pods", "40"))),
		tree("spec", tree("hard", tree("requests.cpu", "6", "requests.memory", "8Gi", "pods", "60"))))
	g := plan.Group{
		Causes:  []plan.Cause{causeAt("tenantsmith.yaml", 12, "spec.tiers.premium.resources.cpu", "2", "3")},
		Objects: []plan.ObjectChange{quota},
	}
	p := plan.Plan{Base: "4f1c9a7", Head: "working tree", Digest: digest, Cost: &plan.Cost{Currency: "EUR", Old: 4920, New: 7380, Parts: []plan.CostPart{{Name: "compute", Old: 4920, New: 7380}}}}
	for i := range 41 {
		tenant := plan.Tenant{Name: fmt.Sprintf("t%02d", i), Action: plan.Changed}
		for _, env := range threeEnvironments {
			g.Places = append(g.Places, plan.Place{Tenant: tenant.Name, Environment: env})
			tenant.Environments = append(tenant.Environments, plan.Effect{
				Environment: env, Protected: env == "production", Action: plan.Changed, Changed: 1, OldTier: "premium", NewTier: "premium",
				Quota:     []plan.Amount{{Name: "requests.cpu", Old: quantityOf("4"), New: quantityOf("6")}, {Name: "pods", Old: quantityOf("40"), New: quantityOf("60")}},
				Cost:      &plan.Cost{Currency: "EUR", Old: 40, New: 60, Parts: []plan.CostPart{{Name: "compute", Old: 40, New: 60}}},
				Unchanged: 2,
			})
		}
		p.Tenants = append(p.Tenants, tenant)
	}
	p.Groups = []plan.Group{g}
	p.Findings.Unchanged = 246
	p.Summary = plan.Summary{Tenants: 41, Environments: 123, Unchanged: 300, Changed: 123, Groups: 1, Risks: map[plan.Class]int{}}
	return p
}

// imagePlan: one image of one tenant in production.
func imagePlan() plan.Plan {
	pod := func(image string, env ...any) map[string]any {
		return tree("spec", tree("template", tree("spec", tree("containers", []any{tree("name", "web", "image", image, "env", env)}))))
	}
	web := objectChange(key("argoproj.io", "Rollout", "acme-production", "web"),
		pod("ghcr.io/acme/web:1.4.2", tree("name", "LOG", "value", "info"), tree("name", "API_TOKEN", "value", "hunt"+"er2-old")),
		pod("ghcr.io/acme/web:1.5.0", tree("name", "LOG", "value", "debug"), tree("name", "API_TOKEN", "value", "hunt"+"er2-new")))
	web.Restarts = true
	files := objectChange(key("", "ConfigMap", "acme-production", "web-files"),
		tree("data", tree("app.yaml", "log: info\nport: 8080\nworkers: 2\ncache:\n  size: 10\n")),
		tree("data", tree("app.yaml", "log: debug\nport: 8080\nworkers: 4\ncache:\n  size: 10\n")))
	vault := objectChange(key("", "Secret", "acme-production", "pull"), tree("data", tree("auth", "b2xk")), tree("data", tree("auth", "bmV3")))
	at := plan.Place{Tenant: "acme", Environment: "production"}
	risk := plan.Risk{
		Class: plan.PodRestart, Severity: manifest.Low, Place: at, Object: web.Object, Message: "its pods are replaced, 10 % at a time",
		Cause: manifest.Position{File: "tenants/acme.yaml", Line: 21, Column: 7}, Places: 1,
	}
	return plan.Plan{
		Base: "4f1c9a7", Head: "0b5c2de", Digest: digest,
		Groups: []plan.Group{{
			Causes: []plan.Cause{
				causeAt("tenants/acme.yaml", 21, "spec.services.web.image", "ghcr.io/acme/web:1.4.2", "ghcr.io/acme/web:1.5.0"),
				causeAt("tenants/acme.yaml", 23, "spec.services.web.env.API_TOKEN", "hunt"+"er2-old", "hunt"+"er2-new"),
				causeAt("tenants/acme.yaml", 30, "spec.environments.production.services.web.env.LOG", nil, "debug"),
			},
			Places: []plan.Place{at}, Objects: []plan.ObjectChange{files, vault, web}, Risks: []plan.Risk{risk},
		}},
		Tenants: []plan.Tenant{{Name: "acme", Action: plan.Changed, Environments: []plan.Effect{{
			Environment: "production", Protected: true, Action: plan.Changed, Changed: 3, Restarts: []string{"Rollout web"}, Unchanged: 1, Risks: []plan.Risk{risk},
		}}}},
		Findings: plan.Findings{Unchanged: 1},
		Summary: plan.Summary{
			Tenants: 1, Environments: 1, Unchanged: 8, Changed: 3, Groups: 1, Restarts: 1, ProtectedRestarts: 1, Risks: map[plan.Class]int{plan.PodRestart: 1},
		},
	}
}

// removedPlan: a tenant goes.
func removedPlan() plan.Plan {
	p := plan.Plan{Base: "4f1c9a7", Head: "0b5c2de", Digest: digest, Summary: plan.Summary{Tenants: 1, Environments: 2, Removed: 10, Groups: 1, Risks: map[plan.Class]int{plan.DataLoss: 2}}}
	g := plan.Group{Causes: []plan.Cause{causeAt("tenants/shop.yaml", 1, "", nil, nil)}}
	tenant := plan.Tenant{Name: "shop", Action: plan.Removed}
	for _, name := range []string{"NetworkPolicy default", "Namespace shop", "ResourceQuota tenant-quota", "Cluster main", "Rollout web"} {
		kind, name, _ := strings.Cut(name, " ")
		g.Objects = append(g.Objects, plan.ObjectChange{Action: plan.Removed, Object: key("", kind, "shop-development", name)})
	}
	for _, env := range threeEnvironments[:2] {
		g.Places = append(g.Places, plan.Place{Tenant: "shop", Environment: env})
		tenant.Environments = append(tenant.Environments, plan.Effect{
			Environment: env, Protected: env == "production", Action: plan.Removed, Removed: 5, OldTier: "basic",
			Quota: []plan.Amount{{Name: "requests.cpu", Old: quantityOf("2")}}, Steady: []plan.Amount{{Name: "requests.cpu", Old: quantityOf("500m")}},
		})
	}
	g.Risks = []plan.Risk{{
		Class: plan.DataLoss, Severity: manifest.High, Place: g.Places[0], Object: g.Objects[3].Object, Message: "the database goes with its volumes",
		Remedy: "set spec.lifecycle to offboarding first, and take a backup", Places: 2,
	}}
	p.Groups, p.Tenants = []plan.Group{g}, []plan.Tenant{tenant}
	return p
}

// refusedPlan: a tenant has no file any more, and stays.
func refusedPlan() plan.Plan {
	p := removedPlan()
	p.Tenants[0].Stays = "its lifecycle is active, not offboarding"
	return p
}

// riskyPlan: a path opens, an object has to be made again, a tier takes things away.
func riskyPlan() plan.Plan {
	p := imagePlan()
	at := plan.Place{Tenant: "acme", Environment: "production"}
	policy := objectChange(key("networking.k8s.io", "NetworkPolicy", "acme-production", "web-egress"),
		tree("spec", tree("egress", []any{tree("to", []any{tree("ipBlock", tree("cidr", "10.1.0.0/16"))})})),
		tree("spec", tree("egress", []any{tree("to", []any{tree("ipBlock", tree("cidr", "0.0.0.0/0", "except", []any{"169.254.169.254/32"}))})})))
	db := objectChange(key("apps", "StatefulSet", "acme-production", "db"), tree("spec", tree("serviceName", "db")), tree("spec", tree("serviceName", "db-headless")))
	db.Action, db.Restarts = plan.Recreated, true
	risks := []plan.Risk{
		{
			Class: plan.OpenedPath, Severity: manifest.Critical, Place: at, Object: policy.Object, Path: manifest.Path{"spec", "egress", 0, "to", 0, "ipBlock", "cidr"},
			Message: "pods may reach any address of the internet", Remedy: "name the host in spec.services.web.calls",
			Cause: manifest.Position{File: "tenants/acme.yaml", Line: 40, Column: 9}, Places: 1,
		},
		{Class: plan.ImmutableField, Severity: manifest.High, Place: at, Object: db.Object, Message: "spec.serviceName cannot change", Remedy: "delete the StatefulSet with --cascade=orphan", Places: 1},
	}
	p.Groups = append([]plan.Group{{
		Causes: []plan.Cause{causeAt("tenants/acme.yaml", 40, "spec.services.web.calls[0].cidr", "10.1.0.0/16", "0.0.0.0/0")},
		Places: []plan.Place{at}, Objects: []plan.ObjectChange{policy, db}, Risks: risks,
	}}, p.Groups...)
	e := &p.Tenants[0].Environments[0]
	e.OldTier, e.NewTier, e.Loses = "premium", "basic", []string{"backup", "strategy canary"}
	e.New, e.Fixed, e.Recreated, e.Changed = 1, 1, 1, 5
	e.Restarts = append(e.Restarts, "StatefulSet db")
	found, fixed := problem(40, manifest.High), problem(14, manifest.Medium)
	found.Message, found.Remedy = "egress to every address", "name a host"
	p.Findings = plan.Findings{New: []manifest.Problem{found}, Fixed: []manifest.Problem{fixed}, Unchanged: 3}
	p.Summary = plan.Summary{
		Tenants: 1, Environments: 1, Unchanged: 8, Changed: 5, Recreated: 1, Groups: 2, Restarts: 2, ProtectedRestarts: 2,
		Risks: map[plan.Class]int{plan.PodRestart: 1, plan.OpenedPath: 1, plan.ImmutableField: 1},
	}
	p.Skipped = []plan.Skipped{{What: "acme: workloads of https://git.example.com/acme.git", Reason: "they come from the tenant's own repository"}}
	return p
}

func nothingPlan() plan.Plan {
	return plan.Plan{Base: "4f1c9a7", Head: "working tree", Summary: plan.Summary{Unchanged: 12, Risks: map[plan.Class]int{}}, Findings: plan.Findings{Unchanged: 4}}
}

// heldPlan: nothing of the new revision can be rendered.
func heldPlan() plan.Plan {
	p := plan.Plan{Base: "4f1c9a7", Head: "working tree", Summary: plan.Summary{Risks: map[plan.Class]int{}}}
	for i, name := range []string{"acme", "shop"} {
		p.Tenants = append(p.Tenants, plan.Tenant{Name: name, Action: plan.Changed, Held: true})
		p.Findings.New = append(p.Findings.New, manifest.Problem{
			Check: "schema", Severity: manifest.Error, Message: "unknown field; did you mean spec.tier?", Tenant: name, Field: "spec.teir",
			Position: manifest.Position{File: "tenants/" + name + ".yaml", Line: 5 + i, Column: 3}, Rule: manifest.Position{File: "schemas/tenant.cue", Line: 9},
		})
	}
	return p
}

// plans are the hand-made ones, by the name of their golden files.
var plans = map[string]func() plan.Plan{
	"tier": tierPlan, "image": imagePlan, "removed": removedPlan, "refused": refusedPlan, "risky": riskyPlan, "nothing": nothingPlan, "held": heldPlan,
}

func TestPlanGolden(t *testing.T) {
	for name, make := range plans {
		for format, ext := range map[string]string{"text": ".txt", "markdown": ".md", "json": ".json"} {
			file := filepath.Join("testdata", "plan", name+ext)
			got := planned(t, format, make(), PlanOptions{Options: Options{Width: 100}, Link: "https://ci.example.com/runs/7"})
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got, "%s: go test ./internal/report -update", file)
		}
	}
}
