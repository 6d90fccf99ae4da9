package admission

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/authentication/user"
)

type tree = map[string]any

// judged is what the policies of a check say in the tenant's namespace; asked is whether any was asked.
func (b *bench) judged(check string, r request) (said []string, asked bool) {
	for _, p := range b.policies(everything(""), check) {
		now, concerned, err := p.judge(r)
		require.NoError(b.t, err)
		said, asked = append(said, now...), asked || concerned
	}
	return said, asked
}

// naughty is a pod that is root on the node.
func naughty(metadata tree) tree {
	return tree{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": tree{"containers": []any{
		tree{"name": "a", "image": "a", "securityContext": tree{"privileged": true}},
	}}}
}

// TestWhoMakesPods: what a controller makes of an object was judged with the object; what anybody else makes is judged.
func TestWhoMakesPods(t *testing.T) {
	b := newBench(t)
	plain := naughty(tree{"name": "a"})
	owned := naughty(tree{"name": "a", "ownerReferences": []any{tree{"apiVersion": "acme.cert-manager.io/v1", "kind": "Challenge", "name": "x", "uid": "1", "controller": true}}})
	for _, c := range []struct {
		what  string
		who   user.Info
		pod   tree
		asked bool
	}{
		{"the GitOps engine", engine, plain, true}, {"the GitOps engine, of something owned", engine, owned, true},
		{"a person", person, plain, true}, {"a person who says that something owns it", person, owned, true},
		{"the tenant's own account", own, owned, true}, {"another account", mesh, plain, true},
		{"Kubernetes", pods, plain, false}, {"a controller, of what it watches", mesh, owned, false},
	} {
		r, err := ask(c.who, admission.Create, c.pod, nil)
		require.NoError(t, err)
		said, asked := b.judged("TS-POD-001", r)
		require.Equal(t, c.asked, asked, c.what)
		if asked {
			require.Equal(t, []string{"TS-POD-001: container a is privileged, which is root on the node; fix: remove privileged; only the platform team can run an agent that needs the node, outside of tenants"}, said)
		}
	}
}

// TestUpdates: what leaves that alone which is judged passes, or nothing could be taken away that a guard came after.
func TestUpdates(t *testing.T) {
	b := newBench(t)
	old := naughty(tree{"name": "a", "finalizers": []any{"example.com/x"}})
	for what, new := range map[string]tree{"a finalizer goes": naughty(tree{"name": "a"}), "a label comes": naughty(tree{"name": "a", "labels": tree{"a": "b"}})} {
		r, err := ask(person, admission.Update, new, old)
		require.NoError(t, err)
		_, asked := b.judged("TS-POD-001", r)
		require.False(t, asked, what)
	}
	old["spec"] = tree{"containers": []any{tree{"name": "a", "image": "a"}}}
	r, err := ask(person, admission.Update, naughty(tree{"name": "a"}), old)
	require.NoError(t, err)
	said, _ := b.judged("TS-POD-001", r)
	require.Len(t, said, 1)
}

// TestWaivers: what a waiver accepts in the repository is taken, and nothing beside it.
func TestWaivers(t *testing.T) {
	b := newBench(t)
	deployment := func(name, service string) tree {
		return tree{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": tree{"name": name, "labels": tree{"app.kubernetes.io/name": service}}, "spec": tree{
			"template": tree{"spec": tree{"containers": []any{tree{"name": "a", "image": "a", "ports": []any{tree{"containerPort": int64(80), "hostPort": int64(80)}}}}}},
		}}
	}
	for _, c := range []struct {
		about  string
		object tree
		passes bool
	}{
		{"Deployment/a", deployment("a", "web"), true}, {"Rollout/a Deployment/a", deployment("a", "web"), true}, {"*", deployment("a", "web"), true},
		{"service/web", deployment("a", "web"), true}, {"service/web", deployment("web", "api"), false},
		{"Deployment/ab", deployment("a", "web"), false}, {"Rollout/a", deployment("a", "web"), false}, {"", deployment("a", "web"), false},
	} {
		r, err := ask(engine, admission.Create, c.object, nil)
		require.NoError(t, err)
		r.namespace.Annotations = map[string]string{"waived.tenantsmith.dev/TS-POD-004": c.about, "waived.tenantsmith.dev/TS-POD-001": "*"}
		said, asked := b.judged("TS-POD-004", r)
		require.True(t, asked)
		require.Equal(t, c.passes, len(said) == 0, c.about)
	}
	r, err := ask(engine, admission.Create, naughty(tree{"name": "a"}), nil)
	require.NoError(t, err)
	r.namespace.Annotations = map[string]string{"waived.tenantsmith.dev/TS-POD-001": "*"}
	said, _ := b.judged("TS-POD-001", r)
	require.Len(t, said, 1, "nobody can waive it")
}

