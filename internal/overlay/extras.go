package overlay

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/openapi"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// addExtras takes people's resources into the environments, then finds the targets of their patches.
// Resources come first, so that a patch may name any of them.
func (t *Tree) addExtras(src Source) []manifest.Problem {
	var problems []manifest.Problem
	for i := range src.Extras {
		x := &src.Extras[i]
		if x.Environment != "" && t.environment(x.Environment) == nil {
			problems = append(problems, problem(manifest.Position{File: x.File, Line: 1, Column: 1}, "",
				fmt.Sprintf("%s has no environment %s, so this file never applies", t.tenant, x.Environment),
				"name one of the tenant's environments, or all"))
			continue
		}
		if !x.Patch {
			problems = append(problems, t.addResources(x)...)
		}
	}
	names := map[string]bool{}
	for i := range src.Extras {
		x := &src.Extras[i]
		if x.Patch && (x.Environment == "" || t.environment(x.Environment) != nil) {
			problems = append(problems, t.addPatches(x, names)...)
		}
	}
	return problems
}

// reached returns the environments that a file is for.
func (t *Tree) reached(x *manifest.Extra) []*environment {
	if x.Environment == "" {
		return t.envs
	}
	return []*environment{t.environment(x.Environment)}
}

func (t *Tree) addResources(x *manifest.Extra) []manifest.Problem {
	var problems []manifest.Problem
	for _, doc := range x.Documents {
		p := checkResource(doc)
		if p == nil {
			p = t.checkRights(x, doc)
		}
		if p != nil {
			problems = append(problems, *p)
			continue
		}
		for _, e := range t.reached(x) {
			if p := e.addResource(x, doc); p != nil {
				problems = append(problems, *p)
			}
		}
	}
	return problems
}

// addResource puts a person's object into the outer level of the overlay, complete: kustomize's way
// to place also rewrites the subjects of bindings, and a namespace that the object names itself.
func (e *environment) addResource(x *manifest.Extra, doc *manifest.Node) *manifest.Problem {
	o := manifest.Object{Owner: x.Owner, Tree: withoutEmpty(doc.Tree().(map[string]any)), Source: doc}
	cluster := isClusterScoped(o)
	declared := o.Namespace()
	switch {
	case x.Owner == manifest.OwnerWorkload && cluster:
		return at(doc, manifest.Path{"kind"}, o.Kind()+" belongs to no namespace; a tenant adds objects of its own namespace only",
			"ask the platform team to add it under overrides/")
	case x.Owner == manifest.OwnerWorkload && declared != "" && declared != e.namespace:
		return at(doc, manifest.Path{"metadata", "namespace"},
			fmt.Sprintf("%s is not the tenant's namespace in %s, which is %s", declared, e.name, e.namespace),
			"leave metadata.namespace out")
	}
	o.Outer = cluster || declared != "" && declared != e.namespace
	m := &member{Object: o, extra: x.File, whole: true, placed: true}
	for _, other := range e.members {
		if e.key(other) == e.key(m) {
			return at(doc, manifest.Path{"metadata", "name"}, existing(e, other), "patch that one, or choose another name")
		}
	}
	e.members = append(e.members, m)
	return nil
}

// withoutEmpty drops labels and annotations that hold nothing, null among them: to a cluster they are
// absent, and kustomize drops some of them.
func withoutEmpty(tree map[string]any) map[string]any {
	metadata, _ := tree["metadata"].(map[string]any)
	for _, key := range []string{"labels", "annotations"} {
		if m, isMap := metadata[key].(map[string]any); metadata[key] == nil || isMap && len(m) == 0 {
			delete(metadata, key)
		}
	}
	return tree
}

func existing(e *environment, m *member) string {
	key := e.key(m).String()
	switch {
	case m.extra != "":
		return key + " stands in " + m.extra + " already"
	case m.Subject != "":
		return key + " is already made by " + m.Subject
	}
	return key + " is already made by the platform"
}

var (
	apiVersion = pattern.Of(`^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?v[a-z0-9]+$`)
	kind       = pattern.Of(`^[A-Za-z][A-Za-z0-9]*$`)
)

// objectName is what names of Kubernetes objects are made of, those of RBAC included.
var objectName = pattern.Of(`^[A-Za-z0-9]([A-Za-z0-9._:-]{0,251}[A-Za-z0-9])?$`)

