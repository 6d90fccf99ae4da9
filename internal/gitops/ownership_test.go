package gitops_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

const (
	web       = "tenants/acme/workload/base/rollout-web.yaml"
	namespace = "tenants/acme/platform/base/namespace.yaml"
)

// overwriting is the update that may replace hand edits.
func overwriting(u gitops.Update) gitops.Update {
	u.Overwrite = true
	return u
}

// without is the update that no longer has a file.
func without(u gitops.Update, file string) gitops.Update {
	files := map[string]string{}
	for name, data := range u.Files {
		if name != file && filepath.Base(name) != ".tenantsmith.json" {
			files[name[len("tenants/acme/"):]] = string(data)
		}
	}
	return update("acme", files)
}

func TestOverwrite(t *testing.T) {
	opts := options(bare(t))
	publish(t, opts, acme("a:1"))
	commit(t, opts.URL, "by hand", func(work string) {
		put(t, work, map[string]string{web: "image: mine\n", namespace: "kind: Mine\n", "tenants/acme/notes.md": "keep\n"})
	})

	res := publish(t, opts, overwriting(without(acme("a:1"), namespace)))
	require.Empty(t, res.Problems)
	require.Equal(t, []string{namespace, web}, res.Changed[0].Overwritten)
	want := strs(without(acme("a:1"), namespace).Files)
	want["tenants/acme/notes.md"] = "keep\n"
	require.Equal(t, want, tree(t, opts.URL, "main"))
	require.Equal(t, "acme: 2 changed, 1 removed, 2 of them by hand before", git(t, opts.URL, "log", "-1", "--format=%b", "main")[:52])

	// With nothing edited it is a publish like any other.
	res = publish(t, opts, overwriting(without(acme("a:1"), namespace)))
	require.Empty(t, res.Changed)
	sound(t, opts.URL)
}

// TestOverwriteKeepsWhatIsForeign: what nobody recorded is not ours to replace, whatever is asked.
func TestOverwriteKeepsWhatIsForeign(t *testing.T) {
	opts := options(bare(t))
	publish(t, opts, without(acme("a:1"), web))
	commit(t, opts.URL, "by hand", func(work string) { put(t, work, map[string]string{web: "a person's\n"}) })
	res := publish(t, opts, overwriting(acme("a:1")))
	require.Equal(t, []string{"acme"}, res.Skipped)
	require.Equal(t, "a file that tenantsmith did not write is in the way", res.Problems[0].Message)
	require.Equal(t, "a person's\n", tree(t, opts.URL, "main")[web])
}

// TestSkippedTenantLosesNothing: a tenant that is skipped because something is in the way keeps the files that the
// update would have removed, also where another tenant makes a commit.
func TestSkippedTenantLosesNothing(t *testing.T) {
	opts := options(bare(t))
	publish(t, opts, without(acme("a:1"), web))
	commit(t, opts.URL, "by hand", func(work string) {
		require.NoError(t, os.Symlink("../../elsewhere", filepath.Join(work, "tenants/acme/workload/extra")))
	})
	next := without(acme("a:1"), namespace)
	next.Files["tenants/acme/workload/extra/file.yaml"] = []byte("kind: Extra\n")
	res := publish(t, opts, next, update("shop", map[string]string{"workload/base/x.yaml": "kind: X\n"}))
	require.Equal(t, []string{"acme"}, res.Skipped)
	require.Len(t, res.Changed, 1)
	require.Contains(t, tree(t, opts.URL, "main"), namespace)
	sound(t, opts.URL)
}

func hold(until time.Time) gitops.Hold {
	return gitops.Hold{Tenant: "acme", Until: until, Ticket: "INC-1", Reason: "the shop is down", By: "Ann <ann@example.com>"}
}

