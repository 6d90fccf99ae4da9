package report

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// schemaCheck is the check of problems that schemas report.
const schemaCheck = "schema"

// Rule is a check that was asked, as its METADATA says.
type Rule struct {
	ID, Title string
	Severity  manifest.Severity
	Remedy    string
	Controls  []manifest.Control
}

// rules are all that findings can name: the schemas, the checks that were asked, and those of findings
// that no check stands for, sorted.
func (r Report) rules() []Rule {
	rules := append([]Rule{stranger(schemaCheck)}, r.Rules...)
	return append(rules, strangers(r.Problems, rules)...)
}

// strangers are rules for problems whose check is not among the known ones.
func strangers(ps []manifest.Problem, known []Rule) []Rule {
	seen := map[string]bool{}
	for _, rule := range known {
		seen[rule.ID] = true
	}
	var ids []string
	for _, p := range ps {
		if id := checkOf(p); !seen[id] {
			seen[id], ids = true, append(ids, id)
		}
	}
	slices.Sort(ids)
	var out []Rule
	for _, id := range ids {
		out = append(out, stranger(id))
	}
	return out
}

// stranger is the rule of a check without METADATA. It is no grade of risk but an error: nothing can be
// rendered.
func stranger(id string) Rule {
	title := words().Title
	texts := map[string]phrase{schemaCheck: title.Schema, "output": title.Output, "policy": title.Policy}
	rule := Rule{ID: id, Title: string(texts[id]), Severity: manifest.Error}
	if rule.Title == "" {
		rule.Title = id
	}
	return rule
}

// checkOf is the check of a problem; those of the readers before any schema have none.
func checkOf(p manifest.Problem) string {
	if p.Check == "" {
		return schemaCheck
	}
	return p.Check
}
