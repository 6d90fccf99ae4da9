package gitops_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// owned is an update of files anywhere in the output, and their record.
func owned(owner string, files map[string]string) gitops.Update {
	u := gitops.Update{Tenant: owner, Files: map[string][]byte{}}
	record := manifest.Record{Tenant: owner, Version: "1.2.3", Files: map[string]string{}}
	for path, content := range files {
		u.Files[path], record.Files[path] = []byte(content), manifest.Digest([]byte(content))
	}
	u.Files[manifest.RecordPath(owner)] = record.Bytes()
	return u
}

func applied(owner string) gitops.Update {
	return owned(owner, map[string]string{
		"tenants/" + owner + "/workload/overlays/production/kustomization.yaml": "a: 1\n",
		"argocd/production/" + owner + ".yaml":                                  "b: 1\n",
		"argocd/staging/" + owner + ".yaml":                                     "b: 2\n",
	})
}

func ownFiles(text string) gitops.Update {
	return owned(manifest.PlatformName, map[string]string{
		"platform/production/a.yaml": text, "platform/staging/a.yaml": "a: 1\n", "argocd/platform.yaml": "c: 1\n",
	})
}

// TestFilesElsewhere: what a GitOps engine applies a tenant by, and what belongs to no tenant, is published, kept,
// protected and removed as the rest.
func TestFilesElsewhere(t *testing.T) {
	repo := seeded(t, map[string]string{"argocd/production/mine.yaml": "x: 1\n", "README.md": "x\n"})
	opts := options(repo)
	res := publish(t, opts, applied("acme"), applied("shop"), ownFiles("a: 1\n"))
	require.Equal(t, "tenants: render acme, platform, shop (production, staging)", git(t, repo, "log", "-1", "--format=%s", "main"))
	require.Len(t, res.Changed, 3)
	require.Equal(t, []string{"production", "staging"}, res.Changed[1].Environments)
	require.Empty(t, publish(t, opts, applied("acme"), applied("shop"), ownFiles("a: 1\n")).Changed)

	res = publish(t, opts, ownFiles("a: 2\n"))
	require.Equal(t, []string{"acme", "shop"}, res.Others)
	require.Equal(t, []string{"production"}, res.Changed[0].Environments)
	require.Equal(t, []string{"platform/.tenantsmith.json", "platform/production/a.yaml"}, res.Changed[0].Modified)
	require.Equal(t, []string{"platform", "shop"}, publish(t, opts, applied("acme")).Others)

	commit(t, repo, "hands", func(work string) {
		put(t, work, map[string]string{"argocd/production/acme.yaml": "b: 9\n", "argocd/other/acme.yaml": "x\n", "argocd/platform.yaml": "c: 9\n", "platform/more.yaml": "x\n"})
	})
	standings, _, err := gitops.Inspect(t.Context(), opts, nil, applied("acme"), ownFiles("a: 2\n"))
	require.NoError(t, err)
	require.Len(t, standings, 3)
	require.Equal(t, []string{"argocd/production/acme.yaml"}, standings[0].Edited)
	require.Equal(t, []string{"argocd/other/acme.yaml"}, standings[0].Foreign)
	require.Equal(t, []string{"argocd/other/acme.yaml"}, standings[0].Strange)
	require.Equal(t, []string{"argocd/platform.yaml"}, standings[1].Edited)
	require.Equal(t, []string{"argocd/production/mine.yaml", "platform/more.yaml"}, standings[1].Foreign)
	require.Equal(t, []string{"argocd/production/mine.yaml"}, standings[1].Strange)

	res = publish(t, opts, applied("acme"), ownFiles("a: 2\n"))
	require.Equal(t, []string{"acme", "platform"}, res.Skipped)
	require.Contains(t, res.Problems[1].Remedy, "takes no patches")
	require.Contains(t, res.Problems[0].Remedy, "move the change into the platform file, and publish with --overwrite platform")
	again := ownFiles("a: 2\n")
	again.Overwrite = true
	require.Equal(t, []string{"argocd/platform.yaml"}, publish(t, opts, again).Changed[0].Overwritten)

	gone := gitops.Update{Tenant: "acme", Overwrite: true}
	res = publish(t, opts, gone, gitops.Update{Tenant: manifest.PlatformName})
	require.True(t, res.Changed[0].Gone())
	require.True(t, res.Changed[1].Gone())
	left := tree(t, repo, "main")
	require.NotContains(t, left, "argocd/production/acme.yaml")
	require.NotContains(t, left, "argocd/platform.yaml")
	require.NotContains(t, left, "platform/.tenantsmith.json")
	for _, stays := range []string{"argocd/production/mine.yaml", "argocd/production/shop.yaml", "argocd/other/acme.yaml", "platform/more.yaml"} {
		require.Contains(t, left, stays)
	}
	require.Empty(t, publish(t, opts, gitops.Update{Tenant: manifest.PlatformName}).Changed)
	sound(t, repo)
}

