package overlay

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

var update = flag.Bool("update", false, "rewrite the golden trees")

// goldenSource has one of everything: shared and patched, in one environment only, outer, a binding
// and its account, two kinds of one word, and people's files.
func goldenSource(t testing.TB) Source {
	src := webSource(t,
		extra(t, "tenants/acme/resources/all/more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\ndata: {a: b}\n"),
		extra(t, "tenants/acme/patches/all/api.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\n"+
			"spec: {template: {spec: {containers: [{name: web, env: [{name: C, value: c}]}]}}}\n---\n"+
			"target: {kind: Rollout, name: web}\npatch: [{op: add, path: /spec/minReadySeconds, value: 5}]\n"),
		extra(t, "overrides/acme/patches/production/deny.yaml", "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"+
			"metadata: {name: default-deny, annotations: {reviewed: 'yes'}}\n"))
	production := &src.Envs[1]
	production.Objects = slices.Clone(production.Objects)
	production.Objects[0] = object(t, strings.NewReplacer("replicas: 2", "replicas: 5", "web:1", "web:2",
		"{name: B, value: b}", "{name: B, value: B}, {name: D, value: d}", "      - {name: side, image: \"side:1\"}\n", "",
		"{name: tmp, emptyDir: {}}", "{name: tmp, emptyDir: {sizeLimit: 1Gi}}").Replace(rollout))
	production.Objects = append(production.Objects,
		object(t, "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {name: web}\nspec: {minAvailable: 1}\n"))
	for i := range src.Envs {
		env := &src.Envs[i]
		env.Objects = append(slices.Clip(env.Objects),
			object(t, "# platform, outer\napiVersion: v1\nkind: Namespace\nmetadata: {name: "+env.Namespace+"}\n"),
			object(t, "# platform, outer\napiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: acme, namespace: argocd}\n"),
			object(t, "# platform\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n"),
			object(t, "# platform\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: {name: admins}\nsubjects:\n"+
				"- {kind: Group, name: web, apiGroup: rbac.authorization.k8s.io}\n- {kind: Group, name: default, apiGroup: rbac.authorization.k8s.io}\n"),
			object(t, "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n"),
			object(t, "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: web}\n"))
	}
	return src
}

func TestGoldenTree(t *testing.T) {
	tree, problems := New(goldenSource(t))
	require.Empty(t, messages(problems))
	golden := filepath.Join("testdata", "acme.txtar")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o777))
		require.NoError(t, os.WriteFile(golden, []byte(dump(tree)), 0o666))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), dump(tree))
}

func TestBuiltObjectsSayWhereTheyComeFrom(t *testing.T) {
	src := goldenSource(t)
	tree, _ := New(src)
	built, problems := tree.Build("production")
	require.Empty(t, messages(problems))
	var got []string
	for _, b := range built {
		got = append(got, fmt.Sprintf("%s %s | %s | %s | %s", b.Owner, b.Key(), b.Subject, strings.TrimPrefix(b.File, "tenants/acme/"), b.Extra))
	}
	require.Equal(t, []string{
		"platform AppProject argocd/acme |  | platform/overlays/production/appproject-acme.yaml | ",
		"platform Namespace acme-production |  | platform/overlays/production/namespace-acme-production.yaml | ",
		"platform NetworkPolicy acme-production/default-deny |  | platform/base/networkpolicy-default-deny.yaml | overrides/acme/patches/production/deny.yaml",
		"platform RoleBinding acme-production/admins |  | platform/overlays/production/rolebinding-admins.yaml | ",
		"platform ServiceAccount acme-production/web |  | platform/overlays/production/serviceaccount-web.yaml | ",
		"workload ConfigMap acme-production/more |  | workload/overlays/production/configmap-more.yaml | tenants/acme/resources/all/more.yaml",
		"workload Deployment acme-production/api | spec.services.web | workload/base/deployment-api.yaml | tenants/acme/patches/all/api.yaml",
		"workload PodDisruptionBudget acme-production/web | spec.services.web | workload/overlays/production/namespaced/poddisruptionbudget-web.yaml | ",
		"workload Rollout acme-production/web | spec.services.web | workload/base/rollout-web.yaml | tenants/acme/patches/all/api.yaml",
		"workload Service acme-production/web | spec.services.web | workload/overlays/production/namespaced/service.serving.knative.dev-web.yaml | ",
		"workload Service acme-production/web | spec.services.web | workload/overlays/production/namespaced/service-web.yaml | ",
	}, got)
	kustomized, problems := tree.Kustomize("production")
	require.Empty(t, messages(problems))
	require.Equal(t, built, kustomized)
}

