package gitops_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

func proposal(opts gitops.Options) gitops.Options {
	opts.Branch, opts.Onto = "tenantsmith/acme", "main"
	return opts
}

// person lets somebody commit to any branch.
func person(t *testing.T, repo, branch string, files map[string]string) string {
	work := t.TempDir()
	git(t, work, "clone", "-q", "--branch", branch, repo, "work")
	work += "/work"
	put(t, work, files)
	git(t, work, "add", "-A")
	git(t, work, "commit", "-q", "-m", "by hand")
	git(t, work, "push", "-q", "origin", branch)
	return git(t, work, "rev-parse", "HEAD")
}

func TestProposal(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		_, err := gitops.Publish(t.Context(), proposal(opts), gitops.Always(acme("a:1")))
		require.ErrorContains(t, err, "there is no branch main to propose a change to")
		base := publish(t, opts, acme("a:1"))
		require.Empty(t, publish(t, proposal(opts), acme("a:1")).Changed)
		_, err = gitErr(repo, "rev-parse", "--verify", "-q", "tenantsmith/acme")
		require.Error(t, err, "nothing to propose makes no branch")

		first := publish(t, proposal(opts), acme("a:2"))
		require.True(t, first.Created)
		require.Equal(t, base.Commit, git(t, repo, "rev-parse", "main"))
		require.Equal(t, base.Commit, git(t, repo, "rev-parse", "tenantsmith/acme^"))
		before := objects(t, repo)
		again := publish(t, proposal(opts), acme("a:2"))
		require.Empty(t, again.Commit)
		require.Equal(t, first.Commit, again.Head)
		require.Len(t, again.Changed, 1)
		require.Equal(t, before, objects(t, repo))

		// Another output takes the place of the first: one commit on top of the base, not two.
		second := publish(t, proposal(opts), acme("a:3"))
		require.False(t, second.Created)
		require.Equal(t, base.Commit, git(t, repo, "rev-parse", "tenantsmith/acme^"))
		require.Equal(t, strs(acme("a:3").Files), tree(t, repo, "tenantsmith/acme"))

		// The base moves elsewhere: the proposal can still be merged, and its reviews stay.
		commit(t, repo, "elsewhere", func(work string) { put(t, work, map[string]string{"README.md": "x\n"}) })
		require.Empty(t, publish(t, proposal(opts), acme("a:3")).Commit)
		// It moves in the tenant itself: the proposal is made anew.
		publish(t, opts, acme("a:9"))
		third := publish(t, proposal(opts), acme("a:3"))
		require.NotEmpty(t, third.Commit)
		require.Equal(t, git(t, repo, "rev-parse", "main"), git(t, repo, "rev-parse", "tenantsmith/acme^"))
		require.Equal(t, join(strs(acme("a:3").Files), map[string]string{"README.md": "x\n"}), tree(t, repo, "tenantsmith/acme"))
		sound(t, repo)
	})
}

// What is no longer proposed does not stay in the branch.
func TestProposalOfFewerTenants(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	shop := func(image string) gitops.Update {
		return update("shop", map[string]string{"workload/base/rollout-web.yaml": image + "\n"})
	}
	publish(t, opts, acme("a:1"), shop("s:1"))
	publish(t, proposal(opts), acme("a:2"), shop("s:2"))
	publish(t, proposal(opts), acme("a:2"), shop("s:1"))
	require.Equal(t, join(strs(acme("a:2").Files), strs(shop("s:1").Files)), tree(t, repo, "tenantsmith/acme"))
}