// TestForeignDelivery: a file of somebody else's in the place of one of ours is left there.
func TestForeignDelivery(t *testing.T) {
	repo := seeded(t, map[string]string{"argocd/production/acme.yaml": "x: 1\n", "argocd/platform.yaml": "x: 1\n"})
	res := publish(t, options(repo), applied("acme"), ownFiles("a: 1\n"))
	require.Equal(t, []string{"acme", "platform"}, res.Skipped)
	require.Len(t, res.Problems, 2)
	require.Contains(t, res.Problems[0].Message, "tenantsmith did not write")
}

// TestOnlyOfElsewhere: a branch for one environment holds what applies the tenant there, and of the platform what
// belongs there and what all share.
func TestOnlyOfElsewhere(t *testing.T) {
	repo := bare(t)
	send := func(env string, updates ...gitops.Update) gitops.Result {
		opts := options(repo)
		opts.Branch = env
		res, err := gitops.Publish(t.Context(), opts, gitops.Only(env, gitops.Always(updates...)))
		require.NoError(t, err)
		return res
	}
	send("production", applied("acme"), ownFiles("a: 1\n"))
	files := tree(t, repo, "production")
	require.Len(t, files, 6)
	require.Contains(t, files, "argocd/production/acme.yaml")
	require.Contains(t, files, "argocd/platform.yaml")
	require.Contains(t, files, "platform/production/a.yaml")
	require.NotContains(t, files["platform/.tenantsmith.json"], "staging")
	send("other", ownFiles("a: 1\n"))
	require.Len(t, tree(t, repo, "other"), 2)

	// Another environment's change makes no commit; without anything for the branch the platform's files go whole.
	changed := ownFiles("a: 1\n")
	changed.Files["platform/staging/a.yaml"] = []byte("a: 3\n")
	require.Empty(t, send("production", changed).Commit)
	here := owned(manifest.PlatformName, map[string]string{"platform/staging/a.yaml": "a: 1\n"})
	require.True(t, send("production", here).Changed[0].Gone())
	require.NotContains(t, tree(t, repo, "production"), "platform/.tenantsmith.json")
	require.Empty(t, send("new", here).Changed)
}

// TestProposalOfElsewhere: a proposal is made anew where the base changed what applies the tenant.
func TestProposalOfElsewhere(t *testing.T) {
	repo := bare(t)
	publish(t, options(repo), applied("acme"))
	propose := func() gitops.Result {
		opts := options(repo)
		opts.Onto, opts.Branch = "main", "proposal"
		next := owned("acme", map[string]string{"tenants/acme/workload/overlays/production/kustomization.yaml": "a: 2\n", "argocd/production/acme.yaml": "b: 1\n"})
		res, err := gitops.Publish(t.Context(), opts, gitops.Always(next))
		require.NoError(t, err)
		return res
	}
	require.NotEmpty(t, propose().Commit)
	require.Empty(t, propose().Commit)
	commit(t, repo, "more", func(work string) { put(t, work, map[string]string{"argocd/other/acme.yaml": "x\n"}) })
	require.NotEmpty(t, propose().Commit)
}

