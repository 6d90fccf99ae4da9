package argo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/argoproj/argo-workflows/v3/workflow/common"
	"github.com/stretchr/testify/require"
	"k8s.io/client-go/tools/cache"
)

const root = "../.."

// TestRun: the pods of a workflow, as Argo Workflows fills their commands in, publish at once what one run publishes.
func TestRun(t *testing.T) {
	bin := build(t)
	dir := t.TempDir()
	platform, gitops, one := filepath.Join(dir, "platform"), filepath.Join(dir, "gitops.git"), filepath.Join(dir, "one.git")
	run(t, root, "git", "clone", "-q", ".", platform)
	run(t, dir, "git", "init", "-q", "--bare", gitops)
	run(t, dir, "git", "init", "-q", "--bare", one)
	parameters := map[string]string{"platform-repo": "https://git.example.com/p.git", "revision": "4f1c9a7", "gitops-repo": gitops}
	const pods = 4
	parameters["shards"] = strconv.Itoa(pods)
	var running []*exec.Cmd
	for i := 1; i <= pods; i++ {
		args := command(t, parameters, strconv.Itoa(i))
		require.Equal(t, []string{"/tenantsmith", "publish", "--dir=/sources/platform"}, args[:3])
		cmd := exec.Command(bin, append([]string{"publish", "--dir=" + platform}, args[3:]...)...)
		cmd.Env = append(os.Environ(), "TENANTSMITH_CACHE=off")
		cmd.Stdout, cmd.Stderr = t.Output(), t.Output()
		require.NoError(t, cmd.Start())
		running = append(running, cmd)
	}
	for _, cmd := range running {
		require.NoError(t, cmd.Wait(), "%v", cmd.Args)
	}
	run(t, platform, bin, "publish", "--repo", one)
	require.Equal(t, run(t, one, "git", "rev-parse", "main^{tree}"), run(t, gitops, "git", "rev-parse", "main^{tree}"))
}

// command is that of a pod, with the parameters of the workflow and the number of its shard filled in by Argo Workflows.
func command(t *testing.T, parameters map[string]string, shard string) []string {
	t.Helper()
	global := common.Parameters{}
	for _, p := range readTemplate(t).Spec.Arguments.Parameters {
		if p.Value != nil {
			global["workflow.parameters."+p.Name] = p.Value.String()
		}
	}
	for name, value := range parameters {
		global["workflow.parameters."+name] = value
	}
	tmpl := shardTemplate(t)
	given := tmpl.Inputs.DeepCopy()
	given.Parameters[0].Value = parameter("shard", shard).Value
	args := readTemplate(t).Spec.Arguments
	args.Parameters = given.Parameters
	filled, err := common.ProcessArgs(tmpl, &args, global, common.Parameters{}, false, "ci", cache.NewStore(cache.MetaNamespaceKeyFunc))
	require.NoError(t, err)
	return append(filled.Container.Command, filled.Container.Args...)
}

func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "tenantsmith")
	run(t, root, "go", "build", "-o", bin, "./cmd/tenantsmith")
	return bin
}

func run(t *testing.T, dir string, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, fmt.Sprintf("%s %v: %s", name, args, out))
	return strings.TrimSpace(string(out))
}
