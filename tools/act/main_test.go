// Package act runs the GitHub Action of this repository, and the example workflows of docs/ci, with act, which
// runs workflows without GitHub: here without containers either, as processes of this machine.
//
// Real are action.yml, its scripts, the example workflows, git and tenantsmith. What nothing can reach from a test
// is stood in for: GitHub's API by a server that remembers (github_test.go), and the actions of others by those in
// testdata/actions, which note what they were given.
package act

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// built is the folder with the programs that every test runs.
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "action")
	if err != nil {
		panic(err)
	}
	built = dir
	for name, build := range map[string][]string{
		"act":         {"-C", ".", "build", "-o", filepath.Join(dir, "act"), "github.com/nektos/act"},
		"actionlint":  {"-C", ".", "build", "-o", filepath.Join(dir, "actionlint"), "github.com/rhysd/actionlint/cmd/actionlint"},
		"tenantsmith": {"-C", "../..", "build", "-o", filepath.Join(dir, "tenantsmith"), "./cmd/tenantsmith"},
	} {
		if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
			panic(fmt.Sprintf("build %s: %v\n%s", name, err, out))
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "bash"), []byte(patient), 0o755); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// patient is the bash of the workflows. act stops listening the moment that a step fails, and may miss its last
// words: a step that fails ends a little later.
const patient = `#!/bin/sh
/bin/bash "$@" || { code=$?; sleep 0.5; exit $code; }
`

const repository = "example/platform"

// platform is a scratch platform repository with the samples, whose first commit is the branch main.
type platform struct {
	t        *testing.T
	dir      string
	base     string // the commit of main
	head     string // the commit of the pull request, after change
	record   string // what the stand-ins noted
	github   *github
	workflow string // the file that runs
	action   string // the folder with action.yml
	env      []string
	secrets  []string // NAME=value
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{t: t, dir: t.TempDir(), record: t.TempDir(), github: newGitHub(t), action: thin(t)}
	for _, name := range []string{"tenants", "overrides", "tenantsmith.yaml"} {
		copyTree(t, filepath.Join("../..", name), filepath.Join(p.dir, name))
	}
	p.git("init", "--quiet", "--initial-branch=main")
	p.git("remote", "add", "origin", "https://github.com/"+repository+".git")
	p.write("README.md", "the platform\n")
	p.commit("the samples")
	p.base = p.git("rev-parse", "HEAD")
	return p
}

