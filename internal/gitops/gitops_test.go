package gitops_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// git runs real git, the only judge of what we write, away from the settings of the machine.
func git(t testing.TB, dir string, args ...string) string {
	t.Helper()
	out, err := gitErr(dir, args...)
	require.NoError(t, err, "git %s: %s", strings.Join(args, " "), out)
	return out
}

func gitErr(dir string, args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com")
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// bare makes an empty bare repository.
func bare(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "gitops.git")
	git(t, t.TempDir(), "init", "-q", "--bare", "-b", "main", dir)
	return dir
}

// seeded makes a bare repository whose main holds the files.
func seeded(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := bare(t)
	commit(t, dir, "seed", func(work string) { put(t, work, files) })
	return dir
}

// commit clones main, lets a person edit, and pushes.
func commit(t testing.TB, repo, message string, edit func(work string)) {
	t.Helper()
	work := t.TempDir()
	git(t, work, "init", "-q", "-b", "main")
	git(t, work, "remote", "add", "origin", repo)
	if _, err := gitErr(repo, "rev-parse", "-q", "--verify", "refs/heads/main"); err == nil {
		git(t, work, "pull", "-q", "origin", "main")
	}
	edit(work)
	git(t, work, "add", "-A")
	git(t, work, "commit", "-q", "-m", message)
	git(t, work, "push", "-q", "origin", "main")
}

func put(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
}

// update makes a tenant's update from its files, below tenants/<tenant>/, and adds the record.
func update(tenant string, files map[string]string) gitops.Update {
	u := gitops.Update{Tenant: tenant, Files: map[string][]byte{}}
	record := manifest.Record{Tenant: tenant, Version: "1.2.3", Files: map[string]string{}}
	for name, content := range files {
		path := "tenants/" + tenant + "/" + name
		u.Files[path] = []byte(content)
		record.Files[path] = manifest.Digest([]byte(content))
	}
	u.Files[manifest.RecordPath(tenant)] = record.Bytes()
	return u
}

// acme is a small tenant; image stands for what changes.
func acme(image string) gitops.Update {
	return update("acme", map[string]string{
		"platform/base/kustomization.yaml":                 "resources: [namespace.yaml]\n",
		"platform/base/namespace.yaml":                     "kind: Namespace\n",
		"workload/base/rollout-web.yaml":                   "image: " + image + "\n",
		"workload/overlays/development/kustomization.yaml": "resources: [../../base]\n",
		"workload/overlays/production/kustomization.yaml":  "resources: [../../base]\n",
	})
}

func options(url string) gitops.Options {
	return gitops.Options{
		URL: url, Branch: "main", Version: "1.2.3", SourceCommit: "0123456789abcdef0123456789abcdef01234567",
		Author: gitops.Author{Name: "tenantsmith", Email: "bot@example.com"},
		When:   time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
	}
}

func publish(t testing.TB, opts gitops.Options, updates ...gitops.Update) gitops.Result {
	t.Helper()
	res, err := gitops.Publish(context.Background(), opts, gitops.Always(updates...))
	require.NoError(t, err)
	return res
}

// tree lists path and content of everything on the branch, records without the source that a publish puts in.
func tree(t testing.TB, repo, branch string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for line := range strings.SplitSeq(git(t, repo, "ls-tree", "-r", "-z", branch), "\x00") {
		meta, path, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		cmd := exec.Command("git", "cat-file", "blob", strings.Fields(meta)[2])
		cmd.Dir = repo
		out, err := cmd.Output()
		require.NoError(t, err)
		files[path] = string(manifest.Unsourced(out))
	}
	return files
}

