package schemas

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// peers are the tenants that were not asked for, as far as they could clash with those that were.
// Loading all of them would cost as much as asking for all: their files are searched for the
// namespaces and domains in question first, and only those that hold one of them are loaded. A
// backslash may hide a name from the search, so a file with one is loaded too, and what cannot be searched.
func (l *load) peers(chosen []string, outcomes []outcome) ([]outcome, error) {
	s := l.search(outcomes)
	var others []string
	for _, name := range l.layout.names() {
		if !slices.Contains(chosen, name) {
			others = append(others, name)
		}
	}
	hits := make([]bool, len(others))
	err := l.each(len(others), func(i int) (err error) {
		hits[i], err = l.found(s, l.layout.folders[others[i]])
		return err
	})
	if err != nil {
		return nil, err
	}
	var near []string
	for i, name := range others {
		if hits[i] {
			near = append(near, name)
		}
	}
	return l.tenants(near)
}

// search is what to look for in other tenants.
type search struct {
	namespaces map[string]bool
	called     map[string]bool
	words      [][]byte
}

func (l *load) search(outcomes []outcome) search {
	s := search{namespaces: map[string]bool{}, called: map[string]bool{}}
	words := map[string]bool{}
	for _, o := range outcomes {
		for _, n := range o.claims.namespaces {
			_, name, _ := strings.Cut(n.what, "/")
			s.namespaces[name], words[name] = true, true
		}
		for _, d := range slices.Concat(o.claims.domains, o.claims.hosts) {
			// A tenant may own the domain above: example.com for shop.example.com.
			for rest := strings.TrimPrefix(d.what, "*."); strings.Contains(rest, "."); _, rest, _ = strings.Cut(rest, ".") {
				words[rest] = true
			}
		}
		for _, c := range o.claims.calls {
			tenant, _, _ := c.link()
			s.called[tenant] = true
		}
		for _, from := range o.claims.froms {
			tenant, _, _ := from.link()
			s.called[tenant] = true
		}
		for _, peer := range o.claims.peers {
			tenant, _, _ := strings.Cut(peer.what, "/")
			s.called[tenant] = true
		}
	}
	for _, w := range sortedKeys(words) {
		s.words = append(s.words, []byte(w))
	}
	s.words = append(s.words, []byte(`\`))
	return s
}

// gaps warns of peers whose claims are not all known: the tenants that were asked for may clash with them unseen.
func gaps(peers []outcome) []manifest.Problem {
	var out []manifest.Problem
	for _, o := range peers {
		if o.gap != nil {
			out = append(out, caution(*o.gap, "", "tenant %s cannot be read in full, so not all that tenants must not share was compared with it; `tenantsmith check %s` says why", o.name, o.name))
		}
	}
	return out
}

// firstError is where the first problem that is no warning stands, nil without one.
func firstError(problems []manifest.Problem) *manifest.Position {
	for _, p := range manifest.SortProblems(slices.Clone(problems)) {
		if p.Severity != manifest.Warning {
			return &p.Position
		}
	}
	return nil
}

// found reports whether a tenant may clash with what is searched for, or cannot be searched.
func (l *load) found(s search, f *folder) (bool, error) {
	if s.called[f.name] || hasErrors(f.problems) {
		return true, nil
	}
	for _, env := range l.environmentNames() {
		if s.namespaces[l.facts.NamespaceOf(f.name, env)] {
			return true, nil
		}
	}
	for _, file := range append(slices.Clone(f.documents), overrideFiles(f)...) {
		data, tooLarge, err := readBytes(l.fsys, file, manifest.TenantLimits.File)
		if err != nil {
			return false, err
		}
		if len(tooLarge) > 0 || !utf8.Valid(data) || slices.ContainsFunc(s.words, func(w []byte) bool { return bytes.Contains(data, w) }) {
			return true, nil
		}
	}
	return false, nil
}

func overrideFiles(f *folder) []string {
	var out []string
	for _, place := range sortedKeys(f.overrides) {
		out = append(out, f.overrides[place])
	}
	return out
}
