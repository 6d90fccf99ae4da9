package proof

import (
	"math"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// get follows keys into a tree; nil where the way ends.
func get(tree any, keys ...string) any {
	for _, k := range keys {
		m, ok := tree.(map[string]any)
		if !ok {
			return nil
		}
		tree = m[k]
	}
	return tree
}

func text(tree any, keys ...string) string {
	s, _ := get(tree, keys...).(string)
	return s
}

func list(tree any, keys ...string) []any {
	l, _ := get(tree, keys...).([]any)
	return l
}

func isMap(v any) bool {
	_, ok := v.(map[string]any)
	return ok
}

// whole reads a number of the range that Kubernetes gives counts and seconds.
func whole(v any) (int64, bool) {
	var n int64
	switch x := v.(type) {
	case int64:
		n = x
	case int:
		n = int64(x)
	case float64:
		if x != math.Trunc(x) || math.Abs(x) > math.MaxInt32 {
			return 0, false
		}
		n = int64(x)
	default:
		return 0, false
	}
	return n, n >= 0 && n <= math.MaxInt32
}

// number reads a count at a path; fallback where there is none. What is no count is a problem, and counts as the fallback.
func (w *work) number(fallback int64, tree any, keys ...string) int64 {
	v := get(tree, keys...)
	if v == nil {
		return fallback
	}
	n, ok := whole(v)
	if !ok {
		w.unreadable(keys[len(keys)-1], v)
		return fallback
	}
	return n
}

// portion is a number, or a percentage of total rounded up or down. Where bare is set, text without a sign is a percentage too,
// as Argo Rollouts reads it. It is 25 % where nothing is said, or nothing that can be read.
func (w *work) portion(v any, total int64, up, bare bool, name string) int64 {
	const usual = 25
	if v == nil {
		return share(total, usual, 100, up)
	}
	if n, ok := whole(v); ok {
		return n
	}
	s, _ := v.(string)
	digits, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil || !percent && !bare {
		w.unreadable(name, v)
		n = usual
	}
	return share(total, int64(n), 100, up)
}

// share is part of n, where all is the whole.
func share(n, part, all int64, up bool) int64 {
	if up {
		return (n*part + all - 1) / all
	}
	return n * part / all
}

// problem is one at the object that is measured.
func (w *work) problem(severity manifest.Severity, check, message, remedy string, path manifest.Path) manifest.Problem {
	return manifest.Problem{
		Check: check, Severity: severity, Message: message, Remedy: remedy,
		Object: w.key, APIVersion: w.object.APIVersion(), Path: path,
	}
}
