package plan

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const workload = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: %[1]s, namespace: %[2]s}
spec:
  template:
    spec:
      containers:
      - {name: %[1]s, image: "ghcr.io/example/%[1]s:%[3]s", env: [{name: TENANT, value: %[2]s}]}
---
apiVersion: v1
kind: LimitRange
metadata: {name: limits, namespace: %[2]s}
spec: {limits: [{type: Container, max: {memory: %[4]s}}]}
`

// shown writes groups the way a reader would count them.
func shown(groups []Group) []string {
	var out []string
	for _, g := range groups {
		s := fmt.Sprintf("%d places from %s/%s:", len(g.Places), g.Places[0].Tenant, g.Places[0].Environment)
		if g.Varies {
			s += " varies:"
		}
		for _, o := range g.Objects {
			s += fmt.Sprintf(" %s %s %s", o.Action, o.Object.Kind, o.Object.Name)
			for _, f := range o.Fields {
				s += " " + f.Path.String()
			}
		}
		out = append(out, s)
	}
	return out
}

func TestTheCommonPartIsOneGroup(t *testing.T) {
	var in Input
	for i, tenant := range []string{"acme", "beta", "crm", "web"} {
		for _, e := range []string{"development", "production"} {
			version := "1"
			if i == 1 {
				version = "2" // beta changes its image as well
			}
			ns := tenant + "-" + e
			in.Environments = append(in.Environments, env(t, tenant, e, fmt.Sprintf(workload, "web", ns, "1", "1Gi"), fmt.Sprintf(workload, "web", ns, version, "2Gi")))
		}
	}
	p := New(in)
	require.Equal(t, []string{
		"2 places from beta/development: changed Rollout web spec.template.spec.containers[0].image",
		"8 places from acme/development: changed LimitRange limits spec.limits[0].max.memory",
	}, shown(p.Groups))
	require.Equal(t, 2, p.Summary.Restarts)
	require.Equal(t, 1, p.Summary.ProtectedRestarts)
	require.Equal(t, []string{"Rollout web"}, p.Tenants[1].Environments[0].Restarts)
}

// TestNamesAreNeutral: what holds the tenant's own name is the same for all, and a tenant whose name is an ordinary
// word is no exception.
func TestNamesAreNeutral(t *testing.T) {
	text := `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings-%[1]s, namespace: %[1]s-%[2]s}
