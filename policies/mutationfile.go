package policies

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// mutationReader reads a file of mutations and notes what is wrong with it.
type mutationReader struct {
	dataReader
	rule  Rule
	names map[string]bool
}

// readMutations reads the file of a rule. With faults the mutations mean nothing.
func readMutations(rule Rule, data []byte) ([]Mutation, Errors) {
	docs, problems := manifest.Parse(rule.MutationFile(), data, manifest.TenantLimits)
	if len(problems) > 0 {
		return nil, problems
	}
	r := mutationReader{rule: rule, names: map[string]bool{}}
	var all []Mutation
	for _, item := range r.list(docs[0], "a list of mutations") {
		all = append(all, r.mutation(item))
	}
	return all, r.faults
}

func (r *mutationReader) mutation(n *manifest.Node) Mutation {
	m := Mutation{Position: n.Position}
	if !r.fields(n, "a mutation", "name", "object", "patch", "remove", "add", "owner", "context", "member", "change") {
		return m
	}
	m.Name = r.text(n, "a mutation", "name")
	if r.names[m.Name] {
		r.say(n.Get("name"), "another mutation is called %q", m.Name)
	}
	r.names[m.Name] = true
	if o := n.Get("object"); o != nil {
		t := r.target(o)
		m.object = &t
	}
	m.patch, m.context = r.patch(n.Get("patch")), r.patch(n.Get("context"))
	for _, o := range r.one(n.Get("remove")) {
		m.remove = append(m.remove, r.target(o))
	}
	for _, o := range r.one(n.Get("add")) {
		m.add = append(m.add, r.addition(o))
	}
	m.owner = r.owner(n)
	for _, o := range r.one(n.Get("member")) {
		m.members = append(m.members, r.facts(o, &memberFile{}))
	}
	m.change = r.facts(n.Get("change"), &Change{})
	r.fits(n, m)
	return m
}

// fits refuses mutations that change nothing, or nothing that the check looks at.
func (r *mutationReader) fits(n *manifest.Node, m Mutation) {
	of := func(s Scope) bool { return slices.Contains(r.rule.Scopes, s) }
	switch {
	case (m.object == nil) != (n.Get("patch") == nil):
		r.say(n, "mutation %q needs both object and patch: what to change, and how", m.Name)
	case !m.others() && len(m.context) == 0:
		r.say(n, "mutation %q changes nothing: it needs object and patch, remove, add, context, member or change", m.Name)
	case m.members != nil && !of(FleetScope):
		r.say(n.Get("member"), "member is for checks of the scope fleet, which %s has not", r.rule.ID)
	case m.change != nil && !of(ChangeScope):
		r.say(n.Get("change"), "change is for checks of the scope change, which %s has not", r.rule.ID)
	case m.change == nil && of(ChangeScope) && len(r.rule.Scopes) == 1:
		r.say(n, "mutation %q needs change: %s judges nothing else", m.Name, r.rule.ID)
	}
}

func (r *mutationReader) target(n *manifest.Node) target {
	if !r.fields(n, "an object", "kind", "name") {
		return target{}
	}
	return target{kind: r.text(n, "an object", "kind"), name: r.optional(n, "an object", "name")}
}

func (r *mutationReader) addition(n *manifest.Node) map[string]any {
	if n.Kind != manifest.Map || n.Get("apiVersion") == nil || n.Get("kind") == nil {
		r.say(n, "what is added is a Kubernetes object with apiVersion and kind")
		return nil
	}
	tree, _ := r.tree(n).(map[string]any)
	return tree
}

func (r *mutationReader) owner(n *manifest.Node) manifest.Owner {
	o := n.Get("owner")
	if o == nil {
		return manifest.OwnerWorkload
	}
	owner := manifest.Owner(r.text(n, "a mutation", "owner"))
	switch {
	case owner != manifest.OwnerPlatform && owner != manifest.OwnerWorkload:
		r.say(o, "owner %q is not platform or workload", owner)
	case n.Get("add") == nil:
		r.say(o, "owner is that of what is added, and nothing is")
	}
	return owner
}

// facts reads a map that must have the form of into.
func (r *mutationReader) facts(n *manifest.Node, into any) map[string]any {
	if n == nil {
		return nil
	}
	tree, ok := r.tree(n).(map[string]any)
	if !ok {
		r.say(n, "a map is needed")
		return nil
	}
	if err := strictly(tree, into); err != nil {
		r.say(n, "%s", err)
	}
	return tree
}

// strictly decodes the tree into a struct that has all its fields.
func strictly(tree map[string]any, into any) error {
	data, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s cannot be a %s", wrong.Field, wrong.Value)
	}
	if err != nil {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

func (r *mutationReader) patch(n *manifest.Node) []operation {
	if n == nil {
		return nil
	}
	var all []operation
	for _, item := range r.list(n, "a list of operations") {
		if !r.fields(item, "an operation", "op", "path", "value") {
			continue
		}
		o := operation{op: r.text(item, "an operation", "op")}
		if o.op != "" && !slices.Contains(operations, o.op) {
			r.say(item.Get("op"), "op %q is not %s", o.op, strings.Join(operations, ", "))
		}
		if at := r.text(item, "an operation", "path"); at != "" {
			var err error
			if o.path, err = readPointer(at); err != nil {
				r.say(item.Get("path"), "path %q: %s", at, err)
			}
		}
		if v := item.Get("value"); v != nil {
			o.value = r.tree(v)
		} else if o.op != "remove" && slices.Contains(operations, o.op) {
			r.say(item, "%s needs a value", o.op)
		}
		all = append(all, o)
	}
	return all
}

// one is the node, or the items of the list that it is.
func (r *mutationReader) one(n *manifest.Node) []*manifest.Node {
	switch {
	case n == nil:
		return nil
	case n.Kind == manifest.List:
		return r.list(n, "a list that is not empty")
	}
	return []*manifest.Node{n}
}

func (r *mutationReader) tree(n *manifest.Node) any {
	r.quoted(n)
	return n.Tree()
}

// quoted refuses placeholders without quotes, which YAML reads as maps.
func (r *mutationReader) quoted(n *manifest.Node) {
	for _, f := range n.Fields {
		if place := "{" + f.Key + "}"; len(n.Fields) == 1 && f.Value.Kind == manifest.Scalar && f.Value.Value == nil && slices.Contains(placeholders, place) {
			r.say(n, "write %q in quotes", place)
		}
		r.quoted(f.Value)
	}
	for _, item := range n.Items {
		r.quoted(item)
	}
}
