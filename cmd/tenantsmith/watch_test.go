package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWatch: whatever way a file changes, the trees follow; what is wrong is said, and ends nothing.
func TestWatch(t *testing.T) {
	t.Chdir(t.TempDir())
	write := func(name, text string) {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
	}
	const tenant = "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: NAME}\nspec:\n  tier: free\n  owners: [{group: NAME, role: admin}]\n  environments: {development: {}}\n"
	named := func(name string) string { return strings.ReplaceAll(tenant, "NAME", name) }
	write("tenants/acme.yaml", named("acme"))

	ctx, stop := context.WithCancel(t.Context())
	said, code := &lines{}, make(chan int)
	go func() { code <- run(ctx, []string{"render", "--watch"}, streams{out: said, err: said}) }()
	said.await(t, "manifests: 15 files written, 0 removed, 0 unchanged")

	write("tenants/acme.yaml", strings.Replace(named("acme"), "free", "fre", 1))
	said.await(t, "tenants/acme.yaml:5:9: spec.tier: there is no tier fre; did you mean free?")
	said.await(t, "held back: acme")

	// As editors write: a new file takes the place of the old one. Swap files are nobody's.
	write("tenants/.acme.yaml.swp", "x")
	write("tenants/acme.yaml~", named("acme"))
	require.NoError(t, os.Rename("tenants/acme.yaml~", "tenants/acme.yaml"))
	said.await(t, "manifests: 0 files written")

	// Folders that are new, and what is in them, count, too: of a tenant, of overrides, of the platform's own.
	write("tenants/shop/team.yaml", named("shop"))
	said.await(t, "manifests: 15 files written, 0 removed, 15 unchanged")
	require.NoError(t, os.WriteFile("tenants/shop/more.yaml", []byte(strings.Replace(named("shop"), "free", "basic", 1)), 0o644))
	said.await(t, "spec.tier")
	require.NoError(t, os.Remove("tenants/shop/more.yaml"))
	said.await(t, "0 removed, 30 unchanged")
	write("overrides/shop/all.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: shop}\nspec: {tags: {team: a}}\n")
	said.await(t, "files written, 0 removed")
	write("tenantsmith.yaml", "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec: {extend: {policies: [own/policies]}}\n")
	said.await(t, "own/policies")
	write("own/policies/a.rego", "nonsense\n")
	said.await(t, "own/policies/a.rego:1")
	require.NoError(t, os.Remove("tenantsmith.yaml"))
	said.await(t, "files written")

	require.NoError(t, os.RemoveAll("overrides"))
	said.await(t, "files written, 0 removed")
	require.NoError(t, os.Rename("tenants/shop", filepath.Join(t.TempDir(), "shop"))) // at once, while files are removed one by one
	said.await(t, "removed, 15 unchanged")
	time.Sleep(10 * quiet) // the folder and the one above it tell of it, and a slow machine may have heard them apart
	said.rest()
	write("manifests/tenants/acme/platform/base/kustomization.yaml", "edited: true\n") // no input
	write("notes.yaml", "")
	time.Sleep(3 * quiet)
	require.Empty(t, said.rest())

	stop()
	require.Zero(t, <-code)
}

// TestWatchRefuses: what can never work ends at once.
func TestWatchRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	for args, want := range map[string]string{
		"render --watch --check":       "--watch and --check do not go together",
		"render --watch -o -":          "--watch writes trees, and --output - prints",
		"render --watch -o tenants":    "--output tenants is where the inputs are",
		"-C nowhere render --watch":    "no directory nowhere",
		"render --watch --env staging": "--env chooses what --output - prints",
	} {
		var errs bytes.Buffer
		require.Equal(t, exitFault, run(t.Context(), strings.Fields(args), streams{out: &errs, err: &errs}), args)
		require.Contains(t, errs.String(), want)
	}
}

// lines collects what a command says while it runs.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// await takes away what was said up to a line that holds the text.
func (l *lines) await(t *testing.T, text string) {
	t.Helper()
	var before string
	for end := time.Now().Add(5 * time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		l.mu.Lock()
		for {
			line, err := l.text.ReadString('\n')
			before += line
			if err != nil {
				break
			}
			if strings.Contains(line, text) {
				l.mu.Unlock()
				return
			}
		}
		l.mu.Unlock()
	}
	require.Fail(t, "never said: "+text, before)
}

// rest takes away what was said.
func (l *lines) rest() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