data: {host: "%[1]s.%[2]s.example.com", app: web, %[3]s: "%[1]s/%[2]s"}
`
	var in Input
	for _, tenant := range []string{"acme", "shop", "web"} {
		for _, e := range []string{"production", "staging"} {
			in.Environments = append(in.Environments, env(t, tenant, e, fmt.Sprintf(text, tenant, e, "a"), fmt.Sprintf(text, tenant, e, "b")))
		}
	}
	require.Equal(t, []string{"6 places from acme/production: changed ConfigMap settings-acme data.a data.b"}, shown(New(in).Groups))
}

// TestATenantNamedAsItsService: the workload web changes in the same way for all, also for the tenant of that name.
func TestATenantNamedAsItsService(t *testing.T) {
	var in Input
	for _, tenant := range []string{"acme", "shop", "web"} {
		ns := tenant + "-production"
		in.Environments = append(in.Environments, env(t, tenant, "production", fmt.Sprintf(workload, "web", ns, "1", "1Gi"), fmt.Sprintf(workload, "web", ns, "2", "1Gi")))
	}
	require.Equal(t, []string{"3 places from acme/production: changed Rollout web spec.template.spec.containers[0].image"}, shown(New(in).Groups))
}

// TestTwiceIsNotOnce: two equal elements more are another change than one.
func TestTwiceIsNotOnce(t *testing.T) {
	text := "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: %s-production}, secrets: %s}"
	var in Input
	for tenant, secrets := range map[string]string{"acme": "[{a: b}]", "shop": "[{a: b}, {a: b}]"} {
		in.Environments = append(in.Environments, env(t, tenant, "production", fmt.Sprintf(text, tenant, "[]"), fmt.Sprintf(text, tenant, secrets)))
	}
	require.Equal(t, []string{
		"2 places from acme/production: changed ServiceAccount web secrets[0]",
		"1 places from shop/production: changed ServiceAccount web secrets[1]",
	}, shown(New(in).Groups))
}

func TestWeakenIsolation(t *testing.T) {
	p := change(sample(t), edited(t, "Service web spec.type", "NodePort", "ResourceQuota compute", gone, "LimitRange limits spec.limits[0].max.memory", "8Gi", "ClusterRoleBinding acme-all subjects[0].name", "bob", "StatefulSet store spec.serviceName", "x"))
	require.Equal(t, map[Class]int{OpenedPath: 1, RemovedGuard: 2, WiderRole: 1, ImmutableField: 1, PodRestart: 1}, p.Summary.Risks)
	weaken := slices.DeleteFunc(risksOf(p), func(r Risk) bool { return !r.Weakens() })
	require.Len(t, weaken, 3, "a quota that is higher opens nothing")
}

func TestCauseOfARisk(t *testing.T) {
	in := Input{Environments: []Environment{env(t, "acme", "production", fmt.Sprintf(workload, "web", "acme-production", "1", "1Gi"), fmt.Sprintf(workload, "web", "acme-production", "2", "1Gi"))}}
	e := &in.Environments[0]
	for i := range e.New.Objects {
		e.New.Objects[i].Subject = "spec.services.web"
	}
	at := func(line int) manifest.Position { return manifest.Position{File: "tenants/acme.yaml", Line: line} }
	e.Causes = []Cause{{Position: at(3), Field: "spec.displayName"}, {Position: at(9), Field: "spec.services.web.image"}, {Position: at(20), Field: "spec.services.website.image"}}
	require.Equal(t, at(9), New(in).Groups[0].Risks[0].Cause)
	e.Causes = e.Causes[:1]
	require.Equal(t, at(3), New(in).Groups[0].Risks[0].Cause)
	e.Causes = nil
	require.Zero(t, New(in).Groups[0].Risks[0].Cause)
}

func TestFewDifferencesAreToldOneByOne(t *testing.T) {
	var in Input
	for i := range 12 {
		ns := fmt.Sprintf("t%02d-production", i)
		memory := map[int]string{3: "5Gi", 4: "6Gi"}[i]
		if memory == "" {
			memory = "2Gi"
		}
		in.Environments = append(in.Environments, env(t, fmt.Sprintf("t%02d", i), "production", fmt.Sprintf(workload, "web", ns, "1", "1Gi"), fmt.Sprintf(workload, "web", ns, "1", memory)))
	}
	require.Equal(t, []string{
		"10 places from t00/production: changed LimitRange limits spec.limits[0].max.memory",
		"1 places from t03/production: changed LimitRange limits spec.limits[0].max.memory",
		"1 places from t04/production: changed LimitRange limits spec.limits[0].max.memory",
	}, shown(New(in).Groups))
}

// TestDigestsInNames: files in a hashed ConfigMap change; the ConfigMap is the same one for people, and the digest in
// the Rollout is the same change for all tenants, whatever their files hold.
func TestDigestsInNames(t *testing.T) {
	text := `
apiVersion: v1
kind: ConfigMap
metadata: {name: web-files-%[2]s, namespace: %[1]s-production}
immutable: true
data: {level: %[3]s, own: %[1]s}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: %[1]s-production}
spec: {template: {spec: {volumes: [{name: files, configMap: {name: web-files-%[2]s}}]}}}
`
	var in Input
	for i, tenant := range []string{"acme", "beta"} {
		in.Environments = append(in.Environments, env(t, tenant, "production",
			fmt.Sprintf(text, tenant, fmt.Sprintf("aaaa000%d", i), "info"), fmt.Sprintf(text, tenant, fmt.Sprintf("bbbb000%d", i), "debug")))
	}
	p := New(in)
	require.Equal(t, []string{
		"2 places from acme/production: changed ConfigMap web-files-bbbb0000 data.level metadata.name changed Rollout web spec.template.spec.volumes[0].configMap.name",
	}, shown(p.Groups))
	require.Equal(t, map[Class]int{PodRestart: 2}, p.Summary.Risks, "another content is another object: nothing is immutable")
}

func TestRecreatedIsTold(t *testing.T) {
	text := `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: store, namespace: %[1]s-production, labels: {v: %[3]q}}
