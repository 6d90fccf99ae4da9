package proof

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// objects reads YAML documents as objects.
func objects(t testing.TB, text string) []manifest.Object {
	docs, problems := manifest.Parse("t.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	var out []manifest.Object
	for _, d := range docs {
		os, problems := manifest.Objects(d)
		require.Empty(t, problems)
		out = append(out, os...)
	}
	return out
}

// template is a pod of 100m CPU and 64Mi memory, limit 128Mi.
const template = `{spec: {containers: [{name: app, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}}]}}`

func rollout(replicas int, strategy string) string {
	return fmt.Sprintf(`
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: acme}
spec: {replicas: %d, template: %s, strategy: %s}
---
`, replicas, template, strategy)
}

// have compares the resources that want names, in the notation "name=quantity".
func have(t testing.TB, d Demand, want string) {
	t.Helper()
	for pair := range strings.FieldsSeq(want) {
		name, value, _ := strings.Cut(pair, "=")
		q, w := d[name], resource.MustParse(value)
		require.Zero(t, q.Cmp(w), "%s: %s, want %s", name, q.String(), value)
	}
}

const smoke = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: smoke, namespace: acme}
spec:
  metrics:
  - {name: a, provider: {job: {spec: {parallelism: 2, completions: 2, template: {spec: {containers: [{name: c, resources: {requests: {cpu: 10m}}}]}}}}}}
  - {name: b, provider: {prometheus: {query: up}}}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: composed, namespace: acme}
