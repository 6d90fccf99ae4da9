package schemas

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue"
)

// constrain writes what a scalar has to meet.
func constrain(out object, v cue.Value) {
	op, args := v.Expr()
	switch op {
	case cue.AndOp:
		for _, a := range args {
			constrain(out, a)
		}
	case cue.OrOp:
		alternatives(out, args)
	case cue.SelectorOp:
		if def := referent(v); def.Exists() {
			constrain(out, def)
		}
	case cue.GreaterThanEqualOp:
		out["minimum"] = boundary(args[0])
	case cue.LessThanEqualOp:
		out["maximum"] = boundary(args[0])
	case cue.RegexMatchOp:
		match(out, args[0])
	case cue.NotRegexMatchOp:
		mismatch(out, args[0])
	}
	if t := typeOf(v); t != "" && out["anyOf"] == nil && (out["type"] == nil || t == "integer") {
		out["type"] = t
	}
}

func typeOf(v cue.Value) string {
	switch v.IncompleteKind() {
	case cue.IntKind:
		return "integer"
	case cue.NumberKind:
		return "number"
	case cue.StringKind:
		return "string"
	case cue.BoolKind:
		return "boolean"
	}
	return ""
}

func alternatives(out object, args []cue.Value) {
	var list []any
	for _, a := range args {
		option := object{}
		if text, err := a.String(); err == nil {
			option["const"] = text
		} else {
			constrain(option, a)
		}
		list = append(list, option)
	}
	out["anyOf"] = list
}

func match(out object, pattern cue.Value) {
	text, _ := pattern.String()
	if out["pattern"] == nil {
		out["pattern"] = text
		return
	}
	all, _ := out["allOf"].([]any)
	out["allOf"] = append(all, object{"pattern": text})
}

// mismatch writes a pattern that must not match; `.{64}` is a length, and
// `.{1000}.{25}` the sum of two, since no repetition may be above 1000.
func mismatch(out object, pattern cue.Value) {
	text, _ := pattern.String()
	if n := characters(text); n > 0 {
		out["maxLength"] = n - 1
		return
	}
	all, _ := out["allOf"].([]any)
	out["allOf"] = append(all, object{"not": object{"pattern": text}})
}

// characters is how many characters a pattern demands that demands nothing else; 0 for any other.
func characters(pattern string) int {
	sum := 0
	for pattern != "" {
		count, rest, _ := strings.Cut(pattern, "}")
		n, err := strconv.Atoi(strings.TrimPrefix(count, ".{"))
		if err != nil || !strings.HasPrefix(count, ".{") {
			return 0
		}
		sum, pattern = sum+n, rest
	}
	return sum
}

func boundary(v cue.Value) any {
	if i, err := v.Int64(); err == nil {
		return i
	}
	f, _ := v.Float64()
	return f
}
