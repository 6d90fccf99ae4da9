package act

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// gitops is an empty GitOps repository on this disk.
func (p *platform) gitops() (repo string) {
	p.t.Helper()
	repo = filepath.Join(p.t.TempDir(), "gitops.git")
	p.git("init", "--quiet", "--bare", "--initial-branch=main", repo)
	return repo
}

// publishes makes the example workflow that publishes, to this repository, the one that runs.
func (p *platform) publishes(repo, expect string) {
	p.t.Helper()
	p.example("publish.yml", "https://github.com/example/gitops.git", repo,
		"      - uses: tenantsmith", "      - id: tenantsmith\n        uses: tenantsmith",
		"inputs.expect || 'required'", "inputs.expect || '"+expect+"'",
		"inputs.allow-prune || 0 }}\n", "inputs.allow-prune || 0 }}\n"+outputs)
}

// merged makes main the merge of the pull request, and tells the API so.
func (p *platform) merged() {
	p.t.Helper()
	p.git("checkout", "--quiet", "main")
	p.git("merge", "--quiet", "--no-ff", "-m", "merge", "change")
	p.github.pulls = []map[string]any{{
		"number": 7, "merge_commit_sha": p.git("rev-parse", "HEAD"), "merged_at": "2030-01-01T00:00:00Z", "head": map[string]any{"sha": p.head},
	}}
}

func (p *platform) push() ran {
	p.t.Helper()
	return p.run("push", map[string]any{
		"ref": "refs/heads/main", "before": p.base, "after": p.git("rev-parse", "HEAD"), "deleted": false,
		"repository": map[string]any{"full_name": repository, "default_branch": "main"},
	})
}

// published is the head of the GitOps repository, empty without a commit.
func published(t *testing.T, repo string) string {
	t.Helper()
	out, err := exec.Command("git", "-C", repo, "rev-parse", "--verify", "--quiet", "main").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// planned runs the example workflow of pull requests for a change, which leaves a digest in a check run.
func (p *platform) planned() {
	p.t.Helper()
	p.example("pull-request.yml")
	p.propose(func() { p.replace(tenant, calm, busy) })
	r := p.run("pull_request", p.pullRequest(repository))
	require.False(p.t, r.failed, r.text())
	require.Len(p.t, p.github.checks, 1)
}

// first publishes what main has before the change.
func (p *platform) first(repo string) string {
	p.t.Helper()
	out, err := exec.Command(filepath.Join(built, "tenantsmith"), "-C", p.dir, "publish", "--repo", repo).CombinedOutput()
	require.NoError(p.t, err, string(out))
	return published(p.t, repo)
}

// TestPublish: what is merged as it was planned is published, and nothing else.
func TestPublish(t *testing.T) {
	p := newPlatform(t)
	repo := p.gitops()
	was := p.first(repo)
	p.planned()
	p.merged()
	p.publishes(repo, "required")
	r := p.push()
	require.False(t, r.failed, r.text())
	now := published(t, repo)
	require.NotEqual(t, was, now)
	require.Equal(t, now[:12], r.outputs["commit-sha"])
	require.JSONEq(t, `["corner-shop"]`, r.outputs["changed-tenants"])
	require.Contains(t, r.summary(), "corner-shop")

	r = p.push()
	require.Equal(t, now, published(t, repo))
	require.Empty(t, r.outputs["commit-sha"])
}

// TestPublishRefuses: where what would be published is not what people saw, or nobody saw anything, nothing is.
func TestPublishRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(p *platform)
		says string
	}{
		"another change came between": {func(p *platform) {
			p.git("checkout", "--quiet", "main")
			p.replace(tenant, "cpu: 50m, memory: 64Mi", "cpu: 60m, memory: 64Mi")
			p.commit("past the review")
			p.merged()
		}, "sha256:"},
		"the plan was of something else": {func(p *platform) {
			p.github.checks[0].ExternalID = "sha256:" + strings.Repeat("0", 64)
			p.merged()
		}, "sha256:"},
		"no pull request":     {func(p *platform) { p.merged(); p.github.pulls = nil }, "no pull request with a plan leads to"},
		"no plan":             {func(p *platform) { p.merged(); p.github.checks = nil }, "no pull request with a plan leads to"},
		"a plan of no digest": {func(p *platform) { p.merged(); p.github.checks[0].ExternalID = "$(touch x)" }, "no pull request with a plan leads to"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			repo := p.gitops()
			was := p.first(repo)
			p.planned()
			c.edit(p)
			p.publishes(repo, "required")
			r := p.push()
			require.True(t, r.failed, r.text())
			require.Equal(t, was, published(t, repo))
			require.Contains(t, r.text(), c.says)
		})
	}
}

