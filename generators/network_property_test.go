package generators

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"pgregory.net/rapid"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// pod is one of a service, of a smoke test, of the platform, or one that a team brought.
type pod struct {
	tenant, service string // what it is of; no service for smoke tests and brought pods
	smoke           string // the service that it tests
	namespace       map[string]string
	labels          map[string]string
}

// world are tenants of one environment, with their policies and pods.
type world struct {
	tenants  map[string]*schemas.Tenant
	policies map[string][]networkingv1.NetworkPolicySpec // by namespace
	guards   map[string]krm.ClusterNetworkPolicySpec
	pods     []pod
}

// TestDeclaredCallsAreOpenAndNoOthers draws tenants that call each other, themselves and the platform, and asks of every two
// pods at every port whether the policies let the first through to the second: if and only if that is declared. The guard
// of the cluster changes no answer, and keeps tenants apart where nothing else does.
func TestDeclaredCallsAreOpenAndNoOthers(t *testing.T) {
	open, closed := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, from := range w.pods {
			for _, to := range w.pods {
				for _, port := range []int32{8080, 8081, 9090, 5000} {
					want := w.declared(from, to, port)
					about := fmt.Sprintf("%s/%s%s to %s/%s%s at %d", from.tenant, from.service, from.smoke, to.tenant, to.service, to.smoke, port)
					require.Equal(t, want, w.reaches(from, to, port), about)
					guarded := w.passes(from, to, port)
					require.True(t, guarded || !want, "%s: the guard closes it", about)
					strangers := from.tenant != "" && to.tenant != "" && from.tenant != to.tenant
					require.False(t, strangers && guarded && !w.linked(from, to, port), "%s: the guard does not close it", about)
					if want {
						open++
					} else {
						closed++
					}
				}
			}
		}
	})
	require.Positive(t, open)
	require.Positive(t, closed)
}

func drawWorld(t *rapid.T) *world {
	names, services := []string{"acme", "billing"}, []string{"api", "jobs", "web"}
	platform := &schemas.Platform{
		GitOps:     schemas.GitOps{Repository: "https://git.example.com/gitops.git"},
		Images:     schemas.Images{Smoke: "ghcr.io/example/curl:8"},
		Namespaces: schemas.Namespaces{DNS: "kube-system"},
		SharedServices: map[string]schemas.SharedService{
			"kafka": {Namespace: "kafka", Pods: map[string]string{"app": "kafka"}, Ports: []schemas.SharedPort{{Port: 5000, Protocol: "TCP"}}, Tenants: []string{"acme"}},
		},
	}
	cluster := &schemas.Cluster{Name: "main", Router: schemas.Istio, Mesh: "none", DNS: "coredns", Operators: []string{"rollouts"}, ClusterNetworkPolicy: true}
	w := &world{tenants: map[string]*schemas.Tenant{}, policies: map[string][]networkingv1.NetworkPolicySpec{}, guards: map[string]krm.ClusterNetworkPolicySpec{}}
	for _, name := range names {
		spec := schemas.Spec{Monitoring: schemas.Monitoring{Level: "none"}, Services: map[string]schemas.Service{}}
		if rapid.Bool().Draw(t, "brings") {
			spec.Delivery.Sources = []schemas.Source{{Name: "more"}}
		}
		for _, s := range services[rapid.IntRange(0, 1).Draw(t, "fewer"):] {
			spec.Services[s] = drawService(t, s, names, services)
		}
		for range rapid.IntRange(0, 2).Draw(t, "accepts") {
			spec.Accepts = append(spec.Accepts, schemas.Accept{
				Tenant: rapid.SampledFrom(names).Draw(t, "tenant"), Service: rapid.SampledFrom(services).Draw(t, "service"),
				From:  rapid.SampledFrom([]string{"", "api", "web"}).Draw(t, "from"),
				Ports: rapid.SampledFrom([][]string{nil, {"http"}, {"admin"}}).Draw(t, "ports"),
			})
		}
		env := schemas.Environment{Name: "production", Namespace: name + "-production", Platform: platform, Cluster: cluster, Tier: tiers()["basic"], Spec: spec}
		w.tenants[name] = &schemas.Tenant{Name: name, Environments: []schemas.Environment{env}}
		w.add(name)
	}
	kafka := map[string]string{"kubernetes.io/metadata.name": "kafka"}
	w.pods = append(w.pods, pod{namespace: kafka, labels: map[string]string{"app": "kafka"}}, pod{namespace: kafka, labels: map[string]string{"app": "other"}})
	return w
}

