package adopt

import (
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// TestOdd adopts what is rare: none of it may be lost, nor stop the rest.
func TestOdd(t *testing.T) {
	const platform = "-- tenantsmith.yaml --\napiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: acme}\nspec: {}\n-- a.yaml --\n"
	const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "ghcr.io/example/web:1", volumeMounts: [{name: c, mountPath: /c}]}]
      volumes: [{name: c, configMap: {name: c}}]
`
	for about, test := range map[string]struct {
		objects string
		want    map[string]State // by kind and name
		reason  string
	}{
		"bytes of a ConfigMap are kept": {
			web + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: x}, binaryData: {b: AAEC}}\n",
			map[string]State{"Deployment web": Patched, "ConfigMap c": Kept}, "",
		},
		"kinds of other groups with names of workloads": {
			"{apiVersion: batch.volcano.sh/v1alpha1, kind: Job, metadata: {name: train}, spec: {minAvailable: 3}}\n",
			map[string]State{"Job train": Kept}, "",
		},
		"a Rollout that refers to a Deployment": {
			web + "---\n{apiVersion: argoproj.io/v1alpha1, kind: Rollout, metadata: {name: other}, spec: {workloadRef: {apiVersion: apps/v1, kind: Deployment, name: web}}}\n",
			map[string]State{"Deployment web": Patched, "Rollout other": Kept}, "",
		},
		"two kinds with one name": {
			"{apiVersion: example.com/v1, kind: Backup, metadata: {name: a}, spec: {x: 1}}\n---\n{apiVersion: example.org/v1, kind: Backup, metadata: {name: a}, spec: {x: 2}}\n",
			map[string]State{"Backup a": Kept}, "",
		},
		"what is no pod": {
			strings.Replace(web, "/c}", "/c}], env: [{name: A, value: 4711}", 1),
			map[string]State{"Deployment web": Left}, "cannot be read: containers.env.value cannot be a number",
		},
	} {
		t.Run(about, func(t *testing.T) {
			a, is := settled(t, "odd", txtar.Parse([]byte(platform+test.objects)))
			files := map[string]bool{}
			for _, i := range a.Items {
				require.Equal(t, test.want[i.Kind()+" "+i.Name()], i.State, "%s: %s", i.Key(), i.Reason)
				if test.reason != "" {
					require.Equal(t, test.reason, i.Reason)
				}
				if i.State == Kept {
					require.NotNil(t, is[plainKey(i.Key())])
					require.False(t, files[i.File], i.File)
					files[i.File] = true
				}
			}
		})
	}
}

// TestGuards: guards begin in audit where pods run, save one that cannot; Pod Security is what pods need.
func TestGuards(t *testing.T) {
	const objects = `-- tenantsmith.yaml --
apiVersion: tenantsmith.dev/v1alpha1
kind: Platform
metadata: {name: acme}
spec: {}
-- a.yaml --
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: privileged}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: a}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "ghcr.io/example/web:1"}]}
`
	a, is := settled(t, "shop", txtar.Parse([]byte(objects)))
	require.True(t, Live(a.Objects, ""))
	require.Equal(t, "audit", at(is[a.Items[1].Into], "metadata", "labels", "guards.tenantsmith.dev/quota"))
	text := string(a.Files()["overrides/shop/development.yaml"])
	require.Contains(t, text, "    network: audit\n")
	require.Contains(t, text, "  podSecurity: baseline\n")
	require.Contains(t, strings.Join(a.Notes, "\n"), "enforces Pod Security level privileged, and what was read needs no more than baseline")
}
