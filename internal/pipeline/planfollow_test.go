package pipeline

import (
	"context"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// A group tells of the fields that its changes follow, and not of others that reach the same places; a risk tells the
// line of the one that it follows.
func TestPlanFollows(t *testing.T) {
	edit := func(files map[string]string, file, old, new string) {
		require.Contains(t, files[file], old)
		files[file] = strings.Replace(files[file], old, new, 1)
	}
	base := maps.Clone(planned)
	edit(base, "tenants/acme.yaml", "web:1.0.0, ", "web:1.0.0, env: {A: b}, replicas: 2, ")
	head := maps.Clone(base)
	edit(head, "tenantsmith.yaml", "logLevel: info", "logLevel: debug") // makes nothing
	edit(head, "tenants/acme.yaml", "web:1.0.0, env: {A: b}, replicas: 2, ", "web:1.1.0, replicas: 1, ")
	edit(head, "tenants/acme.yaml", "root:1.0.0", "root:1.2.0")
	edit(head, "tenants/shop/tenant.yaml", "api:1.0.0", "api:1.1.0")
	edit(head, "tenants/shop/patches/production/note.yaml", "note: a", "note: b")
	out, err := Plan(context.Background(), repository(base), repository(head), PlanOptions{})
	require.NoError(t, err)
	fields := func(at plan.Place, name, path string) (causes []string) {
		for _, g := range out.Plan.Groups {
			for _, o := range g.Objects {
				for _, f := range o.Fields {
					if o.Object.Name == name && g.Places[0] == at && strings.Contains(f.Path.String(), path) {
						for _, c := range g.Causes {
							causes = append(causes, c.Field)
						}
						return causes
					}
				}
			}
		}
		t.Fatalf("no change of %s in %s", path, name)
		return nil
	}
	development := plan.Place{Tenant: "acme", Environment: "development"}
	require.Equal(t, []string{"spec.services.web.image", "spec.services.web.env.A", "spec.services.web.replicas", "spec.services.root.image"}, fields(development, "web", "image"))
	require.NotContains(t, fields(plan.Place{Tenant: "shop", Environment: "development"}, "api", "image"), "spec.defaults.spec.monitoring.logLevel")
	require.Equal(t, []string{"patch[0].value.note"}, fields(plan.Place{Tenant: "shop", Environment: "production"}, "web", "note"))
	lines := map[string]string{}
	for _, g := range out.Plan.Groups {
		for _, r := range g.Risks {
			lines[string(r.Class)+" "+r.Object.String()] = r.Cause.String()
		}
	}
	require.Equal(t, "tenants/acme.yaml:10:55", lines["quota-shrink ResourceQuota acme-development/objects"])
	require.Equal(t, "tenants/acme.yaml:10:55", lines["removed-guard PodDisruptionBudget acme-development/web"])
	require.Empty(t, lines["pod-restart Rollout acme-development/web"], "two fields restart it")
	for _, tenant := range out.Plan.Tenants {
		for _, e := range tenant.Environments {
			for _, r := range e.Risks {
				if r.Class == plan.RemovedGuard {
					require.Equal(t, "tenants/acme.yaml:10:55", r.Cause.String(), "in %s", e.Environment)
				}
			}
		}
	}
}
