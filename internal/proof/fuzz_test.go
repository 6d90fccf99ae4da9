package proof

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// FuzzMeasure: whatever JSON stands in an object, measuring ends without a panic.
func FuzzMeasure(f *testing.F) {
	for _, seed := range []string{
		rollout(3, `{canary: {trafficRouting: {istio: {}}, steps: [{setCanaryScale: {weight: 1e9}}, {experiment: {templates: [{}]}}]}}`) + smoke,
		limits(`{type: Container, max: {cpu: 1e99}, maxLimitRequestRatio: {cpu: 1}}`) + podOf(`{containers: [{resources: {limits: {cpu: 1e-99}}}]}`),
		quotaOf(`{hard: {pods: 7}, scopes: [BestEffort], scopeSelector: {matchExpressions: [{}]}}`),
		fmt.Sprintf(vertical, "Auto", "a: b") + podOf(`{resources: {limits: {cpu: 1}}, initContainers: [{restartPolicy: Always}]}`),
	} {
		for _, o := range objects(f, seed) {
			b, err := json.Marshal(o.Tree)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b, "spec", "1")
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, field, value string) {
		var tree map[string]any
		if json.Unmarshal(data, &tree) != nil || tree == nil {
			return
		}
		os := []manifest.Object{{Tree: tree}}
		for kind := range measures {
			group, kind, _ := strings.Cut(kind, "/")
			os = append(os, manifest.Object{Tree: map[string]any{
				"apiVersion": strings.TrimPrefix(group+"/v1", "/"), "kind": kind, "metadata": tree["metadata"], "spec": tree["spec"], field: value,
			}})
		}
		Measure(os, Facts{}).Fit(os)
	})
}

// TestGarbage puts every wrong type in every place of real objects.
func TestGarbage(t *testing.T) {
	text := rollout(3, `{canary: {trafficRouting: {nginx: {}}, steps: [{setCanaryScale: {replicas: 2}}, {experiment: {templates: [{replicas: 1}]}}]}}`) + smoke +
		limits(`{type: Container, max: {cpu: 1}, maxLimitRequestRatio: {cpu: 1}}`) + quotaOf(`{hard: {pods: 7}, scopes: [BestEffort]}`) +
		podOf(`{resources: {limits: {cpu: 1}}, initContainers: [{restartPolicy: Always}], containers: [{name: a}]}`) + fmt.Sprintf(vertical, "Auto", "a: b")
	for _, wrong := range []any{nil, true, "x", "1e999999999", int64(-1), 1.5, 1e300, []any{nil, "x", []any{}}, map[string]any{"x": nil}} {
		os := objects(t, text)
		var places []func(any) any
		for _, o := range os {
			places = append(places, spots(o.Tree)...)
		}
		for _, put := range places {
			old := put(wrong)
			Measure(os, Facts{Sidecar: &Resources{}}).Fit(os)
			put(old)
		}
	}
}

// spots are all places of a tree, each as a function that puts a value there and returns the old one.
func spots(tree any) (out []func(any) any) {
	switch x := tree.(type) {
	case map[string]any:
		for k, v := range x {
			out = append(append(out, func(n any) any { old := x[k]; x[k] = n; return old }), spots(v)...)
		}
	case []any:
		for i, v := range x {
			out = append(append(out, func(n any) any { old := x[i]; x[i] = n; return old }), spots(v)...)
		}
	}
	return out
}
