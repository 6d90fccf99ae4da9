package manifest

import "fmt"

// kind sorts the problems of a file, so that a thousand of one kind do not hide the one of another.
type kind uint8

const (
	kindBytes kind = iota
	kindSyntax
	kindDocuments
	kindAnchor
	kindAlias
	kindMerge
	kindTag
	kindDuplicate
	kindKey
	kindScalar
	kindLimit
	kinds
)

// perKind is how many problems of one kind are told in full.
const perKind = 20

// report collects the problems of one file.
type report struct {
	file     string
	problems []Problem
	count    [kinds]int
	// last is the place of the first problem of a kind that is no longer told.
	last [kinds]Position
}

func (r *report) add(k kind, at Position, message, remedy string) {
	r.addField(k, at, "", message, remedy)
}

func (r *report) addField(k kind, at Position, field, message, remedy string) {
	r.count[k]++
	if n := r.count[k]; n > perKind {
		if n == perKind+1 {
			r.last[k] = at
		}
		return
	}
	r.problems = append(r.problems, Problem{
		Check: "schema", Severity: Error, Position: at, Field: field, Message: message, Remedy: remedy,
	})
}

// finish adds a sentence for each kind that had too many, and sorts.
func (r *report) finish() []Problem {
	for k, n := range r.count {
		if n > perKind {
			r.problems = append(r.problems, Problem{Check: "schema", Severity: Error, Position: r.last[k],
				Message: fmt.Sprintf("%d more problems of the same kind follow in this file", n-perKind)})
		}
	}
	return SortProblems(r.problems)
}