// TestHistoryElsewhere: what changes outside of an owner's folder is a change of the owner, and of the platform where the
// file is no tenant's.
func TestHistoryElsewhere(t *testing.T) {
	repo := bare(t)
	publish(t, options(repo), applied("acme"), applied("shop"), ownFiles("a: 1\n"))
	commit(t, repo, "hands", func(work string) {
		put(t, work, map[string]string{"argocd/production/acme.yaml": "b: 9\n", "argocd/other/acme.yaml": "x\n", "argocd/platform.yaml": "c: 9\n", "argocd/production/none.yaml": "x\n", "platform/production/a.yaml": "a: 9\n"})
	})
	h := past(t, options(repo))
	first, err := h.Tenants(h.Past[0])
	require.NoError(t, err)
	second, err := h.Tenants(h.Past[1])
	require.NoError(t, err)
	require.Len(t, second, 3)
	require.Equal(t, first["shop"], second["shop"])
	for owner, want := range map[string][]string{
		"acme":                {"argocd/other/acme.yaml", "argocd/production/acme.yaml"},
		manifest.PlatformName: {"argocd/platform.yaml", "argocd/production/none.yaml", "platform/production/a.yaml"},
	} {
		var seen []string
		require.NoError(t, h.Differences(owner, first[owner], second[owner], func(file, old, new string) {
			seen = append(seen, file)
			data, err := h.Read(new)
			require.NoError(t, err)
			require.NotEmpty(t, data)
			require.Equal(t, file == "argocd/other/acme.yaml" || file == "argocd/production/none.yaml", old == "")
		}))
		require.Equal(t, want, seen)
	}
	var gone []string
	require.NoError(t, h.Differences("acme", first["acme"], "", func(file, _, new string) {
		require.Empty(t, new)
		gone = append(gone, file)
	}))
	require.Len(t, gone, 4)
	found, err := gitops.Renderings(t.Context(), options(repo), "acme")
	require.NoError(t, err)
	require.Len(t, found, 1)
	require.Equal(t, options(repo).SourceCommit, found[0].Source)
}

func TestTally(t *testing.T) {
	for want, names := range map[string][]string{
		"0 tenants": nil, "1 tenant": {"a"}, "2 tenants": {"a", "b"}, "the platform": {"platform"},
		"1 tenant and the platform": {"a", "platform"}, "2 tenants and the platform": {"a", "b", "platform"},
	} {
		require.Equal(t, want, gitops.Tally(slices.Clone(names)))
	}
}

// TestStrange: what an engine applies and no record names is told, and is told no more once it is gone. A name of a
// tenant that is not there makes it no tenant's, and neither does a folder without a record.
func TestStrange(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	require.Empty(t, publish(t, opts, applied("acme"), ownFiles("a: 1\n")).Strange)
	commit(t, repo, "hands", func(work string) {
		put(t, work, map[string]string{
			"argocd/production/evil.yaml": "x\n", "tenants/evil/README.md": "x\n", "argocd/production/deep/a.yaml": "x\n",
			"argocd/test/acme.yaml": "x\n", "platform/production/b\tc.yaml": "x\n", "platform/production/README.md": "x\n",
			"flux/production/x.yaml": "x\n", "argocd/production/acme.yml": "x\n", "tenants/acme/workload/overlays/production/.argocd-source.yaml": "x\n",
		})
	})
	own := []string{"argocd/production/acme.yml", "argocd/production/deep/a.yaml", "argocd/production/evil.yaml", "platform/production/b\tc.yaml"}
	standings, _, err := gitops.Inspect(t.Context(), opts, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"argocd/test/acme.yaml", "tenants/acme/workload/overlays/production/.argocd-source.yaml"}, standings[0].Strange)
	require.Equal(t, own, standings[1].Strange)

	require.Equal(t, []string{"argocd/test/acme.yaml"}, publish(t, opts, applied("acme")).Strange)
	require.Equal(t, own, publish(t, opts, ownFiles("a: 2\n")).Strange)
	require.Empty(t, publish(t, opts, gitops.Update{Tenant: "acme"}).Strange)
}
