package policies

import (
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// reads are the parts of the input that a rule looks at, as paths; an empty path is all of it.
type reads [][]string

// about reports whether a rule looks at a part of the input.
func (rs reads) about(part string) bool {
	return slices.ContainsFunc(rs, func(path []string) bool { return len(path) == 0 || path[0] == part })
}

// mentions are what the modules of a package name: parts of the input, by path, and other packages.
type mentions struct {
	input map[string][]string
	data  map[string]bool
}

// readsOf finds for each rule what it looks at, itself and through every package that it names. Whoever takes a
// part of the input into its hands takes what is below it.
func readsOf(c *ast.Compiler, rules []Rule) []reads {
	packages := map[string]*mentions{}
	for _, m := range c.Modules {
		name := m.Package.Path.String()
		if packages[name] == nil {
			packages[name] = &mentions{map[string][]string{}, map[string]bool{}}
		}
		packages[name].module(m)
	}
	out := make([]reads, len(rules))
	for i, r := range rules {
		all := mentions{map[string][]string{}, map[string]bool{}}
		all.follow("data.checks."+r.pkg, packages)
		for _, need := range slices.Concat(r.Needs, slices.Collect(maps.Keys(r.When))) {
			all.add(append([]string{"ctx"}, strings.Split(need, ".")...))
		}
		if r.NeedsTenant {
			all.add([]string{"ctx", "tenant"})
		}
		out[i] = slices.Collect(maps.Values(all.input))
	}
	return out
}

// follow takes over what the packages of a name mention, and those that they mention. A name may be that of a
// rule in a package, or the beginning of the names of several.
func (m *mentions) follow(name string, packages map[string]*mentions) {
	if m.data[name] {
		return
	}
	m.data[name] = true
	for other, p := range packages {
		if other != name && !strings.HasPrefix(name, other+".") && !strings.HasPrefix(other, name+".") {
			continue
		}
		maps.Copy(m.input, p.input)
		for further := range p.data {
			m.follow(further, packages)
		}
	}
}

func (m *mentions) add(path []string) { m.input[strings.Join(path, "\x00")] = path }

func (m *mentions) module(mod *ast.Module) {
	ast.WalkWiths(mod, func(*ast.With) bool {
		m.add(nil)
		return false
	})
	m.terms(mod)
}

func (m *mentions) terms(x any) {
	ast.WalkTerms(x, func(t *ast.Term) bool {
		ref, ok := t.Value.(ast.Ref)
		switch {
		case ok:
			m.ref(ref)
			for _, step := range ref[1:] {
				m.terms(step)
			}
		case t.Equal(ast.InputRootDocument):
			m.add(nil)
		}
		return ok
	})
}

// ref notes what a reference leads to, as far as that is known before it is evaluated.
func (m *mentions) ref(r ast.Ref) {
	known := 1
	var path []string
	for ; known < len(r); known++ {
		s, ok := r[known].Value.(ast.String)
		if !ok {
			break
		}
		path = append(path, string(s))
	}
	switch {
	case r[0].Equal(ast.InputRootDocument):
		m.add(path)
	case r[0].Equal(ast.DefaultRootDocument):
		m.data[r[:known].String()] = true
	}
}
