package pipeline

import (
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/plan"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// revision is one of the two that are compared.
type revision struct {
	fsys    fs.FS
	fleet   *schemas.Fleet
	tenants map[string]*schemas.Tenant
	chain   chain
	// refused is what comes of policies with faults, by which nothing can be judged.
	refused *Result
	leaves  func() platformLeaves
}

// has reports whether the revision has a tenant in an environment.
func (r *revision) has(at plan.Place) bool {
	t := r.tenants[at.Tenant]
	return t != nil && slices.ContainsFunc(t.Environments, func(e schemas.Environment) bool { return e.Name == at.Environment })
}

// scope is which tenants are looked at. Narrow says that the others are known to be the same.
type scope struct {
	narrow   bool
	old, new []string // names to load at each revision; none means all, unless narrow
	others   int      // tenants that are known to be the same
}

// load reads both revisions, or of both the tenants whose files differ where nothing else does.
func (p *planner) load(narrow bool) error {
	was, err := schemas.Names(p.old.fsys)
	if err != nil {
		return err
	}
	is, err := schemas.Names(p.new.fsys)
	if err != nil {
		return err
	}
	var changed []string
	if narrow {
		if changed, narrow, err = p.changed(was, is); err != nil {
			return err
		}
	}
	p.scope = newScope(p.options.Tenants, was, is, changed, narrow)
	if err := p.old.load(p.scope.old, p.scope.none(p.scope.old, p.options.Tenants), p.memo); err != nil {
		return err
	}
	return p.new.load(p.scope.new, p.scope.none(p.scope.new, p.options.Tenants), p.memo)
}

// changed are the tenants whose files differ. It reports false where files differ that can reach any
// tenant.
func (p *planner) changed(was, is []string) ([]string, bool, error) {
	paths := []string{"tenants"}
	for _, fsys := range []fs.FS{p.old.fsys, p.new.fsys} {
		more, err := schemas.PlatformPaths(fsys)
		if err != nil {
			return nil, false, nil // the load tells what is wrong
		}
		paths = append(paths, more...)
	}
	slices.Sort(paths)
	files, err := p.options.Differences(slices.Compact(paths))
	if err != nil {
		return nil, false, err
	}
	var names []string
	for _, file := range files {
		name := schemas.TenantOf(file)
		if name == file || !slices.Contains(was, name) && !slices.Contains(is, name) {
			return nil, false, nil
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names), true, nil
}

// newScope chooses what to load at each revision: what was asked for, and of that the changed ones where
// they tell. A word that names no tenant of either revision is left to the load of the new one, which says so.
func newScope(asked, was, is, changed []string, narrow bool) scope {
	s := scope{narrow: narrow}
	wanted := make([]string, len(asked))
	for i, word := range asked {
		wanted[i] = schemas.TenantOf(word)
		known := slices.Contains(was, wanted[i]) || slices.Contains(is, wanted[i])
		if !known && (strings.HasPrefix(word, "waivers/") || word == "tenantsmith.yaml") {
			s.narrow = false // it stands for tenants of any name
		}
	}
	if s.narrow {
		all := either(was, is)
		if len(asked) > 0 {
			all = wanted
		}
		wanted = slices.DeleteFunc(slices.Clone(all), func(name string) bool {
			return (slices.Contains(was, name) || slices.Contains(is, name)) && !slices.Contains(changed, name)
		})
		s.others = len(all) - len(wanted)
	}
	for _, name := range wanted {
		old, new := slices.Contains(was, name), slices.Contains(is, name)
		if old {
			s.old = append(s.old, name)
		}
		if new || !old {
			s.new = append(s.new, name)
		}
	}
	return s
}

func either(a, b []string) []string {
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// none reports whether a revision has no tenant to load: it lacks the changed ones, or those asked for.
func (s scope) none(names, asked []string) bool {
	return len(names) == 0 && (s.narrow || len(asked) > 0)
}

// load reads the tenants of these names, or all without names; none reads the platform file alone.
func (r *revision) load(names []string, none bool, memo *schemas.Memo) error {
	var err error
	if none {
		r.fleet = &schemas.Fleet{}
		r.fleet.Platform, r.fleet.Problems, err = schemas.LoadPlatform(r.fsys)
	} else {
		r.fleet, err = schemas.Load(r.fsys, schemas.Options{Tenants: names, Memo: memo})
	}
	if err != nil {
		return err
	}
	r.tenants, r.leaves = map[string]*schemas.Tenant{}, onceLeaves(r.fleet.Platform)
	for _, t := range r.fleet.Tenants {
		r.tenants[t.Name] = t
	}
	return nil
}

// compile makes ready what judges each revision: its own policies, which are the same engine where both have
// the same. Where those of the base have faults, it is judged by the head's.
func (p *planner) compile() error {
	whole := p.options.Verify || p.options.thorough || slices.ContainsFunc(slices.Concat(p.old.fleet.Tenants, p.new.fleet.Tenants), touched)
	engine, err := compile(p.new.fsys, p.new.fleet.Platform, whole)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		p.new.refused = refuse(p.new.fleet, faults)
		return nil
	}
	if err != nil {
		return err
	}
	former := engine
	if !p.scope.narrow && (extends(p.old.fleet.Platform) || extends(p.new.fleet.Platform)) {
		former, err = compile(p.old.fsys, p.old.fleet.Platform, whole)
		if faults, ok := errors.AsType[policies.Errors](err); ok {
			p.old.fleet.Problems, former, err = append(p.old.fleet.Problems, faults...), engine, nil
		}
		if err != nil {
			return err
		}
	}
	o := p.options.Options
	if p.scope.narrow && len(o.Tenants) == 0 {
		o.Tenants = either(p.scope.old, p.scope.new)
	}
	p.views = newViews(p.old.fleet.Platform, p.new.fleet.Platform, former.Digest() != engine.Digest())
	if p.new.chain, err = newChain(p.new.fleet, engine, o); err != nil {
		return err
	}
	o.Change = nil // what is found of the change, it brings
	p.old.chain, err = newChain(p.old.fleet, former, o)
	return err
}

// extends reports whether the platform has policies of its own.
func extends(p *schemas.Platform) bool { return p != nil && len(p.Extend.Policies) > 0 }
