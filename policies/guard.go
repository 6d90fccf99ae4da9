package policies

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// guardDraft is a guard as its file says it.
type guardDraft struct {
	rule               Rule
	name               string
	hands              bool   // it is about who asks
	only               string // the part of the context without which it does not hold
	since              int64  // the minor version of Kubernetes that knows its functions
	pods               bool
	resources          []manifest.GuardedResource
	operations, judges []string
	settings           []manifest.GuardVariable // the expression is a path in the context
	variables          []manifest.GuardVariable
	denials            []denial
}

// denial refuses a request where a condition holds: for each of some things, or at all where each is empty.
type denial struct{ each, when, message string }

// oldestAdmission is the minor version of Kubernetes from which the API server takes such policies.
const oldestAdmission = 30

// GuardFile is where the guards of the rule stand, or would: beside it.
func (r Rule) GuardFile() string {
	if r.Own {
		return path.Join(path.Dir(r.File), r.pkg+".cel.yaml")
	}
	return strings.TrimSuffix(r.File, ".rego") + ".cel.yaml"
}

// Guards are what the API server asks in place of the rules, as it holds in a context: with its settings, and without
// what the cluster cannot ask. The order is that of the rules; checks are ids, none means all.
func (e *Engine) Guards(c Context, checks ...string) ([]manifest.Guard, error) {
	drafts, err := e.guards()
	if err != nil {
		return nil, err
	}
	facts := c.value()
	var out []manifest.Guard
	for _, d := range drafts {
		if (len(checks) == 0 || slices.Contains(checks, d.rule.ID)) && d.holds(facts) {
			out = append(out, d.guard(facts))
		}
	}
	return out, nil
}

// Guarded are the checks that have guards, whether or not the cluster can ask them, in order.
func (e *Engine) Guarded() ([]string, error) {
	drafts, err := e.guards()
	var out []string
	for _, d := range drafts {
		out = append(out, d.rule.ID)
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// mindGuards reads the guards at once where the platform has rules, so that faults of theirs are told like those of
// Rego. Nobody waits for ours alone.
func (e *Engine) mindGuards(rules []Rule) error {
	if !slices.ContainsFunc(rules, func(r Rule) bool { return !r.Own }) {
		return nil
	}
	_, err := e.guards()
	return err
}

// guardsOf reads the guards of some rules.
func guardsOf(fsys fs.FS, rules []Rule) ([]guardDraft, error) {
	var out []guardDraft
	faults := Errors{}
	for _, rule := range rules {
		drafts, bad, err := readGuards(fsys, rule)
		if err != nil {
			return nil, err
		}
		out, faults = append(out, drafts...), append(faults, bad...)
	}
	if len(faults) > 0 {
		return nil, Errors(manifest.SortProblems(faults))
	}
	return out, nil
}

// readGuards reads the file of a rule; a rule without one has no guard.
func readGuards(fsys fs.FS, rule Rule) ([]guardDraft, Errors, error) {
	src := fsys
	if rule.Own {
		src = own
	}
	data, err := fs.ReadFile(src, rule.GuardFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read policies: %w", err)
	}
	docs, problems := manifest.Parse(rule.GuardFile(), data, manifest.TenantLimits)
	if len(problems) > 0 {
		return nil, problems, nil
	}
	r := guardReader{rule: rule, names: map[string]bool{}}
	var drafts []guardDraft
	for _, item := range r.list(docs[0], "a list of guards") {
		drafts = append(drafts, r.draft(item))
	}
	return drafts, r.faults, nil
}

// holds reports whether the guard has something to ask in the context.
func (d guardDraft) holds(facts map[string]any) bool {
	minor, _ := lookup(facts, "platform.minor").(int64)
	lacks := func(path string) bool { return !has(facts, path) }
	ofPlatform := slices.DeleteFunc(slices.Clone(d.rule.Needs), func(path string) bool { return strings.HasPrefix(path, "spec.") })
	return minor >= max(d.since, oldestAdmission) && !slices.ContainsFunc(ofPlatform, lacks) && (d.only == "" || has(facts, d.only))
}
