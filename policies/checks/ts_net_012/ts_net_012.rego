# METADATA
# title: Mesh authorization keeps others out
# custom:
#   id: TS-NET-012
#   severity: critical
#   scope: [object, set]
#   waivable: false
#   needs_tenant: true
#   brought: true
#   remedy: name the callers in spec.accepts and their own ServiceAccounts in the patch or object of your own
#   objects: [AuthorizationPolicy, PeerAuthentication, RequestAuthentication, Namespace]
#   controls:
#     direct: [iso:A.8.22, soc2:CC6.1, csf:PR.AA-05, csf:PR.IR-01, gdpr:32.1.b]
#     supporting: [iso:A.5.15, iso:A.8.3, soc2:CC6.6, gdpr:25.2]
package checks.ts_net_012

import data.lib.mesh

# Without one everybody in the mesh, and in the cluster, is let in.
deny contains finding if {
	some [namespace, index] in mesh.guarded
	not namespace in closed
	finding := {
		"object": index,
		"path": [],
		"message": sprintf("namespace %v has no AuthorizationPolicy that denies all requests by default", [namespace]),
	}
}

closed contains entry.object.metadata.namespace if {
	some entry in input.kinds.AuthorizationPolicy
	spec := object.get(entry.object, "spec", {})
	object.get(spec, "action", "ALLOW") == "ALLOW"
	count(object.get(spec, "rules", [])) == 0
	mesh.everything(spec)
}

# One that is only tried closes nothing, and a rule of it that lets somebody in may be meant soon.
deny contains finding if {
	input.object.kind == "AuthorizationPolicy"
	word := input.object.metadata.annotations["istio.io/dry-run"]
	lower(word) != "false"
	finding := {
		"path": ["metadata", "annotations", "istio.io/dry-run"],
		"message": "policy is only tried: the mesh writes down what it would have refused, and refuses nothing",
	}
}

# Providers of CUSTOM come from the configuration of the mesh, which is the platform's, and can only
# refuse what an ALLOW rule lets in. So can DENY.
rules contains [["spec", "rules", i], rule] if {
	input.object.kind == "AuthorizationPolicy"
	object.get(input.object.spec, "action", "ALLOW") == "ALLOW"
	some i, rule in input.object.spec.rules
}

sources contains [array.concat(path, ["from", j, "source"]), object.get(origin, "source", {})] if {
	some [path, rule] in rules
	some j, origin in rule.from
}

deny contains finding if {
	some [path, rule] in rules
	count(object.get(rule, "from", [])) == 0
	finding := {"path": path, "message": "rule lets everybody in: it names no source"}
}

# What a source excludes only narrows whom it names. By itself an exclusion lets in everybody else, requests in plain
# text among them, which have no identity.
deny contains finding if {
	some [path, source] in sources
	count([name | some field in ["principals", "namespaces", "serviceAccounts"]; some name in source[field]]) == 0
	finding := {"path": path, "message": "source names no principal and no namespace, and anybody may come from an address"}
}

deny contains finding if {
	some [path, source] in sources
	some field in ["principals", "namespaces", "serviceAccounts"]
	some i, name in source[field]
	not welcome(field, name)
	finding := {
		"path": array.concat(path, [field, i]),
		"message": sprintf("rule lets %v in, which is not the tenant, the platform, or somebody that the tenant accepts", [name]),
	}
}

deny contains finding if {
	input.object.kind == "AuthorizationPolicy"
	some i, target in input.object.spec.targetRefs
	namespace := target.namespace
	not namespace in input.ctx.namespaces
	finding := {"path": ["spec", "targetRefs", i, "namespace"], "message": sprintf("policy is about an object in namespace %v", [namespace])}
}

welcome("namespaces", name) if known(name)

welcome("namespaces", name) if {
	some accepted in input.ctx.spec.accepts
	not accepted.from
	name == mesh.of_tenant(accepted.tenant)
}

welcome("principals", name) if {
	[[_, domain, namespace, account]] := regex.find_all_string_submatch_n(`^([^*/]+)/ns/([^*/]+)/sa/([^*/]+)$`, name, 1)
	domain in {"cluster.local", object.get(input.ctx, ["cluster", "trustDomain"], "cluster.local")}
	accounts(namespace, account)
}

welcome("serviceAccounts", name) if regex.match(`^[^*/]+$`, name)

welcome("serviceAccounts", name) if {
	[[_, namespace, account]] := regex.find_all_string_submatch_n(`^([^*/]+)/([^*/]+)$`, name, 1)
	accounts(namespace, account)
}

accounts(namespace, _) if known(namespace)

# The account of a service has its name.
accounts(namespace, account) if {
	some accepted in input.ctx.spec.accepts
	namespace == mesh.of_tenant(accepted.tenant)
	object.get(accepted, "from", account) == account
}

known(namespace) if namespace in input.ctx.namespaces

known(namespace) if {
	some part in input.ctx.platform.spec.namespaces
	part == namespace
}
