# METADATA
# title: Mesh and gateway objects stay local
# custom:
#   id: TS-NET-014
#   severity: critical
#   scope: object
#   waivable: false
#   needs_tenant: true
#   brought: true
#   remedy: route hosts by spec.services.<name>.expose and name hosts outside in spec.services.<name>.calls; the patch or object of your own stays in its namespace
#   objects: [VirtualService, DestinationRule, ServiceEntry, Sidecar, Gateway, HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute, ListenerSet, XListenerSet, ReferenceGrant, Telemetry, RequestAuthentication, Ingress]
#   controls:
#     direct: [iso:A.8.22, csf:PR.IR-01]
#     supporting: [mtb:MTB-PL1-CC-TI-2, soc2:CC6.1, soc2:CC6.6, gdpr:32.1.b]
package checks.ts_net_014

import data.lib.hosts
import data.lib.mesh

deny contains finding if {
	input.object.kind in {
		"VirtualService", "DestinationRule", "ServiceEntry", "Sidecar", "Gateway", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute",
		"UDPRoute", "ListenerSet", "XListenerSet", "ReferenceGrant", "Telemetry", "RequestAuthentication", "Ingress",
	}
	all := faults
	some [path, fault] in all
	finding := {"path": path, "message": fault}
}

kind := input.object.kind

spec := input.object.spec

# The platform's gateway has to see what it routes by.
exported := ({".", "~"} | {namespace | some namespace in input.ctx.namespaces}) | {gateway[0]}

# The namespace and the name of the platform's gateway.
gateway := [object.get(input.ctx.platform, ["spec", "namespaces", "gateway"], ""), object.get(input.ctx, ["cluster", "gateway"], "")]

faults contains [["spec"], sprintf("%s has no exportTo, and so is for every namespace", [kind])] if {
	kind in {"VirtualService", "DestinationRule", "ServiceEntry"}
	count(object.get(spec, "exportTo", [])) == 0
}

faults contains [["spec", "exportTo", i], sprintf("%s is exported to %v", [kind, namespace])] if {
	some i, namespace in spec.exportTo
	not namespace in exported
}

faults contains [path, sprintf("%s is about host %v, which is no Service or domain of the tenant and no host that it calls", [kind, host])] if {
	some [path, host] in names
	not reachable(host)
}

reachable(host) if hosts.service(host)

reachable(host) if hosts.own(host)

reachable(host) if {
	hosts.called(host)
	not hosts.inside(host)
}

names contains [["spec", "host"], spec.host] if kind == "DestinationRule"

names contains [["spec", "hosts", i], host] if {
	kind in {"VirtualService", "ServiceEntry"}
	some i, host in spec.hosts
}

# The gateway reaches every tenant: a route must not lead it elsewhere.
names contains [["spec", protocol, i, "route", j, "destination", "host"], to.destination.host] if {
	kind == "VirtualService"
	some protocol in ["http", "tls", "tcp"]
	some i, route in spec[protocol]
	some j, to in route.route
}

names contains [["spec", "http", i, "mirror", "host"], route.mirror.host] if {
	kind == "VirtualService"
	some i, route in spec.http
}

names contains [["spec", "http", i, "mirrors", j, "destination", "host"], mirror.destination.host] if {
	kind == "VirtualService"
	some i, route in spec.http
	some j, mirror in route.mirrors
}

# With Istio a route leads to any host that the mesh knows by a backend of the kind Hostname.
names contains [array.concat(path, ["name"]), backend.name] if {
	some [path, backend] in backends
	backend.kind == "Hostname"
}

faults contains [["spec", "http", i, "delegate", "namespace"], sprintf("route is left to namespace %v", [namespace])] if {
	kind == "VirtualService"
	some i, route in spec.http
	namespace := route.delegate.namespace
	not namespace in input.ctx.namespaces
}

faults contains [["spec", "gateways", i], sprintf("route is for gateway %v, which is neither the platform's nor the tenant's", [name])] if {
	kind == "VirtualService"
	some i, name in spec.gateways
	not own_gateway(parts(name))
}

# A gateway is named as namespace/name or, in the old way, as name.namespace.
parts(name) := split(name, "/") if contains(name, "/")

parts(name) := [segments[1], segments[0]] if {
	not contains(name, "/")
	segments := split(name, ".")
	count(segments) > 1
}

parts(name) := ["."] if not regex.match(`[/.]`, name)

own_gateway(["."])

own_gateway([".", _])

own_gateway([namespace, _]) if namespace in input.ctx.namespaces

own_gateway(named) if named == gateway

# That of a tenant's certificate stands beside the platform's: the first 42 characters of the tenant's namespace and a
# digest of fixed length. Of namespaces that are longer and begin alike, each one's Gateway takes routes of that one only.
own_gateway([namespace, name]) if {
	namespace == gateway[0]
	some own in input.ctx.namespaces
	regex.match(sprintf("^%s-tls-[0-9a-f]{16}$", [substring(own, 0, 42)]), name)
}