// sound has git check every object, and that history is one line.
func sound(t testing.TB, repo string) {
	t.Helper()
	require.Empty(t, git(t, repo, "fsck", "--strict", "--full", "--no-dangling", "--no-progress"))
	require.Empty(t, git(t, repo, "rev-list", "--min-parents=2", "main"))
	left, err := filepath.Glob(filepath.Join(repo, "objects", "pack", "tmp_*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func objects(t testing.TB, repo string) string {
	t.Helper()
	return git(t, repo, "count-objects", "-v")
}

func strs(files map[string][]byte) map[string]string {
	out := map[string]string{}
	for k, v := range files {
		out[k] = string(v)
	}
	return out
}

func join(sets ...map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range sets {
		maps.Copy(out, m)
	}
	return out
}

func TestFirstCommit(t *testing.T) {
	repo := bare(t)
	u := acme("a:1")
	res := publish(t, options(repo), u)

	sound(t, repo)
	require.Equal(t, git(t, repo, "rev-parse", "main"), res.Commit)
	require.Equal(t, res.Commit, res.Head)
	require.Equal(t, strs(u.Files), tree(t, repo, "main"))
	require.Equal(t, "1", git(t, repo, "rev-list", "--count", "main"))
	require.Equal(t, `tenantsmith <bot@example.com> 2026-01-02T03:04:05+00:00
tenants: render acme (development, production)

acme: 6 added

Source-Commit: 0123456789abcdef0123456789abcdef01234567
Tenantsmith-Version: 1.2.3
Tenantsmith-Tenant: acme`, git(t, repo, "log", "-1", "--format=%cn <%ce> %aI%n%B", "main"))
	require.Equal(t, "Source-Commit: 0123456789abcdef0123456789abcdef01234567\nTenantsmith-Version: 1.2.3\nTenantsmith-Tenant: acme",
		git(t, repo, "log", "-1", "--format=%(trailers)", "main"))
}

func TestSecondPublishWritesNoObject(t *testing.T) {
	for _, c := range []struct{ name, path string }{{"root", ""}, {"folder", "clusters/eu"}} {
		t.Run(c.name, func(t *testing.T) {
			opts := options(bare(t))
			opts.Path = c.path
			first := publish(t, opts, acme("a:1"))
			before := objects(t, opts.URL)

			opts.When = opts.When.Add(time.Hour)
			second := publish(t, opts, acme("a:1"))
			require.Empty(t, second.Commit)
			require.Equal(t, first.Commit, second.Head)
			require.Empty(t, second.Changed)
			require.Equal(t, before, objects(t, opts.URL))
		})
	}
}

// One changed file costs one blob, the trees above it and the commit, and nothing else.
func TestOnlyChangedSubtreesAreWritten(t *testing.T) {
	opts := options(bare(t))
	shop := update("shop", map[string]string{"workload/base/service-web.yaml": "kind: Service\n"})
	publish(t, opts, acme("a:1"), shop)
	before := git(t, opts.URL, "rev-list", "--objects", "--all")

	res := publish(t, opts, acme("a:2"), shop)
	require.Equal(t, []gitops.Change{{
		Tenant: "acme", Environments: []string{"development", "production"},
		Modified: []string{"tenants/acme/.tenantsmith.json", "tenants/acme/workload/base/rollout-web.yaml"},
	}}, res.Changed)
	after := strings.Split(git(t, opts.URL, "rev-list", "--objects", "--all"), "\n")
	// commit; root, tenants, acme, workload, base; record, rollout
	require.Len(t, after, strings.Count(before, "\n")+1+8)
	require.Equal(t, "in-pack: "+fmt.Sprint(len(after)), strings.Split(objects(t, opts.URL), "\n")[2])
	sound(t, opts.URL)
}

func TestOverlayChangeNamesItsEnvironmentOnly(t *testing.T) {
	opts := options(bare(t))
	u := acme("a:1")
	publish(t, opts, u)
	changed := strs(u.Files)
	delete(changed, manifest.RecordPath("acme"))
	files := map[string]string{}
	for path, content := range changed {
		files[strings.TrimPrefix(path, "tenants/acme/")] = content
	}
	files["workload/overlays/production/kustomization.yaml"] = "resources: [../../base]\nreplicas: []\n"
	publish(t, opts, update("acme", files))
	require.Equal(t, "tenants: render acme (production)", git(t, opts.URL, "log", "-1", "--format=%s", "main"))
}

func TestStaleFilesGoAndForeignFilesStay(t *testing.T) {
	foreign := map[string]string{
		"README.md": "ours\n", "apps/tenants/acme/x.yaml": "x\n", "apps/tenants/acme/workload/base/notes.txt": "by hand\n", "other/tenants/acme/y": "y\n",
	}
	opts := options(seeded(t, foreign))
	opts.Path = "apps"
	in := func(u gitops.Update) map[string]string {
		out := map[string]string{}
		for p, c := range u.Files {
			out["apps/"+p] = string(c)
		}
		return out
	}
	first := acme("a:1")
	publish(t, opts, first)
	require.Equal(t, join(foreign, in(first)), tree(t, opts.URL, "main"))

	second := update("acme", map[string]string{"platform/base/kustomization.yaml": "resources: []\n"})
	res := publish(t, opts, second)
	require.Equal(t, []string{
		"tenants/acme/platform/base/namespace.yaml",
		"tenants/acme/workload/base/rollout-web.yaml",
		"tenants/acme/workload/overlays/development/kustomization.yaml",
		"tenants/acme/workload/overlays/production/kustomization.yaml",
	}, res.Changed[0].Removed)
	require.Equal(t, join(foreign, in(second)), tree(t, opts.URL, "main"))
	// Folders with nothing left in them are gone, the one with a foreign file is not.
	require.Equal(t, "apps/tenants/acme/workload/base", git(t, opts.URL, "ls-tree", "--name-only", "main", "apps/tenants/acme/workload/"))
	_, err := gitErr(opts.URL, "rev-parse", "-q", "--verify", "main:apps/tenants/acme/workload/overlays")
	require.Error(t, err)

	// No files at all: the tenant is gone, its record too.
	publish(t, opts, gitops.Update{Tenant: "acme"})
	require.Equal(t, foreign, tree(t, opts.URL, "main"))
	sound(t, opts.URL)
}

func TestLastTenantGone(t *testing.T) {
	opts := options(bare(t))
	publish(t, opts, acme("a:1"))
	publish(t, opts, gitops.Update{Tenant: "acme"})
	require.Empty(t, tree(t, opts.URL, "main"))
	sound(t, opts.URL)
	publish(t, opts, acme("a:1"))
	require.Equal(t, strs(acme("a:1").Files), tree(t, opts.URL, "main"))
	sound(t, opts.URL)
}

func TestHandEditedTenantIsSkipped(t *testing.T) {
	shop := func(image string) gitops.Update {
		return update("shop", map[string]string{"workload/base/rollout-web.yaml": "image: " + image + "\n"})
	}
	rollout := "tenants/acme/workload/base/rollout-web.yaml"
	cases := map[string]struct {
		edit    func(t *testing.T, work string)
		file    string
		message string
	}{
		"changed": {func(t *testing.T, work string) { put(t, work, map[string]string{rollout: "image: mine\n"}) },
			rollout, "changed by hand since tenantsmith wrote it"},
		"made a link": {func(t *testing.T, work string) {
			require.NoError(t, os.Remove(filepath.Join(work, rollout)))
			require.NoError(t, os.Symlink("../../../../README.md", filepath.Join(work, rollout)))
		}, rollout, "changed by hand since tenantsmith wrote it"},
		"folder made a link": {func(t *testing.T, work string) {
			require.NoError(t, os.RemoveAll(filepath.Join(work, "tenants/acme/workload")))
			require.NoError(t, os.Symlink("../shop", filepath.Join(work, "tenants/acme/workload")))
		}, "tenants/acme/workload", "stands where a file of the tenant must go"},
		"file made a folder": {func(t *testing.T, work string) {
			require.NoError(t, os.Remove(filepath.Join(work, rollout)))
			put(t, work, map[string]string{rollout + "/x": "x"})
		}, rollout + "/x", "stands where a file of the tenant must go"},
		"record damaged": {func(t *testing.T, work string) {
			put(t, work, map[string]string{"tenants/acme/.tenantsmith.json": "{"})
		},
			"tenants/acme/.tenantsmith.json", "the record cannot be used: read record: unexpected end of JSON input"},
		"record of another": {func(t *testing.T, work string) {
			put(t, work, map[string]string{"tenants/acme/.tenantsmith.json": string(shop("s:1").Files["tenants/shop/.tenantsmith.json"])})
		}, "tenants/acme/.tenantsmith.json", "the record cannot be used: read record: it is that of tenant shop"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			opts := options(bare(t))
			publish(t, opts, acme("a:1"), shop("s:1"))
			commit(t, opts.URL, "by hand", func(work string) { c.edit(t, work) })
			edited := git(t, opts.URL, "rev-parse", "main:tenants/acme")

			res := publish(t, opts, acme("a:2"), shop("s:2"))
			require.Equal(t, []string{"acme"}, res.Skipped)
			require.Len(t, res.Problems, 1)
			require.Equal(t, c.file, res.Problems[0].File)
			require.Equal(t, c.message, res.Problems[0].Message)
			require.Equal(t, "acme", res.Problems[0].Tenant)
			require.Equal(t, edited, git(t, opts.URL, "rev-parse", "main:tenants/acme"))
			require.Equal(t, "image: s:2\n", tree(t, opts.URL, "main")["tenants/shop/workload/base/rollout-web.yaml"])
			require.Equal(t, "tenants: render shop", git(t, opts.URL, "log", "-1", "--format=%s", "main"))
			sound(t, opts.URL)
		})
	}
}

func TestForeignFileInTheWay(t *testing.T) {
	opts := options(seeded(t, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "a person's\n"}))
	before := git(t, opts.URL, "rev-parse", "main")
	res := publish(t, opts, acme("a:1"))
	require.Empty(t, res.Commit)
	require.Equal(t, []string{"acme"}, res.Skipped)
	require.Equal(t, "a file that tenantsmith did not write is in the way", res.Problems[0].Message)
	require.Equal(t, before, git(t, opts.URL, "rev-parse", "main"))
}

