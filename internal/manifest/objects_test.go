package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func objectsOf(t *testing.T, text string) ([]Object, []Problem) {
	docs, problems := Parse("m.yaml", []byte(text), ManifestLimits)
	require.Empty(t, problems)
	var all []Object
	var faults []Problem
	for _, d := range docs {
		objects, problems := Objects(d)
		all, faults = append(all, objects...), append(faults, problems...)
	}
	return all, faults
}

func TestObjects(t *testing.T) {
	objects, problems := objectsOf(t, `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
apiVersion: v1
kind: List
items:
- apiVersion: apps/v1
  kind: Deployment
  metadata: {name: b, namespace: x}
- apiVersion: rbac.authorization.k8s.io/v1
  kind: RoleList
  items:
  - metadata: {name: c}
- {apiVersion: v1, kind: List, items: }
---
apiVersion: example.com/v1
kind: AllowList
metadata: {name: d}
`)
	require.Empty(t, told(problems))
	var keys []string
	for _, o := range objects {
		keys = append(keys, o.APIVersion()+" "+o.Key().String()+" "+o.Source.String())
	}
	require.Equal(t, []string{
		"v1 ConfigMap a m.yaml:1:1", "apps/v1 Deployment x/b m.yaml:8:3", "rbac.authorization.k8s.io/v1 Role c m.yaml:14:5", "example.com/v1 AllowList d m.yaml:17:1",
	}, keys)
}

func TestObjectsProblems(t *testing.T) {
	_, problems := objectsOf(t, `a: 1
---
- x
---
apiVersion: v1
kind: 7
---
kind: List
apiVersion: v1
items:
- kind: Pod
- 3
---
{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: []}]}]}]}]}
`)
	require.Equal(t, `m.yaml:1:1: apiVersion: is missing
m.yaml:1:1: kind: is missing
m.yaml:3:1: not a Kubernetes object: a map with apiVersion and kind is needed
m.yaml:6:7: kind: must be a string
m.yaml:11:3: apiVersion: is missing
m.yaml:12:3: not a Kubernetes object: a map with apiVersion and kind is needed
m.yaml:14:185: more than 4 lists stand in each other
`, told(problems))
	objects, problems := Objects(nil)
	require.Empty(t, objects)
	require.Empty(t, problems)
}
