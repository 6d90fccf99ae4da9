package network

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"

	"github.com/tenantsmith/tenantsmith/internal/proof"
)

const (
	rendered = "rendered namespaces"
	pods     = "pods that they start"
	agreed   = "ordered pairs that both find open by an agreed call only"
)

// template is where the pods of each kind are. A Rollout has them where a Deployment does, under the same labels.
var template = map[string][]string{"Deployment": {"spec"}, "Rollout": {"spec"}, "StatefulSet": {"spec"}, "DaemonSet": {"spec"}, "ReplicaSet": {"spec"},
	"Job": {"spec"}, "CronJob": {"spec", "jobTemplate", "spec"}}

// object is what is read of a rendered one.
type object struct {
	Kind     string            `json:"kind"`
	Metadata metav1.ObjectMeta `json:"metadata"`
	Spec     map[string]any    `json:"spec"`
	text     []byte
}

func objects(t *testing.T, stream []byte) []object {
	var out []object
	for _, text := range strings.Split("\n"+string(stream), "\n---") {
		o := object{text: []byte(text)}
		require.NoError(t, yaml.Unmarshal(o.text, &o))
		if o.Kind != "" {
			out = append(out, o)
		}
	}
	return out
}

// read adds an object to its place, if it matters to the network.
func (p *place) read(t *testing.T, o object) {
	if o.Kind == "NetworkPolicy" {
		var n networkingv1.NetworkPolicy
		require.NoError(t, yaml.UnmarshalStrict(o.text, &n))
		p.add(&n)
		return
	}
	at, starts := template[o.Kind]
	if !starts {
		return
	}
	var tree any = map[string]any{"spec": o.Spec}
	for _, key := range append(slices.Clip(at), "template") {
		tree, _ = tree.(map[string]any)[key].(map[string]any)
	}
	var pod corev1.PodTemplateSpec
	text, err := json.Marshal(tree)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &pod))
	var ports []corev1.ContainerPort
	for _, c := range pod.Spec.Containers {
		ports = append(ports, c.Ports...)
	}
	p.pod(strings.ToLower(o.Kind)+"-"+o.Metadata.Name, pod.Labels, ports...)
	count(t, pods, 1)
}

// samples are the namespaces of the sample tenants in all environments, as if they shared a cluster.
func samples(t *testing.T) []place {
	found := map[string]*place{}
	for _, env := range []string{"development", "staging", "production"} {
		all := objects(t, tenantsmith(t, "render", "-o", "-", "--env", env))
		for _, o := range all {
			if o.Kind == "Namespace" {
				p := newPlace(o.Metadata.Name, o.Metadata.Labels)
				p.tenant, p.environment = o.Metadata.Labels["tenantsmith.dev/tenant"], env
				found[p.namespace] = &p
			}
		}
		for _, o := range all {
			if p := found[o.Metadata.Namespace]; p != nil {
				p.read(t, o)
			}
		}
	}
	return sorted(found)
}

func sorted(found map[string]*place) []place {
	var out []place
	for _, name := range slices.Sorted(maps.Keys(found)) {
		out = append(out, *found[name])
	}
	return out
}

// calls, with the second versions of a test at both ends, are those that the command lists as agreed, by the places of both ends.
func calls(t *testing.T, places []place) map[[2]int][]proof.Agreed {
	var certificate struct {
		Agreed []struct{ Environment, From, Caller, To, Service string }
	}
	require.NoError(t, json.Unmarshal(tenantsmith(t, "prove", "isolation", "--format", "json"), &certificate))
	out := map[[2]int][]proof.Agreed{}
	index := func(tenant, environment string) int {
		return slices.IndexFunc(places, func(p place) bool { return p.tenant == tenant && p.environment == environment })
	}
	for _, c := range certificate.Agreed {
		at := [2]int{index(c.From, c.Environment), index(c.To, c.Environment)}
		require.NotContains(t, at, -1)
		out[at] = append(out[at], proof.Agreed{From: 0, To: 1, Callers: []string{c.Caller, c.Caller + "-b"}, Callees: []string{c.Service, c.Service + "-b"}})
	}
	return out
}

