package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// ends lets a tenant be offboarding, with its day over.
func (f *fleet) ends(name string) {
	file := filepath.Join(f.dir, "tenants", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(f.t, err)
	edited := strings.Replace(string(text), "spec:\n", "spec:\n  lifecycle: offboarding\n  offboarding: {after: 2020-01-31, reason: ended}\n", 1)
	require.NoError(f.t, os.WriteFile(file, []byte(edited), 0o644))
}

func (f *fleet) drop(name string) {
	require.NoError(f.t, os.Remove(filepath.Join(f.dir, "tenants", name+".yaml")))
}

// rest is what the branches of all environments point to.
func (f *fleet) rest() string {
	return f.sha("environments/development") + f.sha("environments/production")
}

// in keeps a tenant in one environment only.
func (f *fleet) in(env, name string) {
	f.tenant(name, "1.0.0")
	file := filepath.Join(f.dir, "tenants", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(f.t, err)
	edited := strings.Replace(string(text), "{development: {}, production: {}}", "{"+env+": {}}", 1)
	require.NoError(f.t, os.WriteFile(file, []byte(edited), 0o644))
}

func (f *fleet) digest() string {
	var o, e bytes.Buffer
	require.Equal(f.t, 0, run(f.t.Context(), []string{"-C", f.dir, "plan", "--base", "HEAD"}, streams{out: &o, err: &e}), e.String())
	lines := strings.Fields(o.String())
	return lines[len(lines)-1]
}

// A tenant that stays on one of several branches is told, whichever branch comes last, and stops --atomic before any
// of them is written.
func TestTenantStaysOnOneBranch(t *testing.T) {
	for _, env := range []string{"development", "production"} {
		f := newFleet(t)
		f.in(env, "third")
		f.publish(0, "--branch", byEnvironment)
		f.drop("third")
		f.tenant("acme", "2.0.0")
		was := f.rest()
		_, errs := f.publish(1, "--branch", byEnvironment, "--atomic")
		require.Contains(t, errs, "nothing published: --atomic, and tenants without a file stay")
		require.Contains(t, errs, "third is not removed, though it has no file here")
		require.Equal(t, was, f.rest())
		_, errs = f.publish(1, "--branch", byEnvironment)
		require.Equal(t, 1, strings.Count(errs, "third is not removed, though it has no file here"), errs)
		require.NotEqual(t, was, f.rest())
	}
}

// What stops a run on the last of several branches stops it on the first.
func TestStopsBeforeTheFirstBranch(t *testing.T) {
	f := newFleet(t)
	f.in("development", "third")
	f.ends("third")
	f.ends("shop")
	f.commit("ends")
	f.publish(0, "--branch", byEnvironment)
	f.edits("environments/production", "tenants/acme/workload/base/rollout-web.yaml", "mine\n")
	f.tenant("acme", "2.0.0")
	was := f.rest()
	out, errs := f.publish(1, "--branch", byEnvironment, "--atomic")
	require.Contains(t, errs, "nothing published: --atomic, and acme skipped")
	require.Empty(t, out)
	require.Equal(t, was, f.rest())

	// The limit is one for all branches, and what it names suffices.
	f.drop("shop")
	f.drop("third")
	digest := f.digest()
	_, errs = f.publish(1, "--branch", byEnvironment)
	require.Regexp(t, "nothing published: [0-9]+ of [0-9]+ objects would go, with the tenants shop, third;", errs)
	require.Equal(t, was, f.rest())
	allow := strings.Fields(errs[strings.LastIndex(errs, "--allow-prune "):])[1]
	_, errs = f.publish(1, "--branch", byEnvironment, "--allow-prune", allow, "--expect", "sha256:"+strings.Repeat("0", 64))
	require.Contains(t, errs, "nothing published: the output has the digest "+digest)
	require.Equal(t, was, f.rest())
	out, _ = f.publish(1, "--branch", byEnvironment, "--allow-prune", allow, "--expect", digest)
	require.Regexp(t, `(?m)^third\tgone: \d+ removed\tenvironments/development$`, out)
	require.NotContains(t, f.names("environments/development")+f.names("environments/production"), "tenants/shop")
	f.git("-C", f.repo, "fsck", "--strict", "--no-dangling")
}

// What somebody changed by hand in the files of a tenant that goes, may go with it. A name of nobody is a slip.
func TestOverwriteOfATenantThatGoes(t *testing.T) {
	for _, branch := range []string{"main", byEnvironment} {
		f := newFleet(t)
		f.ends("shop")
		f.publish(0, "--branch", branch)
		at := strings.ReplaceAll(branch, envWord, "development")
		f.edits(at, "tenants/shop/workload/base/rollout-web.yaml", "mine\n")
		f.drop("shop")
		_, errs := f.publish(1, "--branch", branch, "--allow-prune", "100")
		require.Contains(t, errs, "publish with --overwrite shop to remove it with the tenant, or bring the tenant's file back")
		was := f.sha(at)
		_, errs = f.publish(2, "--branch", branch, "--allow-prune", "100", "--overwrite", "shop,shpo")
		require.Contains(t, errs, `--overwrite: "shpo" is no tenant of this run`)
		require.Equal(t, was, f.sha(at))
		out, errs := f.publish(0, "--branch", branch, "--allow-prune", "100", "--overwrite", "shop")
		require.Contains(t, out, "shop\tgone: ")
		require.Contains(t, errs, "shop: overwrote what was changed by hand in 1 file")
		require.NotContains(t, f.names(at), "tenants/shop")
	}
}

// A platform file that cannot be read has no environments.
func TestNoEnvironments(t *testing.T) {
	f := newFleet(t)
	require.NoError(t, os.WriteFile(filepath.Join(f.dir, "tenantsmith.yaml"), []byte("kind: ["), 0o644))
	_, errs := f.publish(1, "--branch", byEnvironment)
	require.Contains(t, errs, "no tenant to publish")
}

// A pull request that removes a tenant says what goes and nothing else, by the digest that a plan has.
func TestPullRequestOfARemoval(t *testing.T) {
	f := newFleet(t)
	f.ends("shop")
	f.commit("ends")
	f.publish(0)
	f.drop("shop")
	digest := f.digest()
	f.commit("gone")
	out, _ := f.propose(0, "--allow-prune", "100", "--expect", digest)
	require.Contains(t, out, "shop\tgone: ")
	require.Equal(t, "tenants: remove shop (development, production)", f.pulls[0].title)
	require.Contains(t, f.pulls[0].body, "Output `"+digest+"`")
	require.Contains(t, f.pulls[0].body, "| shop | production | -14 (gone) |")
	require.NotContains(t, f.pulls[0].body, "acme")
	require.NotContains(t, f.names(f.pulls[0].head), "tenants/shop")
}

// A pull request stays open while a tenant is held back, or stays though it has no file: nobody knows what becomes of it.
func TestPullRequestStaysOpen(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	f.tenant("acme", "1.1.0")
	f.propose(0)
	file := filepath.Join(f.dir, "tenants/acme.yaml")
	require.NoError(t, os.WriteFile(file, []byte("kind: Tenant\nspec: [\n"), 0o644))
	f.propose(1)
	require.Equal(t, "open", f.pulls[0].open)
	f.drop("acme")
	f.propose(1)
	require.Equal(t, "open", f.pulls[0].open)
	f.tenant("acme", "1.0.0")
	f.propose(0)
	require.Equal(t, "closed", f.pulls[0].open)
}

// A tenant of another platform repository, which publishes into the same folder of the branch, has its file there: it
// is not removed, whatever its record says. A clone without history does not know.
func TestTenantOfAnotherRepository(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	ours := f.dir
	f.dir = t.TempDir()
	f.git("init", "-q", "-b", "main", f.dir)
	f.tenant("third", "1.0.0")
	f.ends("third")
	f.commit("theirs")
	f.publish(0, "third")
	f.dir = ours
	f.tenant("acme", "2.0.0")
	f.commit("ours")
	_, errs := f.publish(1, "--allow-prune", "100")
	require.Contains(t, errs, "third is not removed, though it has no file here: it was published from commit ")
	require.Contains(t, errs, "platform repositories that share a branch need a --path each")
	require.NotContains(t, errs, "bring the file back")
	require.Contains(t, f.names("main"), "tenants/third/.tenantsmith.json")
	// Theirs being younger says nothing of ours.
	f.ends("shop")
	f.commit("ends")
	f.publish(0, "shop")
	f.drop("shop")
	f.commit("gone")
	out, _ := f.publish(1, "--allow-prune", "100")
	require.Contains(t, out, "shop\tgone: ")
	out, _ = f.publish(0, "--allow-prune", "100", "--rewind")
	require.Contains(t, out, "third\tgone: ")
}

// A run that is all or nothing looks for tenants that stay even where no tenant is left to be rendered.
func TestAtomicWithoutTenants(t *testing.T) {
	f := newFleet(t)
	f.ends("shop")
	f.publish(0)
	f.drop("shop")
	f.drop("acme")
	was := f.sha("main")
	_, errs := f.publish(1, "--atomic", "--allow-prune", "100")
	require.Contains(t, errs, "nothing published: --atomic, and tenants without a file stay")
	require.Equal(t, was, f.sha("main"))
	f.tenant("acme", "1.0.0")
	f.ends("acme")
	f.publish(0, "acme")
	f.drop("acme")
	out, _ := f.publish(0, "--atomic", "--allow-prune", "100")
	require.Contains(t, out, "shop\tgone: ")
	require.NotContains(t, f.names("main"), "acme")
}

// What is left alone counts among all objects.
func TestLimitCountsTenantsUnderHold(t *testing.T) {
	f := newFleet(t)
	f.ends("shop")
	f.publish(0)
	f.drop("shop")
	of := func() string {
		_, errs := f.publish(1)
		return strings.Fields(errs[strings.LastIndex(errs, "nothing published: "):])[4]
	}
	was := of()
	var o, e bytes.Buffer
	args := []string{"-C", f.dir, "hold", "acme", "--for", "1h", "--ticket", "T-1", "--author", "Ann <ann@example.com>", "--repo", f.url()}
	require.Equal(t, 0, run(t.Context(), args, streams{out: &o, err: &e}), e.String())
	require.Equal(t, was, of())
}

// A run that comes late knows nothing of tenants that came after it, nor of one that came back.
func TestLateRunRemovesNobody(t *testing.T) {
	f := newFleet(t)
	f.ends("shop")
	f.commit("ends")
	f.publish(0)
	file := filepath.Join(f.dir, "tenants/shop.yaml")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	f.drop("shop")
	gone := f.commit("gone")
	require.NoError(t, os.WriteFile(file, text, 0o644))
	f.tenant("acme", "2.0.0")
	f.tenant("third", "1.0.0")
	f.commit("back")
	f.publish(0)
	was := f.sha("main")
	f.git("-C", f.dir, "checkout", "-q", gone)
	_, errs := f.publish(1, "--allow-prune", "100")
	require.Contains(t, errs, "shop is not removed, though it has no file here: the branch has what commit ")
	require.Contains(t, errs, "third is not removed, though it has no file here: the branch has what commit ")
	require.Contains(t, errs, "a run that comes late removes nobody")
	require.NotContains(t, errs, "bring the file back")
	require.Equal(t, was, f.sha("main"))
	out, _ := f.publish(1, "--allow-prune", "100", "--rewind", "--dry-run")
	require.Contains(t, out, "shop\tgone: ")
}

// Something else in the place of a record stops its tenant, not the run.
func TestOddRecord(t *testing.T) {
	for _, branch := range []string{"main", byEnvironment} {
		f := newFleet(t)
		f.publish(0, "--branch", branch)
		at := strings.ReplaceAll(branch, envWord, "development")
		work := filepath.Join(t.TempDir(), "work")
		f.git("clone", "-q", "--branch", at, f.repo, work)
		for _, name := range []string{"acme", "shop"} {
			record := filepath.Join(work, "tenants", name, ".tenantsmith.json")
			require.NoError(t, os.Remove(record))
			require.NoError(t, os.Symlink("elsewhere", record))
		}
		f.git("-C", work, "add", "-A")
		f.git("-C", work, "commit", "-q", "-m", "odd")
		f.git("-C", work, "push", "-q")
		f.drop("shop")
		f.tenant("acme", "2.0.0")
		f.tenant("third", "1.0.0")
		out, errs := f.publish(1, "--branch", branch)
		require.Contains(t, out, "third\t")
		require.Contains(t, errs, "shop is not removed, though it has no file here: its record cannot be used")
		require.Contains(t, errs, "tenants/acme/")
		require.Contains(t, f.names(at), "tenants/shop/workload")
	}
}
