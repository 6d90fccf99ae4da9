# METADATA
# title: No proxy code injection
# custom:
#   id: TS-NET-010
#   severity: critical
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove the annotation or object; hosts and paths are routed by spec.services.<name>.expose
#   objects: [Ingress, EnvoyFilter, WasmPlugin, ProxyConfig, EnvoyPatchPolicy, EnvoyExtensionPolicy, SnippetsFilter, SnippetsPolicy, pods]
#   controls:
#     supporting: [nsa:UPG-01, iso:A.8.20, iso:A.8.26, soc2:CC6.8, soc2:CC7.1, csf:PR.PS-05]
package checks.ts_net_010

import data.lib.addresses
import data.lib.hosts
import data.lib.pods

deny contains finding if {
	input.object.kind in {
		"EnvoyFilter", "WasmPlugin", "ProxyConfig", "EnvoyPatchPolicy", "EnvoyExtensionPolicy", "SnippetsFilter", "SnippetsPolicy",
	}
	finding := {"path": ["kind"], "message": sprintf("%v changes the proxy itself", [input.object.kind])}
}

deny contains finding if {
	some key, value in annotations
	fault := injects(regex.replace(key, `^.*/`, ""), sprintf("%v", [value]))
	finding := {"path": ["metadata", "annotations", key], "message": sprintf("annotation %s", [fault])}
}

annotations := input.object.metadata.annotations if input.object.kind == "Ingress"

injects(setting, _) := "puts configuration into the proxy" if regex.match(`-snippets?$|^config-(backend|defaults|frontend|global|proxy|sections|tcp)`, setting)

injects(setting, _) := "runs a script in the proxy" if contains(setting, "lua")

injects(setting, value) := "runs a script in the proxy" if {
	contains(value, "_by_lua")
	not contains(setting, "lua")
}

injects(setting, value) := sprintf("sends requests to %v, which is no host of the tenant and none that it calls", [value]) if {
	setting in {"auth-url", "auth-signin", "mirror-target", "mirror-host"}
	not trusted(addresses.host(value))
}

injects(setting, value) := sprintf("rewrites to %v, which is more than a path and numbers of groups", [value]) if {
	setting in {"rewrite-target", "app-root"}
	not regex.match(`^[-A-Za-z0-9._~/%$]*$`, value)
}

trusted(host) if hosts.own(host)

trusted(host) if hosts.service(host)

trusted(host) if hosts.called(host)

# The project ingress-nginx ended in 2026. Where the platform still runs it, that is the platform's
# word; a tenant does not choose it.
deny contains finding if {
	input.object.kind == "Ingress"
	class := object.get(input.object.spec, "ingressClassName", object.get(input.object, ["metadata", "annotations", "kubernetes.io/ingress.class"], ""))
	class == "nginx"
	not input.ctx.cluster.ingressClass == "nginx"
	finding := {"path": ["spec", "ingressClassName"], "message": "Ingress is for ingress-nginx, which gets no more corrections"}
}

deny contains finding if {
	some p in pods.all
	some key, _ in p.pod.metadata.annotations
	regex.match(pattern, key)
	finding := {
		"path": array.concat(p.path, ["metadata", "annotations", key]),
		"message": "annotation changes the proxy itself",
	}
}

pattern := `^proxy\.istio\.io/(config|overrides)$|^inject\.istio\.io/|^sidecar\.istio\.io/(userVolume.*|proxyImage|bootstrapOverride)$`
