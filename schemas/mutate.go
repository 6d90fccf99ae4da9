package schemas

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// choices are the fields with a fixed set of values, by their last key.
var choices = map[string][]string{
	"lifecycle":           {"active", "suspended", "offboarding"},
	"role":                {"viewer", "developer", "deployer", "admin"},
	"kind":                serviceKinds,
	"strategy":            {"rolling", "canary", "blueGreen", "abTest"},
	"approval":            {"auto", "manual"},
	"noData":              {"hold", "pass"},
	"protocol":            {"TCP", "UDP"},
	"trafficDistribution": {"any", "zone", "node"},
	"waf":                 {"off", "detect", "block"},
	"podSecurity":         {"restricted", "baseline", "privileged"},
	"level":               {"none", "basic", "standard", "advanced"},
	"logLevel":            {"debug", "info", "warn", "error"},
	"dataClassification":  {"public", "internal", "confidential", "personal"},
	"field":               {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "status.podIP"},
}

var (
	duration = pattern.Of(`^[0-9]+(ms|s|m|h|d|w)$`)
	cron     = pattern.Of(`^[0-9*/,-]+( [0-9A-Z*/,-]+){4}$`)
)

// free are the maps whose values are people's own texts: a value there has no form to keep.
var free = []string{"env", "files", "tags", "extensions"}

// otherValue returns a value that differs from v and has its shape.
func otherValue(p manifest.Path, v any) any {
	switch v := v.(type) {
	case bool:
		return !v
	case int64:
		return otherNumber(p, v)
	case float64:
		if v >= 1 {
			return v - 0.5
		}
		return v + 0.25
	case string:
		return otherText(p, v)
	}
	return v
}

// otherNumber takes a small step, downwards where the number may be the greatest allowed one.
func otherNumber(p manifest.Path, n int64) any {
	if isQuantity(p) {
		return n + 1
	}
	key, _ := lastKey(p)
	percent := key == "weights" || key == "cpuPercent" || key == "successRate"
	if n > 1 && (percent || n >= 1000) {
		return n - 1
	}
	return n + 1
}

// lastKey is the last name of the path, and whether it is the end of it.
func lastKey(p manifest.Path) (string, bool) {
	for i, step := range slices.Backward(p) {
		if s, ok := step.(string); ok {
			return s, i == len(p)-1
		}
	}
	return "", false
}

func otherText(p manifest.Path, s string) string {
	key, _ := lastKey(p)
	if within := len(p) > 1 && slices.ContainsFunc(p[:len(p)-1], func(step any) bool { name, _ := step.(string); return slices.Contains(free, name) }); !within || key == "field" {
		if other := otherForm(p, key, s); other != "" {
			return other
		}
	}
	if len(s) >= 40 && !strings.ContainsAny(s, " \n") {
		return s[:len(s)-1] + otherLetter(s[len(s)-1])
	}
	return s + "x"
}

// otherForm changes a text that has a form; empty when it has none that is known.
func otherForm(p manifest.Path, key, s string) string {
	switch {
	case key == "tier":
		return otherOf([]string{"free", "basic", "premium", "enterprise"}, s)
	case choices[key] != nil && slices.Contains(choices[key], s):
		return otherOf(choices[key], s)
	case isQuantity(p):
		return otherQuantity(s)
	case key == "image":
		return otherImage(s)
	case key == "cidr":
		return otherRange(s)
	case duration().MatchString(s), cron().MatchString(s) && s[0] >= '0' && s[0] <= '9':
		return step(s)
	case key == "host" || key == "domains":
		return "x" + strings.TrimPrefix(s, "*.")
	}
	return ""
}

func otherOf(values []string, s string) string {
	return values[(slices.Index(values, s)+1)%len(values)]
}

// isQuantity reports whether the field is a quantity of Kubernetes.
func isQuantity(p manifest.Path) bool {
	key, last := lastKey(p)
	return last && slices.Contains([]string{"cpu", "memory", "storage", "emptyDir", "claim"}, key)
}

func otherQuantity(s string) string {
	q, err := resource.ParseQuantity(s)
	if err != nil {
		return ""
	}
	q.Add(q.DeepCopy())
	return q.String()
}

// otherImage changes the tag of an image, or its digest where it has one.
func otherImage(s string) string {
	if strings.Contains(s, "@") {
		return s[:len(s)-1] + otherLetter(s[len(s)-1])
	}
	return s + "x"
}

// otherLetter is another digit of a digest, or another letter.
func otherLetter(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

// otherRange is the range of addresses behind this one.
func otherRange(s string) string {
	prefix, err := netip.ParsePrefix(s)
	if err != nil || prefix.Bits() == 0 {
		return ""
	}
	bytes := prefix.Masked().Addr().AsSlice()
	bit := prefix.Bits() - 1
	bytes[bit/8] ^= 1 << (7 - bit%8)
	addr, _ := netip.AddrFromSlice(bytes)
	return netip.PrefixFrom(addr, prefix.Bits()).String()
}

// step adds one to the number that a text begins with, or takes one from 59.
func step(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(s[:max(end, 0)])
	if err != nil {
		return ""
	}
	if n == 59 {
		return "58" + s[end:]
	}
	return strconv.Itoa(n+1) + s[end:]
}
