package proof

import "strings"

// matches compares as Istio does: * at one end stands for any text.
func matches(pattern, value string) bool {
	switch {
	case pattern == "*":
		return value != ""
	case strings.HasPrefix(pattern, "*"):
		return strings.HasSuffix(value, pattern[1:])
	case strings.HasSuffix(pattern, "*"):
		return strings.HasPrefix(value, pattern[:len(pattern)-1])
	}
	return pattern == value
}

// principalSteps are the steps of a principal in a namespace; the trust domain and the account may be any.
var principalSteps = [5]string{"", "ns", "", "sa", ""}

// reachesPrincipal reports whether some trust domain and some account make a principal of the namespace that the pattern matches.
func reachesPrincipal(pattern, namespace string) bool {
	steps := principalSteps
	steps[2] = namespace
	free := func(i int) bool { return i == 0 || i == len(steps)-1 }
	text, suffix := strings.CutPrefix(pattern, "*")
	text, prefix := strings.CutSuffix(text, "*")
	if suffix {
		prefix = false // Istio looks at the first only
		text = pattern[1:]
	}
	given := strings.Split(text, "/")
	if len(given) > len(steps) || !suffix && !prefix && len(given) < len(steps) {
		return false
	}
	at := 0
	if suffix {
		at = len(steps) - len(given)
	}
	for k, s := range given {
		step := steps[at+k]
		switch {
		case free(at + k):
			if s == "" && !(suffix && k == 0) && !(prefix && k == len(given)-1) {
				return false // no trust domain and no account is empty
			}
		case suffix && k == 0:
			if !strings.HasSuffix(step, s) {
				return false
			}
		case prefix && k == len(given)-1:
			if !strings.HasPrefix(step, s) {
				return false
			}
		case step != s:
			return false
		}
	}
	return true
}

// Accepted is a call that a place accepts: from services of a tenant in the same environment, or from the one that is named, to
// Ports of pods of Callees.
type Accepted struct {
	Tenant, From   string
	Callees, Ports []string
}
