package plan

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const (
	envoyFirewall = "gateway.envoyproxy.io/EnvoyExtensionPolicy"
	istioFirewall = "extensions.istio.io/WasmPlugin"
)

// firewall is what Coraza does before a host or a route, path by path; "" stands for paths that have no rule of their own.
type firewall map[string]filter

// filter is what it does for a path.
type filter struct {
	mode string // of SecRuleEngine
	body int64  // bytes of the largest body, zero for unknown
	less []string
}

// engines orders the modes of SecRuleEngine.
var engines = map[string]int{"On": 2, "DetectionOnly": 1, "Off": 0}

// weakerFirewall tells of routes and hosts before which Coraza refuses less than before. Those that come or go are passed
// over.
func (c *comparison) weakerFirewall() {
	i := slices.IndexFunc(c.pairs, func(p pair) bool { return p.kind == envoyFirewall || p.kind == istioFirewall })
	if i < 0 {
		return
	}
	p := &c.pairs[i]
	old, new := firewalls(c.Old), firewalls(c.New)
	for _, where := range slices.Sorted(maps.Keys(old)) {
		after, guarded := new[where]
		if !guarded {
			if _, isRoute := strings.CutPrefix(where, "route "); isRoute && !c.routed(where) {
				continue // it is gone
			}
			if after, guarded = new[elsewhere]; !guarded || strings.HasPrefix(where, "route ") {
				after = firewall{"": {mode: "Off"}}
			}
		}
		c.weaker(p, where, old[where], after)
	}
}

// elsewhere are the hosts that a plugin does not name.
const elsewhere = "hosts that nobody names"

// routed reports whether a route is there afterwards.
func (c *comparison) routed(where string) bool {
	return slices.ContainsFunc(c.New.Objects, func(o manifest.Object) bool {
		return o.Kind() == "HTTPRoute" && "route "+o.Name() == where
	})
}

// weaker compares what is done for each path.
func (c *comparison) weaker(p *pair, where string, old, new firewall) {
	paths := map[string]bool{}
	for path := range old {
		paths[path] = true
	}
	for path := range new {
		paths[path] = true
	}
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		before, after := old.at(path), new.at(path)
		at := where
		if path != "" {
			at += ", paths " + path
		}
		tell := func(s manifest.Severity, format string, args ...any) {
			c.risk(RemovedGuard, s, p, manifest.Path{"spec"}, at+": "+fmt.Sprintf(format, args...), "")
		}
		switch less := added(before.less, after.less); {
		case engines[after.mode] < engines[before.mode] && engines[after.mode] == 0:
			tell(manifest.High, "the firewall no longer looks at requests")
		case engines[after.mode] < engines[before.mode]:
			tell(manifest.High, "the firewall lets requests through that it refused, and only tells of them")
		case engines[after.mode] == 0:
		case len(less) > 0:
			tell(manifest.Medium, "the firewall no longer asks %s", strings.Join(less, ", "))
		}
		if engines[after.mode] > 0 && engines[after.mode] >= engines[before.mode] && before.body > 0 && after.body > before.body {
			tell(manifest.Low, "the firewall lets in bodies of %d bytes, where %d were the most", after.body, before.body)
		}
	}
}

func (f firewall) at(path string) filter {
	if rule, own := f[path]; own {
		return rule
	}
	return f[""]
}

// firewalls are those of one side, by "route NAME" or "host NAME".
func firewalls(s *Side) map[string]firewall {
	out := map[string]firewall{}
	for i := range s.Objects {
		o := &s.Objects[i]
		switch kindOf(o.Key()) {
		case envoyFirewall:
			for _, wasm := range list(at(o.Tree, "spec", "wasm")) {
				config := at(wasm, "config")
				for _, target := range list(at(o.Tree, "spec", "targetRefs")) {
					out["route "+text(target, "name")] = directives(config, text(config, "default_directives"))
				}
			}
		case istioFirewall:
			config := at(o.Tree, "spec", "pluginConfig")
			out[elsewhere] = directives(config, text(config, "default_directives"))
			for host := range child(config, "per_authority_directives") {
				out["host "+host] = directives(config, text(config, "per_authority_directives", host))
			}
		}
	}
	return out
}

// directives read what a set of SecLang directives of a name does.
func directives(config any, name string) firewall {
	general, out := filter{mode: "Off"}, firewall{}
	for _, line := range texts(at(config, "directives_map", name)) {
		word, rest, _ := strings.Cut(line, " ")
		switch word {
		case "SecRuleEngine":
			general.mode = rest
		case "SecRequestBodyLimit":
			general.body, _ = strconv.ParseInt(rest, 10, 64)
		case "SecRuleRemoveById":
			general.less = append(general.less, "rule "+rest)
		case "SecRule":
			if path, rule, ok := pathRule(rest); ok {
				out[path] = rule
			}
		}
	}
	out[""] = general
	return out
}

// pathRule reads a rule that says by ctl actions what is done for a path.
func pathRule(rest string) (path string, f filter, ok bool) {
	if path, ok = strings.CutPrefix(rest, `REQUEST_URI_RAW "@rx `); !ok {
		return "", f, false
	}
	path, actions, _ := strings.Cut(path, `" "`)
	for action := range strings.SplitSeq(strings.TrimSuffix(actions, `"`), ",") {
		name, value, _ := strings.Cut(strings.TrimPrefix(action, "ctl:"), "=")
		switch name {
		case "ruleEngine":
			f.mode = value
		case "requestBodyLimit":
			f.body, _ = strconv.ParseInt(value, 10, 64)
		case "ruleRemoveById":
			f.less = append(f.less, "rule "+value)
		}
	}
	return path, f, true
}