spec: {templates: [{templateName: smoke}, {templateName: composed}]}
---
`

func TestNeeds(t *testing.T) {
	apps := func(kind, spec string) string {
		return fmt.Sprintf("apiVersion: apps/v1\nkind: %s\nmetadata: {name: web, namespace: acme}\nspec: {template: %s, %s}\n---\n", kind, template, spec)
	}
	batch := func(kind, spec string) string {
		return fmt.Sprintf("apiVersion: batch/v1\nkind: %s\nmetadata: {name: web, namespace: acme}\nspec: %s\n---\n", kind, spec)
	}
	slowly := strings.Replace(template, "{spec: {", "{spec: {terminationGracePeriodSeconds: 300, ", 1)
	routed := `canary: {trafficRouting: {istio: {}}, %s}`
	for name, c := range map[string]struct {
		objects      string
		steady, peak int64
		why, demand  string
	}{
		// 5 + ceil(1.25)
		"canary, default surge":   {rollout(5, `{canary: {}}`), 5, 7, "surge of 25 %", "pods=7 requests.cpu=700m requests.memory=448Mi limits.memory=896Mi"},
		"canary, surge 1":         {rollout(5, `{canary: {maxSurge: 1}}`), 5, 6, "surge of 1", "pods=6"},
		"canary, quoted 1 is 1 %": {rollout(300, `{canary: {maxSurge: "1"}}`), 300, 303, "surge of 1 %", "requests.cpu=30300m"},
		"canary, no surge":        {rollout(5, `{canary: {maxSurge: 0, maxUnavailable: 1}}`), 5, 5, "", "pods=5"},
		"no replicas wanted":      {rollout(0, `{canary: {}}`), 0, 0, "", ""},
		"routed":                  {rollout(4, `{`+fmt.Sprintf(routed, `steps: [{setWeight: 20}]`)+`}`), 4, 9, "both versions whole, a pod of a third", "pods=9 requests.cpu=900m"},
		"empty routing is one":    {rollout(4, `{canary: {trafficRouting: {}}}`), 4, 9, "both versions whole, a pod of a third", ""},
		"no routing":              {rollout(4, `{canary: {trafficRouting: null}}`), 4, 5, "surge of 25 %", ""},
		"canary scale above":      {rollout(2, `{`+fmt.Sprintf(routed, `steps: [{setCanaryScale: {replicas: 5}}]`)+`}`), 2, 8, "both versions whole, a canary of 5, a pod of a third", ""},
		"canary scale below":      {rollout(4, `{`+fmt.Sprintf(routed, `steps: [{setCanaryScale: {replicas: 1}}], minPodsPerReplicaSet: 9`)+`}`), 4, 9, "both versions whole, a pod of a third", ""},
		// ceil(3 x 150 / 100) = 5
		"canary scale by weight": {rollout(3, `{`+fmt.Sprintf(routed, `steps: [{setCanaryScale: {weight: 150}}]`)+`}`), 3, 9, "both versions whole, a canary of 5, a pod of a third", ""},
		"blueGreen":              {rollout(3, `{blueGreen: {previewReplicaCount: 1}}`), 3, 6, "both versions whole", "pods=6 limits.memory=768Mi"},
		"preview above":          {rollout(3, `{blueGreen: {previewReplicaCount: 5}}`), 3, 8, "both versions whole, a preview of 5", ""},
		"blueGreen that stops slowly": {strings.Replace(rollout(3, `{blueGreen: {}}`), template, slowly, 1), 3, 9,
			"both versions whole, 3 pods that take up to 300 s to stop", "requests.cpu=900m"},
		// 4 + 1, and 1 + 1 that may stop at once
		"rolling that stops slowly": {strings.Replace(rollout(4, `{canary: {}}`), template, slowly, 1), 4, 7, "surge of 25 %, 2 pods that take up to 300 s to stop", ""},
		"experiment": {rollout(4, `{`+fmt.Sprintf(routed, `steps: [{experiment: {templates: [{name: a, specRef: stable}, {name: b, specRef: canary, replicas: 2}]}}]`)+`}`),
			4, 12, "both versions whole, a pod of a third, 3 pods of an experiment", "requests.cpu=1200m"},
		"jobs of a canary, background beside a step": {rollout(4, `{canary: {analysis: {templates: [{templateName: smoke}]}, steps: [
			{analysis: {templates: [{templateName: composed}]}}, {analysis: {templates: [{templateName: smoke}]}}]}}`) + smoke,
			4, 9, "surge of 25 %, 4 pods of Jobs of analyses", "pods=9 requests.cpu=540m"},
		"jobs of blueGreen, one run after the other": {rollout(4, `{blueGreen: {prePromotionAnalysis: {templates: [{templateName: smoke}]},
			postPromotionAnalysis: {templates: [{templateName: composed}]}}}`) + smoke, 4, 10, "both versions whole, 2 pods of Jobs of analyses", "requests.cpu=820m"},

		"Deployment":           {apps("Deployment", "replicas: 5"), 5, 7, "surge of 25 %", "requests.memory=448Mi"},
		"Deployment, no word":  {apps("Deployment", "paused: false"), 1, 2, "surge of 25 %", ""},
		"Deployment, half":     {apps("Deployment", "replicas: 5, strategy: {rollingUpdate: {maxSurge: 50%}}"), 5, 8, "surge of 50 %", ""},
		"Deployment, Recreate": {apps("Deployment", "replicas: 5, strategy: {type: Recreate}"), 5, 5, "", ""},
		"ReplicaSet":           {apps("ReplicaSet", "replicas: 2"), 2, 2, "", ""},
		"StatefulSet with claims": {apps("StatefulSet", "replicas: 3, volumeClaimTemplates: [{spec: {storageClassName: fast, resources: {requests: {storage: 2Gi}}}}, {spec: {resources: {requests: {storage: 1Gi}}}}]"),
			3, 3, "", "pods=3 persistentvolumeclaims=6 requests.storage=9Gi fast.storageclass.storage.k8s.io/requests.storage=6Gi fast.storageclass.storage.k8s.io/persistentvolumeclaims=3"},
		"Pod":         {"apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: acme}\nspec: {containers: [{resources: {limits: {cpu: 1}}}]}", 1, 1, "", "requests.cpu=1 limits.cpu=1"},
		"Job":         {batch("Job", "{template: "+template+"}"), 1, 1, "", "requests.cpu=100m"},
		"Job, queue":  {batch("Job", "{parallelism: 3, template: "+template+"}"), 3, 3, "", ""},
		"Job, last":   {batch("Job", "{parallelism: 3, completions: 2, template: "+template+"}"), 2, 2, "", ""},
		"Job, step":   {`{apiVersion: batch/v1, kind: Job, metadata: {name: web, namespace: acme, labels: {tenantsmith.dev/phase: before-1}}, spec: {template: ` + template + `}}`, 0, 1, "a step before the release", ""},
		"CronJob":     {batch("CronJob", "{schedule: '0 2 * * *', concurrencyPolicy: Forbid, jobTemplate: {spec: {parallelism: 2, template: "+template+"}}}"), 2, 2, "", ""},
		"CronJob two": {batch("CronJob", "{schedule: '0 2 * * *', concurrencyPolicy: Replace, jobTemplate: {spec: {template: "+template+"}}}"), 2, 2, "a run that stops beside the next", ""},
		// (600 + 30) / 300, and the one that begins
		"CronJob many": {batch("CronJob", "{schedule: '*/5 * * * *', jobTemplate: {spec: {activeDeadlineSeconds: 600, template: "+template+"}}}"), 3, 3, "3 runs that overlap until their deadline", ""},
		"ScaledJob":    {"apiVersion: keda.sh/v1alpha1\nkind: ScaledJob\nmetadata: {name: web, namespace: acme}\nspec: {maxReplicaCount: 7, jobTargetRef: {parallelism: 2, template: " + template + "}}", 14, 14, "", "requests.cpu=1400m"},
		"database": {"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: web, namespace: acme}\nspec: {instances: 3, storage: {size: 10Gi, storageClass: fast}, walStorage: {size: 2Gi}, resources: {requests: {cpu: 1, memory: 2Gi}}}",
			3, 4, "a Job that joins an instance", "pods=4 requests.cpu=4 requests.memory=8Gi persistentvolumeclaims=6 requests.storage=36Gi fast.storageclass.storage.k8s.io/requests.storage=30Gi"},
		"claim": {"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web, namespace: acme}\nspec: {storageClassName: slow, resources: {requests: {storage: 5Gi}}}", 0, 0, "",
			"requests.storage=5Gi slow.storageclass.storage.k8s.io/requests.storage=5Gi persistentvolumeclaims=1 pods=0"},
		"DaemonSet": {apps("DaemonSet", "minReadySeconds: 1"), 0, 0, "", "pods=0"},
		"Experiment": {"apiVersion: argoproj.io/v1alpha1\nkind: Experiment\nmetadata: {name: web, namespace: acme}\nspec: {analyses: [{templateName: smoke}], templates: [{name: a, replicas: 2, template: " + template + "}]}\n---" + smoke,
			4, 4, "", "requests.cpu=220m"},
		"AnalysisRun": {"apiVersion: argoproj.io/v1alpha1\nkind: AnalysisRun\nmetadata: {name: web, namespace: acme}\nspec: {metrics: [{name: a, provider: {job: {spec: {template: " + template + "}}}}]}", 1, 1, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := Measure(objects(t, c.objects), Facts{})
			require.Len(t, m.Needs, 1)
			n := m.Needs[0]
			require.Equal(t, "web", n.Key.Name)
			require.Equal(t, []any{c.steady, c.peak, c.why}, []any{n.Steady, n.Peak, n.Why})
			have(t, n.PeakDemand, c.demand)
			have(t, m.Peak, c.demand)
		})
	}
}

func TestAutoscalersDecideReplicas(t *testing.T) {
	hpa := func(target string) string {
		return "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: a, namespace: acme}\nspec: {maxReplicas: 9, scaleTargetRef: {" + target + "}}\n---\n"
	}
	keda := func(spec string) string {
		return "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {name: a, namespace: acme}\nspec: {" + spec + "}\n---\n"
	}
	web := rollout(3, `{blueGreen: {}}`)
	bare := strings.Replace(web, "replicas: 3, ", "", 1)
	for name, c := range map[string]struct {
		objects string
		steady  int64
	}{
		"its own word":       {web, 3},
		"nothing":            {bare, 1},
		"HPA":                {bare + hpa("apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web"), 9},
		"other version":      {bare + hpa("apiVersion: argoproj.io/v2, kind: Rollout, name: web"), 9},
		"other kind":         {web + hpa("apiVersion: apps/v1, kind: Deployment, name: web"), 3},
		"other name":         {web + hpa("apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: api"), 3},
		"KEDA":               {bare + keda("maxReplicaCount: 20, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}"), 20},
		"KEDA's own maximum": {bare + keda("scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web}"), 100},
		"KEDA, a Deployment": {web + keda("scaleTargetRef: {name: web}"), 3},
	} {
		t.Run(name, func(t *testing.T) {
			m := Measure(objects(t, c.objects), Facts{})
			require.Equal(t, []int64{c.steady, 2 * c.steady}, []int64{m.Needs[0].Steady, m.Needs[0].Peak})
		})
	}
}

func TestWorkloadRef(t *testing.T) {
	m := Measure(objects(t, `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: acme}
