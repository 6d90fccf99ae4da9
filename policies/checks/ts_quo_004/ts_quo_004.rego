# METADATA
# title: Availability settings of the tier
# description: |
#   Who has more than one pod can lose one: a budget lets nodes be drained one by one, and pods keep
#   apart, in the enterprise tier from zone to zone as well. In protected environments what serves
#   requests is probed in two ways, and critical services, and those of enterprise tenants, have two pods
#   at least.
# custom:
#   id: TS-QUO-004
#   severity: medium
#   scope: set
#   waivable: true
#   needs_tenant: true
#   remedy: set spec.services.<name>.replicas, autoscaling.min or spec.services.<name>.probes; the patch or object of your own must keep the budget and the spread
#   objects: [Rollout, Deployment, StatefulSet, PodDisruptionBudget]
#   controls:
#     direct: [iso:A.8.14, csf:PR.IR-03]
#     supporting: [gdpr:32.1.b, iso:A.5.30, soc2:A1.2]
package checks.ts_quo_004

import data.lib.stages

deny contains finding if {
	input.ctx.protected
	not stages.asleep
	some [index, [kind, _], _, [_, name], few, _] in workloads
	kind in {"Rollout", "Deployment"}
	few < 2
	matters(name)
	finding := {
		"object": index,
		"path": ["spec", "replicas"],
		"message": sprintf("workload may have %v pods, and a node that fails takes it away", [few]),
	}
}

deny contains finding if {
	some [index, i, name, fault] in unprobed
	finding := {
		"object": index,
		"path": ["spec", "template", "spec", "containers", i],
		"message": sprintf("container %q %s", [sprintf("%v", [name]), fault]),
	}
}

# What runs and does not end is [index, place, template, key, few, many]: where its object and the one that
# has its pods stand among those of their kind, its namespace and name, and between how many pods. Places
# and not the objects themselves, for the engine hashes what stands in a set; nor does any rule here look
# at input.objects, which would make all of them ready.
workloads contains [entry.index, [kind, i], template, [namespace, name], min(counts), max(counts)] if {
	some kind in ["Rollout", "Deployment", "StatefulSet"]
	some i, entry in input.kinds[kind]
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
	name := object.get(entry.object, ["metadata", "name"], "")
	not lent[[namespace, kind, name]]
	template := object.get(lender, entry.index, [kind, i])
	_ = input.kinds[template[0]][template[1]].object.spec.template
	given := object.get(entry.object, ["spec", "replicas"], 1)
	counts := object.get(scaled, [[namespace, kind, name]], {given})
}

# Workloads that lend Rollouts their pods, and have none: the indexes of the Rollouts, by their keys.
lent[key] contains entry.index if {
	some entry in input.kinds.Rollout
	named := entry.object.spec.workloadRef
	key := [object.get(entry.object, ["metadata", "namespace"], ""), named.kind, named.name]
}

# Who lends, by the index of the Rollout: the first one, if two have one name.
lender[borrower] := [kind, min(lenders)] if {
	some [namespace, kind, name], borrowers in lent
	some borrower in borrowers
	lenders := {i |
		some i, entry in input.kinds[kind]
		entry.object.metadata.name == name
		object.get(entry.object, ["metadata", "namespace"], "") == namespace
	}
	count(lenders) > 0
}

# Between how many pods autoscalers keep a workload, by its key.
scaled[key] contains n if {
	some kind, floor in {"HorizontalPodAutoscaler": 1, "ScaledObject": 0}
	some entry in input.kinds[kind]
	settings := entry.object.spec
	named := settings.scaleTargetRef
	key := [object.get(entry.object, ["metadata", "namespace"], ""), object.get(named, "kind", "Deployment"), named.name]
	some n in [
		object.get(settings, "minReplicas", object.get(settings, "minReplicaCount", floor)),
		object.get(settings, "maxReplicas", object.get(settings, "maxReplicaCount", 100)),
	]
}

# Of objects that no service of the tenant's file made nobody knows whether they are critical.
matters(name) if input.ctx.spec.services[name].critical == true

matters(name) if {
	input.ctx.tier == "enterprise"
	object.get(input.ctx, ["spec", "services", name, "kind"], "service") == "service"
}

# What serves requests and is not probed well, as [index, position, name, fault].
unprobed contains [index, n, object.get(container, "name", ""), fault] if {
	input.ctx.protected
	some [index, _, [kind, i], _, _, many] in workloads
	probed(many)
	some n, container in input.kinds[kind][i].object.spec.template.spec.containers
	count(container.ports) > 0
	fault := probe_fault(object.get(container, "readinessProbe", null), object.get(container, "livenessProbe", null))
}

probed(many) if many > 1

probed(_) if input.ctx.tier in {"premium", "enterprise"}

probe_fault(null, _) := "has no readiness probe, so that it gets requests before it can answer"

probe_fault(ready, null) := "has no liveness probe, so that nobody restarts it when it hangs" if ready != null

# It asks the same, and is not more patient.
probe_fault(ready, live) := "has one probe for two questions, so that it is restarted whenever it is busy" if {
	some how in ["httpGet", "tcpSocket", "grpc", "exec"]
	ready[how] == live[how]
	patience(live) <= patience(ready)
}

patience(probe) := object.get(probe, "failureThreshold", 3) * object.get(probe, "periodSeconds", 10)
