package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Dropped is the variant of a cause that is not there at all.
type Dropped struct{}

// Variants are other values that a cause could have, the likeliest first: one of its shape, then less
// likely ones, and last none at all.
func (c Cause) Variants() []any {
	if c.Name || !c.Fact && len(c.Path) > 1 && (c.Path[0] == "metadata" || c.Path[1] == "environments") {
		return []any{text(c.Value) + "x", "x" + text(c.Value)}
	}
	out := []any{otherValue(c.Path, c.Value)}
	switch v := c.Value.(type) {
	case string:
		key, _ := lastKey(c.Path)
		others := slices.Concat(choices[key], facts[key])
		if last, _ := c.Path[len(c.Path)-1].(int); last > 0 && len(others) > 2 {
			others = others[:2] // what else a list may hold is tried at its first item
		}
		for _, choice := range others {
			out = append(out, choice)
		}
		if key == "image" || key == "smoke" { // a digest says more than a tag
			out = append(out, v+"@sha256:"+strings.Repeat("0", 64))
		}
		if isQuantity(c.Path) {
			out = append(out, "1m", "1", "1Ti")
		}
		out = append(out, v+"x")
	case int64:
		out = append(out, int64(0), int64(2), v*10)
	case float64:
		out = append(out, v+1, v*10)
	}
	out = slices.DeleteFunc(out, func(v any) bool { return v == c.Value })
	return append(out, Dropped{})
}

// facts are the choices of the platform's own fields.
var facts = map[string][]string{
	"router": {"none", "istio", "gateway-api"}, "mesh": {"none", "istio"}, "dns": {"coredns", "nodelocal", "openshift"},
	"engine": {"argocd", "flux"}, "layout": {"kustomize", "hydrated"}, "cni": {Cilium, "calico"}, "tls": {"gateway", "tenant"},
	"waf": {"none", "gateway"}, "version": {"v1.30", "v1.99"}, "gatewayChannel": {"standard", "experimental"},
	"operators": {"keda", "vpa", "rollouts", "prometheus", "prometheus-adapter", "cert-manager", "external-secrets", "cloudnative-pg", "velero", "helm-controller"},
}

// Vary returns the tenant and its environment with another value of one cause, which nothing judges. It
// reports false where the value cannot stand there. The tenant stays as it is.
func (t *Tenant) Vary(env string, c Cause, value any) (*Tenant, *Environment, bool) {
	e := t.environment(env)
	if e == nil || e.layered == nil {
		return nil, nil, false
	}
	switch name, _ := value.(string); {
	case c.Fact:
		return t.varyFact(e, c, value)
	case c.Path[0] == "metadata":
		out := *t
		out.Name = name
		return out.moved(e)
	case len(c.Path) > 1 && c.Path[1] == "environments":
		return t.varyEnvironment(e, c, name)
	case c.Name:
		doc, ok := renameKey(e.layered, c.Path, name)
		return t.revised(e, doc, ok)
	}
	doc, ok := replace(e.layered, c.Path, varied(value))
	return t.revised(e, doc, ok)
}

// VaryAll is [Tenant.Vary] with other values of several causes at once, none of them names: all of the tenant, or
// all facts.
func (t *Tenant) VaryAll(env string, causes []Cause, values []any) (*Tenant, *Environment, bool) {
	e := t.environment(env)
	if e == nil || e.layered == nil || len(causes) == 0 {
		return t, e, e != nil && e.layered != nil
	}
	doc := e.layered
	if causes[0].Fact {
		doc = e.Platform.doc
	}
	for i, c := range causes {
		if dropped := values[i] == (Dropped{}); dropped && len(c.Path) > 0 && isIndex(c.Path[len(c.Path)-1]) {
			continue // the items behind it would change their numbers
		}
		changed, ok := replace(doc, c.Path, varied(values[i]))
		if !ok {
			return nil, nil, false
		}
		doc = changed
	}
	if causes[0].Fact {
		return t.onPlatform(e, doc)
	}
	return t.revised(e, doc, true)
}

