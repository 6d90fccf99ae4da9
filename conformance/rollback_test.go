package conformance

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/utils/hash"
	"github.com/argoproj/argo-rollouts/utils/replicaset"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// TestRollbackFindsReplicaSet: after a bad release of every service and a rollback of every tenant, the pod templates are byte
// for byte what they were, and upstream's controller finds the ReplicaSets of before instead of making new ones.
func TestRollbackFindsReplicaSet(t *testing.T) {
	dir := samplesInGit(t)
	good := rollouts(t, dir)
	require.NotEmpty(t, good)
	badRelease(t, dir, good)
	bad := rollouts(t, dir)
	require.Len(t, bad, len(good))

	for _, tenant := range tenantsOf(good) {
		_, said, clean := tenantsmith(t, "-C", dir, "rollback", tenant, "--to", "good", "--commit", "--author", "Ann <ann@example.com>")
		require.True(t, clean, said)
	}
	back := rollouts(t, dir)
	require.Len(t, back, len(good))
	for key, r := range back {
		old, younger := replicaSet(good[key].Rollout, 1), replicaSet(bad[key].Rollout, 2)
		require.NotEqual(t, old.Labels, younger.Labels, "%s had no bad release", key)
		require.Equal(t, string(good[key].template), string(r.template), key)
		require.Equal(t, hash.ComputePodTemplateHash(&good[key].Spec.Template, nil), hash.ComputePodTemplateHash(&r.Spec.Template, nil), key)
		require.Same(t, old, replicaset.FindNewReplicaSet(r.Rollout, []*appsv1.ReplicaSet{younger, old}), key)
		count(t, "ReplicaSets found again", 1)
	}
	counted(t, 5, "ReplicaSets found again")
}

// samplesInGit is a copy of the samples in a repository of its own, with the tag good.
func samplesInGit(t *testing.T) string {
	dir := t.TempDir()
	for _, part := range []string{"tenants", "overrides"} {
		require.NoError(t, os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))))
	}
	platform, err := os.ReadFile(filepath.Join(root, "tenantsmith.yaml"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tenantsmith.yaml"), platform, 0o644))
	for _, args := range []string{"init -q -b main", "add .", "-c user.name=Ann -c user.email=ann@example.com commit -q -m good", "tag good"} {
		git(t, dir, args)
	}
	return dir
}

func git(t *testing.T, dir, args string) {
	cmd := exec.Command("git", strings.Fields(args)...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

// badRelease gives every service another image in every environment, and one a file that is part of its pods by
// the name of a ConfigMap.
func badRelease(t *testing.T, dir string, good map[string]rendered) {
	const pinned = "@sha256:00000000000000000000000000000000000000000000000000000000000000ff"
	for _, r := range good {
		image, _, _ := strings.Cut(r.Spec.Template.Spec.Containers[0].Image, ":")
		_, said, clean := tenantsmith(t, "-C", dir, "deploy", r.tenant, r.Name, "--env", r.env, "--image", image+":9.9.9"+pinned)
		require.True(t, clean, said)
	}
	file := filepath.Join(dir, "tenants/enterprise-client.yaml")
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	changed := bytes.Replace(data, []byte(`"log: info\n"`), []byte(`"log: debug\n"`), 1)
	require.NotEqual(t, string(data), string(changed))
	require.NoError(t, os.WriteFile(file, changed, 0o644))
	git(t, dir, "-c user.name=Ann -c user.email=ann@example.com commit -q -a -m bad")
}

// tenantsOf are the tenants that have Rollouts, each once.
func tenantsOf(all map[string]rendered) []string {
	names := map[string]bool{}
	for _, r := range all {
		names[r.tenant] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// rendered is a Rollout as a cluster gets it.
type rendered struct {
	*v1alpha1.Rollout
	tenant, env string
	template    []byte
}

// rollouts renders every environment, by environment, namespace and name.
func rollouts(t *testing.T, dir string) map[string]rendered {
	out := map[string]rendered{}
	for _, env := range []string{"development", "staging", "production"} {
		stream, said, clean := tenantsmith(t, "-C", dir, "render", "-o", "-", "--env", env)
		require.True(t, clean, said)
		for _, o := range parse(t, []byte(stream)) {
			if o.GetKind() != "Rollout" {
				continue
			}
			r := rendered{Rollout: &v1alpha1.Rollout{}, env: env, tenant: strings.TrimSuffix(o.GetNamespace(), "-"+env)}
			require.NoError(t, decode(o, r.Rollout))
			var err error
			r.template, err = json.Marshal(o.Object["spec"].(map[string]any)["template"])
			require.NoError(t, err)
			out[env+" "+o.GetNamespace()+"/"+o.GetName()] = r
		}
	}
	return out
}

// replicaSet is what the controller made of a Rollout.
func replicaSet(r *v1alpha1.Rollout, age int64) *appsv1.ReplicaSet {
	sum := hash.ComputePodTemplateHash(&r.Spec.Template, nil)
	rs := &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
		Name: r.Name + "-" + sum, Namespace: r.Namespace, CreationTimestamp: metav1.Unix(age, 0),
		Labels: map[string]string{v1alpha1.DefaultRolloutUniqueLabelKey: sum},
	}}
	rs.Spec.Template = *r.Spec.Template.DeepCopy()
	return rs
}