spec: {replicas: 2, template: `+template+`}
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: acme}
spec: {replicas: 2, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}, strategy: {blueGreen: {}}}
`), Facts{})
	require.Len(t, m.Needs, 2)
	have(t, m.Needs[1].PeakDemand, "pods=4 requests.cpu=400m")
	have(t, m.Peak, "pods=7 requests.cpu=700m") // 3 and 4
	have(t, m.Steady, "pods=4")

	m = Measure(objects(t, `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: web, namespace: acme}
spec: {replicas: 2, workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}, strategy: {blueGreen: {}}}
`), Facts{})
	require.Equal(t, "Rollout acme/web cannot be counted: its pod is that of Deployment acme/web, which is not among the objects", m.Unbounded[0].Message)
}

func TestUnbounded(t *testing.T) {
	for text, want := range map[string]string{
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: web}":                                                      "high DaemonSet web runs on every node: its pods cannot be counted",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: many}":                             "high Deployment web cannot be counted: replicas is no number that Kubernetes accepts: many",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3000000000}":                       "high Deployment web cannot be counted: replicas is no number that Kubernetes accepts: 3000000000",
		"apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: web}\nspec: {schedule: '@daily'}":                           "low CronJob web may run without bound beside itself: it allows overlapping runs and sets no activeDeadlineSeconds",
		rollout(1, `{blueGreen: {scaleDownDelaySeconds: 0}}`):                                                              "high Rollout acme/web keeps every old version whole for ever: scaleDownDelaySeconds is 0",
		"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {strategy: {rollingUpdate: {maxSurge: '1'}}}": "high Deployment web cannot be counted: maxSurge is no number that Kubernetes accepts: 1",
	} {
		m := Measure(objects(t, text), Facts{})
		require.Len(t, m.Unbounded, 1)
		p := m.Unbounded[0]
		require.Equal(t, want, string(p.Severity)+" "+p.Message)
		require.Equal(t, CheckPeak, p.Check)
	}
}

func TestKeepingLongerThanTheDeadline(t *testing.T) {
	text := rollout(1, `{blueGreen: {scaleDownDelaySeconds: 900}}`)
	require.Contains(t, Measure(objects(t, text), Facts{}).Assumptions,
		"no third version of Rollout acme/web arrives while an old one is kept: it would wait up to 900 s for room, and fails after 600 s")
	text = strings.Replace(text, "{replicas: 1,", "{replicas: 1, progressDeadlineSeconds: 901,", 1)
	require.Len(t, Measure(objects(t, text), Facts{}).Assumptions, 2)
}

func TestShortest(t *testing.T) {
	for schedule, want := range map[string]int64{
		"* * * * *": 60, "*/5 * * * *": 300, "*/7 * * * *": 240, "0 * * * *": 3600, "0 2 * * *": 23 * 3600, "0 2,5 * * *": 2 * 3600, "0 0,23 * * *": 3600,
		"5,20 * * * *": 900, "30/10 * * * *": 600, "@hourly": 3600, "@weekly": 23 * 3600, "nonsense": 60, "61 * * * *": 60, "0 2 * *": 60, "5-3 * * * *": 60, "*/0 * * * *": 60,
	} {
		require.Equal(t, want, shortest(schedule), schedule)
	}
}
