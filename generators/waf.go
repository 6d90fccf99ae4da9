package generators

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// The numbers of our own rules, below those of the Core Rule Set and of everybody else who publishes some.
const (
	bodyRule = 90000
	pathRule = 90100
	// pathsEnd is where the rules of paths end.
	pathsEnd = "TENANTSMITH_PATHS"
	// defaultBody is the largest body of a request that is let in unless a service says otherwise, in bytes: as
	// much as the image's own configuration does. Rules take seconds for a megabyte of some bodies, and a thread of the
	// gateway serves nobody else meanwhile.
	defaultBody = int64(128 << 10)
)

// guard is what the firewall does for a path of a host.
type guard struct {
	path, mode string
	body       int64
	exclude    []int32
}

// same reports whether the firewall does the same for two paths.
func (g guard) same(o guard) bool {
	return g.mode == o.mode && (g.mode == schemas.WAFOff || g.body == o.body && slices.Equal(g.exclude, o.exclude))
}

// strictness orders what the firewall does.
var strictness = []string{schemas.WAFOff, schemas.WAFDetect, schemas.WAFBlock}

// guards are those of exposures, in their order.
func (in input) guards(paths []exposure) []guard {
	var out []guard
	for _, e := range paths {
		s := in.env.Spec.Services[e.service]
		g := guard{e.path, e.waf, defaultBody, slices.Compact(slices.Sorted(slices.Values(s.WAF.Exclude)))}
		if s.WAF.MaxBody != nil {
			g.body = s.WAF.MaxBody.Value()
		}
		out = append(out, g)
	}
	return out
}

// profile is what the firewall does for a host: the directives, and a name that says so in short. Hosts for which it does
// the same have the same.
type profile struct {
	name       string
	directives []string
}

// newProfile is that of a host with these paths, the longest first. Equal paths are one rule for all of the host.
func newProfile(paths []guard) profile {
	strictest := slices.MaxFunc(paths, func(a, b guard) int {
		return cmp.Compare(slices.Index(strictness, a.mode), slices.Index(strictness, b.mode))
	})
	if strictest.mode == schemas.WAFOff {
		return profile{strictest.mode, []string{"SecRuleEngine Off"}}
	}
	alike := !slices.ContainsFunc(paths, func(g guard) bool { return !g.same(paths[0]) })
	p := profile{name: strictest.mode, directives: directives(strictest.mode, paths, alike)}
	if !alike || strictest.body != defaultBody || len(strictest.exclude) > 0 {
		p.name += "-" + digest(strings.Join(p.directives, "\n"))
	}
	return p
}

// directives are SecLang for a host. The rules of the Core Rule Set and their settings are in the image, under the names
// that begin with an @; what they say of bodies is said anew after them. Responses are not read: that would hold each of them
// back, and could only cut it off.
func directives(mode string, paths []guard, alike bool) []string {
	largest := slices.MaxFunc(paths, func(a, b guard) int { return cmp.Compare(a.body, b.body) }).body + 1
	out := []string{
		// Coraza is told to go on with what it has, for it would refuse too large a body even where it is to look on.
		fmt.Sprintf(`SecRule INBOUND_DATA_ERROR "@eq 1" "id:%d,phase:2,t:none,deny,status:413,log,severity:CRITICAL,msg:'The body is too large'"`, bodyRule),
		"Include @recommended-conf",
		"SecRuleEngine " + engine(mode),
		"SecRequestBodyAccess On",
		fmt.Sprintf("SecRequestBodyLimit %d", largest), // that is one too many
		fmt.Sprintf("SecRequestBodyInMemoryLimit %d", largest),
		"SecRequestBodyLimitAction ProcessPartial",
		"SecResponseBodyAccess Off",
		"Include @crs-setup-conf",
	}
	if !alike {
		for i, g := range paths {
			out = append(out, pathDirective(pathRule+i, g))
		}
		out = append(out, "SecMarker "+pathsEnd)
	}
	out = append(out, "Include @owasp_crs/*.conf")
	if alike {
		for _, id := range paths[0].exclude {
			out = append(out, fmt.Sprintf("SecRuleRemoveById %d", id))
		}
	}
	return out
}

func engine(mode string) string {
	return map[string]string{schemas.WAFOff: "Off", schemas.WAFDetect: "DetectionOnly", schemas.WAFBlock: "On"}[mode]
}

// pathDirective is the rule of a path; the first that fits ends them. It compares the path as routers do, as it came and
// not as it would be decoded: otherwise a request for one path could have the rules of another.
func pathDirective(id int, g guard) string {
	actions := []string{
		fmt.Sprintf("id:%d", id), "phase:1", "t:none", "pass", "nolog",
		"ctl:ruleEngine=" + engine(g.mode), fmt.Sprintf("ctl:requestBodyLimit=%d", g.body+1),
	}
	for _, id := range g.exclude {
		actions = append(actions, fmt.Sprintf("ctl:ruleRemoveById=%d", id))
	}
	return fmt.Sprintf(`SecRule REQUEST_URI_RAW "@rx %s" "%s,skipAfter:%s"`, underPath(g.path), strings.Join(actions, ","), pathsEnd)
}

// underPath is an expression for a path and all below it, with or without a query.
func underPath(path string) string {
	if path == "/" {
		return "^/"
	}
	return "^" + literal(path) + "(?:[/?]|$)"
}

// literal is an expression for a text, in which no quote stands for itself: SecLang has uses of its own for them.
func literal(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', strings.ContainsRune("/_-", r):
			out.WriteRune(r)
		case strings.ContainsRune(".~!$&()*+,;=:@%", r):
			out.WriteString("[" + string(r) + "]")
		default:
			fmt.Fprintf(&out, `\x{%x}`, r)
		}
	}
	return out.String()
}
