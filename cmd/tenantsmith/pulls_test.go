package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const smallTenant = `apiVersion: tenantsmith.dev/v1alpha1
kind: Tenant
metadata: {name: <name>}
spec:
  tier: premium
  owners: [{group: <name>, role: admin}]
  environments: {development: {}, production: {}}
  services:
    web:
      image: ghcr.io/example/web:<version>
      ports: {http: 8080}
`

// fleet is a platform repository under git.
type fleet struct {
	*github
	dir string
}

func newFleet(t *testing.T) *fleet {
	f := &fleet{github: newGitHub(t), dir: t.TempDir()}
	for _, name := range []string{"TENANTSMITH_TOKEN", "GITHUB_TOKEN", "GITHUB_WORKSPACE"} {
		t.Setenv(name, "")
	}
	t.Setenv("TENANTSMITH_FORGE_TOKEN", forgeSecret)
	t.Setenv("TENANTSMITH_CACHE", "off")
	f.git("init", "-q", "-b", "main", f.dir)
	f.tenant("acme", "1.0.0")
	f.tenant("shop", "1.0.0")
	f.commit("first")
	return f
}

func (f *fleet) tenant(name, version string) {
	file := filepath.Join(f.dir, "tenants", name+".yaml")
	require.NoError(f.t, os.MkdirAll(filepath.Dir(file), 0o755))
	text := strings.NewReplacer("<name>", name, "<version>", version).Replace(smallTenant)
	require.NoError(f.t, os.WriteFile(file, []byte(text), 0o644))
}

func (f *fleet) commit(message string) string {
	f.git("-C", f.dir, "add", "-A")
	f.git("-C", f.dir, "commit", "-q", "-m", message)
	return f.git("-C", f.dir, "rev-parse", "HEAD")
}

// publish runs the command and returns what it prints.
func (f *fleet) publish(want int, args ...string) (out, errs string) {
	f.t.Helper()
	var o, e bytes.Buffer
	args = append([]string{"-C", f.dir, "publish", "--repo", f.url()}, args...)
	code := run(f.t.Context(), args, streams{in: strings.NewReader(""), out: &o, err: &e})
	require.Equal(f.t, want, code, "%s%s", o.String(), e.String())
	require.NotContains(f.t, o.String()+e.String(), forgeSecret)
	return o.String(), e.String()
}

func (f *fleet) propose(want int, args ...string) (out, errs string) {
	f.t.Helper()
	return f.publish(want, append(args, "--pull-request", "--forge-url", f.api())...)
}

