package overlay

import (
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// personal is one patch of a person: an object to merge, or JSON 6902 operations.
type personal struct {
	extra *manifest.Extra
	// doc is where messages point, and within the way to it; body is what stands there: the object to
	// merge, or the list of operations.
	doc    *manifest.Node
	within manifest.Path
	body   any
	target target
	name   string // of the output file
}

// applied is a patch in an environment, with the objects that it reaches there.
type applied struct {
	*personal
	targets []*member
}

// target says which objects a patch is for; what is empty matches all.
type target struct {
	apiVersion, group, version, kind, namespace, name string
	at                                                manifest.Position
}

func (t target) matches(e *environment, m *member) bool {
	key := e.key(m)
	version := m.APIVersion()[strings.LastIndex(m.APIVersion(), "/")+1:]
	fits := func(want, have string) bool { return want == "" || want == have }
	return fits(t.apiVersion, m.APIVersion()) && fits(t.group, key.Group) && fits(t.version, version) &&
		fits(t.kind, key.Kind) && fits(t.namespace, key.Namespace) && fits(t.name, key.Name)
}

func (t target) String() string {
	name := t.name
	if name == "" {
		name = "of any name"
	}
	if t.namespace != "" {
		name = t.namespace + "/" + name
	}
	return t.kind + " " + name
}

func (t *Tree) addPatches(x *manifest.Extra, names map[string]bool) []manifest.Problem {
	var problems []manifest.Problem
	for i, doc := range x.Documents {
		p, found := readPatch(x, doc)
		if len(found) > 0 {
			problems = append(problems, found...)
			continue
		}
		p.name = patchName(x, i, names)
		problems = append(problems, t.addPatch(p)...)
	}
	return problems
}

// addPatch finds what the patch reaches. A patch for all environments may miss some of them, for an
// object need not be in all; one that reaches nothing anywhere is a mistake.
func (t *Tree) addPatch(p *personal) []manifest.Problem {
	var problems []manifest.Problem
	reached := false
	for _, e := range t.reached(p.extra) {
		a := applied{personal: p}
		for _, m := range e.members {
			if p.target.matches(e, m) {
				a.targets = append(a.targets, m)
			}
		}
		reached = reached || len(a.targets) > 0
		if found := a.misdirected(e); found != nil {
			problems = append(problems, *found)
			continue
		}
		if len(a.targets) > 0 {
			e.patches = append(e.patches, a)
		}
	}
	if !reached {
		problems = append(problems, t.unmatched(p))
	}
	return problems
}

// misdirected refuses a tenant's patch on an object of the platform, and a target that two objects
// answer to.
func (a *applied) misdirected(e *environment) *manifest.Problem {
	if a.extra.Owner == manifest.OwnerWorkload {
		for _, m := range a.targets {
			if m.Owner == manifest.OwnerPlatform {
				found := problem(a.target.at, "", fmt.Sprintf("%s belongs to the platform: a tenant's patch reaches workloads only", e.key(m)),
					"ask the platform team to put the patch under overrides/")
				return &found
			}
		}
	}
	if a.target.name != "" && len(a.targets) > 1 {
		found := problem(a.target.at, "", fmt.Sprintf("%s could be %s or %s", a.target, e.key(a.targets[0]), e.key(a.targets[1])),
			"name the namespace or the API group as well")
		return &found
	}
	return nil
}

// unmatched says that a patch reaches nothing, and what was probably meant.
func (t *Tree) unmatched(p *personal) manifest.Problem {
	where := "any environment"
	if p.extra.Environment != "" {
		where = p.extra.Environment
	}
	remedy := "name an object that is rendered"
	for _, e := range t.reached(p.extra) {
		for _, m := range e.members {
			if p.target.name != "" && m.Name() == p.target.name && m.Owner == manifest.OwnerWorkload {
				remedy = fmt.Sprintf("did you mean %s %s (%s)?", m.Kind(), m.Name(), m.APIVersion())
				if m.Kind() == p.target.kind {
					return problem(p.target.at, "", fmt.Sprintf("the patch matches nothing: no %s in %s", p.target, where), remedy)
				}
			}
		}
	}
	return problem(p.target.at, "", fmt.Sprintf("the patch matches nothing: no %s in %s", p.target, where), remedy)
}