// checkResource refuses what is no object, and what would steer kustomize.
func checkResource(doc *manifest.Node) *manifest.Problem {
	if doc.Kind != manifest.Map {
		return at(doc, nil, "an object is expected: a map with apiVersion, kind and metadata", "")
	}
	o := manifest.Object{Tree: doc.Tree().(map[string]any)}
	if isKustomizeGroup(o.Key().Group) {
		return at(doc, manifest.Path{"apiVersion"}, "input of kustomize is not taken", "add Kubernetes objects only")
	}
	for _, p := range []manifest.Path{{"apiVersion"}, {"kind"}, {"metadata", "name"}} {
		if s, _ := p.Lookup(doc.Tree()); s == nil || s == "" {
			return at(doc, p, "is required in an object", "")
		}
	}
	switch {
	case !apiVersion().MatchString(o.APIVersion()) || !kind().MatchString(o.Kind()):
		return at(doc, manifest.Path{"apiVersion"}, "apiVersion and kind are not those of a Kubernetes object", "")
	case !objectName().MatchString(o.Name()):
		return at(doc, manifest.Path{"metadata", "name"}, "is no name of a Kubernetes object", "")
	case strings.HasSuffix(o.Kind(), "List") && doc.Get("items") != nil:
		return at(doc, manifest.Path{"kind"}, "a list of objects is not taken", "write one object a document, parted by ---")
	}
	return unfit(doc, nil)
}

func isKustomizeGroup(group string) bool {
	return group == "kustomize.config.k8s.io" || group == "config.kubernetes.io"
}

// unfit finds keys that kustomize takes as orders (to drop an object, to rename it, to run something)
// and numbers that it rounds without a word.
func unfit(n *manifest.Node, p manifest.Path) *manifest.Problem {
	if n.Kind == manifest.Scalar && !isExact(n.Value) {
		found := problem(n.Position, p.String(), "is a number beyond 9007199254740991, and what reads JSON may round it",
			"write it in quotes if the field takes text, or a smaller number")
		return &found
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if steers(f.Key) {
			found := problem(f.Position, p.Join(f.Key).String(), "is an order to kustomize and not taken", "remove it")
			return &found
		}
		if found := unfit(f.Value, p.Join(f.Key)); found != nil {
			return found
		}
	}
	for i, item := range n.Items {
		if found := unfit(item, p.Join(i)); found != nil {
			return found
		}
	}
	return nil
}

func steers(key string) bool {
	domain, _, ok := strings.Cut(key, "/")
	return ok && (domain == "config.kubernetes.io" || strings.HasSuffix(domain, ".config.kubernetes.io") ||
		domain == "config.k8s.io" || strings.HasSuffix(domain, ".config.k8s.io"))
}

// younger are cluster-scoped kinds that kustomize's schema of Kubernetes 1.21 does not have, and
// those of the operators we know.
var younger = []string{
	"admissionregistration.k8s.io/ValidatingAdmissionPolicy", "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
	"admissionregistration.k8s.io/MutatingAdmissionPolicy", "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
	"gateway.networking.k8s.io/GatewayClass", "networking.k8s.io/IPAddress", "networking.k8s.io/ServiceCIDR",
	"policy.networking.k8s.io/AdminNetworkPolicy", "policy.networking.k8s.io/BaselineAdminNetworkPolicy",
	"resource.k8s.io/DeviceClass", "resource.k8s.io/ResourceSlice", "storage.k8s.io/VolumeAttributesClass",
	"snapshot.storage.k8s.io/VolumeSnapshotClass", "snapshot.storage.k8s.io/VolumeSnapshotContent",
	"apiextensions.k8s.io/CustomResourceDefinition", "templates.gatekeeper.sh/ConstraintTemplate",
	"cilium.io/CiliumClusterwideNetworkPolicy", "cilium.io/CiliumClusterwideEnvoyConfig",
}

// clusterWord is how operators name the cluster-wide sibling of a kind: ClusterIssuer beside Issuer.
var clusterWord = pattern.Of(`^Cluster[A-Z]`)

func isClusterScoped(o manifest.Object) bool {
	key := o.Key()
	if slices.Contains(younger, key.Group+"/"+key.Kind) || clusterWord().MatchString(key.Kind) {
		return true
	}
	warmUp()
	return openapi.IsCertainlyClusterScoped(yaml.TypeMeta{APIVersion: o.APIVersion(), Kind: o.Kind()})
}

// at reports a problem at a field of a document, or the nearest parent that exists.
func at(doc *manifest.Node, p manifest.Path, message, remedy string) *manifest.Problem {
	pos, _ := doc.Find(p)
	found := problem(pos, p.String(), message, remedy)
	return &found
}

func problem(pos manifest.Position, field, message, remedy string) manifest.Problem {
	return manifest.Problem{
		Check: "schema", Severity: manifest.Error, Position: pos, Field: field, Message: message, Remedy: remedy,
	}
}

// patchName is the output name of a document of a patch file: whose it is, for which environments,
// and the file's own name.
func patchName(x *manifest.Extra, index int, taken map[string]bool) string {
	scope := x.Environment
	if scope == "" {
		scope = "all"
	}
	who := "tenant"
	if x.Owner == manifest.OwnerPlatform {
		who = "platform"
	}
	stem := strings.TrimSuffix(path.Base(x.File), path.Ext(x.File))
	name := clean(who + "-" + scope + "-" + stem[:min(len(stem), 120)])
	if index > 0 {
		name = fmt.Sprintf("%s-%d", name, index+1)
	}
	for n := name; ; n += "x" {
		if !taken[n] {
			taken[n] = true
			return n + ".yaml"
		}
	}
}