// varied puts another value in the place of a scalar.
func varied(value any) func(*manifest.Node) *manifest.Node {
	return func(n *manifest.Node) *manifest.Node {
		if value == (Dropped{}) {
			return nil
		}
		changed := *n
		changed.Value = value
		return &changed
	}
}

func (t *Tenant) revised(e *Environment, doc *manifest.Node, ok bool) (*Tenant, *Environment, bool) {
	if !ok {
		return nil, nil, false
	}
	out, ok := e.decoded(doc)
	return t, out, ok
}

// moved is the tenant whose name changed, and the environment with the namespace that follows.
func (t *Tenant) moved(e *Environment) (*Tenant, *Environment, bool) {
	out := *e
	if e.Name != "" && !e.ownNamespace {
		out.Namespace = e.Platform.NamespaceOf(t.Name, e.Name)
	}
	return t, &out, true
}

// varyEnvironment changes the name of the environment, or the namespace that the tenant gives it.
func (t *Tenant) varyEnvironment(e *Environment, c Cause, name string) (*Tenant, *Environment, bool) {
	changed, out := *t, *e
	if !c.Name {
		out.Namespace = name
		return t, &out, e.Name != ""
	}
	changed.Environments = slices.Clone(t.Environments)
	for i := range changed.Environments {
		if changed.Environments[i].Name == c.Value {
			changed.Environments[i].Name = name
		}
	}
	if e.Name == "" {
		return &changed, &out, true
	}
	out.Name = name
	return changed.moved(&out)
}

// varyFact changes the platform and what the environment knows of it.
func (t *Tenant) varyFact(e *Environment, c Cause, value any) (*Tenant, *Environment, bool) {
	var doc *manifest.Node
	var ok bool
	if c.Name {
		name, _ := value.(string)
		doc, ok = renameKey(e.Platform.doc, c.Path, name)
	} else {
		doc, ok = replace(e.Platform.doc, c.Path, varied(value))
	}
	if !ok {
		return nil, nil, false
	}
	return t.onPlatform(e, doc)
}

// onPlatform is the environment on a platform of another document.
func (t *Tenant) onPlatform(e *Environment, doc *manifest.Node) (*Tenant, *Environment, bool) {
	p := &platform{facts: &Platform{File: e.Platform.File, Sum: e.Platform.Sum, Name: e.Platform.Name, doc: doc}}
	if len(decode(doc.Get("spec"), p.facts)) > 0 {
		return nil, nil, false
	}
	p.name()
	out := *e
	out.Platform = p.facts
	if e.Cluster != nil {
		out.Cluster = p.facts.Clusters[e.Cluster.Name]
	}
	if tier := p.facts.Tiers[e.Spec.Tier]; tier != nil {
		out.Tier = tier
	}
	if i := p.facts.order(e.Name); i >= 0 {
		out.Protected = p.facts.Environments[i].Protected
	}
	return t.moved(&out)
}

// renameKey gives another name to the field that a path of keys leads to.
func renameKey(n *manifest.Node, p manifest.Path, name string) (*manifest.Node, bool) {
	key, _ := p[0].(string)
	i := slices.IndexFunc(n.Fields, func(f manifest.Field) bool { return f.Key == key })
	if i < 0 {
		return nil, false
	}
	out := *n
	out.Fields = slices.Clone(n.Fields)
	if len(p) == 1 {
		out.Fields[i].Key = name
		return &out, name != "" && n.Get(name) == nil
	}
	child, ok := renameKey(n.Fields[i].Value, p[1:], name)
	out.Fields[i].Value = child
	return &out, ok
}

// Renamed is a field of the tenant after a name in it became another one.
func (c Cause) Renamed(subject string, value any) string {
	if name, ok := value.(string); ok && c.Name && !c.Fact {
		old, now := c.Path.String(), c.Path[:len(c.Path)-1].Join(name).String()
		if rest, found := strings.CutPrefix(subject, old); found && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return now + rest
		}
	}
	return subject
}
