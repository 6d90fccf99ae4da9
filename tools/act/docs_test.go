package act

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

var update = flag.Bool("update", false, "write the tables of docs/github-action.md")

// action is what the tests read of action.yml.
type action struct {
	Inputs, Outputs yaml.Node
	Runs            struct {
		Steps []struct {
			Run, Uses string
			Env       map[string]string
		}
	}
}

func readAction(t *testing.T) (a action) {
	t.Helper()
	data, err := os.ReadFile("../../action.yml")
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, &a))
	return a
}

// TestTables: the page has every input and output, with its default and description, in the order of action.yml.
func TestTables(t *testing.T) {
	const page = "../../docs/github-action.md"
	a := readAction(t)
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	want := between(t, string(data), "inputs", table(t, a.Inputs, "| input | default | is |\n|---|---|---|\n", "default"))
	want = between(t, want, "outputs", table(t, a.Outputs, "| output | is |\n|---|---|\n", ""))
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(data), "run go -C tools/act test -run TestTables -update")
}

func table(t *testing.T, n yaml.Node, head, column string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := 0; i < len(n.Content); i += 2 {
		var field map[string]string
		require.NoError(t, n.Content[i+1].Decode(&field))
		fmt.Fprintf(&b, "| `%s` |", n.Content[i].Value)
		if column != "" {
			b.WriteString(" " + code(field[column]) + " |")
		}
		b.WriteString(" " + strings.ReplaceAll(field["description"], "|", `\|`) + " |\n")
	}
	return b.String()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

// between puts a text between the marks of the page.
func between(t *testing.T, page, name, text string) string {
	t.Helper()
	head, rest, ok := strings.Cut(page, "<!-- "+name+" -->\n")
	require.True(t, ok, name)
	_, tail, ok := strings.Cut(rest, "<!-- end -->\n")
	require.True(t, ok, name)
	return head + "<!-- " + name + " -->\n" + text + "<!-- end -->\n" + tail
}

// TestInputsOnlyByEnvironment: no text from outside is part of a script, so nothing in it can run.
func TestInputsOnlyByEnvironment(t *testing.T) {
	a := readAction(t)
	given := map[string]bool{}
	for _, s := range a.Runs.Steps {
		require.NotContains(t, s.Run, "${{")
		for _, v := range s.Env {
			given[v] = true
		}
	}
	for i := 0; i < len(a.Inputs.Content); i += 2 {
		name := a.Inputs.Content[i].Value
		switch name {
		case "artifact", "comment": // only in conditions and inputs of other actions
		default:
			require.True(t, given["${{ inputs."+name+" }}"], "no script gets %s", name)
		}
	}
}

// flows are the workflows of the repository and the examples.
func flows(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, glob := range []string{"../../.github/workflows/*.yml", "../../docs/ci/*.yml"} {
		files, err := filepath.Glob(glob)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, f := range files {
			if filepath.Base(f) != "gitlab-ci.yml" {
				out = append(out, f)
			}
		}
	}
	return out
}

// TestPinned: whatever is used is named by a commit and says which version that is.
func TestPinned(t *testing.T) {
	pinned := regexp.MustCompile(`^(\./|[\w.-]+/[\w./-]+@[0-9a-f]{40} # \S)`)
	versions := map[string]string{}
	for _, file := range append(flows(t), "../../action.yml", "../../docs/github-action.md") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range regexp.MustCompile(`(?m)^[ -]*uses: (.*)$`).FindAllStringSubmatch(string(data), -1) {
			if m[1] == "./" {
				continue
			}
			require.Regexp(t, pinned, m[1], file)
			name, at, _ := strings.Cut(m[1], "@")
			if was, ok := versions[name]; ok {
				require.Equal(t, was, at, "%s: one version of %s everywhere", file, name)
			}
			versions[name] = at
		}
	}
	require.Greater(t, len(versions), 5)
}

// TestWorkflows: nothing is granted to a whole workflow, runs replace each other or wait, and actionlint has
// nothing to say; with shellcheck installed, about the scripts in them neither.
func TestWorkflows(t *testing.T) {
	files := flows(t)
	for _, file := range files {
		var flow struct {
			Permissions *map[string]string
			Concurrency struct{ Group string }
			Jobs        map[string]struct {
				Permissions *map[string]string
				Timeout     int `yaml:"timeout-minutes"`
				Uses        string
			}
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(data, &flow), file)
		require.NotNil(t, flow.Permissions, file)
		require.Empty(t, *flow.Permissions, file)
		require.NotEmpty(t, flow.Concurrency.Group, file)
		for name, job := range flow.Jobs {
			require.NotNil(t, job.Permissions, "%s: %s", file, name)
			if job.Uses == "" { // who calls a workflow cannot say how long it may take
				require.NotZero(t, job.Timeout, "%s: %s", file, name)
			}
		}
	}
	out, err := exec.Command(filepath.Join(built, "actionlint"), files...).CombinedOutput()
	require.NoError(t, err, string(out))
}

