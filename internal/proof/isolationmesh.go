package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// meshed is what a place says about who may come to its pods in a service mesh. It closes what the network may leave open, and
// is judged by itself: a way is open here also where the network has none.
type meshed struct {
	// member says that its pods take part in a mesh; told, that some object speaks of one.
	member, told bool
	// strict says that all its pods ask for certificates; closed, that they answer nobody whom no rule names.
	strict, closed bool
	tried          *Cause    // what would close them, and is only tried
	weak           []opening // fields that let plain text in
	admits         []admission
}

// admission lets in who has one name of each list that is not empty; everybody where all are. Addresses, requests, conditions
// and exceptions only narrow that, and are not counted.
type admission struct {
	principals, namespaces, accounts []string
	// pods are the names of the services that it is for, and ports of those that are open; nil are all.
	pods, ports []string
	cause       Cause
}

// joins reads from the labels of the Namespace whether its pods take part in a mesh.
func (r *reader) joins() {
	r.mesh.member = r.labels["istio-injection"] == "enabled" || r.labels["istio.io/dataplane-mode"] == "ambient" ||
		r.labels["istio-injection"] == "" && r.labels["istio.io/rev"] != ""
}

// forAllPods reports whether a policy of the mesh is for all pods of its namespace.
func forAllPods(spec any) bool {
	labels, _ := get(spec, "selector", "matchLabels").(map[string]any)
	return len(labels) == 0
}

// peerAuthentication asks for certificates. What it does not set is left to the mesh, unless it is for some pods only.
func (r *reader) peerAuthentication() {
	r.mesh.told = true
	if r.key.Namespace != r.Namespace {
		return // an opening by itself
	}
	spec := get(r.object.Tree, "spec")
	mode, all := text(spec, "mtls", "mode"), forAllPods(spec)
	switch {
	case mode == "STRICT":
		r.mesh.strict = r.mesh.strict || all
	case all || mode != "" && mode != "UNSET":
		r.takesPlainText(manifest.Path{"spec", "mtls", "mode"}, "its pods")
	}
	ports, _ := get(spec, "portLevelMtls").(map[string]any)
	for _, port := range slices.Sorted(maps.Keys(ports)) {
		if m := text(ports[port], "mode"); m == "PERMISSIVE" || m == "DISABLE" {
			r.takesPlainText(manifest.Path{"spec", "portLevelMtls", port, "mode"}, "port "+port+" of its pods")
		}
	}
}

func (r *reader) takesPlainText(path manifest.Path, where string) {
	r.mesh.weak = append(r.mesh.weak, plainText(where, r.cause(path)))
}

func plainText(where string, cause Cause) opening {
	return opening{Mesh, "", true, cause, "the first may come in plain text: nobody at " + where + " asks who it is",
		"who shows no certificate has no name that a policy of the mesh could go by"}
}

// authorization reads whom a policy allows. Policies that refuse, or ask somebody else, only narrow that.
func (r *reader) authorization() {
	r.mesh.told = true
	spec := get(r.object.Tree, "spec")
	if action := text(spec, "action"); r.key.Namespace != r.Namespace || action != "" && action != "ALLOW" {
		return
	}
	if get(spec, "targetRef") != nil || len(list(spec, "targetRefs")) > 0 {
		r.doubt(Mesh, "%s is for a proxy of its own between the pods, which is not read", r.key)
		return
	}
	if forAllPods(spec) && r.onlyTried() {
		cause := r.cause(manifest.Path{"metadata", "annotations", dryRun})
		r.mesh.tried = &cause
	} else {
		r.mesh.closed = r.mesh.closed || forAllPods(spec)
	}
	for i, rule := range list(spec, "rules") {
		r.allows(rule, manifest.Path{"spec", "rules", i}, servicesOf(spec))
	}
}

// dryRun is the annotation by which the mesh writes down what a policy would have refused, and refuses nothing. What such
// a policy allows is counted all the same, since somebody means to let it in.
const dryRun = "istio.io/dry-run"

