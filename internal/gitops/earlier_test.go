package gitops_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

func TestEarlier(t *testing.T) {
	dir := cloned(t, map[string]string{"tenants/acme.yaml": "1\n", "tenants/shop.yaml": "1\n"})
	step := func(text, message string) string {
		put(t, dir, map[string]string{"tenants/acme.yaml": text})
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "--allow-empty", "-m", message)
		return git(t, dir, "rev-parse", "HEAD")
	}
	earlier := func(wanted func(string) (bool, error)) (gitops.Revision, error) {
		w, err := gitops.OpenWorkTree(dir)
		require.NoError(t, err)
		defer w.Close()
		return w.Earlier(context.Background(), "acme", "", []string{"tenants/acme.yaml", "overrides/acme"}, wanted)
	}
	all := func(string) (bool, error) { return true, nil }

	one := git(t, dir, "rev-parse", "HEAD")
	_, err := earlier(all)
	require.ErrorIs(t, err, gitops.ErrNoEarlier)
	two := step("2\n", "two")
	step("2\n", "of another tenant")
	step("3\n", "three")
	r, err := earlier(all)
	require.NoError(t, err)
	require.Equal(t, git(t, dir, "rev-parse", "HEAD~1"), r.Hash)
	require.Equal(t, "of another tenant", r.Subject)

	// What the caller does not want is passed by, and asked of once a state.
	var asked []string
	r, err = earlier(func(hash string) (bool, error) { asked = append(asked, hash); return hash == one, nil })
	require.NoError(t, err)
	require.Equal(t, one, r.Hash)
	require.Len(t, asked, 2)

	// Behind a rollback the search goes on where that one went; one of another tenant is none.
	step("2\n", "back\n\nTenantsmith-Tenant: acme\nRollback-To: "+two)
	r, err = earlier(all)
	require.NoError(t, err)
	require.Equal(t, one, r.Hash)
	step("5\n", "five\n\nTenantsmith-Tenant: acme\nTenantsmith-Service: web\nRollback-To: "+one)
	r, err = earlier(all)
	require.NoError(t, err)
	require.Equal(t, one, r.Hash, "what was bad of a service is no state of the tenant to go back to")
	step("4\n", "four\n\nTenantsmith-Tenant: shop\nRollback-To: "+one)
	r, err = earlier(all)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(r.Subject, "five"))
}

func TestEarlierBehindARollbackThatWasMerged(t *testing.T) {
	dir := cloned(t, map[string]string{"tenants/acme.yaml": "1\n"})
	commit := func(text, message string) string {
		put(t, dir, map[string]string{"tenants/acme.yaml": text})
		git(t, dir, "add", "-A")
		git(t, dir, "commit", "-q", "-m", message)
		return git(t, dir, "rev-parse", "HEAD")
	}
	earlier := func() string {
		w, err := gitops.OpenWorkTree(dir)
		require.NoError(t, err)
		defer w.Close()
		r, err := w.Earlier(context.Background(), "acme", "", []string{"tenants/acme.yaml"}, func(string) (bool, error) { return true, nil })
		require.NoError(t, err)
		return r.Hash
	}
	branch := git(t, dir, "branch", "--show-current")
	one := git(t, dir, "rev-parse", "HEAD")
	two := commit("2\n", "two")
	bad := commit("3\n", "bad")
	git(t, dir, "switch", "-q", "-c", "back")
	// The clock of who rolls back is behind.
	t.Setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
	commit("2\n", "back\n\nTenantsmith-Tenant: acme\nRollback-To: "+two+"\n\nCo-authored-by: Sam <sam@example.com>")
	require.Equal(t, one, earlier())
	git(t, dir, "switch", "-q", branch)
	git(t, dir, "merge", "-q", "--no-ff", "-m", "Merge pull request #12 from back", "back")
	require.Equal(t, one, earlier())

	// A merge that took over something else than what it merged is no rollback.
	git(t, dir, "reset", "-q", "--hard", bad)
	git(t, dir, "merge", "-q", "--no-ff", "--no-commit", "back")
	commit("4\n", "Merge with an edit")
	require.Equal(t, bad, earlier())
}

func TestFindPublished(t *testing.T) {
	repo := bare(t)
	source := func(n string) string { return strings.Repeat(n, 40) }
	commits := map[string]string{}
	for _, step := range []struct{ tenant, image, source string }{{"acme", "1", "a"}, {"shop", "1", "b"}, {"acme", "2", "c"}, {"shop", "2", "d"}} {
		opts := options(repo)
		opts.SourceCommit = source(step.source)
		res := publish(t, opts, update(step.tenant, map[string]string{"workload/base/rollout-web.yaml": "image: " + step.image + "\n"}))
		commits[step.source] = res.Commit
	}
	for hash, want := range map[string]string{commits["a"]: "a", commits["b"][:10]: "a", commits["c"]: "c", commits["d"]: "c"} {
		got, err := gitops.FindPublished(context.Background(), options(repo), "acme", hash)
		require.NoError(t, err)
		require.Equal(t, source(want), got.Source, "of %s", hash)
	}
	for hash, want := range map[string]string{
		"HEAD~1": `"HEAD~1" is no hash of a commit: with --repo, name a commit of the GitOps repository by its hash`,
		"0000":   "branch main holds no commit 0000",
	} {
		_, err := gitops.FindPublished(context.Background(), options(repo), "acme", hash)
		require.EqualError(t, err, want)
	}
	_, err := gitops.FindPublished(context.Background(), options(repo), "pets", commits["d"])
	require.EqualError(t, err, "commit "+commits["d"][:12]+" holds no tenant pets")

	all, err := gitops.Renderings(context.Background(), options(repo), "acme")
	require.NoError(t, err)
	require.Equal(t, []gitops.Rendering{{Commit: commits["d"], Source: source("c"), Inputs: map[string]string{}}, {Commit: commits["b"], Source: source("a"), Inputs: map[string]string{}}}, all)
	all, err = gitops.Renderings(context.Background(), options(repo), "pets")
	require.NoError(t, err)
	require.Equal(t, []gitops.Rendering{{}}, all)
	opts := options(repo)
	opts.Branch = "none"
	all, err = gitops.Renderings(context.Background(), opts, "acme")
	require.NoError(t, err)
	require.Empty(t, all)
}