func TestPullRequest(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	base := f.sha("main")

	// Nothing to propose: no branch, no pull request, no request that writes.
	out, errs := f.propose(0)
	require.Empty(t, out)
	require.Contains(t, errs, "main is up to date at "+base[:12])
	require.Empty(t, f.pulls)
	require.Equal(t, "main", f.git("-C", f.repo, "branch", "--format=%(refname:short)"))

	f.tenant("acme", "1.1.0")
	source := f.commit("bump")
	out, errs = f.propose(0, "--dry-run", "--base", "HEAD~1")
	require.Contains(t, errs, "1 tenant would change; a pull request would be opened from tenantsmith/acme-")
	require.Contains(t, out, "acme\t0 added, ")
	require.Zero(t, f.writes)

	out, errs = f.propose(0, "--base", "HEAD~1")
	require.Len(t, f.pulls, 1)
	pull := f.pulls[0]
	require.Regexp(t, `^tenantsmith/acme-[0-9a-f]{8}$`, pull.head)
	require.Contains(t, out, "#1\topened\thttps://github.example.com/example/gitops/pull/1\n")
	require.Contains(t, errs, "1 tenant changed on "+pull.head+": #1 opened; clusters follow when it is merged")
	require.Equal(t, "tenants: render acme (development, production)", pull.title)
	require.Contains(t, pull.body, "ghcr.io/example/web:1.1.0", "the plan shows what changes")
	require.Contains(t, pull.body, "rendered from `"+source+"`")
	require.Contains(t, pull.body, "Output `sha256:"+strings.TrimPrefix(pull.head, "tenantsmith/acme-"))
	require.Equal(t, base, f.sha("main"))
	require.Equal(t, base, f.git("-C", f.repo, "rev-parse", pull.head+"^"))

	// Again: nothing moves, nothing is written.
	at, writes := f.sha(pull.head), f.writes
	out, errs = f.propose(0, "--base", "HEAD~1")
	require.Contains(t, out, "#1\tunchanged\t")
	require.Contains(t, errs, "1 tenant proposed already on "+pull.head+": #1 is up to date")
	require.Equal(t, at, f.sha(pull.head))
	require.Equal(t, writes, f.writes)

	// More changes: the same branch, the same pull request.
	f.tenant("acme", "1.2.0")
	f.tenant("shop", "1.2.0")
	f.commit("bump again")
	out, _ = f.propose(0, "--base", "HEAD~1")
	require.Contains(t, out, "#1\tupdated\t")
	require.Len(t, f.pulls, 1)
	require.Equal(t, "tenants: render acme, shop (development, production)", pull.title)
	require.Equal(t, "1", f.git("-C", f.repo, "rev-list", "--count", "main.."+pull.head))
	require.Contains(t, f.git("-C", f.repo, "grep", "-h", "image:", pull.head), "web:1.2.0")

	// A pull request of its own for those who ask for one tenant, and for another folder.
	f.propose(0, "acme")
	require.Len(t, f.pulls, 2)
	f.propose(0, "--path", "clusters/eu")
	require.Len(t, f.pulls, 3)
	require.Regexp(t, `^tenantsmith/2-tenants-[0-9a-f]{8}$`, f.pulls[2].head)
	f.propose(0, "acme")
	require.Len(t, f.pulls, 3, "the second page of open pull requests is read, too")

	// It is merged by hand; the host closes it, and the next run finds nothing to do. The other one is moot.
	f.edits("main", "", "", pull.head)
	pull.open = "closed"
	out, errs = f.propose(0)
	require.Empty(t, out)
	require.Contains(t, errs, "main is up to date at ")
	_, errs = f.propose(0, "acme", "--dry-run")
	require.Contains(t, errs, "#2 is moot")
	require.Equal(t, "open", f.pulls[1].open)
	out, errs = f.propose(0, "acme")
	require.Equal(t, "#2\tclosed\thttps://github.example.com/example/gitops/pull/2\n", out)
	require.Contains(t, errs, "main holds this output already at "+f.sha("main")[:12]+"; #2 is closed")
	require.Equal(t, "closed", f.pulls[1].open)
	require.Equal(t, []string{"#2 `main` holds this output already, at " + f.sha("main") + "."}, f.comments)
	f.git("-C", f.repo, "fsck", "--strict")
}