func drawService(t *rapid.T, name string, tenants, services []string) schemas.Service {
	s := schemas.Service{Kind: "service", Image: "a", Replicas: new(int32(1)), Expose: []schemas.Expose{{Host: "a.example.com", Path: "/", Port: "http"}}}
	s.Ports = rapid.SampledFrom([]map[string]schemas.Port{
		{"http": {Port: 8080, Protocol: "TCP"}, "admin": {Port: 8081, Protocol: "TCP"}, "metrics": {Port: 9090, Protocol: "TCP"}},
		{"http": {Port: 8080, Protocol: "TCP"}}, {"metrics": {Port: 9090, Protocol: "TCP"}}, nil,
	}).Draw(t, "ports of "+name)
	s.Release = rapid.SampledFrom([]schemas.Release{
		{Strategy: "rolling"}, {Strategy: "blueGreen", Smoke: &schemas.Smoke{Path: "/"}}, {Strategy: "canary", Weights: []int32{50}},
		{Strategy: "abTest", Image: "b", Match: &schemas.Match{Header: "x", Value: "b"}, Duration: "9h"},
	}).Draw(t, "release of "+name)
	for range rapid.IntRange(0, 3).Draw(t, "calls of "+name) {
		s.Calls = append(s.Calls, rapid.SampledFrom([]schemas.Call{
			{Service: rapid.SampledFrom(services).Draw(t, "called")}, {Shared: "kafka"},
			{Tenant: rapid.SampledFrom(tenants).Draw(t, "other"), Service: rapid.SampledFrom(services).Draw(t, "called there")},
		}).Draw(t, "call"))
	}
	return s
}

// add renders a tenant, and starts its pods as the workloads say.
func (w *world) add(name string) {
	tenant := w.tenants[name]
	in := newInput(tenant, &tenant.Environments[0])
	namespace := in.namespaceLabels()
	namespace["kubernetes.io/metadata.name"] = in.env.Namespace
	for _, o := range slices.Concat(network(in), clusterGuard(in)) {
		switch p := o.typed.(type) {
		case *networkingv1.NetworkPolicy:
			w.policies[in.env.Namespace] = append(w.policies[in.env.Namespace], p.Spec)
		case *krm.ClusterNetworkPolicy:
			w.guards[in.env.Namespace] = p.Spec
		}
	}
	for _, s := range in.services() {
		w.pods = append(w.pods, pod{tenant: name, service: s, namespace: namespace, labels: in.podLabels(s)})
		if in.smoked(in.env.Spec.Services[s]) {
			w.pods = append(w.pods, pod{tenant: name, smoke: s, namespace: namespace, labels: in.smokePod(s, in.env.Spec.Services[s]).Labels})
		}
	}
	w.pods = append(w.pods, pod{tenant: name, namespace: namespace, labels: map[string]string{"app": "brought"}})
}

// declared says in the words of the tenants' files whether a pod may reach another.
func (w *world) declared(from, to pod, port int32) bool {
	if from.tenant == "" {
		return to.tenant == "" // the platform's own
	}
	here := w.tenants[from.tenant].Environments[0].Spec
	if to.tenant == from.tenant {
		switch {
		case from.smoke != "":
			return to.service == from.smoke && port == here.Services[to.service].Ports[smokePort(here.Services[to.service])].Port
		case from.service == "" || to.service == "":
			return from.service == "" && to.service == "" && to.smoke == "" && len(here.Delivery.Sources) > 0
		}
		called := here.Services[w.first(to)]
		return slices.ContainsFunc(here.Services[w.first(from)].Calls, func(c schemas.Call) bool {
			return c.Service == w.first(to) && (c.Tenant == "" || c.Tenant == from.tenant)
		}) && slices.Contains(numbers(called.Ports, nil), port)
	}
	if to.tenant != "" {
		return w.agreed(from, to, port)
	}
	return from.tenant == "acme" && to.labels["app"] == "kafka" && port == 5000 && from.service != "" &&
		slices.ContainsFunc(here.Services[w.first(from)].Calls, func(c schemas.Call) bool { return c.Shared == "kafka" })
}

// agreed says whether both tenants declare a call.
func (w *world) agreed(from, to pod, port int32) bool {
	if from.service == "" || to.service == "" || from.tenant == "" || to.tenant == "" {
		return false
	}
	here, there := w.tenants[from.tenant].Environments[0].Spec, w.tenants[to.tenant].Environments[0].Spec
	called := slices.ContainsFunc(here.Services[w.first(from)].Calls, func(c schemas.Call) bool {
		return c.Tenant == to.tenant && c.Service == w.first(to)
	})
	return called && slices.ContainsFunc(there.Accepts, func(a schemas.Accept) bool {
		return a.Tenant == from.tenant && a.Service == w.first(to) && (a.From == "" || a.From == w.first(from)) &&
			slices.Contains(numbers(there.Services[a.Service].Ports, a.Ports), port)
	})
}