func TestHold(t *testing.T) {
	ctx, opts := context.Background(), options(bare(t))
	until := opts.When.Add(4 * time.Hour)
	_, _, err := gitops.SetHold(ctx, opts, hold(until))
	require.ErrorIs(t, err, gitops.ErrUnpublished)
	publish(t, opts, acme("a:1"))

	said := opts
	said.Subject = "tenants: hold acme"
	res, before, err := gitops.SetHold(ctx, said, hold(until))
	require.NoError(t, err)
	require.Nil(t, before)
	require.NotEmpty(t, res.Commit)
	require.Equal(t, "tenants: hold acme", git(t, opts.URL, "log", "-1", "--format=%s", "main"))
	require.JSONEq(t, `{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Hold", "tenant": "acme", "until": "2026-01-02T07:04:05Z",
		"ticket": "INC-1", "reason": "the shop is down", "by": "Ann <ann@example.com>"}`, tree(t, opts.URL, "main")["tenants/acme/.hold.json"])

	// The tenant is left alone, others are not.
	shop := update("shop", map[string]string{"workload/base/x.yaml": "kind: X\n"})
	res = publish(t, opts, acme("a:2"), shop)
	require.Equal(t, []gitops.Hold{hold(until)}, res.Held)
	require.Len(t, res.Changed, 1)
	require.Equal(t, "image: a:1\n", tree(t, opts.URL, "main")[web])
	require.Empty(t, publish(t, opts, gitops.Update{Tenant: "acme"}).Changed, "nor is it removed")

	// A longer one takes its place.
	_, before, err = gitops.SetHold(ctx, opts, hold(until.Add(time.Hour)))
	require.NoError(t, err)
	require.Equal(t, until, before.Until)

	// It is over by itself, and goes with the next commit of the tenant, not in one of its own.
	late := opts
	late.When = until.Add(2 * time.Hour)
	require.Empty(t, publish(t, late, acme("a:1")).Changed)
	res = publish(t, late, acme("a:2"))
	require.Contains(t, res.Changed[0].Removed, "tenants/acme/.hold.json")
	require.Equal(t, "image: a:2\n", tree(t, opts.URL, "main")[web])
	require.NotContains(t, tree(t, opts.URL, "main"), "tenants/acme/.hold.json")
	sound(t, opts.URL)
}

// TestHoldMeanwhile: a hold that comes while a publish is under way is in its way.
func TestHoldMeanwhile(t *testing.T) {
	ctx, opts := context.Background(), options(bare(t))
	publish(t, opts, acme("a:1"))
	racing, tries := opts, 0
	racing.Approve = func([]gitops.Change) error {
		if tries++; tries > 1 {
			return nil
		}
		_, _, err := gitops.SetHold(ctx, opts, hold(opts.When.Add(time.Hour)))
		return err
	}
	res := publish(t, racing, acme("a:2"))
	require.Equal(t, 2, tries)
	require.Len(t, res.Held, 1)
	require.Equal(t, "image: a:1\n", tree(t, opts.URL, "main")[web])
	sound(t, opts.URL)
}

func TestHoldStopsAtomic(t *testing.T) {
	ctx, opts := context.Background(), options(bare(t))
	publish(t, opts, acme("a:1"))
	_, _, err := gitops.SetHold(ctx, opts, hold(opts.When.Add(time.Hour)))
	require.NoError(t, err)
	opts.Atomic = true
	res := publish(t, opts, acme("a:1"), update("shop", map[string]string{"workload/base/x.yaml": "kind: X\n"}))
	require.Empty(t, res.Commit)
	require.NotContains(t, tree(t, opts.URL, "main"), "tenants/shop/workload/base/x.yaml")
}

func TestEndHold(t *testing.T) {
	ctx, opts := context.Background(), options(bare(t))
	publish(t, opts, acme("a:1"))
	res, before, err := gitops.EndHold(ctx, opts, "acme")
	require.NoError(t, err)
	require.Nil(t, before)
	require.Empty(t, res.Commit)
	_, _, err = gitops.SetHold(ctx, opts, hold(opts.When.Add(time.Hour)))
	require.NoError(t, err)
	res, before, err = gitops.EndHold(ctx, opts, "acme")
	require.NoError(t, err)
	require.Equal(t, "INC-1", before.Ticket)
	require.NotEmpty(t, res.Commit)
	require.Equal(t, strs(acme("a:1").Files), tree(t, opts.URL, "main"))
}