func (p *platform) git(args ...string) string {
	p.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com")
	out, err := cmd.CombinedOutput()
	require.NoError(p.t, err, "git %s: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (p *platform) commit(message string) {
	p.t.Helper()
	p.git("add", "--all")
	p.git("commit", "--quiet", "--allow-empty", "-m", message)
}

func (p *platform) write(name, text string) {
	p.t.Helper()
	file := filepath.Join(p.dir, name)
	require.NoError(p.t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(p.t, os.WriteFile(file, []byte(text), 0o644))
}

// replace changes a file; old has to be there.
func (p *platform) replace(name, old, with string) {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join(p.dir, name))
	require.NoError(p.t, err)
	require.Contains(p.t, string(data), old)
	p.write(name, strings.Replace(string(data), old, with, 1))
}

// propose commits an edit to a branch and checks out what GitHub makes of its pull request: the merge with main.
func (p *platform) propose(edit func()) {
	p.t.Helper()
	branch := "change"
	if p.head != "" {
		p.git("checkout", "--quiet", branch)
	} else {
		p.git("checkout", "--quiet", "-b", branch)
	}
	edit()
	p.commit("a change")
	p.head = p.git("rev-parse", "HEAD")
	p.git("checkout", "--quiet", "--detach", "main")
	p.git("merge", "--quiet", "--no-ff", "-m", "merge", branch)
}

// pullRequest is the event of a pull request from a repository.
func (p *platform) pullRequest(from string) map[string]any {
	return map[string]any{
		"number":     7,
		"repository": map[string]any{"full_name": repository, "default_branch": "main"},
		"pull_request": map[string]any{
			"number": 7,
			"head":   map[string]any{"sha": p.head, "ref": "change", "repo": map[string]any{"full_name": from}},
			"base":   map[string]any{"sha": p.base, "ref": "main", "repo": map[string]any{"full_name": repository}},
		},
	}
}

// example takes a workflow of docs/ci and has it use the tenantsmith that was built. Edits are pairs of texts, the
// first of which has to be there.
func (p *platform) example(name string, edits ...string) {
	p.t.Helper()
	data, err := os.ReadFile(filepath.Join("../../docs/ci", name))
	require.NoError(p.t, err)
	text := ours.ReplaceAllString(string(data), "$1        with:\n          install-mode: none\n")
	require.NotEqual(p.t, string(data), text)
	for i := 0; i < len(edits); i += 2 {
		require.Contains(p.t, text, edits[i])
		text = strings.ReplaceAll(text, edits[i], edits[i+1])
	}
	p.flow(text)
}

// ours is the line that uses the action, up to its inputs.
var ours = regexp.MustCompile(`(uses: tenantsmith/tenantsmith@[^\n]*\n)        with:\n`)

func (p *platform) flow(text string) {
	p.t.Helper()
	p.workflow = filepath.Join(p.t.TempDir(), "flow.yml")
	text = strings.ReplaceAll(text, "jobs:\n", "env: {RECORD: '"+p.record+"'}\njobs:\n")
	require.NoError(p.t, os.WriteFile(p.workflow, []byte(text), 0o644))
}

// outputs is a step that notes those of the action, which has the id tenantsmith.
const outputs = `      - if: always()
        run: cat >"$RECORD/outputs" <<<"$OUT"
        env: {OUT: "${{ toJSON(steps.tenantsmith.outputs) }}"}
`

// job is a workflow for an event with one use of the action, and its outputs.
func job(event string, with ...string) string {
	return "on: " + event + `
jobs:
  job:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - id: tenantsmith
        uses: tenantsmith/tenantsmith@0000000000000000000000000000000000000000
        with:
          ` + strings.Join(with, "\n          ") + "\n" + outputs
}

// ran is what a run of a workflow printed, and the outputs of the action.
type ran struct {
	failed  bool
	log     string
	lines   []line
	outputs map[string]string
}

// line is one of act's log; commands to the runner are taken apart.
type line struct {
	Command string            `json:"command"`
	Pairs   map[string]string `json:"kvPairs"`
	Arg     string            `json:"arg"`
	Msg     string            `json:"msg"`
	Content string            `json:"content"`
}

// run runs the workflow for an event.
func (p *platform) run(event string, payload map[string]any) ran {
	p.t.Helper()
	data, err := json.Marshal(payload)
	require.NoError(p.t, err)
	file := filepath.Join(p.t.TempDir(), "event.json")
	require.NoError(p.t, os.WriteFile(file, data, 0o600))
	home := p.t.TempDir()
	args := []string{event, "--json", "-W", p.workflow, "-e", file, "-P", "ubuntu-latest=-self-hosted",
		"--env", "GITHUB_API_URL=" + p.github.url, "-s", "GITHUB_TOKEN=" + token, "-s", "GITOPS_TOKEN=" + token}
	for _, s := range p.secrets {
		args = append(args, "-s", s)
	}
	for use, at := range p.actions() {
		args = append(args, "--local-repository", use+"="+at)
	}
	cmd := exec.Command(filepath.Join(built, "act"), args...)
	cmd.Dir = p.dir
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home, "PATH="+built+string(os.PathListSeparator)+os.Getenv("PATH"))
	cmd.Env = append(cmd.Env, p.env...)
	out, err := cmd.CombinedOutput()
	r := ran{failed: err != nil, log: string(out)}
	for _, l := range strings.Split(string(out), "\n") {
		var parsed line
		if json.Unmarshal([]byte(l), &parsed) == nil {
			r.lines = append(r.lines, parsed)
		}
	}
	if data, err := os.ReadFile(filepath.Join(p.record, "outputs")); err == nil {
		require.NoError(p.t, json.Unmarshal(data, &r.outputs))
		require.NoError(p.t, os.Remove(filepath.Join(p.record, "outputs")))
	}
	if testing.Verbose() {
		p.t.Log(r.text())
	}
	return r
}

// actions are the places of all that the workflow uses, each at the revision that it names.
func (p *platform) actions() map[string]string {
	stand, err := filepath.Abs("testdata/actions")
	require.NoError(p.t, err)
	at := map[string]string{}
	for _, file := range []string{p.workflow, "../../action.yml"} {
		data, err := os.ReadFile(file)
		require.NoError(p.t, err)
		for _, m := range uses.FindAllStringSubmatch(string(data), -1) {
			switch owner, name, rev := m[1], m[2], m[3]; {
			case owner == "tenantsmith":
				at[owner+"/"+name+"@"+rev] = p.action
			case name != "checkout":
				at[owner+"/"+name+"@"+rev] = filepath.Join(stand, name)
			}
		}
	}
	return at
}

var uses = regexp.MustCompile(`uses: ([\w.-]+)/([\w.-]+)[\w./-]*@([0-9a-f]{40})`)

// thin is the action without the sources of tenantsmith, which act would copy for every run.
func thin(t *testing.T) string {
	dir := t.TempDir()
	copyTree(t, "../../action.yml", filepath.Join(dir, "action.yml"))
	copyTree(t, "../../.github/action", filepath.Join(dir, ".github/action"))
	return dir
}

func copyTree(t *testing.T, from, to string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		at := filepath.Join(to, rel)
		if d.IsDir() {
			return os.MkdirAll(at, 0o755)
		}
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(at, data, 0o644)
	}))
}

// text is what people read of the log.
func (r ran) text() string {
	var b strings.Builder
	for _, l := range r.lines {
		b.WriteString(l.Msg + "\n")
	}
	if len(r.lines) == 0 {
		return r.log
	}
	return b.String()
}

// summary is what stands on the page of the job.
func (r ran) summary() string {
	var b strings.Builder
	for _, l := range r.lines {
		if l.Command == "summary" {
			b.WriteString(l.Content + "\n")
		}
	}
	return b.String()
}

// annotations are those of a level, as file:line: message.
func (r ran) annotations(level string) []string {
	var out []string
	for _, l := range r.lines {
		if l.Command == level {
			out = append(out, fmt.Sprintf("%s:%s: %s", l.Pairs["file"], l.Pairs["line"], l.Arg))
		}
	}
	return out
}