func TestProposalThatSomebodyEdited(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	publish(t, opts, acme("a:1"))
	publish(t, proposal(opts), acme("a:2"))
	hand := person(t, repo, "tenantsmith/acme", map[string]string{"notes.md": "mine\n"})

	asked := proposal(opts)
	refusal := errors.New("somebody's work")
	asked.Replace = func(tip gitops.Tip) error {
		require.Equal(t, gitops.Tip{Commit: hand, Message: "by hand\n", Parents: 1}, tip)
		return refusal
	}
	_, err := gitops.Publish(t.Context(), asked, gitops.Always(acme("a:3")))
	require.ErrorContains(t, err, "somebody's work")
	require.Equal(t, hand, git(t, repo, "rev-parse", "tenantsmith/acme"))

	hand = person(t, repo, "tenantsmith/acme", map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: mine\n"})
	res := publish(t, proposal(opts), acme("a:3"))
	require.Equal(t, []string{"acme"}, res.Skipped)
	require.Empty(t, res.Changed)
	require.Equal(t, hand, git(t, repo, "rev-parse", "tenantsmith/acme"))
}

// Somebody else moves the proposal between reading and pushing: theirs is not lost.
func TestProposalLosesARace(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	publish(t, opts, acme("a:1"))
	publish(t, proposal(opts), acme("a:2"))
	asked, hand := proposal(opts), ""
	asked.Approve = func([]gitops.Change) error {
		if hand == "" {
			hand = person(t, repo, "tenantsmith/acme", map[string]string{"notes.md": "mine\n"})
		}
		return nil
	}
	asked.Replace = func(tip gitops.Tip) error {
		if tip.Commit == hand {
			return errors.New("somebody's work")
		}
		return nil
	}
	_, err := gitops.Publish(t.Context(), asked, gitops.Always(acme("a:3")))
	require.ErrorContains(t, err, "somebody's work")
	require.Equal(t, hand, git(t, repo, "rev-parse", "tenantsmith/acme"))
}

func TestBranchBeginsAtAnother(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		opts.Branch, opts.From = "environments/production-next", "environments/production"
		opts.Beside = func(head *gitops.Commit, changed []gitops.Change) (map[string][]byte, error) {
			require.Len(t, changed, 1)
			return map[string][]byte{"hydrator.metadata": []byte(changed[0].Tenant + "\n"), "gone": nil}, nil
		}
		first := publish(t, opts, acme("a:1"))
		require.True(t, first.Created)
		require.Equal(t, "1", git(t, repo, "rev-list", "--count", "environments/production"))
		require.Empty(t, tree(t, repo, "environments/production"))
		require.Equal(t, git(t, repo, "rev-parse", "environments/production"), git(t, repo, "rev-parse", first.Commit+"^"))
		require.Equal(t, join(strs(acme("a:1").Files), map[string]string{"hydrator.metadata": "acme\n"}), tree(t, repo, opts.Branch))

		before := objects(t, repo)
		require.Empty(t, publish(t, opts, acme("a:1")).Commit)
		require.Equal(t, before, objects(t, repo), "files beside others change nothing by themselves")
		second := publish(t, opts, acme("a:2"))
		require.Equal(t, first.Commit, git(t, repo, "rev-parse", second.Commit+"^"))
		git(t, repo, "fsck", "--strict", "--full")

		// A branch that is there is where the other begins.
		git(t, repo, "branch", "environments/staging", second.Commit)
		opts.Branch, opts.From = "environments/staging-next", "environments/staging"
		require.Equal(t, second.Commit, git(t, repo, "rev-parse", publish(t, opts, acme("a:3")).Commit+"^"))
	})
}

func TestBesideTakesFilesAwayAndNothingElse(t *testing.T) {
	repo := seeded(t, map[string]string{"hydrator.metadata": "old\n", "README.md": "x\n", "folder/file": "y\n"})
	opts := options(repo)
	opts.Beside = func(*gitops.Commit, []gitops.Change) (map[string][]byte, error) {
		return map[string][]byte{"hydrator.metadata": nil, "new": []byte("z\n")}, nil
	}
	publish(t, opts, acme("a:1"))
	want := join(strs(acme("a:1").Files), map[string]string{"README.md": "x\n", "folder/file": "y\n", "new": "z\n"})
	require.Equal(t, want, tree(t, repo, "main"))
	opts.Beside = func(*gitops.Commit, []gitops.Change) (map[string][]byte, error) {
		return map[string][]byte{"folder": []byte("z\n")}, nil
	}
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:2")))
	require.ErrorContains(t, err, "folder stands where folder must go")
	require.Equal(t, want, tree(t, repo, "main"))
}

