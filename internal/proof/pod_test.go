package proof

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"
)

func podOf(spec string) string {
	return "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: acme}\nspec: " + spec + "\n---\n"
}

func limits(items string) string {
	return "apiVersion: v1\nkind: LimitRange\nmetadata: {name: l, namespace: acme}\nspec: {limits: [" + items + "]}\n---\n"
}

const vertical = `
apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
metadata: {name: v, namespace: acme}
spec:
  targetRef: {apiVersion: v1, kind: Pod, name: web}
  updatePolicy: {updateMode: %s}
  resourcePolicy: {containerPolicies: [{containerName: "*", maxAllowed: {cpu: 2, memory: 1Gi}, %s}]}
---
`

func TestPodDemand(t *testing.T) {
	one := `{containers: [{name: a, resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 96Mi}}}]}`
	for name, c := range map[string]struct{ objects, want string }{
		"containers add up":        {podOf(`{containers: [{resources: {requests: {cpu: 100m}}}, {resources: {requests: {cpu: 0.25}}}]}`), "requests.cpu=350m"},
		"the limit is the request": {podOf(`{containers: [{resources: {limits: {cpu: 1, memory: 1Gi, ephemeral-storage: 2Gi}}}]}`), "requests.cpu=1 requests.memory=1Gi limits.memory=1Gi requests.ephemeral-storage=2Gi limits.ephemeral-storage=2Gi"},
		"init, the largest": {podOf(`{containers: [{resources: {requests: {cpu: 1, memory: 1Gi}}}],
			initContainers: [{resources: {requests: {cpu: 2}}}, {resources: {requests: {cpu: 3, memory: 1Mi}}}]}`), "requests.cpu=3 requests.memory=1Gi"},
		// before the app: 1+4 = 5; beside it: 1+2+1 = 4
		"sidecars before": {podOf(`{containers: [{resources: {requests: {cpu: 1}}}], initContainers: [
			{restartPolicy: Always, resources: {requests: {cpu: 1}}}, {resources: {requests: {cpu: 4}}}, {restartPolicy: Always, resources: {requests: {cpu: 2}}}]}`), "requests.cpu=5"},
		// before: 4; beside: 1+3 = 4, and 1 more
		"sidecars beside": {podOf(`{containers: [{resources: {requests: {cpu: 2}}}], initContainers: [
			{resources: {requests: {cpu: 4}}}, {restartPolicy: Always, resources: {requests: {cpu: 3}}}]}`), "requests.cpu=5"},
		// in the order of podTemplate: a sidecar, then a step that needs more than the app
		"a step beside a sidecar": {podOf(`{containers: [{resources: {requests: {cpu: 1}, limits: {memory: 1Gi, nvidia.com/gpu: 1}}}], initContainers: [
			{restartPolicy: Always, resources: {requests: {cpu: 1}, limits: {memory: 1Gi, nvidia.com/gpu: 1}}}, {resources: {requests: {cpu: 3}, limits: {memory: 512Mi, nvidia.com/gpu: 2}}}]}`),
			"requests.cpu=4 limits.memory=2Gi requests.nvidia.com/gpu=3"},
		"the pod's own word": {podOf(`{resources: {requests: {cpu: 3}, limits: {cpu: 4, memory: 2Gi}}, containers: [{resources: {requests: {cpu: 1, memory: 1Gi}}}]}`),
			"requests.cpu=3 limits.cpu=4 requests.memory=1Gi limits.memory=2Gi"},
		"overhead": {podOf(`{overhead: {cpu: 50m, memory: 10Mi}, containers: [{resources: {requests: {cpu: 1, memory: 1Mi}, limits: {memory: 1Mi}}}]}`),
			"requests.cpu=1050m requests.memory=11Mi limits.memory=11Mi limits.cpu=0"},
		"a device":        {podOf(`{containers: [{resources: {limits: {nvidia.com/gpu: 2}}}]}`), "requests.nvidia.com/gpu=2"},
		"ephemeral claim": {podOf(`{volumes: [{ephemeral: {volumeClaimTemplate: {spec: {resources: {requests: {storage: 3Gi}}}}}}], containers: []}`), "requests.storage=3Gi persistentvolumeclaims=1"},

		"default":                {podOf(`{containers: [{name: a}]}`) + limits(`{type: Container, default: {cpu: 2, memory: 1Gi}, defaultRequest: {cpu: 1}}`), "requests.cpu=1 limits.cpu=2 requests.memory=1Gi limits.memory=1Gi"},
		"default from max, min":  {podOf(`{containers: [{name: a}]}`) + limits(`{type: Container, max: {cpu: 2}, min: {cpu: 1, memory: 1Mi}}`), "requests.cpu=2 limits.cpu=2 requests.memory=1Mi limits.memory=0"},
		"defaults of init too":   {podOf(`{initContainers: [{name: b}], containers: [{resources: {requests: {cpu: 1}}}]}`) + limits(`{type: Container, defaultRequest: {cpu: 3}}`), "requests.cpu=3"},
		"own limit comes first":  {podOf(`{containers: [{resources: {limits: {cpu: 4}}}]}`) + limits(`{type: Container, defaultRequest: {cpu: 1}}`), "requests.cpu=4"},
		"other kinds give none":  {podOf(`{containers: [{name: a}]}`) + limits(`{type: Pod, default: {cpu: 2}}`), "requests.cpu=0"},
		"acting VPA":             {podOf(one) + fmt.Sprintf(vertical, "Initial", "mode: Auto"), "requests.cpu=2 requests.memory=1Gi limits.memory=1536Mi"},
		"VPA, requests only":     {podOf(one) + fmt.Sprintf(vertical, "Recreate", "controlledValues: RequestsOnly"), "requests.cpu=2 requests.memory=1Gi limits.memory=96Mi"},
		"VPA, memory alone":      {podOf(one) + fmt.Sprintf(vertical, "Auto", "controlledResources: [memory]"), "requests.cpu=100m requests.memory=1Gi"},
		"VPA, bounded by limits": {podOf(one) + fmt.Sprintf(vertical, "Auto", "") + limits(`{type: Container, max: {cpu: 1, memory: 2Gi}}`), "requests.cpu=1 requests.memory=1Gi limits.cpu=1"},
		"VPA that only advises":  {podOf(one) + fmt.Sprintf(vertical, `"Off"`, ""), "requests.cpu=100m"},
		"VPA off for this one":   {podOf(one) + fmt.Sprintf(vertical, "Auto", `mode: "Off"`), "requests.cpu=100m"},
	} {
		t.Run(name, func(t *testing.T) {
			m := Measure(objects(t, c.objects), Facts{})
			require.Len(t, m.Needs, 1)
			have(t, m.Needs[0].Pod, c.want)
		})
	}
}

