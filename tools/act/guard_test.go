package act

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const stranger = "stranger/platform"

// TestRefusesForks: with the secrets of the repository no file of a fork is read, however it came there.
func TestRefusesForks(t *testing.T) {
	for name, c := range map[string]struct {
		event string
		from  string
		run   string // before the action
		ok    bool
	}{
		"the base of a fork's pull request": {event: "pull_request_target", from: stranger, run: "true", ok: true},
		"a fork's head":                     {event: "pull_request_target", from: stranger, run: "git checkout change"},
		"a fork's merge":                    {event: "pull_request_target", from: stranger, run: "git checkout merge"},
		"a fork's files on the base":        {event: "pull_request_target", from: stranger, run: "git checkout change -- tenants"},
		"a fork's file beside the base":     {event: "pull_request_target", from: stranger, run: "git show change:" + tenant + " >tenants/new.yaml"},
		"a fork's clone below the base":     {event: "pull_request_target", from: stranger, run: "git clone --branch change . pull"},
		"no repository":                     {event: "pull_request_target", from: stranger, run: "rm -r .git"},
		"a fork that is gone":               {event: "pull_request_target", from: "", run: "git checkout change"},
		"a branch of the repository":        {event: "pull_request_target", from: repository, run: "git checkout change", ok: true},
		"after a fork's run":                {event: "workflow_run", from: stranger, run: "git checkout change"},
		"the default branch after it":       {event: "workflow_run", from: stranger, run: "true", ok: true},
		"after a run of a branch":           {event: "workflow_run", from: repository, run: "git checkout change", ok: true},
		"somebody comments on a pull":       {event: "issue_comment", from: stranger, run: "git checkout change"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.propose(func() { p.replace(tenant, calm, busy) })
			p.git("branch", "merge")
			p.git("checkout", "--quiet", "main")
			p.flow(strings.Replace(job(c.event, "command: check", "install-mode: none"), "      - id: tenantsmith\n", "      - run: "+c.run+"\n      - id: tenantsmith\n", 1))
			event := p.pullRequest(c.from)
			if c.from == "" {
				event["pull_request"].(map[string]any)["head"].(map[string]any)["repo"] = nil
			}
			event["workflow_run"] = map[string]any{"head_sha": p.head, "head_repository": map[string]any{"full_name": c.from}}
			r := p.run(c.event, event)
			require.Equal(t, c.ok, !r.failed, r.text())
			if !c.ok {
				require.Contains(t, r.text(), "runs with the secrets of example/platform")
				require.NotContains(t, r.text(), "not rendered yet", "nothing was read")
			}
		})
	}
}

// TestWrongInputs: what the action cannot do is said before it does anything.
func TestWrongInputs(t *testing.T) {
	for use, says := range map[string]string{
		"command: plna":                                  "unknown command plna: use plan, check, render, publish, report or comment",
		"install-mode: magic":                            "unknown install-mode magic: use release, goinstall, source or none",
		"version: 1.2.3":                                 "version is 1.2.3: use one such as v1.2.3",
		"version: v1.2.3/../../evil":                     "use one such as v1.2.3",
		"cache: maybe":                                   "cache is maybe: say true or false",
		"github-token: 'x\"; url = evil'":                "github-token has characters that no token has",
		"command: comment":                               "the command comment belongs into a workflow_run",
		"command: publish\n          install-mode: none": "say where to publish: gitops-repo",
	} {
		t.Run(use, func(t *testing.T) {
			p := newPlatform(t)
			p.flow(job("push", use))
			r := p.run("push", map[string]any{"ref": "refs/heads/main", "after": p.base, "deleted": false})
			require.True(t, r.failed)
			require.Len(t, r.annotations("error"), 1)
			require.Contains(t, r.annotations("error")[0], says)
			require.NotEqual(t, "clean", r.outputs["result"])
		})
	}
}
