# METADATA
# title: Network policies
# description: |
#   Reads NetworkPolicy objects with the defaults of the API: absent policyTypes mean Ingress, and
#   Egress where there are egress rules.
package lib.network

types(policy) := {t | some t in policy.spec.policyTypes} if policy.spec.policyTypes

types(policy) := {"Ingress"} | {"Egress" | some _ in policy.spec.egress} if not policy.spec.policyTypes

# A selector that chooses everything.
selects_all(selector) if {
	count(object.get(selector, "matchLabels", {})) == 0
	count(object.get(selector, "matchExpressions", [])) == 0
}

# Where a finding about a namespace of the set belongs: at the Namespace, if that is among the objects.
of_namespace(namespace) := {"object": min(indexes)} if {
	indexes := {entry.index |
		some entry in input.kinds.Namespace
		entry.object.metadata.name == namespace
	}
	count(indexes) > 0
} else := {}

# Each peer of the policy at hand is {"path", "direction", "peer", "rule"}.
peers contains {"path": path, "direction": "ingress", "peer": peer, "rule": rule} if {
	input.object.kind == "NetworkPolicy"
	some i, rule in input.object.spec.ingress
	some j, peer in rule.from
	path := ["spec", "ingress", i, "from", j]
}

peers contains {"path": path, "direction": "egress", "peer": peer, "rule": rule} if {
	input.object.kind == "NetworkPolicy"
	some i, rule in input.object.spec.egress
	some j, peer in rule.to
	path := ["spec", "egress", i, "to", j]
}

# Rules without peers are for everybody; each is {"path", "direction"}.
everybody contains {"path": ["spec", "ingress", i], "direction": "ingress"} if {
	input.object.kind == "NetworkPolicy"
	some i, rule in input.object.spec.ingress
	admits_everybody(rule, "from")
}

everybody contains {"path": ["spec", "egress", i], "direction": "egress"} if {
	input.object.kind == "NetworkPolicy"
	some i, rule in input.object.spec.egress
	admits_everybody(rule, "to")
}

admits_everybody(rule, key) if count(object.get(rule, key, [])) == 0

all_ports(rule) if count(object.get(rule, "ports", [])) == 0

# Closes a direction for every pod of its namespace, and opens nothing to everybody again.
denies(policy, direction) if {
	startswith(policy.apiVersion, "networking.k8s.io/") # others of this kind read other fields
	selects_all(object.get(policy.spec, "podSelector", {}))
	type_of(direction) in types(policy)
	not admits_all(policy, direction)
}

admits_all(policy, direction) if {
	some rule in policy.spec[direction]
	admits_everybody(rule, peers_of(direction))
	all_ports(rule)
}

# How policyTypes and rules call each direction. These are no objects, or the engine could not tell
# policies without rules apart, see gate.go.
type_of("ingress") := "Ingress"

type_of("egress") := "Egress"

peers_of("ingress") := "from"

peers_of("egress") := "to"

# Whether a peer can only be pods of the tenant.
inside(peer) if {
	not peer.ipBlock
	not peer.namespaceSelector
}

inside(peer) if {
	not peer.ipBlock
	peer.namespaceSelector.matchLabels["kubernetes.io/metadata.name"] in input.ctx.namespaces
}

inside(peer) if {
	not peer.ipBlock
	some expression in peer.namespaceSelector.matchExpressions
	expression.key == "kubernetes.io/metadata.name"
	expression.operator == "In"
	every namespace in expression.values { namespace in input.ctx.namespaces }
}

inside(peer) if {
	not peer.ipBlock
	peer.namespaceSelector.matchLabels["tenantsmith.dev/tenant"] == input.ctx.tenant
}

# A selector of namespaces that names none, by being empty or by only saying what is not wanted.
broad(selector) if {
	count(object.get(selector, "matchLabels", {})) == 0
	every expression in object.get(selector, "matchExpressions", []) {
		not expression.operator == "In"
	}
}

# Whether the policy at hand names ranges of addresses at all.
ranged if {
	some p in peers
	p.peer.ipBlock
}

# Whether the ranges of the peers leave no address of a family out. Ranges with exceptions leave
# some out.
every_address(peers) if {
	count(peers) > 0
	ranges := [peer.ipBlock.cidr |
		some peer in peers
		count(object.get(peer.ipBlock, "except", [])) == 0
		readable(peer.ipBlock)
	]
	some family in {"0.0.0.0/0", "::/0"}
	family in net.cidr_merge(ranges)
}

readable(block) if {
	is_string(block.cidr)
	net.cidr_is_valid(block.cidr)
}

# Whether a rule lets a peer be asked for names.
resolves(rule, _) if {
	some port in rule.ports
	port.port == 53
}

resolves(rule, peer) if {
	peer.ipBlock
	some port in rule.ports
	port.port < 53
	port.endPort >= 53
}

# Whether a peer is the platform's resolver, or the tenant itself.
resolver(peer) if inside(peer)

resolver(peer) if {
	not peer.ipBlock
	peer.namespaceSelector.matchLabels["kubernetes.io/metadata.name"] in input.ctx.platform.dns_namespaces
}

# The address of the cache that runs on each node.
resolver(peer) if peer.ipBlock.cidr == "169.254.20.10/32"
