# METADATA
# title: Policies of Cilium
# description: |
#   Reads CiliumNetworkPolicy objects, which are among the known kinds only where the platform says so.
#   An endpoint selector that does not speak of namespaces chooses pods of the policy's own.
package lib.cilium

# Whether the policy at hand does no more than open hosts by name, at ports that it lists, and let names be
# asked for: toFQDNs reaches nothing inside of the cluster.
hosts_only if {
	object.keys(input.object.spec) - {"endpointSelector", "egress", "egressDeny"} == set()
	not input.object.specs
	count([rule | some rule in input.object.spec.egress; not opens_hosts(rule); not opens_resolver(rule)]) == 0
}

opens_hosts(rule) if {
	object.keys(rule) == {"toFQDNs", "toPorts"}
	numbers := port_numbers(rule)
	count(numbers) > 0
	count(numbers & {"", "0", "53", "range"}) == 0
}

opens_resolver(rule) if {
	object.keys(rule) == {"toEndpoints", "toPorts"}
	count(rule.toEndpoints) > 0
	every endpoints in rule.toEndpoints {
		endpoints.matchLabels["k8s:io.kubernetes.pod.namespace"] in input.ctx.platform.dns_namespaces
	}
	numbers := port_numbers(rule)
	count(numbers) > 0
	count(numbers - {"53", "5353"}) == 0
}

port_numbers(rule) := {number |
	some ports in rule.toPorts
	some port in ports.ports
	number := object.get(port, "port", "")
} | {"range" |
	some ports in rule.toPorts
	some port in ports.ports
	port.endPort
}

# Each host that a rule opens by its name or by a pattern is [path, host, rule].
hosts contains [array.concat(path, ["toFQDNs", i]), host, rule] if {
	some [path, "egress", rule] in rules
	some i, named in rule.toFQDNs
	some host in named
}

# Each rule is [path, direction, rule].
rules contains [["spec", direction, i], direction, rule] if {
	input.object.kind == "CiliumNetworkPolicy"
	some direction in ["ingress", "egress"]
	some i, rule in input.object.spec[direction]
}

rules contains [["specs", j, direction, i], direction, rule] if {
	input.object.kind == "CiliumNetworkPolicy"
	some j, spec in input.object.specs
	some direction in ["ingress", "egress"]
	some i, rule in spec[direction]
}

# Each entity that a rule lets through is [path, direction, entity].
entities contains [array.concat(path, [field, i]), direction, entity] if {
	some [path, direction, rule] in rules
	some field in ["fromEntities", "toEntities"]
	some i, entity in rule[field]
}

# Each range of addresses is [path, direction, cidr, exceptions].
ranges contains [array.concat(path, [field, i]), direction, cidr, []] if {
	some [path, direction, rule] in rules
	some field in ["fromCIDR", "toCIDR"]
	some i, cidr in rule[field]
}

ranges contains [array.concat(path, [field, i]), direction, set.cidr, object.get(set, "except", [])] if {
	some [path, direction, rule] in rules
	some field in ["fromCIDRSet", "toCIDRSet"]
	some i, set in rule[field]
}

# Each thing that a rule says about the namespaces of endpoints is [path, direction, label, values].
namespaces contains [path, direction, key, {value}] if {
	some [path, direction, selector] in selectors
	some key, value in selector.matchLabels
	regex.match(about_namespaces, key)
}

namespaces contains [path, direction, expression.key, values] if {
	some [path, direction, selector] in selectors
	some expression in selector.matchExpressions
	regex.match(about_namespaces, expression.key)
	values := {value | expression.operator == "In"; some value in expression.values}
}

about_namespaces := `(^|:|\.)io\.(kubernetes\.pod\.namespace$|cilium\.k8s\.namespace\.labels\.)`

# Services are named with their namespace; without one those of all namespaces are meant.
namespaces contains [array.concat(path, ["toServices", i, way]), direction, "io.kubernetes.pod.namespace", {object.get(named, "namespace", "")}] if {
	some [path, direction, rule] in rules
	some i, service in rule.toServices
	some way, named in service
}

# The labels that hold the name of the namespace.
is_name(label) if regex.match(`pod\.namespace$|namespace\.labels\.kubernetes\.io/metadata\.name$`, label)

selectors contains [array.concat(path, [field, i]), direction, selector] if {
	some [path, direction, rule] in rules
	some field in ["fromEndpoints", "toEndpoints"]
	some i, selector in rule[field]
}