func TestPullRequestKeepsTheWorkOfPeople(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	f.tenant("acme", "1.1.0")
	f.propose(0)
	pull := f.pulls[0]
	require.Contains(t, pull.body, "ghcr.io/example/web:1.0.0 → ghcr.io/example/web:1.1.0", "from the commit that the records on main name")

	// The host merges the base into the branch at the press of a button: nothing of anybody's is lost by a new commit.
	f.edits("main", "README.md", "x\n")
	f.edits(pull.head, "", "", "main")
	f.tenant("acme", "1.2.0")
	f.propose(0)
	require.Equal(t, f.sha("main"), f.git("-C", f.repo, "rev-parse", pull.head+"^"))

	// A person's commit is not replaced, not even one below such a merge.
	f.edits(pull.head, "notes.md", "mine\n")
	f.edits("main", "README.md", "y\n")
	f.edits(pull.head, "", "", "main")
	at := f.sha(pull.head)
	f.tenant("acme", "1.3.0")
	_, errs := f.propose(2)
	require.Contains(t, errs, "on the branch is somebody else's and would be lost: merge or close #1")
	require.Equal(t, at, f.sha(pull.head))

	// Pull requests of forks that claim to be ours are nobody's business.
	pull.open = "closed"
	f.pulls = append(f.pulls, &pullState{number: 2, title: "evil", body: pull.body, head: "tenantsmith/acme-00000000", base: "main", open: "open", fork: true})
	out, _ := f.propose(0)
	require.Contains(t, out, "#3\topened")
	require.Equal(t, "evil", f.pulls[1].title)

	// What was edited in the proposal is told, as it is on any branch.
	file := f.git("-C", f.repo, "ls-tree", "-r", "--name-only", f.pulls[2].head, "tenants/acme/workload/base/rollout-web.yaml")
	f.edits(f.pulls[2].head, file, "mine\n")
	f.tenant("acme", "1.4.0")
	_, errs = f.propose(1)
	require.Contains(t, errs, "changed by hand since tenantsmith wrote it")
}

// Where nobody knows what the base was rendered from, the description says so.
func TestPullRequestWithoutPlan(t *testing.T) {
	f := newFleet(t)
	f.git("-C", f.repo, "symbolic-ref", "HEAD", "refs/heads/main")
	f.publish(0, "shop")
	f.propose(0, "acme")
	require.Contains(t, f.pulls[0].body, "- `acme`: ")
	require.Contains(t, f.pulls[0].body, "There is no plan: these tenants are new on `main`.")
	// A clone that was made anew, without the history.
	require.NoError(t, os.RemoveAll(filepath.Join(f.dir, ".git")))
	f.git("init", "-q", "-b", "main", f.dir)
	f.tenant("shop", "1.1.0")
	f.commit("all that is left")
	f.propose(0, "shop")
	require.Contains(t, f.pulls[1].body, "There is no plan: this clone lacks the commit that `main` was rendered from.")
	require.NoError(t, os.RemoveAll(filepath.Join(f.dir, ".git")))
	f.tenant("acme", "1.1.0")
	f.publish(0, "acme")
	f.tenant("acme", "1.2.0")
	f.propose(0, "acme")
	require.Contains(t, f.pulls[0].body, "There is no plan: the records of `main` do not say which commit they were rendered from.")
	require.NotContains(t, f.pulls[0].body, "rendered from `")
}

// Two runs at once open one pull request.
func TestPullRequestRace(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	f.tenant("acme", "1.1.0")
	f.propose(0)
	// The list of the second run is older than the first one's request.
	body := f.pulls[0].body
	f.pulls[0].body = "not yet"
	out, _ := f.propose(0)
	require.Len(t, f.pulls, 1)
	require.Contains(t, out, "#1\topened")
	require.Equal(t, body, f.pulls[0].body)
}