// TestHands: guard rails are changed by the platform's own accounts, by Kubernetes and in an emergency, and by nobody
// else, whatever rights somebody has.
func TestHands(t *testing.T) {
	b := newBench(t)
	ours := func(spec tree) tree {
		return tree{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": tree{"name": "default-deny", "labels": tree{"app.kubernetes.io/managed-by": "tenantsmith"}}, "spec": spec}
	}
	closed, open := ours(tree{"podSelector": tree{}}), ours(tree{"podSelector": tree{}, "ingress": []any{tree{}}})
	taken := ours(tree{"podSelector": tree{}})
	taken["metadata"] = tree{"name": "default-deny"}
	theirs := tree{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": tree{"name": "x"}, "spec": tree{"podSelector": tree{}}}
	janitor := &user.DefaultInfo{Name: "system:serviceaccount:tools:janitor", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:tools"}}
	for _, c := range []struct {
		what      string
		operation admission.Operation
		new, old  tree
		refused   bool
	}{
		{"create", admission.Create, closed, nil, true}, {"open", admission.Update, open, closed, true}, {"take the label off", admission.Update, taken, closed, true},
		{"delete", admission.Delete, nil, closed, true}, {"nothing", admission.Update, closed, closed, false}, {"another one", admission.Create, theirs, nil, false},
	} {
		for who, refused := range map[user.Info]bool{person: true, own: true, mesh: true, engine: false, pods: false, root: false, janitor: false} {
			r, err := ask(who, c.operation, c.new, c.old)
			require.NoError(t, err)
			said, _ := b.judged("TS-RBAC-008", r)
			require.Equal(t, c.refused && refused, len(said) > 0, "%s by %s: %v", c.what, who.GetName(), said)
		}
	}
}

// TestNamespaces: whose a namespace is and what it is held to only the platform says, also where the label itself goes.
func TestNamespaces(t *testing.T) {
	b := newBench(t)
	labels := tree{"tenantsmith.dev/tenant": "acme", "tenantsmith.dev/environment": "production", "pod-security.kubernetes.io/enforce": "restricted"}
	namespace := func(labels, annotations tree) tree {
		return tree{"apiVersion": "v1", "kind": "Namespace", "metadata": tree{"name": "acme-production", "labels": labels, "annotations": annotations}}
	}
	with := func(key string, value any) tree {
		out := maps.Clone(labels)
		if out[key] = value; value == nil {
			delete(out, key)
		}
		return out
	}
	old := namespace(labels, tree{"note": "x"})
	for _, c := range []struct {
		what      string
		operation admission.Operation
		new, old  tree
		refused   bool
	}{
		{"weaker pods", admission.Update, namespace(with("pod-security.kubernetes.io/enforce", "privileged"), tree{}), old, true},
		{"another tenant", admission.Update, namespace(with("tenantsmith.dev/tenant", "globex"), tree{}), old, true},
		{"no tenant", admission.Update, namespace(with("tenantsmith.dev/tenant", nil), tree{}), old, true},
		{"no proxy", admission.Update, namespace(with("istio-injection", "disabled"), tree{}), old, true},
		{"a waiver", admission.Update, namespace(labels, tree{"waived.tenantsmith.dev/TS-POD-004": "*"}), old, true},
		{"a note", admission.Update, namespace(with("example.com/team", "a"), tree{"note": "y"}), old, false},
		{"a namespace of a tenant", admission.Create, old, nil, true},
		{"a namespace of nobody", admission.Create, namespace(tree{"a": "b"}, tree{}), nil, false},
		{"the end", admission.Delete, nil, old, true},
	} {
		for who, refused := range map[user.Info]bool{person: true, own: true, engine: false, root: false} {
			r, err := ask(who, c.operation, c.new, c.old)
			require.NoError(t, err)
			said, _ := b.judged("TS-RBAC-008", r)
			require.Equal(t, c.refused && refused, len(said) > 0, "%s by %s: %v", c.what, who.GetName(), said)
		}
	}
}

// TestElsewhere: policies are for namespaces of tenants in their own environment, and for nothing else.
func TestElsewhere(t *testing.T) {
	b := newBench(t)
	for _, labels := range []map[string]string{nil, {"tenantsmith.dev/environment": "production"}, {"tenantsmith.dev/tenant": "acme", "tenantsmith.dev/environment": "development"},
		{"tenantsmith.dev/tenant": "acme", "tenantsmith.dev/environment": "production", "guards.tenantsmith.dev/admission": "audit"}} {
		r, err := ask(person, admission.Create, naughty(tree{"name": "a"}), nil)
		require.NoError(t, err)
		r.namespace.Labels = labels
		_, asked := b.judged("TS-POD-001", r)
		require.False(t, asked)
	}
}