// TestHoldOfAnotherForm: what cannot be read holds the tenant until a person looks, and can be ended.
func TestHoldOfAnotherForm(t *testing.T) {
	for text, message := range map[string]string{
		"{": "the hold cannot be used: read hold: unexpected end of JSON input",
		`{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Hold", "tenant": "shop", "until": "2026-01-02T07:04:05Z"}`: `the hold cannot be used: read hold: it is that of tenant "shop"`,
		`{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Hold", "tenant": "acme"}`:                                  "the hold cannot be used: read hold: it does not say until when",
		`{"apiVersion": "v2", "kind": "Hold"}`:                                                                          `the hold cannot be used: read hold: "v2" "Hold" is not tenantsmith.dev/v1alpha1 Hold`,
	} {
		opts := options(bare(t))
		publish(t, opts, acme("a:1"))
		commit(t, opts.URL, "by hand", func(work string) { put(t, work, map[string]string{"tenants/acme/.hold.json": text}) })
		res := publish(t, opts, acme("a:2"))
		require.Equal(t, []string{"acme"}, res.Skipped)
		require.Equal(t, message, res.Problems[0].Message)
		require.Equal(t, "tenants/acme/.hold.json", res.Problems[0].File)
		_, _, err := gitops.EndHold(context.Background(), opts, "acme")
		require.NoError(t, err)
		require.Empty(t, publish(t, opts, acme("a:2")).Skipped)
	}
}

func TestInspect(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		ctx := context.Background()
		found, head, err := gitops.Inspect(ctx, opts, nil, acme("a:1"))
		require.NoError(t, err)
		require.Empty(t, head)
		require.Equal(t, []gitops.Standing{{Tenant: "acme"}}, found)

		publish(t, opts, acme("a:1"), update("shop", map[string]string{"workload/base/x.yaml": "kind: X\n"}))
		_, _, err = gitops.SetHold(ctx, opts, gitops.Hold{Tenant: "shop", Until: opts.When.Add(time.Hour), By: "Ann", Ticket: "1"})
		require.NoError(t, err)
		commit(t, repo, "by hand", func(work string) {
			put(t, work, map[string]string{web: "image: mine\n", "tenants/acme/notes.md": "x\n", "tenants/empty/notes.md": "x\n", "tenants/bad/.tenantsmith.json": "{"})
			require.NoError(t, os.Remove(filepath.Join(work, namespace)))
		})
		before := git(t, repo, "rev-parse", "main")
		next := acme("a:1")
		const development = "tenants/acme/workload/overlays/development/kustomization.yaml"
		next.Files[development] = []byte("resources: []\n")
		found, head, err = gitops.Inspect(ctx, opts, nil, next)
		require.NoError(t, err)
		require.Equal(t, before, head)
		require.Len(t, found, 3)
		require.Equal(t, "acme", found[0].Tenant)
		require.Equal(t, []string{web}, found[0].Edited)
		require.Equal(t, []string{namespace}, found[0].Missing)
		require.Equal(t, []string{"tenants/acme/notes.md"}, found[0].Foreign)
		require.Equal(t, []string{development}, found[0].Stale)
		require.Equal(t, "bad", found[1].Tenant)
		require.Len(t, found[1].Problems, 1)
		require.Equal(t, "shop", found[2].Tenant)
		require.Equal(t, "1", found[2].Hold.Ticket)
		require.Equal(t, "1.2.3", found[2].Record.Version)
		require.Empty(t, found[2].Edited)
		found, _, err = gitops.Inspect(ctx, opts, []string{"shop"}, next)
		require.NoError(t, err)
		require.Len(t, found, 2, "those that are named, and those that have an update")
		require.Equal(t, before, git(t, repo, "rev-parse", "main"))
	})
}
