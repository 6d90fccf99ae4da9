package act

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the pull requests of these tests change.
const (
	tenant = "tenants/corner-shop.yaml"
	calm   = "web: {replicas: 1}"
	busy   = "web: {replicas: 2}"
	// safe is followed by what TS-POD-008 objects to.
	safe = "      calls: [{service: orders}]\n"
	root = safe + "      securityContext: {runAsNonRoot: false}\n"
)

// TestPullRequest is the life of one, by the example workflow: a good change, then a bad one, then none at all.
func TestPullRequest(t *testing.T) {
	p := newPlatform(t)
	p.github.say("User", "<!-- tenantsmith:plan -->\nlooks like one")
	for range 120 {
		p.github.say("User", "a long discussion")
	}
	p.example("pull-request.yml", "          category: tenantsmith-check\n", "          category: tenantsmith-check\n"+outputs)

	p.propose(func() { p.replace(tenant, calm, busy) })
	r := p.run("pull_request", p.pullRequest(repository))
	require.False(t, r.failed, r.text())
	require.Equal(t, "clean", r.outputs["result"])
	require.Equal(t, "0", r.outputs["new-findings"])
	require.JSONEq(t, `["corner-shop"]`, r.outputs["changed-tenants"])
	require.Regexp(t, `^sha256:[0-9a-f]{64}$`, r.outputs["digest"])
	require.Equal(t, "devel", r.outputs["version"])
	require.Empty(t, r.annotations("error"))
	require.Len(t, p.github.ours(), 1)
	first := p.github.ours()[0]
	require.Contains(t, first, "corner-shop")
	require.Equal(t, p.github.comments[len(p.github.comments)-1].URL, r.outputs["comment-url"])
	require.Equal(t, []checkRun{{"tenantsmith plan", p.head, r.outputs["digest"], "success"}}, p.github.checks)
	require.Contains(t, r.summary(), "corner-shop")
	for _, name := range []string{"plan.json", "plan.md", "plan.txt", "check.json"} {
		require.FileExists(t, filepath.Join(p.record, "artifacts/tenantsmith-plan", name))
	}
	sarif, err := os.ReadFile(filepath.Join(p.record, "tenantsmith-check.sarif"))
	require.NoError(t, err)
	require.True(t, json.Valid(sarif))
	require.NotContains(t, r.text(), token)

	p.propose(func() { p.replace(tenant, safe, root) })
	r = p.run("pull_request", p.pullRequest(repository))
	require.True(t, r.failed)
	require.Equal(t, "problems", r.outputs["result"])
	require.Equal(t, "2", r.outputs["new-findings"]) // development and production
	require.Len(t, r.annotations("error"), 1)
	require.Contains(t, r.annotations("error")[0], p.at(tenant, "runAsNonRoot")+": high TS-POD-008: pod may run as root")
	require.Len(t, p.github.ours(), 1, "updated in place")
	require.NotEqual(t, first, p.github.ours()[0])
	require.Contains(t, p.github.ours()[0], "TS-POD-008")
	require.Equal(t, "failure", p.github.checks[1].Conclusion)
	require.Equal(t, p.head, p.github.checks[1].Head)

	p.propose(func() { p.git("checkout", "--quiet", "main", "--", tenant) })
	r = p.run("pull_request", p.pullRequest(repository))
	require.False(t, r.failed, r.text())
	require.JSONEq(t, `[]`, r.outputs["changed-tenants"])
	require.Len(t, p.github.ours(), 1)
	require.Less(t, len(p.github.ours()[0]), len(first))
	require.Equal(t, "<!-- tenantsmith:plan -->\nlooks like one", p.github.comments[0].Body, "what people say is left alone")
}

// at is the place of a text in a file: file:line.
func (p *platform) at(name, text string) string {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	require.NoError(p.t, err)
	before, _, ok := strings.Cut(string(data), text)
	require.True(p.t, ok, text)
	return fmt.Sprintf("%s:%d", name, strings.Count(before, "\n")+1)
}

// TestNothingChanges: where there is nothing to say, nobody is told.
func TestNothingChanges(t *testing.T) {
	p := newPlatform(t)
	p.flow(job("pull_request", "install-mode: none"))
	p.propose(func() { p.write("README.md", "the platform, explained\n") })
	r := p.run("pull_request", p.pullRequest(repository))
	require.False(t, r.failed, r.text())
	require.Empty(t, p.github.comments)
	require.Len(t, p.github.checks, 1)
}

// TestTrustedFromBase: a change that brings its own waiver fails all the same, and the rules of the branch as it
// is now count, not those that it left.
func TestTrustedFromBase(t *testing.T) {
	p := newPlatform(t)
	p.flow(job("pull_request", "install-mode: none"))
	p.propose(func() {
		p.replace(tenant, safe, root)
		p.replace("tenantsmith.yaml", "spec:\n", "spec:\n  policies: {failOn: critical}\n")
	})
	r := p.run("pull_request", p.pullRequest(repository))
	require.True(t, r.failed)
	require.Len(t, r.annotations("error"), 1)
	require.Contains(t, r.text(), "not taken from the working tree but from")
}