spec: {serviceName: %[2]s, template: {spec: {containers: []}}}
`
	var in Input
	for i, tenant := range []string{"acme", "beta", "crm"} {
		name := "store"
		if i == 2 {
			name = "other"
		}
		in.Environments = append(in.Environments, env(t, tenant, "production", fmt.Sprintf(text, tenant, "store", "1"), fmt.Sprintf(text, tenant, name, "2")))
	}
	p := New(in)
	require.Equal(t, []string{
		"1 places from crm/production: recreated StatefulSet store spec.serviceName",
		"3 places from acme/production: changed StatefulSet store metadata.labels.v",
	}, shown(p.Groups))
	require.Equal(t, 1, p.Summary.Recreated)
	require.Equal(t, 3, p.Summary.Changed, "the recreated one counts as changed")
}

// TestNamespaceMoves: everything is made anew under the new name.
func TestNamespaceMoves(t *testing.T) {
	text := `
apiVersion: v1
kind: Namespace
metadata: {name: %[1]s}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: %[1]s}
spec: {resources: {requests: {storage: 1Gi}}}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: %[1]s, namespace: argocd}
spec: {destinations: [{namespace: %[1]s}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: %[1]s}
spec: {podSelector: {}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %[1]s}}}]}]}
`
	in := Input{Environments: []Environment{env(t, "acme", "production", fmt.Sprintf(text, "acme-production"), fmt.Sprintf(text, "live"))}}
	in.Environments[0].New.Namespace = "live"
	p := New(in)
	require.Equal(t, 4, p.Summary.Recreated)
	require.Zero(t, p.Summary.Added+p.Summary.Removed)
	require.Equal(t, map[Class]int{DataLoss: 2}, p.Summary.Risks)
	require.Equal(t, `data-loss critical Namespace live : acme-production becomes live: a namespace cannot be renamed, so everything is made anew there, and empty; what is in the old one is left behind or deleted
