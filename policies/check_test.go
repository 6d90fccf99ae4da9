package policies

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// told is a problem in one line.
func told(problems []manifest.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s: %s %s %s: %s\n", p.Position, p.Check, p.Object, p.Field, p.Message)
	}
	return b.String()
}

// TestBroken judges a file of objects, each of which breaks something, and compares every word.
func TestBroken(t *testing.T) {
	problems, err := engine(t).Check(context.Background(), Input{Context: acme(), Objects: read(t, "broken.yaml")})
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile("testdata/broken.txt", []byte(told(problems)), 0o644))
	}
	want, err := os.ReadFile("testdata/broken.txt")
	require.NoError(t, err)
	require.Equal(t, string(want), told(problems))
	for _, p := range problems {
		require.Equal(t, "acme", p.Tenant)
		require.Equal(t, "production", p.Environment)
		require.NotEmpty(t, p.Remedy)
		require.NotEmpty(t, p.Controls)
	}
}

// object reads one object of YAML; it belongs to the workload.
func object(t *testing.T, text string) manifest.Object {
	t.Helper()
	nodes, problems := manifest.Parse("a.yaml", []byte(text), manifest.ManifestLimits)
	require.Empty(t, problems)
	return manifest.Object{Tree: nodes[0].Tree().(map[string]any), Source: nodes[0], Owner: manifest.OwnerWorkload}
}

func check(t *testing.T, in Input) []manifest.Problem {
	t.Helper()
	problems, err := engine(t).Check(context.Background(), in)
	require.NoError(t, err)
	return problems
}

func TestSelection(t *testing.T) {
	objects := read(t, "broken.yaml")
	for _, p := range check(t, Input{Context: acme(), Objects: objects, Checks: []string{"TS-POD-001", "TS-RBAC"}}) {
		require.Regexp(t, "^TS-(POD-001|RBAC-)", p.Check)
	}
	_, err := engine(t).Check(context.Background(), Input{Checks: []string{"TS-NOPE"}})
	require.EqualError(t, err, "no check \"TS-NOPE\"; `tenantsmith policy list` names them all")
	_, err = engine(t).Check(context.Background(), Input{Checks: []string{""}})
	require.EqualError(t, err, "no check \"\"; `tenantsmith policy list` names them all")
}

// Without a tenant the rules that need one are left out, and their catalogue says so.
func TestWithoutTenant(t *testing.T) {
	problems := check(t, Input{Objects: read(t, "tenant.yaml")})
	require.Empty(t, problems, told(problems))
	var needy []string
	for _, r := range engine(t).Rules() {
		if r.NeedsTenant {
			needy = append(needy, r.ID)
		}
	}
	require.Equal(t, []string{"TS-AUD-008", "TS-AUD-009", "TS-DATA-001", "TS-GEN-002", "TS-GEN-005", "TS-NET-001", "TS-NET-002", "TS-NET-004", "TS-NET-007", "TS-NET-012", "TS-NET-014", "TS-QUO-001", "TS-QUO-002", "TS-QUO-003", "TS-QUO-004", "TS-RBAC-012", "TS-ROL-003", "TS-SEC-006", "TS-SEC-007", "TS-SEC-010", "TS-TEN-002", "TS-TEN-003", "TS-TEN-006"}, needy)
}

// The API server takes null for absent.
func TestNulls(t *testing.T) {
	const pod = `
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: acme-production}
spec:
  hostPID: null
  serviceAccountName: web
  serviceAccount: null
  automountServiceAccountToken: false
  volumes: [{name: a, hostPath: null}]
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, runAsUser: null}
  containers:
    - name: a
      ports: [{containerPort: 80, hostPort: null}]
      securityContext:
        privileged: null
        seccompProfile: null
        allowPrivilegeEscalation: %s
        capabilities: {drop: [ALL], add: null}
        readOnlyRootFilesystem: true
      resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {cpu: null, memory: 64Mi}}
`
	account := object(t, "{apiVersion: v1, kind: ServiceAccount, metadata: {name: web, namespace: acme-production}}")
	require.Empty(t, told(check(t, Input{Objects: []manifest.Object{account, object(t, fmt.Sprintf(pod, "false"))}})))
	problems := check(t, Input{Objects: []manifest.Object{account, object(t, fmt.Sprintf(pod, "null"))}})
	require.Equal(t, "a.yaml:18:35: TS-POD-007 Pod acme-production/a spec.containers[0].securityContext.allowPrivilegeEscalation: "+
		"container \"a\" may gain more privileges than it starts with\n", told(problems))
}

