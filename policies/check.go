package policies

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Input is what Check judges: the objects of one tenant in one environment.
type Input struct {
	Context Context
	Objects []manifest.Object
	// Brought tells which of the objects people brought or changed; nil means all of them. Rules that
	// generated objects hold by construction are asked of those only, and rules about several objects
	// where there is one of them.
	Brought []bool
	// Checks are ids, or prefixes of ids; empty means all.
	Checks []string
	// Twin, if not nil, spares asking again what was found where the same was judged.
	Twin *Twin
}

// Check judges the objects, each by itself and all together, and returns what is wrong, sorted. The
// error is for what kept the rules from judging: an unknown check, a deadline, a finding of no known
// form.
func (e *Engine) Check(ctx context.Context, in Input) ([]manifest.Problem, error) {
	if e.rest != nil && (in.Brought == nil || slices.Contains(in.Brought, true)) {
		whole, err := e.rest()
		if err != nil {
			return nil, err
		}
		e = whole
	}
	known := in.Context.value()
	selected, err := e.selected(in.Checks, known)
	if err != nil {
		return nil, err
	}
	r, err := e.newRun(ctx, selected)
	if err != nil {
		return nil, err
	}
	defer r.close()
	spared := e.settle(in, known)
	items := e.unwrap(in, spared)
	e.putControls(known)
	e.putChecks(known, items)
	facts := ast.LazyObject(known)
	for i := range items {
		if err := r.object(&items[i], facts, spared); err != nil {
			return nil, err
		}
	}
	if spared != nil {
		r.inherit(in, spared)
	}
	if err := r.set(items, facts, spared); err != nil {
		return nil, err
	}
	if err := r.tenant(facts, in.Context.Spec); err != nil {
		return nil, err
	}
	for i := range r.problems {
		r.problems[i].Tenant, r.problems[i].Environment = in.Context.Tenant, in.Context.Environment
	}
	return manifest.SortProblems(r.problems), nil
}

// item is an object to judge: one that was given, or one of a List that was given.
type item struct {
	manifest.Object
	prefix  manifest.Path // of the object in the Source of its List
	brought bool
	doc     ast.Value
	fields  bitset
	odd     bool // holds texts that people read otherwise than programs
	// suspects are its texts that look like secrets; nil means none.
	suspects *ast.Array
	scope    string // of its kind
	same     bool   // as that of the twin
}

// unwrap takes the items out of Lists, which would hide them from every rule, and makes them ready
// for the evaluator.
func (e *Engine) unwrap(in Input, spared *settled) []item {
	items := make([]item, 0, len(in.Objects))
	for i, o := range in.Objects {
		same := spared != nil && in.Twin.Same[i]
		items = appendItems(items, item{Object: o, brought: in.Brought == nil || in.Brought[i], same: same})
	}
	suspecting := spared == nil || e.suspecting(spared)
	for i := range items {
		t := traits{bits: e.gates.bits}
		t.scan(items[i].Tree)
		items[i].fields, items[i].odd = t.fields, t.odd
		items[i].doc = document(items[i].Tree, t.nulls)
		items[i].scope = e.kinds.scope(items[i].APIVersion(), items[i].Kind(), in.Context.Platform.AllowedKinds)
		if items[i].same && !suspecting {
			continue
		}
		if items[i].suspects = e.suspects(items[i].Tree); items[i].suspects != nil {
			if bit, ok := e.gates.bits[suspected]; ok {
				items[i].fields.set(bit)
			}
		}
	}
	return items
}

func appendItems(items []item, it item) []item {
	inner, ok := it.Tree["items"].([]any)
	if !ok || !strings.HasSuffix(it.Kind(), "List") {
		return append(items, it)
	}
	for i, tree := range inner {
		if tree, ok := tree.(map[string]any); ok {
			child := item{Object: it.Object, brought: it.brought, prefix: it.prefix.Join("items", i)}
			child.Tree = tree
			items = appendItems(items, child)
		}
	}
	return items
}