func (r *reader) onlyTried() bool {
	word := text(r.object.Tree, "metadata", "annotations", dryRun)
	return word != "" && !strings.EqualFold(word, "false")
}

// servicesOf are the services whose pods a policy of the mesh selects; nil where it may select others.
func servicesOf(spec any) []string {
	if name := text(spec, "selector", "matchLabels", serviceLabel); name != "" {
		return []string{name}
	}
	return nil
}

func (r *reader) allows(rule any, path manifest.Path, pods []string) {
	from, ports := list(rule, "from"), meshPorts(rule)
	if len(from) == 0 && len(list(rule, "when")) > 0 {
		r.doubt(Mesh, "%s has conditions, which are not read", r.key)
		return
	}
	if len(from) == 0 {
		r.mesh.admits = append(r.mesh.admits, admission{pods: pods, ports: ports, cause: r.cause(path)})
	}
	for k, f := range from {
		source := get(f, "source")
		a := admission{pods: pods, ports: ports, cause: r.cause(path.Join("from", k)), principals: texts(source, "principals"),
			namespaces: texts(source, "namespaces"), accounts: texts(source, "serviceAccounts")}
		for i, name := range a.accounts { // those without a namespace are of the policy's own
			if !strings.Contains(name, "/") {
				a.accounts[i] = r.Namespace + "/" + name
			}
		}
		r.mesh.admits = append(r.mesh.admits, a)
	}
}

// meshPorts are the ports that a rule names; nil for all.
func meshPorts(rule any) []string {
	var out []string
	for _, to := range list(rule, "to") {
		ports := texts(to, "operation", "ports")
		if len(ports) == 0 {
			return nil
		}
		out = append(out, ports...)
	}
	return out
}

// sidecar says what the proxies of a namespace know, and not what they may call.
func (r *reader) sidecar() { r.mesh.told = true }

// meshGuard judges the place by itself once all objects are read.
func (r *reader) meshGuard() {
	m := &r.mesh
	if !m.member {
		if m.told {
			r.doubt(Mesh, "Namespace %s has rules of a mesh, and takes no part in one as far as is known", r.Namespace)
		}
		m.admits = nil
		return
	}
	namespace := Cause{Tenant: r.Tenant, Environment: r.Environment, APIVersion: "v1", Object: manifest.Key{Kind: "Namespace", Name: r.Namespace},
		Path: manifest.Path{"metadata", "name"}}
	r.openings = append(r.openings, m.weak...)
	if !m.strict && len(m.weak) == 0 {
		r.openings = append(r.openings, plainText("its pods", namespace))
	}
	if !m.closed {
		cause := namespace
		if m.tried != nil {
			cause = *m.tried
		}
		r.openings = append(r.openings, opening{Mesh, "", true, cause, "the first may call pods of the second that no policy of the mesh speaks of",
			"without a policy that allows, a mesh lets everybody in"})
	}
	r.assumptions = append(r.assumptions, meshFoundations...)
}

// meshFoundations are what the channel rests on.
var meshFoundations = []string{
	"a mesh gives a pod the identity of its ServiceAccount and nobody else's, and trusts no other mesh",
	"pods of a Namespace that takes part in a mesh do not leave it by labels or annotations of their own",
}

// identities tells of each rule that lets in another tenant by a call that its place does not accept.
func (j *judge) identities() {
	for _, i := range j.here {
		if j.all[i].mesh.member {
			j.out.Meshed++
		}
		for _, a := range j.all[i].mesh.admits {
			if j.full(Mesh) {
				break
			}
			from := slices.DeleteFunc(j.named(a, i), func(k int) bool { return j.all[i].accepts(j.all[k].Place, a) })
			if n, x, y := j.cross(from, []int{i}); n > 0 {
				j.breach(Breach{Channel: Mesh, From: j.all[x].Place, To: j.all[y].Place, Pairs: n, Causes: []Cause{a.cause},
					Message: fmt.Sprintf("the first may call %s of the second as %s, by no call that the second accepts", a.called(), a.who()),
					Why:     "policies of a mesh that allow add up; those that refuse are not counted"})
			}
		}
	}
}

