package manifest

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// scalar reads a scalar: what is quoted or a block is a string, what is plain is what it looks like.
func (r *reader) scalar(y *yaml.Node) any {
	if len(y.Value) > r.lim.Scalar {
		r.here(kindLimit, y, fmt.Sprintf("value has %s, more than the %s allowed", size(len(y.Value)), size(r.lim.Scalar)), "")
		return nil
	}
	if y.Style != 0 {
		return y.Value
	}
	v, fault := resolve(y.Value)
	if fault != "" {
		r.here(kindScalar, y, fault, fmt.Sprintf("write %q if it is text", clip(y.Value, 40)))
	}
	return v
}

// clip keeps text short enough for a message, in characters.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

func isNull(s string) bool {
	return s == "" || s == "~" || s == "null" || s == "Null" || s == "NULL"
}

// resolve reads a plain scalar by the core schema of YAML 1.2. A fault is a value that other parsers would read
// differently, or that JSON cannot hold.
func resolve(s string) (v any, fault string) {
	switch s {
	case "", "~", "null", "Null", "NULL":
		return nil, ""
	case "true", "True", "TRUE":
		return true, ""
	case "false", "False", "FALSE":
		return false, ""
	}
	if c := s[0]; c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.' {
		return resolveNumber(s)
	}
	return s, ""
}

func resolveNumber(s string) (any, string) {
	if digits, base, ok := based(s); ok {
		n, err := strconv.ParseInt(digits, base, 64)
		if err != nil {
			return nil, "number does not fit into 64 bits"
		}
		return n, ""
	}
	unsigned := strings.TrimLeft(s[:1], "+-") + s[1:]
	switch unsigned {
	case ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN":
		return nil, s + " is no number that JSON can hold"
	}
	switch form(unsigned) {
	case formInteger:
		return resolveInteger(s, unsigned)
	case formFloat:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, "number is too large"
		}
		return f, ""
	}
	return s, ""
}

func resolveInteger(s, unsigned string) (any, string) {
	if len(unsigned) > 1 && unsigned[0] == '0' {
		return nil, "number with a leading zero, which some parsers read as octal"
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		return nil, "number does not fit into 64 bits"
	}
	return n, ""
}

// based splits a hexadecimal or octal number into digits and base.
func based(s string) (digits string, base int, ok bool) {
	if len(s) < 3 || s[0] != '0' {
		return "", 0, false
	}
	set := "01234567"
	switch s[1] {
	case 'o':
		base = 8
	case 'x':
		base, set = 16, "0123456789abcdefABCDEF"
	default:
		return "", 0, false
	}
	return s[2:], base, strings.Trim(s[2:], set) == ""
}

type numberForm uint8

const (
	formNone numberForm = iota
	formInteger
	formFloat
)

// form tells whether an unsigned decimal is an integer (digits), a float (digits with a dot, an exponent or both)
// or no number.
func form(s string) numberForm {
	whole := digits(s)
	rest, f := s[whole:], formInteger
	if strings.HasPrefix(rest, ".") {
		part := digits(rest[1:])
		if whole+part == 0 {
			return formNone
		}
		rest, f = rest[1+part:], formFloat
	} else if whole == 0 {
		return formNone
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		exp := strings.TrimLeft(rest[1:min(2, len(rest))], "+-") + rest[min(2, len(rest)):]
		if exp == "" || digits(exp) != len(exp) {
			return formNone
		}
		return formFloat
	}
	if rest != "" {
		return formNone
	}
	return f
}

// digits counts the decimal digits that s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}