// An owned file may become a folder and the other way round.
func TestFileAndFolderChangePlaces(t *testing.T) {
	opts := options(bare(t))
	file, folder := update("acme", map[string]string{"a": "1"}), update("acme", map[string]string{"a/b/c": "2"})
	for _, u := range []gitops.Update{file, folder, file} {
		publish(t, opts, u)
		require.Equal(t, strs(u.Files), tree(t, opts.URL, "main"))
	}
	sound(t, opts.URL)
}

// Git sorts a folder as if its name ended with a slash.
func TestTreeOrder(t *testing.T) {
	opts := options(bare(t))
	publish(t, opts, update("acme", map[string]string{"a/x": "1", "a.b": "2", "a-b": "3", "a0": "4", "aa/b": "5"}))
	sound(t, opts.URL)
}

func TestEdgeContents(t *testing.T) {
	opts := options(bare(t))
	random := make([]byte, 3<<20)
	for i := range random {
		random[i] = byte(i * i >> 3)
	}
	u := update("acme", map[string]string{"empty": "", "same1": "x", "same2": "x", "big": string(random), "fifteen": strings.Repeat("a", 15),
		"sixteen": strings.Repeat("a", 16), "2047": strings.Repeat("b", 2047), "2048": strings.Repeat("b", 2048)})
	publish(t, opts, u)
	require.Equal(t, strs(u.Files), tree(t, opts.URL, "main"))
	sound(t, opts.URL)
}

