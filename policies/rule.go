package policies

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Scope says what a rule looks at, and so what its input is:
//
//   - one object: {object, owner, scope, odd, suspects, ctx}, where scope is that of its kind, Namespaced
//     or Cluster, and absent for a kind that nobody listed; odd lists [path, what] of each text that people
//     read otherwise than programs, and is absent where there is none; suspects are {path, by, what, hash}
//     of each text that looks like a secret;
//   - a set, the objects of one tenant in one environment: {objects, kinds, facts, duplicates, ctx}.
//     kinds.Role lists {index, object} of each Role, and is cheaper to look at than all objects; facts
//     has {owner, scope, namespace} of each object; duplicates are lists of indexes of objects with
//     one identity;
//   - the tenant, what its file says in one environment: {odd, suspects, ctx}, where odd is about
//     ctx.spec, and the paths of suspects begin with spec;
//   - the fleet, all tenants: {members, duplicates, shared_namespaces, shared, unanswered, mixed}, where
//     shared are claims of more than one tenant, unanswered calls that the other tenant does not accept,
//     and mixed claims of one tenant in a protected environment and another one;
//   - the platform, what its file says: {platform, ctx}, where platform is the file's spec;
//   - a change, what somebody wants to merge: {change, ctx}, see [Change].
//
// ctx is the [Context]; it knows of no tenant in the last two. Findings about a set or the tenant may name
// a field of the tenant's file, those about the platform one of the platform file. Where an attestation
// names a control, ctx.controls has the names of all; where a Waiver is among the objects, ctx.checks has
// {waivable, severity} of each check.
type Scope string

const (
	ObjectScope   Scope = "object"
	SetScope      Scope = "set"
	TenantScope   Scope = "tenant"
	FleetScope    Scope = "fleet"
	PlatformScope Scope = "platform"
	ChangeScope   Scope = "change"
)

// AllScopes are the scopes, from the smallest.
var AllScopes = []Scope{ObjectScope, SetScope, TenantScope, FleetScope, PlatformScope, ChangeScope}

// Rule is one check, as its METADATA says.
type Rule struct {
	ID, Title string
	Severity  manifest.Severity
	Scopes    []Scope
	// Remedy says which field mends it, or that only the platform team can.
	Remedy      string
	Waivable    bool
	NeedsTenant bool
	// Brought rules are asked of what people bring or change. What tenantsmith generates holds them by
	// construction, which the tests show by asking them of all of it.
	Brought bool
	// Objects are the kinds that the rule judges; "pods" stands for all that start pods, "all" for every
	// kind, "tenant" for the tenant's file, "change" for the change.
	Objects []string
	// Needs are the parts of the context that the rule cannot do without, as in platform.spec.waf. It is
	// not asked where one is absent.
	Needs []string
	// When has, for parts of the context, the texts of which they must be one where they are there.
	When map[string][]string
	// Controls are those that it serves, Direct those of them that it tests themselves.
	Controls, Direct []manifest.Control
	// File is where the rule stands; Own tells ours from the platform's.
	File string
	Own  bool

	pkg string // the last part of its package, ts_pod_001
}

// deny is the reference to its findings.
func (r Rule) deny() ast.Ref {
	return ast.Ref{ast.DefaultRootDocument, ast.InternedTerm("checks"), ast.StringTerm(r.pkg), ast.InternedTerm("deny")}
}

// newRule reads the METADATA of a package; messages name what is missing.
func newRule(m *ast.Module, own bool) (Rule, []string) {
	r := Rule{File: m.Package.Location.File, Own: own, pkg: packageName(m)}
	a := packageAnnotation(m)
	if a == nil {
		return r, []string{"a check needs METADATA on its package"}
	}
	f := fields{custom: a.Custom}
	r.ID, r.Title = f.text("id"), a.Title
	r.Severity = manifest.Severity(f.text("severity"))
	r.Remedy = f.text("remedy")
	r.Waivable = f.flag("waivable", true)
	r.NeedsTenant = f.flag("needs_tenant", false)
	r.Brought = f.flag("brought", false)
	for _, s := range f.texts("scope") {
		r.Scopes = append(r.Scopes, Scope(s))
	}
	r.Objects, r.Needs = f.optional("objects", own), f.optional("needs", false)
	r.When = f.when()
	direct, supporting := f.controls(own)
	r.Direct = f.control(direct)
	r.Controls = slices.Concat(r.Direct, f.control(supporting))
	f.unknown("id", "severity", "remedy", "waivable", "needs_tenant", "brought", "scope", "objects", "needs", "when", "controls")
	return r, append(f.faults, r.faults()...)
}

