package generators

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// inAudit puts guards of an environment in audit.
func inAudit(e *schemas.Environment, guards ...string) {
	modes := reflect.ValueOf(&e.Spec.Guards).Elem()
	for i := range modes.NumField() {
		for _, guard := range guards {
			if modes.Type().Field(i).Tag.Get("json") == guard {
				modes.Field(i).SetString(schemas.Audit)
			}
		}
	}
}

var everyGuard = []string{"accounts", "admission", "limits", "mesh", "network", "quota"}

// meshed is a tenant of all guards: on a cluster with a mesh, Cilium and policies of the whole cluster.
func meshed() (*schemas.Tenant, *schemas.Environment) {
	t := sample("enterprise")
	e := &t.Environments[1]
	cluster := *e.Cluster
	cluster.Mesh, cluster.DataPlane, cluster.CNI, cluster.ClusterNetworkPolicy = schemas.Istio, "sidecar", schemas.Cilium, true
	e.Cluster = &cluster
	return t, e
}

// harmless are kinds that change nothing for what runs already, and nothing for pods to come.
var harmless = []string{"Namespace", "Role", "RoleBinding", "ServiceAccount"}

// With every guard in audit nothing is enforced that could touch what runs in the namespace already.
func TestFirstPublishTouchesNothing(t *testing.T) {
	tenant, e := meshed()
	inAudit(e, everyGuard...)
	objects := guardRails(tenant, e)
	for _, o := range objects {
		require.Contains(t, harmless, o.Kind(), o.Key())
		require.NotEqual(t, "default", o.Name(), o.Key())
	}
	labels := at(t, one(t, objects, "Namespace", e.Namespace), "metadata.labels").(map[string]any)
	for _, key := range []string{"pod-security.kubernetes.io/enforce", "pod-security.kubernetes.io/enforce-version", "istio-injection", "policy.sigstore.dev/include"} {
		require.NotContains(t, labels, key)
	}
	require.Equal(t, "restricted", labels["pod-security.kubernetes.io/warn"])
	for _, guard := range everyGuard {
		require.Equal(t, "audit", labels["guards.tenantsmith.dev/"+guard])
	}
	golden(t, "audit-enforced", objects)
	golden(t, "audit-beside", Audit(tenant, e, Generate(tenant, e)))
}

// What is enforced and what stands beside it are together what is rendered once every guard is enforced, whichever
// guards are in audit; only the Namespace is on both sides.
func TestAuditIsTheRest(t *testing.T) {
	for set := range 1 << len(everyGuard) {
		tenant, e := meshed()
		all := Generate(tenant, e)
		var guards []string
		for i, guard := range everyGuard {
			if set&(1<<i) != 0 {
				guards = append(guards, guard)
			}
		}
		inAudit(e, guards...)
		require.Equal(t, guards, e.Spec.Guards.Audited())
		whole := map[manifest.Key]map[string]any{}
		enforced := Generate(tenant, e)
		for _, o := range enforced {
			whole[o.Key()] = o.Tree
		}
		for _, o := range Audit(tenant, e, enforced) {
			_, both := whole[o.Key()]
			require.Equal(t, o.Kind() == "Namespace", both, "%v: %s", guards, o.Key())
			whole[o.Key()] = o.Tree
		}
		require.Len(t, whole, len(all), guards)
		for _, o := range all {
			require.Equal(t, o.Tree, whole[o.Key()], "%v: %s", guards, o.Key())
		}
	}
}

func TestPodSecurityLevel(t *testing.T) {
	tenant, e := meshed()
	e.Spec.PodSecurity = "baseline"
	labels := at(t, one(t, Generate(tenant, e), "Namespace", e.Namespace), "metadata.labels").(map[string]any)
	for mode, level := range map[string]string{"enforce": "baseline", "warn": "restricted", "audit": "restricted"} {
		require.Equal(t, level, labels["pod-security.kubernetes.io/"+mode])
	}
}
