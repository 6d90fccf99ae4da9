// Package pattern holds regular expressions that are compiled when somebody first asks them. A run asks few of those
// that the packages have, and compiling all was a third of what our packages did before main began.
package pattern

import (
	"regexp"
	"sync"
)

// Of returns the expression, compiled at the first call and kept. It is for package-level variables of constant text:
// a text that is no expression panics at that call.
func Of(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
