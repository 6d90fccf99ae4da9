# METADATA
# title: Public routes pass a WAF
# custom:
#   id: TS-NET-009
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set waf to block in spec.services.<name>.expose and leave the routes to the platform's gateway; only the platform team can put a firewall before it, by platform spec.clusters.<name>.waf
#   objects: [Ingress, HTTPRoute, GRPCRoute, VirtualService, ListenerSet, EnvoyExtensionPolicy, tenant]
#   needs: [cluster.waf]
#   controls:
#     direct: [soc2:CC6.6]
#     supporting: [iso:A.8.20, iso:A.8.26, iso:A.8.7, soc2:CC6.8, csf:PR.IR-01, gdpr:32.1.b]
package checks.ts_net_009

# Each way in from outside is [path, guarded]: whether it leads through the platform's own gateway,
# where the firewall is.
ways contains [["spec", "ingressClassName"], guarded] if {
	input.object.kind == "Ingress"
	guarded := class == object.get(input.ctx.cluster, "ingressClass", class)
}

ways contains [["spec", "parentRefs", i], guarded] if {
	input.object.kind in {"HTTPRoute", "GRPCRoute"}
	some i, parent in input.object.spec.parentRefs
	object.get(parent, "kind", "Gateway") != "Service"
	guarded := leads(object.get(parent, "kind", "Gateway"), [object.get(parent, "namespace", ""), parent.name])
}

ways contains [["spec", "gateways", i], guarded] if {
	input.object.kind == "VirtualService"
	some i, name in input.object.spec.gateways
	name != "mesh"
	guarded := serves(name)
}

# To which gateway listeners belong is for all objects together to say.
leads("ListenerSet", _) := true

leads(kind, named) := [kind, named] == ["Gateway", gateway] if kind != "ListenerSet"

# Pods of the platform's gateway serve what stands beside it, those of the tenant's certificates among it. These are named by
# the first 42 characters of its namespace and a digest.
default serves(_) := false

serves(name) if name == concat("/", gateway)

serves(name) if {
	some own in input.ctx.namespaces
	regex.match(sprintf("^%s/%s-tls-[0-9a-f]{16}$", [gateway[0], substring(own, 0, 42)]), name)
}

class := input.object.spec.ingressClassName if {
	input.object.spec.ingressClassName
} else := object.get(input.object, ["metadata", "annotations", "kubernetes.io/ingress.class"], object.get(input.ctx.cluster, "ingressClass", ""))

gateway := [object.get(input.ctx.platform, ["spec", "namespaces", "gateway"], ""), object.get(input.ctx.cluster, "gateway", "")]

deny contains finding if {
	some [path, _] in ways
	input.ctx.cluster.waf == "none"
	finding := {"path": path, "message": "requests from outside pass no web application firewall on this cluster"}
}

deny contains finding if {
	some [path, guarded] in ways
	input.ctx.cluster.waf in {"gateway", "coraza"}
	not guarded
	finding := {"path": path, "message": "requests from outside come by another way than the platform's gateway, past its web application firewall"}
}

# Settings that make the firewall look on, or away.
deny contains finding if {
	input.object.kind == "Ingress"
	some key, value in input.object.metadata.annotations
	weakened(regex.replace(key, `^.*/`, ""), lower(sprintf("%v", [value])))
	finding := {"path": ["metadata", "annotations", key], "message": "annotation makes the web application firewall look on, or away"}
}

weakened(setting, value) if {
	setting in {"enable-modsecurity", "enable-owasp-core-rules", "enable-owasp-modsecurity-crs", "app-protect-enable"}
	value in {"false", "no", "off", "0"}
}

weakened(setting, value) if {
	setting in {"modsecurity-snippet", "modsecurity-snippets", "configuration-snippet", "server-snippet"}
	regex.match(`secruleengine\s+"?(off|detectiononly)|modsecurity\s+off`, value)
}

weakened("waf-mode", value) if value != "deny"

weakened(setting, value) if {
	setting in {"waf", "wafv2-acl-arn", "wafv2-acl-name", "waf-acl-id", "web-acl-id"}
	value in {"", "none", "false", "off"}
}

deny contains finding if {
	input.facts
	some name, service in input.ctx.spec.services
	some i, exposed in service.expose
	exposed.waf in {"off", "detect"}
	finding := {
		"path": [],
		"field": ["spec", "services", name, "expose", i, "waf"],
		"message": sprintf("web application firewall is set to %s for host %s, and stops nothing", [exposed.waf, exposed.host]),
	}
}
