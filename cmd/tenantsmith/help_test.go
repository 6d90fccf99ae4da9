package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// TestExamples runs every example of every help text on the samples. Those that name a server of the
// internet are parsed, not run.
func TestExamples(t *testing.T) {
	samples(t)
	ran := 0
	for _, cmd := range newRootCmd(streams{}).Commands() {
		for example := range strings.Lines(cmd.Example) {
			ran++
			t.Run(strings.TrimSpace(example), func(t *testing.T) { runExample(t, strings.Fields(example)) })
			git(t, "clean -fdq tenants") // plan compares inputs
		}
		require.True(t, cmd.Example != "" || cmd.Name() == "completion", "%s has no example", cmd.Name())
	}
	require.NotZero(t, ran)
}

// samples makes a copy of the sample platform repository, with a history and a GitOps repository beside it, and goes
// there.
func samples(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "platform")
	for _, part := range []string{"tenants", "overrides"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))))
	}
	platform, err := os.ReadFile("../../tenantsmith.yaml")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tenantsmith.yaml"), platform, 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "../deploy"), 0o755))
	deployed := txtar.Parse([]byte(existing))
	for _, f := range deployed.Files {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(f.Name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, f.Name), f.Data, 0o644))
	}
	require.NoError(t, exec.Command("git", "init", "-q", "--bare", filepath.Join(dir, "../gitops.git")).Run())
	for _, b := range blocksOf(t, "../../docs/changes.md") {
		if b.what == "json change.json" {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "../change.json"), []byte(b.text), 0o644))
		}
	}
	t.Chdir(dir)
	for _, args := range []string{
		"init -q", "add .", "-c user.name=Ann -c user.email=ann@example.com commit -q -m base",
		"-c user.name=Ann -c user.email=ann@example.com commit -q --allow-empty -m head", "update-ref refs/remotes/origin/main HEAD",
	} {
		git(t, args)
	}
	git(t, "push -q ../gitops.git HEAD:environments/production")
}

// existing is what a team has that tenantsmith does not know yet.
const existing = `
-- deploy/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: web
          image: ghcr.io/example/web:1.0.0
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: http}}
          livenessProbe: {httpGet: {path: /live, port: http}}
          resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 64Mi}}
          securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
-- deploy/overlays/production/kustomization.yaml --
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [more.yaml]
-- deploy/overlays/production/more.yaml --
apiVersion: v1
kind: ConfigMap
metadata: {name: more}
data: {a: b}
-- dump.yaml --
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Namespace
    metadata: {name: shop}
  - apiVersion: rbac.authorization.k8s.io/v1
    kind: RoleBinding
    metadata: {name: admins, namespace: shop}
    roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin}
    subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: shop-leads}]
`

func git(t *testing.T, args string) {
	require.NoError(t, exec.Command("git", strings.Fields(args)...).Run())
}

func runExample(t *testing.T, args []string) {
	if i := slices.Index(args, "|"); i >= 0 {
		args = args[i+1:] // what another program writes is the input of each example
	}
	require.Equal(t, "tenantsmith", args[0])
	args = args[1:]
	if testing.Short() && slices.Equal(args, []string{"policy", "test"}) {
		t.Skip("runs the tests of our rules, as go test ./policies does")
	}
	if all := strings.Join(args, " "); strings.Contains(all, "git.example.com") || strings.Contains(all, "github.com") {
		cmd, rest, err := newRootCmd(streams{}).Find(args)
		require.NoError(t, err)
		require.NoError(t, cmd.ParseFlags(rest))
		return
	}
	var out, errs bytes.Buffer
	const list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n"
	code := run(t.Context(), args, streams{in: strings.NewReader(list), out: &out, err: &errs})
	require.Zero(t, code, "%s%s", out.String(), errs.String())
}

// TestHelp holds that every command says what it does in a sentence and more, and every flag has words.
func TestHelp(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		require.NotEmpty(t, c.Short, c.CommandPath())
		require.False(t, strings.HasSuffix(c.Short, "."), c.CommandPath())
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRootCmd(streams{}))
}

// TestReadme: what the README says that check prints is what the script of the same name saw, and it has every command and
// every page.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	require.NoError(t, err)
	script, err := txtar.ParseFile("../../testdata/script/readme.txtar")
	require.NoError(t, err)
	shown := 0
	for _, f := range script.Files {
		if strings.HasSuffix(f.Name, ".txt") {
			require.Contains(t, string(readme), string(f.Data))
			shown++
		}
	}
	require.Equal(t, 2, shown)
	for _, cmd := range newRootCmd(streams{}).Commands() {
		if !cmd.Hidden && cmd.Name() != "help" {
			require.Regexp(t, "(?m)^\\| .*`"+cmd.Name()+"[ `]", string(readme))
		}
	}
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	for _, page := range pages {
		require.Contains(t, string(readme), "](docs/"+filepath.Base(page)+")")
	}
}