// TestPublishAuto: without a plan it publishes and says so; `none` does not ask.
func TestPublishAuto(t *testing.T) {
	for expect, notices := range map[string]int{"auto": 1, "none": 0} {
		p := newPlatform(t)
		repo := p.gitops()
		p.publishes(repo, expect)
		r := p.push()
		require.False(t, r.failed, r.text())
		require.NotEmpty(t, published(t, repo))
		require.Len(t, r.annotations("notice"), notices)
		require.Equal(t, expect == "none", len(p.github.requests) == 0)
	}
}

// dispatch runs the workflow by hand.
func (p *platform) dispatch(inputs map[string]any) ran {
	p.t.Helper()
	return p.run("workflow_dispatch", map[string]any{
		"ref": "refs/heads/main", "inputs": inputs, "repository": map[string]any{"full_name": repository, "default_branch": "main"},
	})
}

// TestPublishByHand: what nobody planned, and much that goes, is published where somebody says so.
func TestPublishByHand(t *testing.T) {
	p := newPlatform(t)
	repo := p.gitops()
	p.replace(tenant, "  tier: basic\n", "  tier: basic\n  lifecycle: offboarding\n  offboarding: {after: 2024-01-31, reason: closed}\n")
	p.commit("offboarding")
	was := p.first(repo)
	p.git("rm", "--quiet", tenant)
	p.commit("gone")
	p.publishes(repo, "required")
	require.True(t, p.push().failed, "nobody planned it")

	r := p.dispatch(map[string]any{"expect": "none", "allow-prune": "0"})
	require.True(t, r.failed, r.text())
	require.Contains(t, r.text(), "need --allow-prune")
	require.Equal(t, was, published(t, repo))
	r = p.dispatch(map[string]any{"expect": "none", "allow-prune": "500"})
	require.False(t, r.failed, r.text())
	require.JSONEq(t, `["corner-shop"]`, r.outputs["changed-tenants"])
	require.NotContains(t, p.git("--git-dir", repo, "ls-tree", "--name-only", "main:tenants"), "corner-shop")
}

// TestPublishSigns: the key of the secret signs, to every branch, and is nowhere afterwards.
func TestPublishSigns(t *testing.T) {
	p := newPlatform(t)
	repo, key := p.gitops(), filepath.Join(t.TempDir(), "key")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bot", "-f", key).CombinedOutput()
	require.NoError(t, err, string(out))
	private, err := os.ReadFile(key)
	require.NoError(t, err)
	public, err := os.ReadFile(key + ".pub")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(key+".allowed", append([]byte("bot@example.com "), public...), 0o600))
	p.flow(job("push", "command: publish", "install-mode: none", "gitops-repo: "+repo, "expect: none",
		"args: --branch=environments/{env}", "signing-key: ${{ secrets.SIGNING_KEY }}"))
	p.secrets = append(p.secrets, "SIGNING_KEY="+strings.TrimSpace(string(private)))
	r := p.push()
	require.False(t, r.failed, r.text())
	require.Len(t, strings.Fields(r.outputs["commit-sha"]), 3)
	for _, env := range []string{"development", "staging", "production"} {
		require.Equal(t, "G", p.git("--git-dir", repo, "-c", "gpg.ssh.allowedSignersFile="+key+".allowed", "log", "-1", "--format=%G?", "environments/"+env))
	}
	for line := range strings.Lines(strings.TrimSpace(string(private))) {
		require.NotContains(t, r.text(), strings.TrimSpace(line))
	}
}