// TestHeadCheckedOut: without the merge commit the change counts from where its branch left.
func TestHeadCheckedOut(t *testing.T) {
	p := newPlatform(t)
	p.flow(job("pull_request", "install-mode: none"))
	p.propose(func() { p.replace(tenant, calm, busy) })
	p.git("checkout", "--quiet", "main")
	p.replace("tenants/pet-project.yaml", "tier: free", "tier: basic")
	p.commit("main moves on")
	p.base = p.git("rev-parse", "HEAD")
	p.git("checkout", "--quiet", "change")
	r := p.run("pull_request", p.pullRequest(repository))
	require.False(t, r.failed, r.text())
	require.JSONEq(t, `["corner-shop"]`, r.outputs["changed-tenants"])
}

// TestShallow: what is missing of the clone is said with what brings it.
func TestShallow(t *testing.T) {
	p := newPlatform(t)
	p.flow(job("pull_request", "install-mode: none"))
	p.propose(func() { p.replace(tenant, calm, busy) })
	event := p.pullRequest(repository)
	for depth, fails := range map[string]bool{"1": true, "2": false} {
		clone := filepath.Join(t.TempDir(), "clone")
		p.git("branch", "--force", "merge", "HEAD")
		p.git("clone", "--quiet", "--depth="+depth, "--branch=merge", "file://"+p.dir, clone)
		q := *p
		q.dir = clone
		q.git("remote", "set-url", "origin", "https://github.com/"+repository+".git")
		r := q.run("pull_request", event)
		require.Equal(t, fails, r.failed, r.text())
		if fails {
			require.Contains(t, r.text(), "is not in this clone: give actions/checkout fetch-depth: 2")
			require.Equal(t, "fault", r.outputs["result"])
		}
	}
}

// TestHostile: nothing that a tenant's file says is run, believed, or calls people, be it rendered or refused.
func TestHostile(t *testing.T) {
	dir := t.TempDir()
	evil := strings.ReplaceAll(`$(touch TRAP) ;touch TRAP; "`+"`touch TRAP`"+`" ${{ github.token }} @everyone <!-- tenantsmith:plan --> ![x](https://evil.example/x) `+
		`</details><img src=x>`+"\n::set-output name=digest::evil\n::error file=x::evil\n##[error]evil\n::add-mask::corner\n```\nend_x\nresult=evil\n", "TRAP", filepath.Join(dir, "trap"))
	quoted, err := json.Marshal(evil)
	require.NoError(t, err)
	for name, edit := range map[string]func(p *platform){
		"rendered": func(p *platform) {
			p.replace(tenant, `env: {QUEUE: orders,`, `env: {QUEUE: `+string(quoted)+`,`)
			p.replace(tenant, safe, root+"      args: ["+string(quoted)+"]\n")
		},
		"refused": func(p *platform) {
			p.replace(tenant, "displayName: Corner Shop", "displayName: "+string(quoted))
			p.replace(tenant, "{team: corner-shop,", "{"+string(quoted)+": "+string(quoted)+",")
			p.write("tenants/$(touch trap).yaml", "kind: "+string(quoted)+"\n")
			p.replace("tenants/pet-project.yaml", "tier: free", "tier: basic")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.example("pull-request.yml", "          category: tenantsmith-check\n", "          category: tenantsmith-check\n"+outputs)
			p.propose(func() { edit(p) })
			r := p.run("pull_request", p.pullRequest(stranger))
			require.True(t, r.failed)
			require.NoFileExists(t, filepath.Join(dir, "trap"))
			require.NoFileExists(t, filepath.Join(p.dir, "trap"))
			require.Equal(t, "problems", r.outputs["result"])
			require.Regexp(t, `^sha256:[0-9a-f]{64}$`, r.outputs["digest"])
			require.NotEmpty(t, r.annotations("error"))
			for _, l := range r.lines {
				require.NotEqual(t, "evil", l.Arg, "%s", l.Msg)
				require.False(t, l.Command == "add-mask" && l.Arg == "corner")
			}
			require.NotContains(t, r.text(), token)
			require.Len(t, p.github.ours(), 1)
			for _, body := range append(p.github.ours(), r.summary()) {
				said := spoken(body)
				require.NotContains(t, said, "@everyone")
				require.NotContains(t, said, "<img")
				require.NotContains(t, said, "![x]")
				require.Equal(t, 1, strings.Count(body, "<!-- tenantsmith:plan -->"))
			}
		})
	}
}

// spoken is Markdown without what stands in code, where nothing is obeyed.
func spoken(body string) string {
	body = regexp.MustCompile("(?ms)^(```+)[^\n]*\n.*?^```+ *$").ReplaceAllString(body, "")
	body = regexp.MustCompile("(?m)^    .*$").ReplaceAllString(body, "")
	body = regexp.MustCompile("(``+|`)[^\n]*?[^`](``+|`)").ReplaceAllString(body, "")
	return body
}
