package policies

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
)

// gates tell quickly which rules an object can concern.
type gates struct {
	bits  numbers // of the fields that rules need
	rules map[Scope][]gate
}

// gate is that of one rule; without alternatives the rule is silent in its scope.
type gate struct {
	always       bool
	alternatives []need
}

// parts are the parts of the input that rules find in each scope.
var parts = map[Scope][]string{
	ObjectScope:   {"object", "owner", "scope", "odd", "suspects", "ctx"},
	SetScope:      {"objects", "kinds", "facts", "duplicates", "ctx"},
	TenantScope:   {"odd", "suspects", "ctx"},
	FleetScope:    {"members", "duplicates", "shared_namespaces", "shared", "unanswered", "mixed"},
	PlatformScope: {"platform", "ctx"},
	ChangeScope:   {"change", "ctx"},
}

// names are the fields that the engine writes into the input of each scope.
var names = map[Scope][]string{
	ObjectScope: {"path", "by", "what", "hash"},
	SetScope:    {"index", "object", "owner", "scope", "namespace"},
}

// newGates reads the gates off the rules; those of a scope are in the order of rules.
func newGates(c *ast.Compiler, rules []Rule, mods modules) gates {
	g := gates{bits: numbers{}, rules: map[Scope][]gate{}}
	fields, all := written(mods), numbers{}
	for _, scope := range AllScopes {
		a := newAnalysis(c, g.bits, all, fields, names[scope])
		var given bitset
		for _, part := range slices.Concat(slices.Collect(maps.Values(parts))...) {
			if !slices.Contains(parts[scope], part) {
				part = without(part)
			}
			given.set(all.of(part))
		}
		g.rules[scope] = make([]gate, len(rules))
		for i, r := range rules {
			if !slices.Contains(r.Scopes, scope) {
				continue
			}
			if !r.Own || scope != ObjectScope && scope != SetScope {
				g.rules[scope][i].always = true
				continue
			}
			deny := c.GetRulesExact(r.deny())
			for _, n := range a.rules(deny) {
				if n.inputs.within(given) {
					g.rules[scope][i].alternatives = append(g.rules[scope][i].alternatives, n)
				}
			}
		}
	}
	return g
}

// concerns reports whether the rule can say something about an object of this kind.
func (g gate) concerns(it *item, kind string) bool {
	for i := range g.alternatives {
		a := &g.alternatives[i]
		if a.fields.within(it.fields) && (a.kinds == nil || slices.Contains(a.kinds, kind)) && (it.odd || !a.odd) &&
			(a.scope == "" || a.scope == it.scope || a.scope == unknownScope && it.scope == "") {
			return true
		}
	}
	return g.always
}

// concern reports the same for objects together.
func (g gate) concern(fields bitset) bool {
	return g.always || slices.ContainsFunc(g.alternatives, func(n need) bool { return n.fields.within(fields) })
}

// bitset is a set of small numbers.
type bitset []uint64

func (b *bitset) set(n int) {
	for len(*b) <= n/64 {
		*b = append(*b, 0)
	}
	(*b)[n/64] |= 1 << (n % 64)
}

func (b bitset) within(c bitset) bool {
	for i, word := range b {
		if i >= len(c) && word != 0 || i < len(c) && word&^c[i] != 0 {
			return false
		}
	}
	return true
}

func (b *bitset) add(c bitset) {
	for i, word := range c {
		if i < len(*b) {
			(*b)[i] |= word
		} else {
			*b = append(*b, word)
		}
	}
}

// with returns the set with those of c.
func (b bitset) with(c bitset) bitset {
	switch {
	case len(c) == 0:
		return b
	case len(b) == 0:
		return c
	}
	all := append(make(bitset, 0, max(len(b), len(c))), b...)
	all.add(c)
	return all
}
