package proof

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
)

func quotaOf(spec string) string {
	return "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: acme}\nspec: " + spec + "\n---\n"
}

// lines writes lines as "resource steady peak hard", with a mark where it does not fit.
func lines(ls []Line) []string {
	var out []string
	for _, l := range ls {
		s := fmt.Sprintf("%s %s %s %s", l.Resource, l.Steady.String(), l.Peak.String(), l.Hard.String())
		if !l.Fits {
			s += " !"
		}
		out = append(out, s)
	}
	return out
}

func TestFit(t *testing.T) {
	web := rollout(4, `{blueGreen: {}}`)
	urgent := strings.Replace(rollout(1, `{canary: {}}`), "spec: {containers", "spec: {priorityClassName: urgent, containers", 1)
	urgent = strings.Replace(urgent, "name: web", "name: urgent", 1)
	for name, c := range map[string]struct {
		objects string
		want    []string
	}{
		"fits to the pod": {web + quotaOf(`{hard: {pods: 8, cpu: 800m, limits.memory: 1Gi}}`), []string{"cpu 400m 800m 800m", "limits.memory 512Mi 1Gi 1Gi", "pods 4 8 8"}},
		"one short":       {web + quotaOf(`{hard: {pods: 7, requests.cpu: 799m}}`), []string{"pods 4 8 7 !", "requests.cpu 400m 800m 799m !"}},
		"elsewhere":       {web + strings.Replace(quotaOf(`{hard: {pods: 1}}`), "acme", "other", 1), []string{"pods 0 0 1"}},
		"counts": {web + quotaOf(`{hard: {services: 2, count/replicasets.apps: 20, count/jobs.batch: 0, count/rollouts.argoproj.io: 1, count/configmaps: 1}}`) +
			"apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: acme}\nspec: {type: LoadBalancer, ports: [{}, {}]}",
			[]string{"count/configmaps 1 1 1", "count/jobs.batch 0 0 0", "count/replicasets.apps 11 12 20", "count/rollouts.argoproj.io 1 1 1", "services 1 1 2"}},
		"priority": {web + urgent + quotaOf(`{hard: {pods: 2}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: In, values: [urgent]}]}}`), []string{"pods 1 2 2"}},
		"not that": {web + urgent + quotaOf(`{hard: {pods: 2}, scopeSelector: {matchExpressions: [{scopeName: PriorityClass, operator: NotIn, values: [urgent]}]}}`), []string{"pods 4 8 2 !"}},
		"effort":   {web + podOf(`{activeDeadlineSeconds: 9, containers: [{name: a}]}`) + quotaOf(`{hard: {pods: 2}, scopes: [BestEffort]}`), []string{"pods 1 1 2"}},
		"deadline": {web + podOf(`{activeDeadlineSeconds: 9, containers: [{name: a}]}`) + quotaOf(`{hard: {pods: 2}, scopes: [Terminating]}`), []string{"pods 1 1 2"}},
		"both":     {web + podOf(`{activeDeadlineSeconds: 9, containers: [{name: a}]}`) + quotaOf(`{hard: {pods: 2}, scopes: [NotTerminating, NotBestEffort]}`), []string{"pods 4 8 2 !"}},
	} {
		t.Run(name, func(t *testing.T) {
			os := objects(t, c.objects)
			require.Equal(t, c.want, lines(Measure(os, Facts{}).Fit(os)))
		})
	}
}

func TestSidecars(t *testing.T) {
	refusing := strings.Replace(rollout(1, `{blueGreen: {}}`), "{spec: {containers", `{metadata: {annotations: {sidecar.istio.io/inject: "false"}}, spec: {containers`, 1)
	os := objects(t, rollout(4, `{blueGreen: {}}`)+strings.Replace(refusing, "name: web", "name: alone", 1)+quotaOf(`{hard: {requests.cpu: 1, limits.memory: 1Gi}}`))
	f := Facts{Sidecar: &Resources{
		Requests: map[string]resource.Quantity{"cpu": resource.MustParse("10m")},
		Limits:   map[string]resource.Quantity{"memory": resource.MustParse("1Mi")},
	}}
	m := Measure(os, f)
	have(t, m.Peak, "requests.cpu=1") // 8 + 2 pods
	have(t, m.Sidecars, "requests.cpu=80m limits.memory=8Mi")
	have(t, m.SteadySidecars, "requests.cpu=40m limits.memory=4Mi")
	require.Equal(t, []string{"limits.memory 644Mi 1288Mi 1Gi !", "requests.cpu 540m 1080m 1 !"}, lines(m.Fit(os)))
}

func TestNotExamined(t *testing.T) {
	os := objects(t, quotaOf(`{hard: {count/pods: 1, count/leases.coordination.k8s.io: 1, foo: 1, pods: 1}}`)+
		strings.Replace(quotaOf(`{hard: {pods: 1}, scopes: [CrossNamespacePodAffinity]}`), "name: q", "name: scoped", 1)+
		"apiVersion: example.com/v1\nkind: Crowd\nmetadata: {name: c}\nspec: {template: {spec: {containers: []}}}")
	m := Measure(os, Facts{})
	require.Equal(t, []string{
		"not examined: Crowd c", "not examined: ResourceQuota acme/scoped, for its scopes",
		"not examined: count/leases.coordination.k8s.io", "not examined: count/pods", "not examined: foo",
	}, m.Assumptions)
	require.Equal(t, []string{"pods 0 0 1"}, lines(m.Fit(os)))
}

func TestResourceName(t *testing.T) {
	for kind, want := range map[string]string{
		"networking.k8s.io/Ingress": "count/ingresses.networking.k8s.io", "networking.k8s.io/NetworkPolicy": "count/networkpolicies.networking.k8s.io",
		"gateway.networking.k8s.io/Gateway": "count/gateways.gateway.networking.k8s.io", "/ConfigMap": "count/configmaps", "/Endpoints": "count/endpoints",
		"security.istio.io/PeerAuthentication": "count/peerauthentications.security.istio.io", "batch/Job": "count/jobs.batch",
	} {
		group, kind, _ := strings.Cut(kind, "/")
		k := objects(t, "apiVersion: "+strings.TrimPrefix(group+"/v1", "/")+"\nkind: "+kind)[0].Key()
		require.Equal(t, want, resourceName(k))
	}
}

func TestDerivedObjects(t *testing.T) {
	os := objects(t, rollout(1, `{blueGreen: {prePromotionAnalysis: {templates: [{templateName: smoke}]}}}`)+smoke+`
apiVersion: batch/v1
kind: CronJob
metadata: {name: c, namespace: acme}
spec: {schedule: "@daily", concurrencyPolicy: Forbid, successfulJobsHistoryLimit: 2, jobTemplate: {spec: {template: {spec: {}}}}}
---
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: {name: db, namespace: acme}
spec: {instances: 1, storage: {size: 1Gi}}
`)
	m := Measure(os, Facts{})
	// Runs: 5 good, 5 bad ones kept, 2 at the peak, a Job each. The CronJob keeps 2 and 1 and runs 1; an instance joins.
	have(t, m.Steady, "count/analysisruns.argoproj.io=10 count/jobs.batch=14 count/analysistemplates.argoproj.io=2 services=3 count/secrets=5")
	have(t, m.Peak, "count/analysisruns.argoproj.io=12 count/jobs.batch=17")
}
