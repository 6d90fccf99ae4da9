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
	require.True(t, strings.HasPrefix(r.Subject, "back"), "the service alone went back")
	step("4\n", "four\n\nTenantsmith-Tenant: shop\nRollback-To: "+one)
	r, err = earlier(all)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(r.Subject, "five"))
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
	for hash, want := range map[string]string{"": "a", commits["a"]: "a", commits["b"][:10]: "a", commits["c"]: "c", commits["d"]: "c"} {
		got, err := gitops.FindPublished(context.Background(), options(repo), "acme", hash)
		require.NoError(t, err)
		require.Equal(t, source(want), got.Source, "of %s", hash)
	}
	for hash, want := range map[string]string{
		"HEAD~1": `"HEAD~1" is no hash of a commit: with --repo, name a commit of the GitOps repository by its hash`,
		"0000":   repo + ": branch main holds no commit 0000",
	} {
		_, err := gitops.FindPublished(context.Background(), options(repo), "acme", hash)
		require.EqualError(t, err, want)
	}
	_, err := gitops.FindPublished(context.Background(), options(repo), "pets", commits["d"])
	require.EqualError(t, err, repo+": commit "+commits["d"][:12]+" holds no tenant pets")
}