// TestAudit: the nightly workflow checks everything, keeps the report, and finds what was changed by hand.
func TestAudit(t *testing.T) {
	p := newPlatform(t)
	repo := p.gitops()
	p.first(repo)
	p.example("audit.yml", "https://github.com/example/gitops.git", repo)
	r := p.run("schedule", map[string]any{"repository": map[string]any{"full_name": repository, "default_branch": "main"}})
	require.FileExists(t, filepath.Join(p.record, "tenantsmith-check.sarif"))
	report, err := os.ReadFile(filepath.Join(p.record, "artifacts/compliance-report/report.html"))
	require.NoError(t, err, r.text())
	require.Contains(t, string(report), "<html")
	require.Contains(t, r.summary(), "TS-")
	require.Regexp(t, `corner-shop +active.* current`, r.summary())
	audit, err := os.ReadFile(filepath.Join(p.record, "artifacts/audit"))
	require.NoError(t, err, r.text())
	require.Contains(t, string(audit), "corner-shop")
}

// TestShards: the tenants that change are checked by jobs that share them.
func TestShards(t *testing.T) {
	p := newPlatform(t)
	p.example("shards.yml", "range(0; length; 50)", "range(0; length; 1)", ". + 50", ". + 1")
	p.propose(func() {
		p.replace(tenant, calm, busy)
		p.replace("tenants/enterprise-client.yaml", "displayName: Enterprise Client", "displayName: Enterprise")
	})
	r := p.run("pull_request", p.pullRequest(repository))
	require.False(t, r.failed, r.text())
	require.Equal(t, 3, strings.Count(r.text(), "Job succeeded"), r.text())
}

// TestPublishShards: jobs that share the tenants publish all of them, each shard in a commit of its own.
func TestPublishShards(t *testing.T) {
	p := newPlatform(t)
	repo := p.gitops()
	p.example("publish-shards.yml", "[1, 2, 3, 4, 5, 6, 7, 8]", "[1, 2]", "}}/8", "}}/2",
		"https://github.com/example/gitops.git", repo)
	r := p.push()
	require.False(t, r.failed, r.text())
	require.Equal(t, 2, strings.Count(r.text(), "Job succeeded"), r.text())
	require.Equal(t, strings.Join(p.tenants(), "\n"), p.git("--git-dir", repo, "ls-tree", "--name-only", "main:tenants"))
	require.Equal(t, "2", p.git("--git-dir", repo, "rev-list", "--count", "main"))
}

// TestRender: output that is checked in has to be current.
func TestRender(t *testing.T) {
	p := newPlatform(t)
	p.flow(job("push", "command: render", "install-mode: none"))
	out, err := exec.Command(filepath.Join(built, "tenantsmith"), "-C", p.dir, "render").CombinedOutput()
	require.NoError(t, err, string(out))
	p.commit("rendered")
	r := p.push()
	require.False(t, r.failed, r.text())
	p.replace(tenant, calm, busy)
	p.commit("not rendered")
	r = p.push()
	require.True(t, r.failed)
	require.Equal(t, "problems", r.outputs["result"])
	require.Contains(t, r.summary(), "corner-shop")
}

// tenants are those of the platform, each a file or a folder, in order.
func (p *platform) tenants() (names []string) {
	files, err := filepath.Glob(filepath.Join(p.dir, "tenants/*"))
	require.NoError(p.t, err)
	require.Greater(p.t, len(files), 2)
	for _, file := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yaml"))
	}
	return names
}
