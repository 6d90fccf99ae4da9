package proof

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkMeasure is a tenant of 30 objects: six services, an autoscaler for each, and what stands around them.
func BenchmarkMeasure(b *testing.B) {
	var text strings.Builder
	for i := range 6 {
		text.WriteString(strings.Replace(rollout(3, `{canary: {trafficRouting: {istio: {}}, steps: [{setWeight: 10}, {analysis: {templates: [{templateName: smoke}]}}]}}`), "name: web", fmt.Sprintf("name: web%d", i), 1))
		fmt.Fprintf(&text, "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web%d, namespace: acme}\nspec: {maxReplicas: 9, scaleTargetRef: {apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: web%d}}\n---\n", i, i)
		fmt.Fprintf(&text, "apiVersion: v1\nkind: Service\nmetadata: {name: web%d, namespace: acme}\nspec: {ports: [{port: 80}]}\n---\n", i)
		fmt.Fprintf(&text, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web%d, namespace: acme}\n---\n", i)
	}
	text.WriteString(smoke + limits(`{type: Container, default: {cpu: 1, memory: 1Gi}, defaultRequest: {cpu: 50m}, max: {cpu: 2}}`))
	text.WriteString(quotaOf(`{hard: {requests.cpu: 10, requests.memory: 10Gi, limits.memory: 20Gi, pods: 200, services: 30, count/jobs.batch: 40}}`))
	os := objects(b, text.String())
	for b.Loop() {
		Measure(os, Facts{}).Fit(os)
	}
	b.ReportMetric(float64(len(os)), "objects")
}
