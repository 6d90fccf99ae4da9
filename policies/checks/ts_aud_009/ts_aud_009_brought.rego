# Objects that tenantsmith does not render, or does not render like this.
package checks.ts_aud_009

import data.lib.environments
import data.lib.network
import data.lib.rbac

deny contains finding if {
	some [path, direction, environment] in opened
	finding := {
		"path": array.concat(path, ["namespaceSelector"]),
		"message": sprintf("policy opens %s for environment %s, which is kept apart from this one", [direction, environment]),
	}
}

opened contains [p.path, p.direction, environment] if {
	some p in network.peers
	some label, value in p.peer.namespaceSelector.matchLabels
	some environment in meant(label, value, p.peer.namespaceSelector)
}

opened contains [p.path, p.direction, environment] if {
	some p in network.peers
	some expression in p.peer.namespaceSelector.matchExpressions
	expression.operator == "In"
	some value in expression.values
	some environment in meant(expression.key, value, p.peer.namespaceSelector)
}

# The other environments that a label with this value is on.
meant("tenantsmith.dev/environment", value, _) := environments.names & {value}

meant("kubernetes.io/metadata.name", value, _) := {environment | environment := environments.by_namespace[value]}

# The tenant wherever it is on the cluster.
meant("tenantsmith.dev/tenant", tenant, selector) := {environment.name |
	tenant == input.ctx.tenant
	count(object.get(selector, "matchLabels", {})) + count(object.get(selector, "matchExpressions", [])) == 1
	some environment in environments.apart
	environment.cluster == input.ctx.cluster.name
}

deny contains finding if {
	some i, subject in rbac.bindings.subjects
	environment := environments.by_namespace[home(subject)]
	finding := {
		"path": ["subjects", i],
		"message": sprintf("binding grants to accounts of environment %s, which is kept apart from this one", [environment]),
	}
}

home(subject) := subject.namespace if subject.kind == "ServiceAccount"

home(subject) := split(subject.name, ":")[2] if {
	subject.kind in {"User", "Group"}
	startswith(subject.name, "system:serviceaccount")
}

deny contains finding if {
	input.object.kind == "ReferenceGrant"
	some i, from in input.object.spec.from
	environment := environments.by_namespace[from.namespace]
	finding := {
		"path": ["spec", "from", i, "namespace"],
		"message": sprintf("grant lets objects of environment %s in, which is kept apart from this one", [environment]),
	}
}

# Where secrets come from, by objects and by the tenant's file.
keys contains [["spec", "data", i, "remoteRef", "key"], entry.remoteRef.key] if {
	input.object.kind == "ExternalSecret"
	some i, entry in input.object.spec.data
}

keys contains [["spec", "dataFrom", i, field[0], field[1]], entry[field[0]][field[1]]] if {
	input.object.kind == "ExternalSecret"
	some i, entry in input.object.spec.dataFrom
	some field in [["extract", "key"], ["find", "path"]]
}

keys contains [["spec", "data", i, "match", "remoteRef", "remoteKey"], entry.match.remoteRef.remoteKey] if {
	input.object.kind == "PushSecret"
	some i, entry in input.object.spec.data
}

deny contains finding if {
	input.object.kind in {"ExternalSecret", "PushSecret"}
	some [path, key] in keys
	some environment in within(key)
	finding := {"path": path, "message": secret_of(key, environment)}
}