func (r Rule) faults() []string {
	var faults []string
	say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if r.Title == "" {
		say("METADATA lacks title")
	}
	if want := strings.ReplaceAll(strings.ToLower(r.ID), "-", "_"); r.ID != "" && want != r.pkg {
		say("package checks.%s should be checks.%s, after its id %s", r.pkg, want, r.ID)
	}
	if !r.Own && strings.HasPrefix(strings.ToUpper(r.ID), "TS-") {
		say("id %s: TS- is for the checks that come with tenantsmith", r.ID)
	}
	grades := []manifest.Severity{manifest.Critical, manifest.High, manifest.Medium, manifest.Low}
	if r.Severity != "" && !slices.Contains(grades, r.Severity) {
		say("severity %q is not critical, high, medium or low", r.Severity)
	}
	for _, s := range r.Scopes {
		if !slices.Contains(AllScopes, s) {
			say("scope %q is not object, set, tenant, fleet, platform or change", s)
		}
	}
	return faults
}

func packageName(m *ast.Module) string {
	if len(m.Package.Path) != 3 {
		return ""
	}
	name, _ := m.Package.Path[2].Value.(ast.String)
	return string(name)
}

func packageAnnotation(m *ast.Module) *ast.Annotations {
	for _, a := range m.Annotations {
		if a.Scope == "package" {
			return a
		}
	}
	return nil
}

// fields reads the custom part of METADATA and notes what is wrong with it.
type fields struct {
	custom map[string]any
	faults []string
}

func (f *fields) say(format string, args ...any) {
	f.faults = append(f.faults, fmt.Sprintf(format, args...))
}

func (f *fields) text(key string) string {
	s, ok := f.custom[key].(string)
	if !ok || s == "" {
		f.say("METADATA lacks custom.%s", key)
	}
	return s
}

func (f *fields) flag(key string, required bool) bool {
	b, ok := f.custom[key].(bool)
	if !ok && (required || f.custom[key] != nil) {
		f.say("METADATA lacks custom.%s: true or false", key)
	}
	return b
}

func (f *fields) texts(key string) []string {
	switch v := f.custom[key].(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, item := range v {
			s, ok := item.(string)
			if !ok {
				f.say("METADATA custom.%s holds more than text", key)
			}
			all = append(all, s)
		}
		if len(all) > 0 {
			return all
		}
	}
	f.say("METADATA lacks custom.%s", key)
	return nil
}

// when are lists of texts by the path of what has to be one of them.
func (f *fields) when() map[string][]string {
	paths, ok := f.custom["when"].(map[string]any)
	if !ok {
		if f.custom["when"] != nil {
			f.say("METADATA custom.when is no map of lists")
		}
		return nil
	}
	parts, out := fields{custom: paths}, map[string][]string{}
	for path := range paths {
		out[path] = parts.texts(path)
	}
	f.faults = append(f.faults, parts.faults...)
	return out
}

// optional are texts that may be missing unless they are required.
func (f *fields) optional(key string, required bool) []string {
	if _, ok := f.custom[key]; !ok && !required {
		return nil
	}
	return f.texts(key)
}

// controls are two lists, direct and supporting, or one of those that a check supports. They may be
// missing from the platform's own rules: not every house rule serves a framework.
func (f *fields) controls(own bool) (direct, supporting []string) {
	lists, ok := f.custom["controls"].(map[string]any)
	if !ok {
		return nil, f.optional("controls", own)
	}
	parts := fields{custom: lists}
	direct, supporting = parts.optional("direct", false), parts.optional("supporting", false)
	parts.unknown("direct", "supporting")
	f.faults = append(f.faults, parts.faults...)
	if len(direct)+len(supporting) == 0 {
		f.say("METADATA custom.controls names none")
	}
	return direct, supporting
}

// control reads framework:id.
func (f *fields) control(texts []string) []manifest.Control {
	var all []manifest.Control
	for _, c := range texts {
		framework, id, _ := strings.Cut(c, ":")
		if framework == "" || id == "" {
			f.say("control %q is not framework:id", c)
		}
		all = append(all, manifest.Control{Framework: framework, ID: id})
	}
	return all
}

func (f *fields) unknown(known ...string) {
	var more []string
	for key := range f.custom {
		if !slices.Contains(known, key) {
			more = append(more, key)
		}
	}
	slices.Sort(more)
	for _, key := range more {
		f.say("METADATA has custom.%s, which nothing reads", key)
	}
}
