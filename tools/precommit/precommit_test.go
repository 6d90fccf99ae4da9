package precommit

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const hooksFile = ".pre-commit-hooks.yaml"

// TestInstalled: every hook of an installed binary, on the repository that init writes.
func TestInstalled(t *testing.T) {
	s := newScratch(t)
	hooks := s.repository("hooks", map[string]string{hooksFile: project(t, hooksFile)})
	s.run("tenantsmith", "init")
	s.write(".gitignore", "")
	s.write(".pre-commit-config.yaml", config(hooks, "tenantsmith-validate-system", "tenantsmith-check-system", "tenantsmith-render-system", "tenantsmith-policy-test-system"))
	s.run("tenantsmith", "render")
	s.run("pre-commit", "install")

	s.commits("everything", 3) // there is no Rego yet

	// What is no input of ours starts no hook.
	s.write("README.md", "Ours\n")
	require.Equal(t, 4, strings.Count(s.commits("words", 0), "Skipped"))

	// A mistake stops the commit, with the message at its line and no colours, whatever pre-commit has.
	s.edit("tenants/sandbox.yaml", "tier: free", "tier: fre")
	out := s.refused("a mistake")
	require.Contains(t, out, "\ntenants/sandbox.yaml:9:9: spec.tier: there is no tier fre; did you mean free?")
	colored := s.fails("pre-commit", "run", "--color=always", "tenantsmith-check-system")
	require.Contains(t, colored, "\x1b") // pre-commit's own, and it gives hooks a terminal
	require.Contains(t, colored, "\ntenants/sandbox.yaml:9:9: spec.tier: there is no tier fre; did you mean free?\n")
	s.edit("tenants/sandbox.yaml", "tier: fre", "tier: free")

	// A tree that was not rendered again is named, and every other hook has passed.
	s.edit("tenants/sandbox.yaml", "displayName: Sandbox", "displayName: Sandpit")
	out = s.refused("a stale tree")
	require.Contains(t, out, "manifests/tenants/sandbox/")
	require.Contains(t, out, "stale: run tenantsmith render")
	require.Equal(t, 1, strings.Count(out, "Failed"), out)
	s.run("tenantsmith", "render")
	require.Contains(t, s.commits("a tree", 3), "1 tenant,")

	// So is one that was edited.
	s.edit("manifests/tenants/sandbox/platform/base/kustomization.yaml", "kind: Kustomization", "kind: Kustomisation")
	require.Contains(t, s.refused("an edited tree"), "manifests/tenants/sandbox/platform/base/kustomization.yaml")
	s.run("git", "checkout", "-q", "HEAD", "--", "manifests")
}

// TestPlatform: what the platform team changes is judged for the tenants that it is about.
func TestPlatform(t *testing.T) {
	s := newScratch(t)
	hooks := s.repository("hooks", map[string]string{hooksFile: project(t, hooksFile)})
	s.run("tenantsmith", "init")
	s.write(".pre-commit-config.yaml", config(hooks, "tenantsmith-check-system", "tenantsmith-policy-test-system"))
	s.run("pre-commit", "install")
	require.Contains(t, s.commits("everything", 1), "2 tenants,")

	today := time.Now().UTC()
	days := strings.NewReplacer("CREATED", today.Format(time.DateOnly), "EXPIRES", today.AddDate(0, 1, 0).Format(time.DateOnly))
	s.write("waivers/sandbox.yaml", days.Replace(waiver))
	require.Contains(t, s.commits("a waiver", 1), "1 tenant,")
	s.write("overrides/storefront/production.yaml", override)
	require.Contains(t, s.commits("an override", 1), "1 tenant,")

	// A broken test of the platform's own checks stops the commit; so does a check that a tenant breaks,
	// though no tenant's file is in the commit.
	s.edit("tenantsmith.yaml", "  registries:", "  extend: {policies: [policies]}\n  registries:")
	s.write("policies/names/names.rego", rule)
	s.write("policies/names/names_test.rego", strings.Replace(test, "== 1", "== 2", 1))
	require.Contains(t, s.refused("a broken test"), "FAIL policies/names/names_test.rego:5")
	s.write("policies/names/names_test.rego", test)
	require.Contains(t, s.refused("a check"), "\ntenants/storefront.yaml:")
	s.edit("policies/names/names.rego", `== "web"`, `== "wep"`)
	s.write("policies/names/names_test.rego", strings.Replace(test, `"web"`, `"wep"`, 1))
	require.Contains(t, s.commits("a check that holds", 2), "2 tenants,")

	s.edit("policies/names/names.rego", "no service", "no Service")
	require.Contains(t, s.commits("other words", 2), "2 tenants,")
}

