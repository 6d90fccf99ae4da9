package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const patchFile = `target: {kind: Service, name: web}
patch:
  - {op: add, path: /spec/type, value: NodePort}
---
target: {kind: Rollout}
patch:
  - {op: test, path: /spec/template/spec/hostPID, value: false}
  - {op: add, path: /spec/template/spec/hostPID, value: false}
  - {op: replace, path: /spec/template/spec/hostPID, value: true}
  - op: add
    path: /spec/template/spec/containers/-
    value:
      securityContext: {privileged: true}
  - {op: add, path: /metadata/annotations/a~1b, value: c}
---
apiVersion: v1
kind: Service
metadata: {name: api}
spec: {type: LoadBalancer}
---
target: {kind: Ingress, name: web}
patch: {spec: {ingressClassName: x}}
---
target: {kind: Service, name: text}
patch: "[{op: add, path: /spec/type, value: NodePort}]"
`

// A finding about a patched field stands at what wrote it, in the document that is about the object.
func TestPlaceIn(t *testing.T) {
	docs, problems := manifest.Parse("p.yaml", []byte(patchFile), manifest.ManifestLimits)
	require.Empty(t, problems)
	tenant := &schemas.Tenant{Extras: []manifest.Extra{{File: "other.yaml"}, {File: "p.yaml", Documents: docs, Patch: true}}}
	for _, c := range []struct{ kind, name, path, at string }{
		{"Service", "web", "spec.type", "p.yaml:3:5"},
		{"Service", "api", "spec.type", "p.yaml:19:14"},
		{"Rollout", "web", "spec.template.spec.hostPID", "p.yaml:9:5"},
		{"Rollout", "web", "spec.template.spec", "p.yaml:10:5"},
		{"Rollout", "web", "spec.template.spec.containers[1].securityContext.privileged", "p.yaml:13:37"},
		{"Rollout", "web", "spec.template.spec.containers[1].image", "p.yaml:10:5"},
		{"Rollout", "web", `metadata.annotations["a/b"]`, "p.yaml:14:5"},
		{"Rollout", "web", "spec.replicas", "p.yaml:5:1"},
		{"Ingress", "web", "spec.ingressClassName", "p.yaml:22:34"},
		{"Service", "text", "spec.type", "p.yaml:24:1"},
		{"Service", "none", "spec.type", "p.yaml:1:1"},
	} {
		o := manifest.Object{Tree: map[string]any{"kind": c.kind, "metadata": map[string]any{"name": c.name}}}
		require.Equal(t, c.at, placeIn(tenant, "p.yaml", o, manifest.ParsePath(c.path)).String(), "%s %s %s", c.kind, c.name, c.path)
	}
}