func TestDryRun(t *testing.T) {
	opts := options(bare(t))
	opts.DryRun = true
	before := objects(t, opts.URL)
	res := publish(t, opts, acme("a:1"))
	require.Empty(t, res.Commit)
	require.Empty(t, res.Head)
	require.Len(t, res.Changed, 1)
	require.Len(t, res.Changed[0].Added, 6)
	require.Equal(t, before, objects(t, opts.URL))
	_, err := gitErr(opts.URL, "rev-parse", "-q", "--verify", "main")
	require.Error(t, err)
}

func TestNewBranchBesideOthers(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	git(t, repo, "pack-refs", "--all")
	opts := options(repo)
	opts.Branch = "env/prod"
	publish(t, opts, acme("a:1"))
	require.Equal(t, strs(acme("a:1").Files), tree(t, repo, "env/prod"))
	require.Equal(t, "1", git(t, repo, "rev-list", "--count", "env/prod"))

	for _, clash := range []string{"main/a", "env"} {
		opts.Branch = clash
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.ErrorContains(t, err, "branch "+clash+" cannot ")
	}
	sound(t, repo)
}

// The branch is packed, objects are in a shared store: what maintained repositories look like.
func TestMaintainedRepository(t *testing.T) {
	origin := seeded(t, map[string]string{"README.md": "x\n"})
	publish(t, options(origin), acme("a:1"))
	shared := filepath.Join(t.TempDir(), "shared.git")
	git(t, t.TempDir(), "clone", "-q", "--bare", "--shared", origin, shared)
	git(t, shared, "pack-refs", "--all")
	publish(t, options(shared), acme("a:2"))
	git(t, shared, "gc", "-q")
	publish(t, options(shared), acme("a:3"))
	require.Equal(t, "image: a:3\n", tree(t, shared, "main")["tenants/acme/workload/base/rollout-web.yaml"])
	sound(t, shared)
}

