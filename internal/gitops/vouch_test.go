package gitops_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// platform is a repository whose commits Ann signs, and what trusts her.
func platform(t *testing.T) (work string, ann *gitops.Trust) {
	key, public := keygen(t, "ann")
	work, _ = signed(t, "gpg.format=ssh", "user.signingkey="+key)
	return work, trust(t, "ann@example.com "+public)
}

func signedCommit(t *testing.T, work, subject string) string {
	git(t, work, "commit", "-q", "--allow-empty", "-S", "-m", subject)
	return git(t, work, "rev-parse", "HEAD")
}

func plainCommit(t *testing.T, work, subject string) string {
	git(t, work, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", subject)
	return git(t, work, "rev-parse", "HEAD")
}

// vouched publishes with signatures required, and returns the hashes of the commits that were found good.
func vouched(t *testing.T, work string, ann *gitops.Trust, opts gitops.Options, image string) ([]string, error) {
	opts.Trust, opts.SourceDir, opts.SourceCommit = ann, work, git(t, work, "rev-parse", "HEAD")
	res, err := gitops.Publish(t.Context(), opts, gitops.Always(acme(image)))
	var out []string
	for _, c := range res.Verified.Commits {
		out = append(out, c.Hash)
	}
	return out, err
}

func TestPublishRequiresSignedCommits(t *testing.T) {
	work, ann := platform(t)
	opts := options(bare(t))
	plainCommit(t, work, "before signatures were required")
	first := signedCommit(t, work, "first")
	good, err := vouched(t, work, ann, opts, "a:1")
	require.NoError(t, err)
	require.Equal(t, []string{first}, good, "without a publish before, the commit that is checked out counts alone")

	second, third := signedCommit(t, work, "second"), signedCommit(t, work, "third")
	good, err = vouched(t, work, ann, opts, "a:2")
	require.NoError(t, err)
	require.Equal(t, []string{third, second}, good)
	good, err = vouched(t, work, ann, opts, "a:3")
	require.NoError(t, err)
	require.Equal(t, []string{third}, good, "the same commit again")

	unsigned := plainCommit(t, work, "smuggled\x1b[31m")
	signedCommit(t, work, "fourth")
	before := objects(t, opts.URL)
	_, err = vouched(t, work, ann, opts, "a:4")
	var refused *gitops.UnsignedError
	require.ErrorAs(t, err, &refused)
	require.EqualError(t, err, "publish to "+opts.URL+": commit "+unsigned[:12]+" (Ann <ann@example.com>: smuggled[31m) is not signed")
	require.Equal(t, gitops.Unsigned, refused.Commits[0].Signature.State)
	require.Equal(t, before, objects(t, opts.URL))

	_, err = vouched(t, work, &gitops.Trust{}, opts, "a:4")
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Commits, 2)
	require.Equal(t, gitops.UnknownKey, refused.Commits[0].Signature.State)
}

// TestMergedCommitsNeedSignatures: what comes in through the second parent was published by nobody, either.
func TestMergedCommitsNeedSignatures(t *testing.T) {
	work, ann := platform(t)
	opts := options(bare(t))
	_, err := vouched(t, work, ann, opts, "a:1")
	require.NoError(t, err)
	git(t, work, "checkout", "-q", "-b", "side")
	side := plainCommit(t, work, "side")
	git(t, work, "checkout", "-q", "main")
	signedCommit(t, work, "main goes on")
	git(t, work, "merge", "-q", "-S", "--no-ff", "-m", "merge", "side")
	_, err = vouched(t, work, ann, opts, "a:2")
	var refused *gitops.UnsignedError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Commits, 1)
	require.Equal(t, side, refused.Commits[0].Hash)
}

// TestWhereTheLastPublishCameFrom: where a person made the last commit, the records say from what tenants came.
func TestWhereTheLastPublishCameFrom(t *testing.T) {
	work, ann := platform(t)
	source := git(t, work, "rev-parse", "HEAD")
	u := acme("a:1")
	record, err := manifest.ParseRecord("acme", u.Files[manifest.RecordPath("acme")])
	require.NoError(t, err)
	record.Source = source
	u.Files[manifest.RecordPath("acme")] = record.Bytes()
	opts := options(bare(t))
	opts.Path = "apps"
	publish(t, opts, u)
	commit(t, opts.URL, "by hand", func(work string) {
		put(t, work, map[string]string{"apps/tenants/foreign/x": "x", "apps/tenants/y": "y"})
	})
	next := signedCommit(t, work, "next")
	good, err := vouched(t, work, ann, opts, "a:2")
	require.NoError(t, err)
	require.Equal(t, []string{next}, good)
}

func TestVerifySinceInAShallowClone(t *testing.T) {
	work, ann := platform(t)
	published := git(t, work, "rev-parse", "HEAD")
	plainCommit(t, work, "plain")
	head := signedCommit(t, work, "head")
	shallow := t.TempDir()
	git(t, shallow, "clone", "-q", "--depth", "1", "file://"+work, "clone")
	v, err := gitops.VerifySince(shallow+"/clone", []string{published}, ann)
	require.NoError(t, err)
	require.True(t, v.Partly)
	require.Len(t, v.Commits, 1)
	require.Equal(t, head, v.Commits[0].Hash)

	whole, err := gitops.VerifySince(work, []string{published, strings.Repeat("ab", 20)}, ann)
	require.NoError(t, err)
	require.False(t, whole.Partly)
	require.Len(t, whole.Commits, 2)
	late, err := gitops.VerifySince(work+"/.", []string{head}, ann)
	require.NoError(t, err)
	require.Len(t, late.Commits, 1)
	git(t, work, "checkout", "-q", published)
	older, err := gitops.VerifySince(work, []string{head}, ann)
	require.NoError(t, err)
	require.Len(t, older.Commits, 1, "a run that is late")
}