// TestWorkloads runs the script of check-workloads.yml that finds the team's folder, and tenantsmith on what it finds as
// the action would: from the folder of the platform's repository.
func TestWorkloads(t *testing.T) {
	data, err := os.ReadFile("../../.github/workflows/check-workloads.yml")
	require.NoError(t, err)
	var flow struct {
		Jobs map[string]struct{ Steps []struct{ ID, Run string } }
	}
	require.NoError(t, yaml.Unmarshal(data, &flow))
	scripts := map[string]string{}
	for _, s := range flow.Jobs["check"].Steps {
		scripts[s.ID] = s.Run
	}
	require.NotEmpty(t, scripts["where"])
	require.NotEmpty(t, scripts["charts"])
	dir := t.TempDir()
	for _, name := range []string{"tenants", "overrides", "tenantsmith.yaml"} {
		copyTree(t, filepath.Join("../..", name), filepath.Join(dir, ".tenantsmith/platform/in", name))
	}
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "envs/production"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "jobs"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "envs/production/a.yaml"), []byte("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostNetwork: true, containers: [{name: a, image: a}]}\n"), 0o644))
	out := filepath.Join(dir, "out")
	// In place of Helm stands what shows its arguments, and the values that it gets.
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "bin"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "bin/helm"), []byte("#!/bin/sh\necho \"# $*\"\nfor last; do case $last in *.values) sed 's/^/# /' \"$last\";; esac; done\n"), 0o755))
	shell := func(script string, env ...string) {
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
		cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "GITHUB_OUTPUT="+out, "PATH="+filepath.Join(dir, "bin")+":"+os.Getenv("PATH")), env...)
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, string(said))
	}
	charts := `CHARTS=[{"name":"site","template":["web","chart","--namespace","n"],"values":{"text":"it's $\u007b{ x }}"}},{"name":"cache","pull":["redis","--repo","https://c.example.com"],"template":["cache",".tenantsmith/pulled/cache/redis"]}]`
	shell(scripts["charts"], charts)
	rendered, err := os.ReadFile(filepath.Join(dir, ".tenantsmith/charts/site.yaml"))
	require.NoError(t, err)
	require.Equal(t, "# template web chart --namespace n --values .tenantsmith/charts/site.values --skip-tests\n# {\n#   \"text\": \"it's ${{ x }}\"\n# }\n", string(rendered))
	shell(scripts["where"], "CHARTS=[1]", "WORKLOADS=", "ENVIRONMENT=production", "PLATFORM_PATH=in")
	found, err := os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "args<<//end\n--manifests\n../../charts\n//end\n", string(found))
	require.NoError(t, os.Remove(out))
	shell(scripts["where"], "CHARTS=", "WORKLOADS=envs/{env}\njobs", "ENVIRONMENT=production", "PLATFORM_PATH=in")
	found, err = os.ReadFile(out)
	require.NoError(t, err)
	require.Equal(t, "args<<//end\n--manifests\n../../../envs/production\n--manifests\n../../../jobs\n//end\n", string(found))
	args := []string{"-C", ".tenantsmith/platform/in", "check", "--format", "github", "--tenant", "acme-corp", "--env", "production"}
	lines := strings.Split(strings.TrimSpace(string(found)), "\n")
	cmd := exec.Command(filepath.Join(built, "tenantsmith"), append(args, lines[1:len(lines)-1]...)...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GITHUB_WORKSPACE="+dir)
	said, _ := cmd.Output()
	require.Equal(t, 1, cmd.ProcessState.ExitCode(), string(said))
	require.Contains(t, string(said), "file=envs/production/a.yaml,line=4")
}

// TestScripts: shellcheck has nothing to say about the scripts of the action.
func TestScripts(t *testing.T) {
	if _, err := exec.LookPath("shellcheck"); err != nil {
		require.Empty(t, os.Getenv("CI"), "CI has shellcheck")
		t.Skip("shellcheck is not installed")
	}
	cmd := exec.Command("sh", "-c", "exec shellcheck -x .github/action/*.sh")
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}