func TestManyTenantsMessage(t *testing.T) {
	opts := options(bare(t))
	var updates []gitops.Update
	for i := range 60 {
		updates = append(updates, update(fmt.Sprintf("tenant-%02d", i), map[string]string{"workload/overlays/prod/kustomization.yaml": fmt.Sprint(i)}))
	}
	publish(t, opts, updates...)
	lines := strings.Split(git(t, opts.URL, "log", "-1", "--format=%B", "main"), "\n")
	require.Equal(t, "tenants: render 60 tenants (prod)", lines[0])
	require.Equal(t, "tenant-49: 2 added", lines[51])
	require.Equal(t, "and 10 more", lines[52])
	require.Equal(t, "Tenantsmith-Tenants: 60", lines[len(lines)-1])
	require.Equal(t, "60", git(t, opts.URL, "log", "-1", "--format=%(trailers:key=Tenantsmith-Tenants,valueonly)", "main"))
}

// Values from elsewhere cannot forge a header or a trailer.
func TestMessageInjection(t *testing.T) {
	opts := options(bare(t))
	opts.Author = gitops.Author{Name: "Eve <eve@x> 0 +0000\nparent 0", Email: "a@b>\ncommitter x <y"}
	opts.Version = "1\n\nTenantsmith-Tenant: other"
	opts.SourceCommit = ""
	publish(t, opts, acme("a:1"))
	sound(t, opts.URL)
	require.Equal(t, "Tenantsmith-Version: 1Tenantsmith-Tenant: other\nTenantsmith-Tenant: acme", git(t, opts.URL, "log", "-1", "--format=%(trailers)", "main"))
}

// Ten writers at once, and git moving the branch besides: nothing of anybody is lost, history is one line.
func TestConcurrentWriters(t *testing.T) {
	opts := options(seeded(t, map[string]string{"x": "x"}))
	opts.Retries = 50
	var wg sync.WaitGroup
	want := map[string]string{}
	errs := make([]error, 10)
	for i := range errs {
		u := update(fmt.Sprintf("tenant-%d", i), map[string]string{"a": fmt.Sprint(i)})
		maps.Copy(want, strs(u.Files))
		wg.Go(func() { _, errs[i] = gitops.Publish(context.Background(), opts, gitops.Always(u)) })
	}
	pushed := 0
	for try := 0; pushed < 10; try++ {
		require.Less(t, try, 1000)
		head, err := gitErr(opts.URL, "rev-parse", "main")
		require.NoError(t, err)
		next, err := gitErr(opts.URL, "commit-tree", "-p", head, "-m", fmt.Sprint("person ", pushed), head+"^{tree}")
		require.NoError(t, err)
		if _, err := gitErr(opts.URL, "update-ref", "refs/heads/main", next, head); err == nil {
			pushed++
		}
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	want["x"] = "x"
	require.Equal(t, want, tree(t, opts.URL, "main"))
	require.Equal(t, "21", git(t, opts.URL, "rev-list", "--count", "main"))
	require.Len(t, strings.Split(git(t, opts.URL, "log", "--format=%s", "--grep=^person", "main"), "\n"), 10)
	sound(t, opts.URL)
}

func TestLockedBranch(t *testing.T) {
	opts := options(seeded(t, map[string]string{"x": "x"}))
	before := objects(t, opts.URL)
	require.NoError(t, os.WriteFile(filepath.Join(opts.URL, "refs/heads/main.lock"), nil, 0o644))
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.EqualError(t, err, "publish to "+opts.URL+": branch main is locked by another process; if none runs, delete refs/heads/main.lock")
	require.Equal(t, before, objects(t, opts.URL))
}

func hook(t *testing.T, repo, name, script string) {
	t.Helper()
	path := filepath.Join(repo, "hooks", name)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o755))
}