func TestPullRequestFaults(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	f.tenant("acme", "1.1.0")
	plan := filepath.Join(t.TempDir(), "plan.md")
	require.NoError(t, os.WriteFile(plan, []byte("# What changes\n"), 0o644))
	for _, c := range []struct {
		args []string
		say  string
	}{
		{[]string{"--pull-request", "--hydrator"}, "do not go together"},
		{[]string{"--plan", plan}, "add --pull-request"},
		{[]string{"--pull-request", "--adopt", "acme"}, "--adopt takes over what people changed on one branch"},
		{[]string{"--branch", byEnvironment, "--adopt", "acme"}, "--adopt takes over what people changed on one branch"},
		{[]string{"--branch", byEnvironment, "--statement", "s.json"}, "use --note"},
		{[]string{"--pull-request", "--plan", plan, "--base", "HEAD"}, "one description"},
		{[]string{"--pull-request", "--forge-url", "http://github.example.com/api/v3"}, "in the clear; use https"},
		{[]string{"--pull-request", "--forge-url", "https://u:" + forgeSecret + "@github.example.com"}, "without credentials"},
		{[]string{"--pull-request", "--forge-url", f.api(), "--plan", plan + "x"}, "there is no such file or folder"},
	} {
		_, errs := f.publish(2, c.args...)
		require.Contains(t, errs, c.say)
	}
	path := "/api/v3/repos/example/gitops/pulls"
	for status, say := range map[int]string{
		http.StatusForbidden: "the token does not allow this (Resource not accessible by personal access token); it needs to read and write pull requests",
		http.StatusNotFound:  "has no such repository, or does not show it to this token", http.StatusBadGateway: "the host answers with status 502",
	} {
		f.fail["GET "+path] = status
		_, errs := f.propose(2)
		require.Contains(t, errs, say)
		require.Equal(t, "main", f.git("-C", f.repo, "branch", "--format=%(refname:short)"), "no branch without a look at the pull requests")
	}
	delete(f.fail, "GET "+path)
	f.fail["POST "+path] = http.StatusForbidden
	_, errs := f.propose(2)
	require.Regexp(t, `branch tenantsmith/acme-[0-9a-f]{8} is pushed, its pull request is not up to date: open a pull request of example/gitops: the token`, errs)
	delete(f.fail, "POST "+path)
	f.propose(0, "--plan", plan)
	require.True(t, strings.HasPrefix(f.pulls[0].body, "# What changes\n\nOutput `sha256:"), f.pulls[0].body)
	require.NoError(t, os.WriteFile(plan, bytes.Repeat([]byte("long "), 20000), 0o644))
	f.propose(0, "--plan", plan)
	require.Contains(t, f.pulls[0].body, "The plan is longer than a description may be.")

	t.Setenv("TENANTSMITH_FORGE_TOKEN", "")
	_, errs = f.propose(2)
	require.Contains(t, errs, "a pull request needs a token: set TENANTSMITH_FORGE_TOKEN")
	t.Setenv("GITHUB_TOKEN", "wrong-"+forgeSecret[:4])
	_, errs = f.propose(2)
	require.Contains(t, errs, "the host does not accept the token")
}

// Shards propose beside each other, and one that is held is left alone.
func TestPullRequestOfShards(t *testing.T) {
	f := newFleet(t)
	for _, name := range []string{"a", "b", "c", "d"} {
		f.tenant(name, "1.0.0")
	}
	f.publish(0)
	for _, name := range []string{"a", "b", "c", "d", "acme", "shop"} {
		f.tenant(name, "1.1.0")
	}
	f.propose(0, "--shard", "1/2")
	f.propose(0, "--shard", "2/2")
	require.Len(t, f.pulls, 2)
	at := f.sha(f.pulls[0].head)
	f.propose(0, "--shard", "2/2")
	f.propose(0, "--shard", "1/2")
	require.Len(t, f.pulls, 2)
	require.Equal(t, at, f.sha(f.pulls[0].head))
	f.edits("main", "", "", f.pulls[0].head, f.pulls[1].head)
	require.NotContains(t, f.git("-C", f.repo, "grep", "-h", "image: ghcr", "main"), "1.0.0")
}

// The digest of a plan guards a proposal as it guards a publish.
func TestPullRequestExpects(t *testing.T) {
	f := newFleet(t)
	f.publish(0)
	f.tenant("acme", "1.1.0")
	var o, e bytes.Buffer
	require.Equal(t, 0, run(t.Context(), []string{"-C", f.dir, "plan"}, streams{out: &o, err: &e}), e.String())
	lines := strings.Fields(o.String())
	digest := lines[len(lines)-1]
	f.tenant("acme", "1.2.0")
	_, errs := f.propose(1, "--expect", digest)
	require.Contains(t, errs, "nothing published: the output has the digest ")
	require.Empty(t, f.pulls)
	f.tenant("acme", "1.1.0")
	f.propose(0, "--expect", digest)
	require.Contains(t, f.pulls[0].body, digest)
}