// linked says whether the tenants agree on any call like this: the guard tells the callers of a tenant apart as far as it is
// accepted for one of them, and the called as far as one of them is called.
func (w *world) linked(from, to pod, port int32) bool {
	here, there := w.tenants[from.tenant].Environments[0].Spec, w.tenants[to.tenant].Environments[0].Spec
	called := false
	for _, s := range here.Services {
		called = called || slices.ContainsFunc(s.Calls, func(c schemas.Call) bool { return c.Tenant == to.tenant && c.Service == w.first(to) })
	}
	return called && slices.ContainsFunc(there.Accepts, func(a schemas.Accept) bool {
		return a.Tenant == from.tenant && (a.From == "" || a.From == w.first(from)) && slices.Contains(numbers(there.Services[a.Service].Ports, a.Ports), port)
	})
}

// first is the declared service that a pod belongs to.
func (w *world) first(p pod) string {
	services := w.tenants[p.tenant].Environments[0].Spec.Services
	if _, ok := services[p.service]; !ok && len(p.service) > 2 {
		return p.service[:len(p.service)-2]
	}
	return p.service
}

// numbers are those of the named ports, or of all that callers may use.
func numbers(ports map[string]schemas.Port, named []string) []int32 {
	if len(named) == 0 {
		if named = slices.Collect(maps.Keys(ports)); len(named) > 1 {
			named = slices.DeleteFunc(named, func(n string) bool { return n == "metrics" })
		}
	}
	var out []int32
	for _, n := range named {
		if p, ok := ports[n]; ok {
			out = append(out, p.Port)
		}
	}
	return out
}

// reaches judges by the NetworkPolicies, as the API describes them.
func (w *world) reaches(from, to pod, port int32) bool {
	out, into := from.tenant == "", to.tenant == ""
	for _, p := range w.policies[from.namespace["kubernetes.io/metadata.name"]] {
		for _, r := range p.Egress {
			out = out || selects(&p.PodSelector, from.labels) && has(r.Ports, port) && anyPeer(r.To, from, to)
		}
	}
	for _, p := range w.policies[to.namespace["kubernetes.io/metadata.name"]] {
		for _, r := range p.Ingress {
			into = into || selects(&p.PodSelector, to.labels) && has(r.Ports, port) && anyPeer(r.From, to, from)
		}
	}
	return out && into
}

func anyPeer(peers []networkingv1.NetworkPolicyPeer, own, other pod) bool {
	return slices.ContainsFunc(peers, func(p networkingv1.NetworkPolicyPeer) bool {
		switch {
		case p.IPBlock != nil:
			return false
		case p.NamespaceSelector == nil && own.namespace["kubernetes.io/metadata.name"] != other.namespace["kubernetes.io/metadata.name"]:
			return false
		}
		return (p.NamespaceSelector == nil || selects(p.NamespaceSelector, other.namespace)) && (p.PodSelector == nil || selects(p.PodSelector, other.labels))
	})
}

func has(ports []networkingv1.NetworkPolicyPort, n int32) bool {
	return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
		return *p.Protocol == "TCP" && (p.Port.IntVal == n || p.EndPort != nil && p.Port.IntVal <= n && n <= *p.EndPort)
	})
}

func selects(s *metav1.LabelSelector, set map[string]string) bool {
	selector, err := metav1.LabelSelectorAsSelector(s)
	if err != nil {
		panic(err)
	}
	return selector.Matches(labels.Set(set))
}

// passes judges by the guards of the cluster alone: the first rule that fits decides, and nothing denied passes.
func (w *world) passes(from, to pod, port int32) bool {
	for _, r := range w.guards[from.namespace["kubernetes.io/metadata.name"]].Egress {
		if anyClusterPeer(r.To, to) {
			if r.Action == krm.ActionDeny {
				return false
			}
			break
		}
	}
	for _, r := range w.guards[to.namespace["kubernetes.io/metadata.name"]].Ingress {
		if anyClusterPeer(r.From, from) && hasProtocol(r.Protocols, port) {
			return r.Action != krm.ActionDeny
		}
	}
	return true
}

func anyClusterPeer(peers []krm.ClusterPolicyPeer, other pod) bool {
	return slices.ContainsFunc(peers, func(p krm.ClusterPolicyPeer) bool {
		if p.Namespaces != nil {
			return selects(p.Namespaces, other.namespace)
		}
		return p.Pods != nil && selects(&p.Pods.NamespaceSelector, other.namespace) && selects(&p.Pods.PodSelector, other.labels)
	})
}

func hasProtocol(all []krm.ClusterProtocol, n int32) bool {
	return len(all) == 0 || slices.ContainsFunc(all, func(p krm.ClusterProtocol) bool { return p.TCP != nil && p.TCP.DestinationPort.Number == n })
}