func TestLocalHooksHold(t *testing.T) {
	repo := seeded(t, map[string]string{"x": "x"})
	head := git(t, repo, "rev-parse", "main")
	hook(t, repo, "pre-receive", "cat >/dev/null\nprintf 'policy: \\033[31mno\\007 pushes\\033[0m on Friday\\n' >&2\nexit 1\n")
	before := objects(t, repo)

	_, err := gitops.Publish(t.Context(), options(repo), gitops.Always(acme("a:1")))
	var refused *gitops.RefusedError
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "pre-receive hook declined", refused.Reason)
	require.Equal(t, []string{"policy: [31mno pushes[0m on Friday"}, refused.Words)
	require.Equal(t, head, git(t, repo, "rev-parse", "main"))
	require.Equal(t, before, objects(t, repo))

	seen := filepath.Join(t.TempDir(), "seen")
	hook(t, repo, "pre-receive", "cat >"+seen+"\n")
	res := publish(t, options(repo), acme("a:1"))
	got, err := os.ReadFile(seen)
	require.NoError(t, err)
	require.Equal(t, head+" "+res.Commit+" refs/heads/main\n", string(got))
	sound(t, repo)
}

// A branch that somebody works on is git's to judge.
func TestCheckedOutBranch(t *testing.T) {
	work := t.TempDir()
	git(t, work, "init", "-q", "-b", "main")
	put(t, work, map[string]string{"x": "x"})
	git(t, work, "add", "-A")
	git(t, work, "commit", "-q", "-m", "x")

	_, err := gitops.Publish(t.Context(), options(work), gitops.Always(acme("a:1")))
	require.ErrorContains(t, err, "the server refused the push: branch is currently checked out")

	opts := options(work)
	opts.Branch = "rendered"
	publish(t, opts, acme("a:1"))
	require.Equal(t, strs(acme("a:1").Files), tree(t, work, "rendered"))
	require.Empty(t, git(t, work, "status", "--porcelain"))

	linked := filepath.Join(t.TempDir(), "linked")
	git(t, work, "worktree", "add", "-q", linked, "-b", "linked")
	opts.URL = linked
	publish(t, opts, acme("a:2"))
	require.Equal(t, strs(acme("a:2").Files), tree(t, work, "rendered"))
}

func TestUnreadableRepositories(t *testing.T) {
	sha256 := filepath.Join(t.TempDir(), "sha256.git")
	git(t, t.TempDir(), "init", "-q", "--bare", "--object-format=sha256", sha256)
	empty := t.TempDir()
	cases := map[string]string{
		sha256:                          "the repository uses SHA-256 object names, which tenantsmith cannot write; use a SHA-1 repository",
		empty:                           "no repository: the folder holds neither .git nor a bare repository",
		filepath.Join(empty, "missing"): "no repository: there is no such folder",
	}
	for url, want := range cases {
		_, err := gitops.Publish(t.Context(), options(url), gitops.Always(acme("a:1")))
		require.EqualError(t, err, "publish to "+url+": "+want)
	}
}

func TestSourceCommit(t *testing.T) {
	dir := t.TempDir()
	got, err := gitops.SourceCommit(dir)
	require.NoError(t, err)
	require.Empty(t, got)
	git(t, dir, "init", "-q", "-b", "main")
	got, err = gitops.SourceCommit(dir)
	require.NoError(t, err)
	require.Empty(t, got)
	put(t, dir, map[string]string{"tenants/acme.yaml": "x"})
	git(t, dir, "add", "-A")
	git(t, dir, "commit", "-q", "-m", "x")
	got, err = gitops.SourceCommit(filepath.Join(dir, "tenants"))
	require.NoError(t, err)
	require.Equal(t, git(t, dir, "rev-parse", "HEAD"), got)

	linked := filepath.Join(t.TempDir(), "linked")
	git(t, dir, "worktree", "add", "-q", linked)
	got, err = gitops.SourceCommit(linked)
	require.NoError(t, err)
	require.Equal(t, git(t, dir, "rev-parse", "HEAD"), got)
}