// named are the places of the cluster whose pods may have a name that the admission asks for, but for its own, ascending.
func (j *judge) named(a admission, own int) []int {
	candidates := j.here
	if exact, ok := a.exact(); ok {
		candidates = nil
		for _, namespace := range exact {
			candidates = append(candidates, j.byName[[2]string{j.all[own].Cluster, namespace}]...)
		}
		slices.Sort(candidates)
		candidates = slices.Compact(candidates)
	}
	var out []int
	for _, i := range candidates {
		if i != own && a.admits(j.all[i].Namespace) {
			out = append(out, i)
		}
	}
	return out
}

// exact are the namespaces that one of the lists names in full; false where none does.
func (a admission) exact() ([]string, bool) {
	for _, l := range []struct {
		names     []string
		namespace func(string) string
	}{{a.principals, principalNamespace}, {a.namespaces, strings.Clone}, {a.accounts, accountNamespace}} {
		if len(l.names) == 0 || slices.ContainsFunc(l.names, isPattern) {
			continue
		}
		var out []string
		for _, name := range l.names {
			out = append(out, l.namespace(name))
		}
		return out, true
	}
	return nil, false
}

func isPattern(name string) bool { return strings.HasPrefix(name, "*") || strings.HasSuffix(name, "*") }

func accountNamespace(name string) string {
	namespace, _, _ := strings.Cut(name, "/")
	return namespace
}

// principalNamespace is that of trust domain/ns/namespace/sa/account; empty where the text is no such name.
func principalNamespace(name string) string {
	if s := strings.Split(name, "/"); len(s) == len(principalSteps) && s[1] == "ns" && s[3] == "sa" {
		return s[2]
	}
	return ""
}

// admits reports whether some pod of a namespace has the names.
func (a admission) admits(namespace string) bool {
	may := func(names []string, reaches func(name, namespace string) bool) bool {
		return len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return reaches(name, namespace) })
	}
	return may(a.principals, reachesPrincipal) && may(a.namespaces, matches) && may(a.accounts, reachesAccount)
}

func reachesAccount(name, namespace string) bool { return accountNamespace(name) == namespace }

// accepts reports whether all that an admission lets in from another place is accepted.
func (e *Enclosure) accepts(from Place, a admission) bool {
	return slices.ContainsFunc(e.Accepts, func(c Accepted) bool {
		return c.Tenant == from.Tenant && e.Environment == from.Environment && areSome(a.pods, c.Callees) && areSome(a.ports, c.Ports) && (c.From == "" || a.only(from.Namespace, c.From))
	})
}

// areSome reports whether names, which are all where there are none, are some of others.
func areSome(names, others []string) bool {
	return names != nil && !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(others, n) })
}

// only reports whether one account is all that the admission lets in from a namespace.
func (a admission) only(namespace, account string) bool {
	one := func(names []string, reaches func(name, namespace string) bool, end string) bool {
		return len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool {
			return reaches(name, namespace) && !strings.HasSuffix(name, end)
		})
	}
	return one(a.principals, reachesPrincipal, "/sa/"+account) || one(a.accounts, reachesAccount, "/"+account)
}

func (a admission) called() string {
	if a.pods == nil {
		return "pods"
	}
	return "pods of service " + strings.Join(a.pods, ", ")
}

func (a admission) who() string {
	names := slices.Concat(a.principals, a.namespaces, a.accounts)
	if len(names) == 0 {
		return "anybody"
	}
	if len(names) > 3 {
		names = append(slices.Clip(names[:3]), "…")
	}
	return strings.Join(names, ", ")
}
