# What tenantsmith renders has no annotations for TLS and no load balancers, and its gateways end TLS.
package checks.ts_net_008

deny contains finding if {
	some key, value in annotations
	fault := weakened(regex.replace(key, `^.*/`, ""), value)
	finding := {"path": ["metadata", "annotations", key], "message": sprintf("annotation %s", [fault])}
}

annotations := input.object.metadata.annotations if input.object.kind == "Ingress"

weakened(setting, value) := "switches the redirect to TLS off" if {
	setting in {"ssl-redirect", "force-ssl-redirect", "redirect-to-https"}
	off(value)
}

weakened("allow-http", value) := "allows plain HTTP" if not off(value)

weakened("ingress.allow-http", value) := "allows plain HTTP" if not off(value)

weakened("ssl-passthrough", value) := "hands TLS through, so that nobody sees which version" if not off(value)

weakened("tls-minimum-protocol-version", value) := sprintf("takes TLS %v", [value]) if value in {"1.0", "1.1"}

weakened("ssl-policy", value) := sprintf("takes the old versions of TLS that %v allows", [value]) if {
	regex.match(`TLS-1-[01]-|-2015-|-2016-`, value)
}

weakened("router.tls", value) := "serves the host without TLS" if off(value)

weakened("listen-ports", value) := "serves plain HTTP" if {
	contains(value, `"HTTP"`)
	not annotations["alb.ingress.kubernetes.io/ssl-redirect"]
}

off(value) if lower(sprintf("%v", [value])) in {"false", "no", "off", "0", ""}

# A gateway of the tenant's own, of Istio.
deny contains finding if {
	input.object.kind == "Gateway"
	some i, server in input.object.spec.servers
	some [steps, fault] in exposed(server)
	finding := {"path": array.concat(["spec", "servers", i], steps), "message": fault}
}

exposed(server) := ({[["tls"], "server answers plain HTTP and does not redirect to TLS"] |
	server.port.protocol in {"HTTP", "HTTP2", "GRPC"}
	not server.tls.httpsRedirect == true
} | {[["tls", "minProtocolVersion"], sprintf("server takes %v", [version])] |
	version := server.tls.minProtocolVersion
	version in {"TLSV1_0", "TLSV1_1"}
}) | {[["tls", "mode"], sprintf("server hands TLS through by %v, so that nobody sees which version", [mode])] |
	mode := server.tls.mode
	mode in {"PASSTHROUGH", "AUTO_PASSTHROUGH"}
}

# And of the Gateway API.
deny contains finding if {
	input.object.kind in {"Gateway", "ListenerSet"}
	some i, listener in input.object.spec.listeners
	listener.tls.mode == "Passthrough"
	finding := {
		"path": ["spec", "listeners", i, "tls", "mode"],
		"message": "listener hands TLS through, so that nobody sees which version",
	}
}

deny contains finding if {
	some kind in ["Gateway", "ListenerSet"]
	some entry in input.kinds[kind]
	some i, listener in entry.object.spec.listeners
	listener.protocol == "HTTP"
	some route in input.kinds.HTTPRoute
	some parent in route.object.spec.parentRefs
	object.get(parent, "kind", "Gateway") == kind
	parent.name == entry.object.metadata.name
	object.get(parent, "namespace", route.object.metadata.namespace) == entry.object.metadata.namespace
	object.get(parent, "sectionName", listener.name) == listener.name
	some rule in route.object.spec.rules
	not secured(rule)
	finding := {
		"object": entry.index,
		"path": ["spec", "listeners", i, "protocol"],
		"message": sprintf("listener serves HTTPRoute %v in plain HTTP", [route.object.metadata.name]),
	}
}

# Routes by the name in the handshake are for TLS that the gateway hands through.
deny contains finding if {
	input.object.kind == "VirtualService"
	some gateway in input.object.spec.gateways
	gateway != "mesh"
	_ = input.object.spec.tls[0]
	finding := {"path": ["spec", "tls"], "message": "route hands TLS through the gateway, so that nobody sees which version"}
}

deny contains finding if {
	input.object.kind == "Service"
	input.object.spec.type == "LoadBalancer"
	some i, port in input.object.spec.ports
	plain(port)
	finding := {"path": ["spec", "ports", i], "message": sprintf("load balancer serves plain HTTP on port %v", [port.port])}
}

plain(port) if port.port == 80

plain(port) if port.appProtocol in {"http", "kubernetes.io/h2c", "kubernetes.io/ws"}

plain(port) if regex.match(`^(http|h2c|ws)(-|$)`, object.get(port, "name", ""))
