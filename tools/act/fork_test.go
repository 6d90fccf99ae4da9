package act

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFork: a fork's run plans and cannot write; the workflow after it comments, from the artifact alone.
func TestFork(t *testing.T) {
	p := newPlatform(t)
	p.example("pull-request.yml", "          category: tenantsmith-check\n", "          category: tenantsmith-check\n"+outputs)
	p.propose(func() { p.replace(tenant, calm, busy) })
	p.github.readOnly = true
	r := p.run("pull_request", p.pullRequest(stranger))
	require.False(t, r.failed, r.text())
	require.Equal(t, "clean", r.outputs["result"])
	require.Empty(t, r.outputs["comment-url"])
	require.Empty(t, p.github.comments)
	require.Contains(t, r.annotations("notice")[0], "no comment in the pull request: HTTP 403, Resource not accessible by integration")
	require.Contains(t, r.annotations("notice")[1], "no check run with the plan's digest: HTTP 403")
	require.Contains(t, r.summary(), "corner-shop")

	p.github.readOnly = false
	p.after(t)
	r = p.run("workflow_run", p.workflowRun())
	require.False(t, r.failed, r.text())
	require.Len(t, p.github.ours(), 1)
	body := p.github.ours()[0]
	require.Contains(t, body, "A fork would change 1 tenant.")
	require.Contains(t, body, "- `corner-shop`")
	require.Contains(t, body, "https://github.com/example/platform/actions/runs/1")
	require.Len(t, p.github.checks, 1)
	require.Equal(t, "neutral", p.github.checks[0].Conclusion)
	require.Contains(t, body, p.github.checks[0].ExternalID)

	r = p.run("workflow_run", p.workflowRun())
	require.False(t, r.failed)
	require.Len(t, p.github.ours(), 1, "updated in place")
}

// after makes the second workflow the one that runs, for a pull request that is open.
func (p *platform) after(t *testing.T) {
	t.Helper()
	p.example("comment.yml")
	p.github.pulls = []map[string]any{
		{"number": 6, "head": map[string]any{"sha": p.base}},
		{"number": 7, "head": map[string]any{"sha": p.head}},
	}
}

func (p *platform) workflowRun() map[string]any {
	return map[string]any{
		"repository": map[string]any{"full_name": repository, "default_branch": "main"},
		"workflow_run": map[string]any{
			"id": 1, "event": "pull_request", "head_sha": p.head, "head_branch": "change&x=y",
			"html_url":        "https://github.com/example/platform/actions/runs/1",
			"head_repository": map[string]any{"full_name": stranger, "owner": map[string]any{"login": "stranger"}},
		},
	}
}

// TestForgedArtifact: what a fork left is no plan unless it can be nothing else.
func TestForgedArtifact(t *testing.T) {
	digest := "sha256:" + strings.Repeat("a", 64)
	plan := func(tenants, digest string) string {
		return `{"apiVersion":"tenantsmith.dev/v1alpha1","kind":"Plan","digest":"` + digest + `","tenants":` + tenants + `}`
	}
	for name, text := range map[string]string{
		"fine":               plan(`[{"name":"acme"}]`, digest),
		"a mention":          plan(`[{"name":"@everyone"}]`, digest),
		"a second line":      plan(`[{"name":"acme\n![x](https://evil.example)"}]`, digest),
		"a line end":         plan(`[{"name":"acme\n"}]`, digest),
		"a long digest":      plan(`[{"name":"acme"}]`, digest+"\\n# evil"),
		"no digest":          plan(`[{"name":"acme"}]`, ""),
		"a number":           plan(`[{"name":1}]`, digest),
		"no list":            plan(`{"x":{"name":"acme"}}`, digest),
		"two documents":      plan(`[]`, digest) + plan(`[{"name":"@evil"}]`, digest),
		"two, the last fine": plan(`[{"name":"@evil"}]`, digest) + plan(`[]`, digest),
		"no JSON":            "$(touch x)",
		"nothing":            "",
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.propose(func() { p.replace(tenant, calm, busy) })
			p.after(t)
			at := filepath.Join(p.record, "artifacts/tenantsmith-plan")
			require.NoError(t, os.MkdirAll(at, 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(at, "plan.json"), []byte(text), 0o644))
			r := p.run("workflow_run", p.workflowRun())
			require.Equal(t, name != "fine", r.failed, r.text())
			if r.failed {
				require.Empty(t, p.github.comments)
				require.Empty(t, p.github.checks)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		p := newPlatform(t)
		p.propose(func() { p.replace(tenant, calm, busy) })
		p.after(t)
		at := filepath.Join(p.record, "artifacts/tenantsmith-plan")
		require.NoError(t, os.MkdirAll(at, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(p.record, "plan"), []byte(plan(`[]`, digest)), 0o644))
		require.NoError(t, os.Symlink(filepath.Join(p.record, "plan"), filepath.Join(at, "plan.json")))
		r := p.run("workflow_run", p.workflowRun())
		require.True(t, r.failed)
		require.Empty(t, p.github.comments)
	})
	t.Run("a head that moved on", func(t *testing.T) {
		p := newPlatform(t)
		p.propose(func() { p.replace(tenant, calm, busy) })
		p.after(t)
		p.github.pulls = p.github.pulls[:1]
		at := filepath.Join(p.record, "artifacts/tenantsmith-plan")
		require.NoError(t, os.MkdirAll(at, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(at, "plan.json"), []byte(plan(`[]`, digest)), 0o644))
		r := p.run("workflow_run", p.workflowRun())
		require.False(t, r.failed, r.text())
		require.Empty(t, p.github.comments)
		require.Contains(t, r.annotations("notice")[0], "no open pull request has the head")
	})
}
