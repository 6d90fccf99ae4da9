# What tenantsmith renders opens to the tenant, to the platform and to those with whom a call is agreed.
package checks.ts_net_004

import data.lib.cilium
import data.lib.network
import data.lib.pods

deny contains finding if {
	some entry in network.everybody
	finding := {"path": entry.path, "message": sprintf("policy opens %s for everybody, other tenants among them", [entry.direction])}
}

deny contains finding if {
	some [p, selector] in foreign
	some name in pins(selector, name_label)
	not friend(name)
	direction := p.direction
	not shares(direction, name)
	finding := opened(p, sprintf("namespace %v, which is neither the tenant's nor one of the platform's", [name]))
}

deny contains finding if {
	some [p, selector] in foreign
	count(pins(selector, name_label)) == 0
	some tenant in pins(selector, tenant_label)
	tenant != input.ctx.tenant
	direction := p.direction
	not agreed(direction, tenant)
	finding := opened(p, sprintf("tenant %v, with whom no call is agreed", [tenant]))
}

deny contains finding if {
	some [p, selector] in foreign
	count(pins(selector, name_label)) == 0
	some tenant in pins(selector, tenant_label)
	agreed(p.direction, tenant)
	pins(selector, "tenantsmith.dev/environment") != {input.ctx.environment}
	finding := opened(p, sprintf("tenant %v in other environments than this one", [tenant]))
}

deny contains finding if {
	some [p, selector] in foreign
	count(pins(selector, name_label)) == 0
	count(pins(selector, tenant_label)) == 0
	finding := opened(p, "namespaces by labels that each tenant can give its own, or by none")
}

# The labels by which other tenants' policies find this one.
deny contains finding if {
	input.object.kind == "Namespace"
	some [label, own] in [[tenant_label, input.ctx.tenant], ["tenantsmith.dev/environment", input.ctx.environment]]
	value := input.object.metadata.labels[label]
	value != own
	finding := {
		"path": ["metadata", "labels", label],
		"message": sprintf("namespace says that it is %v's, so that policies made for others let it in", [value]),
	}
}

deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	all := cilium.entities
	some [path, direction, entity] in all
	entity in {"all", "cluster", "unmanaged"}
	finding := {"path": path, "message": sprintf("policy opens %s for %v, pods of other tenants among them", [direction, entity])}
}

deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	all := cilium.namespaces
	some [path, direction, label, values] in all
	not known(label, values)
	finding := {
		"path": path,
		"message": sprintf("policy opens %s for namespaces by %v, and not only the tenant's and the platform's by their names", [direction, label]),
	}
}

name_label := "kubernetes.io/metadata.name"

tenant_label := "tenantsmith.dev/tenant"

foreign contains [p, selector] if {
	some p in network.peers
	selector := p.peer.namespaceSelector
	not network.inside(p.peer)
}

opened(p, whom) := {
	"path": array.concat(p.path, ["namespaceSelector"]),
	"message": sprintf("policy opens %s for %s", [p.direction, whom]),
}

# The values that a selector demands of a label; none where it would take any.
pins(selector, label) := {value | some key, value in selector.matchLabels; key == label} | {value |
	some expression in selector.matchExpressions
	expression.key == label
	expression.operator == "In"
	some value in expression.values
}

friend(namespace) if namespace in input.ctx.namespaces

friend(namespace) if namespace in input.ctx.platform.dns_namespaces

friend(namespace) if {
	some part in input.ctx.platform.spec.namespaces
	part == namespace
}

# Where a service of the platform runs that a service of the tenant calls.
shares("egress", namespace) if {
	some service in input.ctx.spec.services
	some call in service.calls
	shared := input.ctx.platform.spec.sharedServices[call.shared]
	shared.namespace == namespace
	serves(shared)
}

serves(shared) if not shared.tenants

serves(shared) if input.ctx.tenant in shared.tenants

agreed("ingress", tenant) if {
	some accepted in input.ctx.spec.accepts
	accepted.tenant == tenant
}

agreed("egress", tenant) if {
	some service in input.ctx.spec.services
	some call in service.calls
	call.tenant == tenant
}

known(label, values) if {
	cilium.is_name(label)
	count(values) > 0
	every namespace in values { friend(namespace) }
}

# By these a plug-in gives pods a second network, where no policy of this one holds.
deny contains finding if {
	some p in pods.all
	some key in ["k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network"]
	other := p.pod.metadata.annotations[key]
	finding := {
		"path": array.concat(p.path, ["metadata", "annotations", key]),
		"message": sprintf("pod takes part in the network %v, where no NetworkPolicy holds", [other]),
	}
}