// TestSamples: np-guard lets pods of two sample tenants, and of two environments of one, meet where a call is agreed and
// nowhere else, as our certificate says.
func TestSamples(t *testing.T) {
	places := samples(t)
	count(t, rendered, len(places))
	known := calls(t, places)
	g := newGuard(t, places)
	for a, from := range places {
		for b, to := range places {
			if a == b {
				continue
			}
			require.Empty(t, ours(t, from.enclosure(), to.enclosure(), known[[2]int{a, b}]...))
			open := g.any(t, from.pods, to.pods)
			require.Equal(t, len(known[[2]int{a, b}]) > 0, open, "%s to %s", from.namespace, to.namespace)
			require.Equal(t, open, len(ours(t, from.enclosure(), to.enclosure())) > 0)
			if open {
				count(t, agreed, 1)
			} else {
				count(t, closed, 1)
			}
		}
	}
	counted(t, 6, rendered, pods, closed)
	counted(t, 2, agreed)
}

// any reports whether np-guard lets any of the pods reach any of the others.
func (g guard) any(t *testing.T, from, to []*corev1.Pod) bool {
	for _, caller := range from {
		for _, called := range to {
			if g.connects(t, caller, called) {
				return true
			}
		}
	}
	return false
}

// goldens are the namespaces that the tests of the generators expect, one of each file.
func goldens(t *testing.T) []place {
	files, err := filepath.Glob(filepath.Join(root, "generators/testdata/*.golden.yaml"))
	require.NoError(t, err)
	found := map[string]*place{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		if strings.HasPrefix(filepath.Base(file), "companions-") {
			continue // data for GitOps engines, no objects
		}
		p := newPlace(strings.TrimSuffix(filepath.Base(file), ".golden.yaml"), nil)
		for _, o := range objects(t, data) {
			if o.Kind == "Namespace" {
				p.labels = o.Metadata.Labels
				p.labels[nameLabel] = p.namespace
			}
			if o.Metadata.Namespace == "" {
				p.read(t, o)
			}
		}
		if len(p.policies) > 0 {
			found[p.namespace] = &p
		}
	}
	return sorted(found)
}

// TestMutations breaks what is rendered, the samples and the goldens: both judges have the same verdict on each pair of a
// namespace that is whole or broken with another one.
func TestMutations(t *testing.T) {
	for _, set := range [][]place{samples(t), goldens(t)} {
		count(t, rendered, len(set))
		var all []place
		for _, p := range set {
			all = append(all, mutants(p)...)
		}
		c := newComparison(t, all, renderedWords(all))
		for a := range all {
			for b := range all {
				if a != b {
					c.pair(t, a, b)
				}
			}
		}
	}
	counted(t, 100, opened, closed, letting)
}

// mutants are a place as it is, one that nobody closes, and one that opens to all namespaces at a port.
func mutants(p place) []place {
	port := []networkingv1.NetworkPolicyPort{{Port: new(intstr.FromInt32(80))}}
	everywhere := []networkingv1.NetworkPolicyPeer{{NamespaceSelector: &metav1.LabelSelector{}}}
	out := []place{p, p, p}
	for i := range out {
		m := &out[i]
		m.namespace = fmt.Sprintf("%s-%d", p.namespace, i)
		m.labels = maps.Clone(p.labels)
		m.labels[nameLabel] = m.namespace
		m.policies, m.pods = nil, nil
		for _, n := range p.policies {
			if i != 1 || len(n.Spec.PodSelector.MatchLabels) > 0 {
				m.add(n)
			}
		}
		for _, pod := range p.pods {
			m.pod(pod.Name, pod.Labels, pod.Spec.Containers[0].Ports...)
		}
	}
	out[2].add(policy("mutation", networkingv1.NetworkPolicySpec{PolicyTypes: both,
		Ingress: []networkingv1.NetworkPolicyIngressRule{{From: everywhere, Ports: port}}, Egress: []networkingv1.NetworkPolicyEgressRule{{To: everywhere, Ports: port}}}))
	return out
}

// renderedWords are the names of all services, and none.
func renderedWords(places []place) []map[string]string {
	seen := map[string]bool{}
	out := []map[string]string{{}}
	for _, p := range places {
		for _, pod := range p.pods {
			if name := pod.Labels[service]; name != "" && !seen[name] {
				seen[name] = true
				out = append(out, map[string]string{service: name})
			}
		}
	}
	return out
}
