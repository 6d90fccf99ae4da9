package plan

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What annotations of an Ingress say, by their names behind the prefix of a controller.
var (
	admitting  = []string{"whitelist-source-range", "allowlist-source-range", "inbound-cidrs", "whitelist", "allow-list"}
	excluding  = []string{"denylist-source-range", "blacklist", "deny-list"}
	encrypting = []string{"ssl-redirect", "force-ssl-redirect"}
	holding    = []string{"enable-modsecurity", "enable-owasp-core-rules", "modsecurity-snippet", "router.middlewares", "limit-rps", "limit-rpm", "limit-connections",
		"wafv2-acl-arn"}
)

// weakerIngress tells of annotations that no longer hold requests back, and of those that write what a gateway does.
func weakerIngress(c *comparison, p *pair) {
	if p.kind != "networking.k8s.io/Ingress" || p.old == nil || p.new == nil {
		return
	}
	old, new := child(p.old.Tree, "metadata", "annotations"), child(p.new.Tree, "metadata", "annotations")
	for _, key := range keysOf(old, new) {
		_, name, _ := strings.Cut(key, "/")
		if before, after := text(old, key), text(new, key); before != after {
			c.annotated(p, manifest.Path{"metadata", "annotations", key}, name, before, after)
		}
	}
}

// annotated judges one annotation that changes.
func (c *comparison) annotated(p *pair, path manifest.Path, name, before, after string) {
	gone := before != "" && (after == "" || after == "false" || after == "0")
	switch {
	case slices.Contains(admitting, name) && gone:
		c.risk(OpenedPath, manifest.High, p, path, "requests are let in from every address", "")
	case slices.Contains(admitting, name) && before != "":
		for _, a := range added(commas(before), commas(after)) {
			c.risk(OpenedPath, manifest.Medium, p, path, "requests are now let in from "+a, "")
		}
	case slices.Contains(excluding, name):
		for _, a := range added(commas(after), commas(before)) {
			c.risk(OpenedPath, manifest.Medium, p, path, "requests are no longer refused from "+a, "")
		}
	case strings.HasPrefix(name, "auth-") && gone:
		c.risk(RemovedGuard, manifest.High, p, path, "requests are no longer asked who makes them, so far as "+name+" did", "")
	case strings.HasPrefix(name, "auth-") && before != "":
		c.risk(RemovedGuard, manifest.Medium, p, path, "requests are asked otherwise who makes them: more may be let in", "")
	case name == "satisfy" && after == "any":
		c.risk(RemovedGuard, manifest.High, p, path, "an address or a login lets requests in, where both were asked for", "")
	case slices.Contains(encrypting, name) && after == "false":
		c.risk(RemovedGuard, manifest.Medium, p, path, "requests in plain text are no longer sent to the encrypted address", "")
	case slices.Contains(holding, name) && before != "":
		c.risk(RemovedGuard, manifest.Medium, p, path, name+" holds back less, or other requests", "")
	case strings.HasSuffix(name, "-snippet") && after != "":
		c.risk(OpenedPath, manifest.Medium, p, path, "the annotation is code that the gateway runs: what it opens is not examined", "")
	case name == "scheme" && after == "internet-facing":
		c.risk(OpenedPath, manifest.High, p, path, "the load balancer gets an address in the internet", "")
	}
}

// commas are the parts of a list in one text.
func commas(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// keysOf are the keys of two maps, sorted.
func keysOf(a, b map[string]any) []string {
	var out []string
	for _, m := range []map[string]any{a, b} {
		for k := range m {
			out = append(out, k)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
