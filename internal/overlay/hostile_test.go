package overlay

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// trap answers every request, counts it, and puts a git on PATH that leaves a mark when it runs.
func trap(t *testing.T) (url string, sprung func() string) {
	if runtime.GOOS == "windows" {
		t.Skip("the fake git is a shell script")
	}
	var hits atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		hits.Add(1)
		fmt.Fprint(w, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: fetched}\n")
	}))
	t.Cleanup(server.Close)
	dir := t.TempDir()
	mark := filepath.Join(dir, "ran")
	script := "#!/bin/sh\necho \"$@\" >> '" + mark + "'\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o755))
	t.Setenv("PATH", dir)
	return server.URL, func() string {
		ran, _ := os.ReadFile(mark)
		if hits.Load() == 0 && len(ran) == 0 {
			return ""
		}
		return fmt.Sprintf("%d requests; git ran: %s", hits.Load(), ran)
	}
}

// What kustomize would fetch, run or read from elsewhere is refused before kustomize sees it.
func TestGuardLetsNothingOut(t *testing.T) {
	url, sprung := trap(t)
	for _, k := range []string{
		"resources: [URL/x.yaml]", "resources: ['URL/repo.git?ref=--upload-pack=x']", "resources: ['git::URL/repo.git']",
		"resources: ['ssh://git@127.0.0.1/x.git']", "resources: ['git@github.com:a/b.git']", "resources: ['github.com/a/b//c?ref=d']",
		"resources: [/etc/passwd]", "resources: [../../../outside]", "resources: ['a//b']", `resources: ['..\x']`, "resources: ['']",
		"bases: [URL/repo.git]", "components: ['URL/repo.git']", "openapi: {path: URL/schema.json}", "openapi: {version: v1.20.4}",
		"crds: [URL/crd.yaml]", "configurations: [URL/c.yaml]", "generators: [URL/g.yaml]", "transformers: [URL/t.yaml]", "validators: [URL/v.yaml]",
		"transformers: [\"apiVersion: x/v1\\nkind: X\\nmetadata: {name: x, annotations: {config.kubernetes.io/function: 'exec: {path: git}'}}\"]",
		"helmCharts: [{name: x, repo: URL}]", "helmGlobals: {chartHome: x}", "helmChartInflationGenerator: [{chartName: x}]",
		"patches: [{path: URL/p.yaml}]", "patches: [{path: ../p.yaml}]", "patches: [{patch: '[]', target: {kind: X}}]",
		"patchesStrategicMerge: [URL/p.yaml]", "patchesJson6902: [{path: URL/p.yaml, target: {kind: X, name: x, version: v1}}]",
		"configMapGenerator: [{name: x, files: [URL/x]}]", "secretGenerator: [{name: x, envs: [/etc/passwd]}]",
		"replacements: [{path: URL/r.yaml}]", "vars: [{name: X, objref: {kind: X, name: x, apiVersion: v1}}]",
		"images: [{name: a, newName: b}]", "namePrefix: x-", "buildMetadata: [originAnnotations]", "nonsense: true", "resources: 7",
	} {
		t.Run(k, func(t *testing.T) {
			files := map[string][]byte{
				"tree/kustomization.yaml":    []byte(strings.ReplaceAll(k, "URL", url) + "\n"),
				"outside/kustomization.yaml": []byte("namespace: x\n"),
			}
			_, err := kustomize(files, "tree")
			require.Error(t, err)
			require.Empty(t, sprung())
		})
	}
}

// The trap itself works: without the guard kustomize walks into it.
func TestTrapSprings(t *testing.T) {
	url, sprung := trap(t)
	warmUp()
	_, _ = run(map[string][]byte{"kustomization.yaml": []byte("resources: [" + url + "/x.yaml]\n")}, "")
	require.NotEmpty(t, sprung())
}

// Names and values of people end up in files and selectors, never as something that kustomize loads.
func TestPeopleReachNothing(t *testing.T) {
	url, sprung := trap(t)
	laidOut := 0
	for _, c := range []struct{ file, text string }{
		{"tenants/acme/resources/all/http:..yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: URL/x.yaml}\n"},
		{"tenants/acme/resources/all/x.yaml", "apiVersion: v1\nkind: 'ConfigMap/../../x'\nmetadata: {name: x}\n"},
		{"tenants/acme/resources/all/x.yaml", "apiVersion: URL/v1\nkind: Widget\nmetadata: {name: x}\n"},
		{"tenants/acme/resources/all/x.yaml", "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\nrepo: URL\n"},
		{"tenants/acme/resources/all/x.yaml", "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nmetadata: {name: x}\nresources: [URL/x]\n"},
		{"tenants/acme/resources/all/x.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: {config.kubernetes.io/function: 'exec: {path: git}'}}\n"},
		{"tenants/acme/patches/all/git::URL?ref=x.yaml", "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: web, annotations: {a: URL}}\n"},
		{"tenants/acme/patches/all/kustomization.yaml", "resources: [URL/x.yaml]\n"},
		{"tenants/acme/patches/all/x.yaml", "target: {kind: '.*', name: '.*'}\npatch: [{op: remove, path: /spec}]\n"},
		{"tenants/acme/patches/all/x.yaml", "target: {kind: Rollout, name: '('}\npatch: [{op: remove, path: /spec}]\n"},
		{"tenants/acme/patches/all/x.yaml", "target: {kind: Rollout, name: web}\npatch: URL/p.yaml\n"},
		{"tenants/acme/patches/all/x.yaml", "target: {kind: Rollout, name: web}\npatch: \"a: &a [*a]\"\n"},
		{"tenants/acme/patches/all/x.yaml", "target: {kind: Rollout, name: web}\npatch: [{op: add, path: /metadata/annotations, value: {a: '*a', <<: 1}}]\n"},
	} {
		t.Run(c.text, func(t *testing.T) {
			c.file = strings.ReplaceAll(c.file, "URL", strings.ReplaceAll(url, "/", ""))
			docs, _ := manifest.Parse(c.file, []byte(strings.ReplaceAll(c.text, "URL", url)), manifest.ManifestLimits)
			src := webSource(t, manifest.Extra{
				File: c.file, Documents: docs, Patch: strings.Contains(c.file, "/patches/"), Owner: manifest.OwnerWorkload,
			})
			got, tree := findings(src)
			require.Empty(t, sprung())
			if tree == nil {
				require.NotEmpty(t, got)
				return
			}
			laidOut++
			for name := range tree.Files() {
				require.Regexp(t, `^[a-z0-9./-]+$`, name)
			}
			require.NoError(t, guard(tree.Files()))
		})
	}
	require.Positive(t, laidOut)
}

// A panic of kustomize is an error.
func TestPanicIsAnError(t *testing.T) {
	warmUp()
	_, err := run(nil, "\x00")
	require.Error(t, err)
}