func TestOutputNamesTheLine(t *testing.T) {
	tree, _ := New(goldenSource(t))
	built, _ := tree.Build("production")
	files := tree.Files()
	for _, c := range []struct {
		kind, field, file, line string
	}{
		{"Rollout", "spec.template.spec.containers[0].image", "namespaced/patches/rollout-web.yaml", "    image: web:2"},
		{"Rollout", "spec.replicas", "namespaced/patches/rollout-web.yaml", "  value: 5"},
		{"Rollout", "spec.template", "base/rollout-web.yaml", "  template:"},
		{"Rollout", "metadata.namespace", "base/rollout-web.yaml", "metadata:"},
		{"RoleBinding", "subjects[1].name", "overlays/production/rolebinding-admins.yaml", "  name: default"},
		{"PodDisruptionBudget", "spec.minAvailable", "namespaced/poddisruptionbudget-web.yaml", "  minAvailable: 1"},
	} {
		i := slices.IndexFunc(built, func(b Built) bool { return b.Kind() == c.kind })
		pos := tree.Output("production", built[i], manifest.ParsePath(c.field))
		require.True(t, strings.HasSuffix(pos.File, c.file), pos.File)
		require.Equal(t, c.line, strings.Split(string(files[pos.File]), "\n")[pos.Line-1], c.field)
	}
}

// What is appended stands at the line of its own operation.
func TestOutputOfAppendedItems(t *testing.T) {
	const role = "# platform\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata: {name: team}\nrules:\n- {verbs: [get]}\n"
	src := webSource(t)
	src.Base = []manifest.Object{object(t, role)}
	src.Envs[0].Objects = src.Base
	src.Envs[1].Objects = []manifest.Object{object(t, role+"- {verbs: [list, watch]}\n- {verbs: [patch], resources: [pods]}\n")}
	tree, problems := New(src)
	require.Empty(t, messages(problems))
	built, _ := tree.Build("production")
	for field, want := range map[string]string{
		"rules[0].verbs":     "base/role-team.yaml: - verbs:",
		"rules[1].verbs[1]":  "production/namespaced/patches/role-team.yaml:     - watch",
		"rules[2].verbs[0]":  "production/namespaced/patches/role-team.yaml:     - patch",
		"rules[2].resources": "production/namespaced/patches/role-team.yaml:     resources:",
		"rules[2].nothing":   "production/namespaced/patches/role-team.yaml:   value:",
	} {
		pos := tree.Output("production", built[0], manifest.ParsePath(field))
		line := strings.Split(string(tree.Files()[pos.File]), "\n")[pos.Line-1]
		require.True(t, strings.HasSuffix(pos.File+": "+line, want), "%s: %s: %s", field, pos, line)
	}
}

// plain builds a folder of the disk as "kubectl kustomize" does: no flags, no plug-ins, none of our
// guards.
func plain(dir string) ([]byte, error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), dir)
	if err != nil {
		return nil, err
	}
	return built.AsYaml()
}

// The trees build with plain kustomize to the same objects.
func TestPlainKustomizeBuildsTheSame(t *testing.T) {
	warmUp()
	tree, _ := New(goldenSource(t))
	dir := t.TempDir()
	for name, data := range tree.Files() {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o666))
	}
	built, problems := tree.Build("production")
	require.Empty(t, messages(problems))
	for _, owner := range tree.owners {
		out, err := plain(filepath.Join(dir, "tenants/acme", string(owner), "overlays/production"))
		require.NoError(t, err)
		got := map[manifest.Key]any{}
		for doc := range strings.SplitSeq(string(out), "\n---\n") {
			var object map[string]any
			require.NoError(t, yaml.Unmarshal([]byte(doc), &object))
			got[manifest.Object{Tree: object}.Key()] = normalize(object)
		}
		want := map[manifest.Key]any{}
		for _, b := range built {
			if b.Owner == owner {
				want[b.Key()] = b.Tree
			}
		}
		require.Equal(t, want, got)
	}
}