// TestPage: the configuration of the documentation stops a commit, and git prints what the page shows.
func TestPage(t *testing.T) {
	s := newScratch(t)
	hooks := s.repository("hooks", map[string]string{hooksFile: project(t, hooksFile)})
	s.run("tenantsmith", "init")
	page := project(t, "docs/pre-commit.md")
	text := strings.NewReplacer("https://github.com/tenantsmith/tenantsmith", hooks[0], "v0.1.0", hooks[1]).Replace(fenced(t, page, "yaml .pre-commit-config.yaml"))
	s.write(".pre-commit-config.yaml", text)
	s.run("pre-commit", "install")
	s.commits("everything", 1)
	s.edit("tenants/sandbox.yaml", "tier: free", "tier: fre")
	command, want, _ := strings.Cut(fenced(t, page, "console"), "\n")
	require.Equal(t, `$ git commit -m "sandbox gets more"`, command)
	require.Equal(t, want, strings.TrimRight(s.refused("sandbox gets more"), "\n")+"\n")
}

// fenced is the first block of a page whose fence says what.
func fenced(t *testing.T, page, what string) string {
	_, rest, found := strings.Cut(page, "```"+what+"\n")
	require.True(t, found, what)
	text, _, _ := strings.Cut(rest, "```\n")
	return text
}

// TestBuilt: pre-commit builds the hook from this repository. Modules come from the cache, so that it needs
// no network.
func TestBuilt(t *testing.T) {
	s := newScratch(t)
	for _, name := range []string{"GOMODCACHE", "GOCACHE"} {
		out, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		s.env = append(s.env, name+"="+strings.TrimSpace(string(out)))
	}
	s.env = append(s.env, "GOPROXY=off", "GOTOOLCHAIN=local", "PATH="+os.Getenv("PATH"))
	hooks := s.repository("hooks", source(t))
	require.NoError(t, os.CopyFS(s.dir, os.DirFS(filepath.Join(root, "cmd/tenantsmith/starter/platform"))))
	s.write(".pre-commit-config.yaml", config(hooks, "tenantsmith-validate"))
	s.run("pre-commit", "install")
	require.Contains(t, s.commits("everything", 1), "2 tenants,")
	s.edit("tenants/sandbox.yaml", "tier: free", "tier: fre")
	require.Contains(t, s.refused("a mistake"), "\ntenants/sandbox.yaml:9:9: spec.tier: ")
}

// TestManifest: pre-commit takes the file of hooks, and the hooks that init and the documentation name are in it.
func TestManifest(t *testing.T) {
	s := newScratch(t)
	const starter = "cmd/tenantsmith/starter/platform/.pre-commit-config.yaml"
	hooks := project(t, hooksFile)
	s.write("hooks.yaml", hooks)
	s.write("config.yaml", project(t, starter))
	s.run("pre-commit", "validate-manifest", "hooks.yaml")
	s.run("pre-commit", "validate-config", "config.yaml")
	for _, page := range []string{starter, "docs/pre-commit.md"} {
		named := 0
		for line := range strings.Lines(project(t, page)) {
			if _, id, ok := strings.Cut(line, "- id: "); ok {
				named++
				require.Contains(t, hooks, fmt.Sprintf("- id: %s\n", strings.TrimSpace(id)), page)
			}
		}
		require.NotZero(t, named, page)
	}
}