// TestLimitOfOne accepts a pod of which one container has a limit that all of them together are above.
func TestLimitOfOne(t *testing.T) {
	m := Measure(objects(t, podOf(`{containers: [{name: a, resources: {requests: {cpu: 2}}}, {name: b, resources: {limits: {cpu: 1}}}]}`)), Facts{})
	require.Empty(t, m.Refused)
}

func TestRefused(t *testing.T) {
	quota := "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: acme}\nspec: {hard: {limits.memory: 1Gi, cpu: 1}}\n---\n"
	for name, c := range map[string]struct{ objects, want, path string }{
		"request above a limit of its own": {podOf(`{containers: [{name: a, resources: {requests: {cpu: 2}, limits: {cpu: 1}}}]}`),
			`container "a" requests 2 cpu, above its limit 1`, "spec.containers[0].resources"},
		"request above a default limit": {podOf(`{containers: [{name: a, resources: {requests: {memory: 2Gi}}}]}`) + limits(`{type: Container, default: {memory: 1Gi}}`),
			`container "a" requests 2Gi memory, above its limit 1Gi`, "spec.containers[0].resources"},
		"below min": {podOf(`{containers: [{name: a, resources: {requests: {cpu: 1m}}}]}`) + limits(`{type: Container, min: {cpu: 10m}}`),
			`container "a" has a request of 1m cpu, below the minimum 10m of LimitRange l`, "spec.containers[0].resources"},
		"above max": {podOf(`{initContainers: [{name: i, resources: {requests: {cpu: 1}, limits: {cpu: 3}}}]}`) + limits(`{type: Container, max: {cpu: 2}}`),
			`container "i" has a limit of 3 cpu, above the maximum 2 of LimitRange l`, "spec.initContainers[0].resources"},
		"ratio": {podOf(`{containers: [{name: a, resources: {requests: {cpu: 100m}, limits: {cpu: 301m}}}]}`) + limits(`{type: Container, maxLimitRequestRatio: {cpu: 3}}`),
			`container "a" has a limit of 301m cpu for a request of 100m, above the largest ratio 3 of LimitRange l`, "spec.containers[0].resources"},
		"the pod": {podOf(`{containers: [{name: a, resources: {limits: {cpu: 1}}}, {name: b, resources: {limits: {cpu: 1.5}}}]}`) + limits(`{type: Pod, max: {cpu: 2}}`),
			`pod has a limit of 2500m cpu, above the maximum 2 of LimitRange l`, "spec"},
		"a claim": {"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: web, namespace: acme}\nspec: {resources: {requests: {storage: 5Gi}}}\n---\n" + limits(`{type: PersistentVolumeClaim, max: {storage: 4Gi}}`),
			`claim has a request of 5Gi storage, above the maximum 4Gi of LimitRange l`, "spec"},
		"the quota asks for a value": {podOf(`{containers: [{name: a, resources: {requests: {cpu: 1, memory: 1Mi}}}]}`) + quota,
			`container "a" has no limit of memory, which ResourceQuota q counts`, "spec.containers[0].resources"},
	} {
		t.Run(name, func(t *testing.T) {
			m := Measure(objects(t, c.objects), Facts{})
			var messages []string
			for _, p := range m.Refused {
				messages = append(messages, p.Message)
				require.Equal(t, CheckRefused, p.Check)
				require.Equal(t, "web", p.Object.Name)
			}
			require.Contains(t, messages, c.want)
			require.Equal(t, c.path, m.Refused[0].Path.String())
		})
	}
	for _, fine := range []string{
		podOf(`{containers: [{name: a, resources: {requests: {cpu: 100m}, limits: {cpu: 300m}}}]}`) + limits(`{type: Container, maxLimitRequestRatio: {cpu: 3}, max: {cpu: 300m}, min: {cpu: 100m}}`),
		podOf(`{resources: {limits: {memory: 1Gi}}, containers: [{name: a}]}`) + quota,
		podOf(`{containers: [{name: a}]}`) + limits(`{type: Container, default: {cpu: 1, memory: 1Mi}}`) + quota,
	} {
		require.Empty(t, Measure(objects(t, fine), Facts{}).Refused)
	}
}

func TestMeasuringChangesNothing(t *testing.T) {
	os := objects(t, podOf(`{containers: [{name: a, resources: {requests: {cpu: 100m}, limits: {cpu: 300m}}}]}`)+limits(`{type: Container, maxLimitRequestRatio: {cpu: 3.0001}}`)+fmt.Sprintf(vertical, "Auto", ""))
	sidecar := &Resources{Requests: map[string]resource.Quantity{"cpu": resource.MustParse("1n")}}
	peak := func() string {
		b, err := json.Marshal(Measure(os, Facts{Sidecar: sidecar}).Peak)
		require.NoError(t, err)
		return string(b)
	}
	require.Equal(t, peak(), peak())
	require.Equal(t, resource.MustParse("1n"), sidecar.Requests["cpu"])
}