// The tree of an object is the caller's, whatever it holds.
func TestCheckChangesNothing(t *testing.T) {
	objects := read(t, "broken.yaml")
	check(t, Input{Context: acme(), Objects: objects})
	require.Equal(t, trees(read(t, "broken.yaml")), trees(objects))
}

func trees(objects []manifest.Object) []map[string]any {
	var all []map[string]any
	for _, o := range objects {
		all = append(all, o.Tree)
	}
	return all
}

// What is no Kubernetes object at all is a finding and not an accident.
func TestStrangeObjects(t *testing.T) {
	for _, text := range []string{
		"{}", "{kind: 1}", "{kind: List}", "{kind: List, items: {}}", "{apiVersion: [], kind: Rollout}",
		"{kind: Role, rules: [a, 1]}", "{kind: Role, rules: {a: {verbs: [1]}}}",
		"{kind: RoleBinding, subjects: [{name: 1}], roleRef: a}", "{kind: NetworkPolicy, spec: {ingress: [a], egress: {a: 1}}}",
		"{kind: NetworkPolicy, spec: {ingress: [{from: [{ipBlock: {cidr: 1, except: 1}}], ports: 1}], podSelector: {matchLabels: 1}}}",
		"{kind: Pod, spec: {containers: {a: b}, volumes: [a], initContainers: [1], securityContext: []}}",
		"{kind: Namespace, metadata: {labels: {pod-security.kubernetes.io/enforce-version: 1}}}",
		"{kind: Experiment, metadata: [], spec: {templates: [a]}}",
	} {
		for _, kind := range []string{"", "v1", "networking.k8s.io/v1", "argoproj.io/v1alpha1"} {
			o := object(t, text)
			if kind != "" && o.Tree["apiVersion"] == nil {
				o.Tree["apiVersion"] = kind
			}
			_, err := engine(t).Check(context.Background(), Input{Context: acme(), Objects: []manifest.Object{o}})
			require.NoError(t, err, text)
		}
	}
}

// An object that rules stumble over stops no one else.
func TestStumble(t *testing.T) {
	problems := check(t, Input{Checks: []string{"TS-RBAC-011"}, Objects: []manifest.Object{
		object(t, "{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: a}, subjects: [{kind: User, name: 1}]}"),
	}})
	require.Len(t, problems, 1)
	require.Equal(t, "TS-RBAC-011", problems[0].Check)
	require.Equal(t, "cannot be judged: startswith: operand 1 must be string but got number", problems[0].Message)
	require.Equal(t, "RoleBinding a", problems[0].Object.String())
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]int64{
		"v1.34": 34, "1.34.2": 34, "v1.29.4+k3s1": 29, "v1.30-rc.1": 30, "v1.31+": 31, "": newestMinor, "v2.1": newestMinor, "nonsense": newestMinor,
	} {
		require.Equal(t, want, minor(version), version)
	}
}

func TestConcurrently(t *testing.T) {
	e, objects := engine(t), read(t, "broken.yaml")
	want, err := e.Check(context.Background(), Input{Context: acme(), Objects: objects})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 5 {
				got, err := e.Check(context.Background(), Input{Context: acme(), Objects: objects})
				if err != nil || told(got) != told(want) {
					t.Errorf("%v\n%s", err, told(got))
				}
			}
		})
	}
	wg.Wait()
}

// The known kinds win over what a platform says about their scope.
func TestScopesOfKinds(t *testing.T) {
	k, err := ownKinds()
	require.NoError(t, err)
	more := []Kind{{"rbac.authorization.k8s.io", "ClusterRole", "Namespaced"}, {"kafka.example", "Topic", "Namespaced"}}
	for _, c := range []struct{ version, kind, want string }{
		{"v1", "Pod", "Namespaced"}, {"v1", "Namespace", "Cluster"}, {"rbac.authorization.k8s.io/v1", "ClusterRole", "Cluster"},
		{"kafka.example/v1", "Topic", "Namespaced"}, {"kafka.other/v1", "Topic", ""}, {"v1", "Topic", ""}, {"apps/v1", "Pod", ""},
	} {
		require.Equal(t, c.want, k.scope(c.version, c.kind, more), "%s %s", c.version, c.kind)
	}
	for group, kinds := range k {
		for kind, scope := range kinds {
			require.Contains(t, []string{"Namespaced", "Cluster"}, scope, "%s %s", group, kind)
		}
	}
}