func (r *run) object(it *item, facts ast.Value, spared *settled) error {
	gates, kind := r.engine.gates.rules[ObjectScope], it.Kind()
	q := r.ask(func(i int) bool {
		return (!it.same || !spared.object[i]) && (it.brought || !r.engine.rules[i].Brought) && gates[i].concerns(it, kind)
	})
	if q == nil {
		return nil
	}
	input := map[string]any{"object": it.doc, "owner": string(it.Owner), "ctx": facts, "suspects": unsuspected}
	if it.suspects != nil {
		input["suspects"] = it.suspects
	}
	if it.scope != "" {
		input["scope"] = it.scope
	}
	if it.odd {
		input["odd"] = oddities(it.Tree, nil)
	}
	return r.eval(q, ast.LazyObject(input), func(f finding, rule Rule) error {
		r.add(rule, f, it)
		return nil
	}, it.Key().String())
}

func (r *run) set(items []item, facts ast.Value, spared *settled) error {
	var fields bitset
	for i := range items {
		fields.add(items[i].fields)
	}
	gates := r.engine.gates.rules[SetScope]
	brought := slices.ContainsFunc(items, func(it item) bool { return it.brought })
	q := r.ask(func(i int) bool {
		return (spared == nil || !spared.set[i]) && (brought || !r.engine.rules[i].Brought) && gates[i].concern(fields)
	})
	if q == nil {
		return nil
	}
	objects, kinds := make([]any, len(items)), map[string]any{}
	for i := range items {
		objects[i] = items[i].doc
		same, _ := kinds[items[i].Kind()].([]any)
		kinds[items[i].Kind()] = append(same, map[string]any{"index": i, "object": items[i].doc})
	}
	input := ast.LazyObject(map[string]any{
		"objects": objects, "kinds": kinds, "facts": placed(items), "duplicates": duplicates(items),
		"ctx": facts,
	})
	return r.eval(q, input, func(f finding, rule Rule) error {
		if f.object == nil {
			r.add(rule, f, nil)
			return nil
		}
		if *f.object < 0 || *f.object >= len(items) {
			return fmt.Errorf("%s: a finding names object %d of %d", rule.File, *f.object, len(items))
		}
		r.add(rule, f, &items[*f.object])
		return nil
	}, "the objects together")
}

// tenant asks what the file of the tenant says.
func (r *run) tenant(facts ast.Value, spec Document) error {
	q := r.ask(func(i int) bool { return r.engine.gates.rules[TenantScope][i].always })
	if q == nil {
		return nil
	}
	input := map[string]any{"ctx": facts, "odd": oddities(spec.tree, nil), "suspects": unsuspected}
	if found := r.engine.suspects(map[string]any{"spec": spec.tree}); found != nil {
		input["suspects"] = found
	}
	return r.eval(q, ast.LazyObject(input), func(f finding, rule Rule) error {
		r.add(rule, f, nil)
		return nil
	}, "the tenant's file")
}

// placed says of each object whose it is, the scope of its kind (empty where nobody knows) and its
// namespace.
func placed(items []item) []any {
	type place struct{ owner, scope, namespace string }
	same := map[place]ast.Value{}
	all := make([]any, len(items))
	for i := range items {
		p := place{string(items[i].Owner), items[i].scope, items[i].Namespace()}
		if same[p] == nil {
			same[p] = ast.MustInterfaceToValue(map[string]any{"owner": p.owner, "scope": p.scope, "namespace": p.namespace})
		}
		all[i] = same[p]
	}
	return all
}

// duplicates are the indexes of objects with one identity, one list an identity, in order.
func duplicates(items []item) []any {
	seen := make(map[manifest.Key][]any, len(items))
	var order []manifest.Key
	for i := range items {
		k := items[i].Key()
		if k.Name == "" {
			continue
		}
		if len(seen[k]) == 1 {
			order = append(order, k)
		}
		seen[k] = append(seen[k], i)
	}
	groups := make([]any, len(order))
	for g, k := range order {
		groups[g] = seen[k]
	}
	return groups
}

// add notes a finding about an object, or about none.
func (r *run) add(rule Rule, f finding, it *item) {
	p := problem(rule, f)
	if it != nil {
		p.Object, p.APIVersion = it.Key(), it.APIVersion()
		if it.Source != nil && f.field == nil {
			whole := it.prefix.Join(f.path...)
			p.Position, _ = it.Source.Find(whole)
			p.Field = whole.String()
		}
	}
	r.problems = append(r.problems, p)
}

func problem(rule Rule, f finding) manifest.Problem {
	return manifest.Problem{
		Check: rule.ID, Severity: rule.Severity, Message: f.message,
		Path: f.path, Field: f.field.String(), Remedy: rule.Remedy, Controls: rule.Controls,
	}
}
