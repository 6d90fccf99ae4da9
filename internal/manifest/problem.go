package manifest

import (
	"cmp"
	"fmt"
	"slices"
)

// Position is a place in a file; lines and columns count from 1, 0 means unknown.
type Position struct {
	File         string
	Line, Column int
}

// String returns file:line:col, as far as known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Compare orders positions by file, line and column.
func (p Position) Compare(o Position) int {
	return cmp.Or(cmp.Compare(p.File, o.File), cmp.Compare(p.Line, o.Line), cmp.Compare(p.Column, o.Column))
}

// Severity grades a problem. Error and Warning are what schemas report, the other four are what
// checks carry.
type Severity string

const (
	Critical Severity = "critical"
	Error    Severity = "error"
	High     Severity = "high"
	Medium   Severity = "medium"
	Low      Severity = "low"
	Warning  Severity = "warning"
)

// An error outranks every finding: no bound lets through what cannot be rendered.
var ranks = map[Severity]int{Warning: 0, Low: 1, Medium: 2, High: 3, Critical: 4, Error: 5}

// AtLeast reports whether s is as grave as bound or graver. An [Error] always is.
func (s Severity) AtLeast(bound Severity) bool { return ranks[s] >= ranks[bound] }

// Control names one control of a framework, such as soc2 CC6.8.
type Control struct {
	Framework string `json:"framework"`
	ID        string `json:"id"`
}

// Problem is what schemas, checks and proofs report: one thing that is wrong, where, and how to mend
// it.
type Problem struct {
	// Check is the id of the check, or "schema".
	Check    string
	Severity Severity
	// Message says what is wrong: no capital, no full stop, no position.
	Message             string
	Tenant, Environment string
	// Position is where a person mends it: a tenant, override, platform or manifest file.
	Position
	// Field is the field at Position, in the words of that file.
	Field string
	// Object and Path are the Kubernetes object and the field in it; Output is the rendered file.
	Object     Key
	APIVersion string
	Path       Path
	Output     Position
	// Rule is where the schema says so.
	Rule     Position
	Remedy   string
	Controls []Control
	// Waiver names the waiver that accepts the problem, if any.
	Waiver string
	// Baseline says that the revision which a change is compared with has the problem, too.
	Baseline bool
}

// Alone is the message of a problem that is about no object and no field, and is told from others by it alone; it is
// empty for others, whose message may change while they stay.
func (p Problem) Alone() string {
	if p.Object.Kind == "" && p.Field == "" {
		return p.Message
	}
	return ""
}

// SortProblems orders problems, in place, by position, field, check, message and what they are about, and drops
// repetitions.
func SortProblems(ps []Problem) []Problem {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if order := cmp.Or(a.Position.Compare(b.Position),
			cmp.Compare(a.Field, b.Field), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Message, b.Message),
			cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment)); order != 0 {
			return order // most of a fleet's problems differ by now, and texts of objects and paths are dear
		}
		return cmp.Or(cmp.Compare(a.Object.String(), b.Object.String()), cmp.Compare(a.Path.String(), b.Path.String()))
	})
	return slices.CompactFunc(ps, func(a, b Problem) bool {
		return a.Position == b.Position && a.Check == b.Check && a.Message == b.Message && a.Field == b.Field &&
			a.Tenant == b.Tenant && a.Environment == b.Environment && a.Object == b.Object && a.Path.String() == b.Path.String()
	})
}