# A Gateway of Istio takes over pods anywhere by their labels: those of the tenant have its name.
faults contains [["spec", "selector"], "Gateway is for proxies that are not the tenant's"] if {
	kind == "Gateway"
	startswith(input.object.apiVersion, "networking.istio.io/")
	object.get(spec, ["selector", "tenantsmith.dev/tenant"], "") != input.ctx.tenant
	not beside
}

# Only the platform puts objects where its gateway is.
beside if {
	input.owner == "platform"
	input.object.metadata.namespace == gateway[0]
}

faults contains [path, sprintf("%s is for %v %v in namespace %v, which is neither the platform's gateway nor the tenant's", [kind, what, parent.name, namespace])] if {
	some [path, parent] in parents
	what := object.get(parent, "kind", "Gateway")
	namespace := parent.namespace
	not namespace in input.ctx.namespaces
	[what, [namespace, parent.name]] != ["Gateway", gateway]
}

# Which proxies take an Ingress, its class says, as a parent does for routes.
faults contains [path, sprintf("Ingress is of class %v, and the cluster's for tenants is %v", [class, input.ctx.cluster.ingressClass])] if {
	some path in [["spec", "ingressClassName"], ["metadata", "annotations", "kubernetes.io/ingress.class"]]
	kind == "Ingress"
	class := object.get(input.object, path, input.ctx.cluster.ingressClass)
	class != input.ctx.cluster.ingressClass
}

parents contains [["spec", "parentRefs", i], parent] if some i, parent in spec.parentRefs

parents contains [["spec", "parentRef"], spec.parentRef] if kind in {"ListenerSet", "XListenerSet"}

faults contains [["spec", "useDefaultGateways"], sprintf("%s is for every default gateway, whoever it belongs to", [kind])] if {
	spec.useDefaultGateways != "None"
}

faults contains [array.concat(path, ["namespace"]), sprintf("%s leads to namespace %v", [kind, namespace])] if {
	some [path, backend] in backends
	namespace := backend.namespace
	not namespace in input.ctx.namespaces
}

backends contains [["spec", "rules", i, "backendRefs", j], backend] if {
	some i, rule in spec.rules
	some j, backend in rule.backendRefs
}

# Who gets a copy of each request, or is asked whether it may pass.
backends contains [["spec", "rules", i, "filters", j, way, "backendRef"], filter[way].backendRef] if {
	some i, rule in spec.rules
	some j, filter in rule.filters
	some way in ["requestMirror", "externalAuth"]
}

backends contains [["spec", "rules", i, "backendRefs", j, "filters", k, way, "backendRef"], filter[way].backendRef] if {
	some i, rule in spec.rules
	some j, backend in rule.backendRefs
	some k, filter in backend.filters
	some way in ["requestMirror", "externalAuth"]
}

backends contains [["spec", "listeners", i, "tls", "certificateRefs", j], certificate] if {
	some i, listener in spec.listeners
	some j, certificate in listener.tls.certificateRefs
}

backends contains [["spec", "targetRefs", i], target] if some i, target in spec.targetRefs

faults contains [["spec", "listeners", i, "allowedRoutes", "namespaces", "from"], "Gateway takes routes of other namespaces"] if {
	some i, listener in spec.listeners
	from := listener.allowedRoutes.namespaces.from
	not from in {"Same", "None"}
}

faults contains [["spec", "allowedListeners", "namespaces", "from"], "Gateway takes listeners of other namespaces"] if {
	from := spec.allowedListeners.namespaces.from
	not from in {"Same", "None"}
}

# The platform's gateway may be let at a certificate of the tenant.
faults contains [["spec", "from", i], sprintf("%v of namespace %v may refer to objects of the tenant", [from.kind, from.namespace])] if {
	kind == "ReferenceGrant"
	some i, from in spec.from
	namespace := from.namespace
	not namespace in input.ctx.namespaces
	[from.kind, namespace] != ["Gateway", gateway[0]]
}

faults contains [["spec", "egress", i, "hosts", j], sprintf("sidecar sees %v, services of other tenants among it", [host])] if {
	kind == "Sidecar"
	some i, egress in spec.egress
	some j, host in egress.hosts
	namespace := split(host, "/")[0]
	not namespace in {".", "~"}
	not namespace in input.ctx.namespaces
	not namespace in callees
}

# Namespaces of the platform's parts, and of those whom the tenant says that it calls.
callees contains namespace if some namespace in input.ctx.platform.spec.namespaces

callees contains mesh.of_tenant(call.tenant) if some call in calls

callees contains input.ctx.platform.spec.sharedServices[call.shared].namespace if some call in calls

calls contains call if {
	some service in input.ctx.spec.services
	some call in service.calls
}