data-loss critical PersistentVolumeClaim data : the claim is deleted, and the volume with its data, unless its class keeps volumes
`, told(p.Groups[0].Risks))
}

func TestTenantsThatComeGoAndAreHeld(t *testing.T) {
	one := fmt.Sprintf(workload, "web", "x", "1", "1Gi")
	in := Input{
		Held:    []string{"held"},
		Skipped: []Skipped{{What: "broken/production", Reason: "the base revision cannot be rendered"}},
		Environments: []Environment{
			env(t, "held", "production", one, ""), env(t, "broken", "production", "", one), env(t, "comes", "production", "", one), env(t, "goes", "production", one, ""),
		},
	}
	in.Environments[0].New, in.Environments[1].Old, in.Environments[2].Old, in.Environments[3].New = nil, nil, nil, nil
	p := New(in)
	require.Equal(t, []string{"1 places from comes/production: added LimitRange limits added Rollout web", "1 places from goes/production: removed LimitRange limits removed Rollout web"}, shown(p.Groups))
	names := map[string]Action{}
	for _, tenant := range p.Tenants {
		names[tenant.Name] = tenant.Action
		require.Equal(t, tenant.Name == "held", tenant.Held)
	}
	require.Equal(t, map[string]Action{"comes": Added, "goes": Removed, "held": Changed}, names)
	require.Equal(t, Summary{Tenants: 2, Environments: 2, Added: 2, Removed: 2, Groups: 2, Risks: map[Class]int{}}, p.Summary)
}

func TestCauses(t *testing.T) {
	in := Input{}
	for _, tenant := range []string{"acme", "beta"} {
		ns := tenant + "-production"
		e := env(t, tenant, "production", fmt.Sprintf(workload, "web", ns, "1", "1Gi"), fmt.Sprintf(workload, "web", ns, "1", "2Gi"))
		e.Causes = []Cause{
			{Position: manifest.Position{File: "tenants/" + tenant + ".yaml", Line: 4}, Field: "spec.displayName"},
			{Position: manifest.Position{File: "tenantsmith.yaml", Line: 12}, Field: "spec.tiers.premium.cpu"},
		}
		if tenant == "beta" {
			e.Causes = e.Causes[1:]
		}
		in.Environments = append(in.Environments, e)
	}
	p := New(in)
	require.Len(t, p.Groups, 1)
	require.Equal(t, []Cause{{Position: manifest.Position{File: "tenantsmith.yaml", Line: 12}, Field: "spec.tiers.premium.cpu"}}, p.Groups[0].Causes)
}

func TestAmountsAndCost(t *testing.T) {
	old, new := sample(t), edited(t, "ResourceQuota compute spec.hard", `{requests.cpu: "6", pods: "40", services: "5"}`, "Cluster main spec.instances", "3", "Service web spec.type", "LoadBalancer")
	in := Input{Prices: &Prices{Currency: "EUR", CPU: 20, MemoryGiB: 3, Database: 50, LoadBalancer: 12}, Environments: []Environment{{
		Place: Place{"acme", "production"},
		Old:   &Side{Namespace: "acme-production", Objects: old, Steady: quantities{"requests.cpu": resource.MustParse("1500m"), "requests.memory": resource.MustParse("2Gi")}},
		New:   &Side{Namespace: "acme-production", Objects: new, Steady: quantities{"requests.cpu": resource.MustParse("2"), "requests.memory": resource.MustParse("2048Mi")}},
	}}}
	p := New(in)
	e := p.Tenants[0].Environments[0]
	write := func(amounts []Amount) []string {
		var out []string
		for _, a := range amounts {
			text := func(q *resource.Quantity) string {
				if q == nil {
					return "none"
				}
				return q.String()
			}
			out = append(out, a.Name+" "+text(a.Old)+" "+text(a.New))
		}
		return out
	}
	require.Equal(t, []string{"requests.cpu 4 6", "requests.memory 8Gi none", "services none 5"}, write(e.Quota))
	require.Equal(t, []string{"requests.cpu 1500m 2"}, write(e.Steady))
	require.Equal(t, &Cost{Currency: "EUR", Old: 30 + 6 + 100 + 12, New: 40 + 6 + 150 + 24, Parts: []CostPart{{"compute", 30, 40}, {"databases", 100, 150}, {"load balancers", 12, 24}}}, e.Cost)
	require.Equal(t, e.Cost, p.Cost)
	in.Prices = nil
	require.Nil(t, New(in).Cost)
}

// TestJobsOfAVersion: a Job with a digest in its name is the Job of another version, and nothing that is refused.
func TestJobsOfAVersion(t *testing.T) {
	text := `
apiVersion: batch/v1
kind: Job
metadata: {name: web-migrate-%[2]s, namespace: %[1]s-production}
spec: {suspend: %[4]s, template: {spec: {containers: [{name: migrate, image: "a:%[3]s"}]}}}
`
	job := func(digest, image, suspend string) string {
		return fmt.Sprintf(text, "acme", digest, image, suspend)
	}
	p := New(Input{Environments: []Environment{env(t, "acme", "production", job("aaaa0000", "1", "false"), job("bbbb0000", "2", "false"))}})
	require.Equal(t, []string{
		"1 places from acme/production: changed Job web-migrate-bbbb0000 metadata.name spec.template.spec.containers[0].image",
	}, shown(p.Groups))
	require.Equal(t, map[Class]int{PodRestart: 1}, p.Summary.Risks)
	p = New(Input{Environments: []Environment{env(t, "acme", "production", job("aaaa0000", "1", "false"), job("bbbb0000", "2", "true"))}})
	require.Empty(t, p.Summary.Risks, "a tenant that sleeps runs nothing")
}