func TestObjectsThatCollide(t *testing.T) {
	src := webSource(t)
	src.Envs[0].Objects = append(slices.Clip(src.Envs[0].Objects), object(t, strings.Replace(rollout, "replicas: 2", "replicas: 3", 1)))
	src.Envs[0].Objects[3].Subject = "spec.databases.web"
	_, problems := New(src)
	require.Equal(t, []string{": spec.databases.web: Rollout acme-development/web is made by spec.services.web as well; fix: rename one of the two"}, messages(problems))
}

func TestFileNames(t *testing.T) {
	stand := func(apiVersion, kind, namespace, name string) *member {
		metadata := map[string]any{"name": name}
		if namespace != "" {
			metadata["namespace"] = namespace
		}
		return &member{Object: manifest.Object{Tree: map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}}}
	}
	got := fileNames([]*member{
		stand("v1", "Service", "", "web"), stand("serving.knative.dev/v1", "Service", "", "web"),
		stand("v1", "ConfigMap", "a", "x"), stand("v1", "ConfigMap", "b", "x"), stand("v1", "ConfigMap", "", "y"),
		stand("rbac.authorization.k8s.io/v1", "Role", "", "system:a"), stand("rbac.authorization.k8s.io/v1", "Role", "", "system-a"),
		stand("v1", "Secret", "", strings.Repeat("n", 253)),
	})
	require.Equal(t, []string{
		"service-web.yaml", "service.serving.knative.dev-web.yaml", "configmap-a.x.yaml", "configmap-b.x.yaml", "configmap-y.yaml",
	}, got[:5])
	require.NotEqual(t, got[5], got[6])
	require.Regexp(t, `^role-system-a-[0-9a-f]{8}\.yaml$`, got[5])
	require.Less(t, len(got[7]), 200)
}

// Builds run in parallel, of one tree and of several, cold and warm.
func TestParallelBuilds(t *testing.T) {
	shared, _ := New(goldenSource(t))
	want, _ := shared.Kustomize("production")
	var wait sync.WaitGroup
	for range 8 {
		own, _ := New(goldenSource(t))
		wait.Go(func() {
			for _, tree := range []*Tree{own, shared} {
				for range 3 {
					got, problems := tree.Kustomize("production")
					if len(problems) > 0 || len(got) != len(want) {
						t.Errorf("%d objects, %v", len(got), messages(problems))
					}
				}
			}
		})
	}
	wait.Wait()
}

// benchSource has 35 objects in one environment, a dozen of them patched.
func benchSource(b *testing.B) Source {
	src := Source{Tenant: "acme", File: "tenants/acme.yaml", Envs: []Env{{Name: "production", Namespace: "acme-production"}}}
	for i := range 35 {
		text := strings.ReplaceAll(rollout, "metadata: {name: web}", fmt.Sprintf("metadata: {name: web-%d}", i))
		src.Base = append(src.Base, object(b, text))
		if i < 12 {
			text = strings.ReplaceAll(text, "replicas: 2", "replicas: 5")
		}
		src.Envs[0].Objects = append(src.Envs[0].Objects, object(b, text))
	}
	return src
}

func BenchmarkNative(b *testing.B) {
	src := benchSource(b)
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := New(src)
		if built, _ := tree.Build("production"); len(built) != 35 {
			b.Fatal(len(built))
		}
	}
}

func BenchmarkFiles(b *testing.B) {
	src := benchSource(b)
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := New(src)
		tree.Files()
	}
}

func BenchmarkKustomize(b *testing.B) {
	src := benchSource(b)
	b.ReportAllocs()
	for b.Loop() {
		tree, _ := New(src)
		if built, problems := tree.Kustomize("production"); len(built) != 35 || len(problems) > 0 {
			b.Fatal(messages(problems))
		}
	}
}