func TestAnnotate(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		text := "one\n"
		opts.Notes = []gitops.Note{{Ref: "hydrator.metadata", Content: func(string, []byte) []byte { return []byte(text) }}}
		done, err := gitops.Annotate(t.Context(), opts)
		require.NoError(t, err)
		require.False(t, done, "no branch, no note")
		res := publish(t, opts, acme("a:1"))
		before := objects(t, repo)
		done, err = gitops.Annotate(t.Context(), opts)
		require.NoError(t, err)
		require.False(t, done)
		require.Equal(t, before, objects(t, repo))
		text = "two\n"
		done, err = gitops.Annotate(t.Context(), opts)
		require.NoError(t, err)
		require.True(t, done)
		require.Equal(t, "two", git(t, repo, "notes", "--ref=hydrator.metadata", "show", res.Commit))
		require.Equal(t, res.Commit, git(t, repo, "rev-parse", "main"))
		sound(t, repo)
	})
}

func TestOnlyOneEnvironment(t *testing.T) {
	repo := bare(t)
	send := func(env string, u gitops.Update) gitops.Result {
		opts := options(repo)
		opts.Branch = "environments/" + env
		res, err := gitops.Publish(t.Context(), opts, gitops.Only(env, gitops.Always(u)))
		require.NoError(t, err)
		require.Empty(t, res.Problems)
		return res
	}
	one := acme("a:1")
	send("production", one)
	have := tree(t, repo, "environments/production")
	require.NotContains(t, have, "tenants/acme/workload/overlays/development/kustomization.yaml")
	require.Contains(t, have, "tenants/acme/workload/overlays/production/kustomization.yaml")
	require.Contains(t, have, "tenants/acme/platform/base/namespace.yaml")
	require.NotContains(t, have["tenants/acme/.tenantsmith.json"], "development")

	// What changes elsewhere makes no commit here, not even the digest of the tenant's file in the record.
	other := update("acme", join(strip(one), map[string]string{"workload/overlays/development/kustomization.yaml": "resources: []\n"}))
	other.Files["tenants/acme/.tenantsmith.json"] = []byte(strings.Replace(string(other.Files["tenants/acme/.tenantsmith.json"]), `"inputs": {}`, `"inputs": {"tenants/acme.yaml": "00"}`, 1))
	require.Contains(t, string(other.Files["tenants/acme/.tenantsmith.json"]), `"tenants/acme.yaml": "00"`)
	require.Empty(t, send("production", other).Commit)
	require.NotEmpty(t, send("production", acme("a:2")).Commit)
	require.Contains(t, tree(t, repo, "environments/production")["tenants/acme/workload/base/rollout-web.yaml"], "a:2")

	// A tenant without the environment has nothing on its branch; one that loses it leaves a record without files.
	require.Empty(t, send("staging", one).Changed)
	left := update("acme", map[string]string{"workload/base/rollout-web.yaml": "x\n", "workload/overlays/development/kustomization.yaml": "resources: []\n"})
	send("production", left)
	require.Equal(t, []string{"tenants/acme/.tenantsmith.json"}, slices.Collect(maps.Keys(tree(t, repo, "environments/production"))))
	send("production", one)
	require.Equal(t, have, tree(t, repo, "environments/production"))
}

// strip is a tenant's files by path in its folder, without the record.
func strip(u gitops.Update) map[string]string {
	out := map[string]string{}
	for name, data := range u.Files {
		if rest := strings.TrimPrefix(name, "tenants/"+u.Tenant+"/"); rest != ".tenantsmith.json" {
			out[rest] = string(data)
		}
	}
	return out
}

func TestBranchesBesideTheOther(t *testing.T) {
	opts := options(bare(t))
	opts.Onto = "main"
	require.EqualError(t, opts.Validate(), "branch main cannot be made from itself")
	opts.Onto, opts.From = "a", "b"
	require.EqualError(t, opts.Validate(), "a branch either begins at another one or proposes a change to it")
	opts.Onto, opts.From = "", "refs/heads/b"
	require.ErrorContains(t, opts.Validate(), "without refs/heads/")
}
