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

import data.lib.scalers
import data.lib.selectors

deny contains finding if {
	input.ctx.protected
	some w in workloads
	w.sort in {"Rollout", "Deployment"}
	w.few < 2
	matters(w.who)
	finding := {
		"object": w.ix,
		"path": ["spec", "replicas"],
		"message": sprintf("workload may have %v pods, and a node that fails takes it away", [w.few]),
	}
}

deny contains {"object": w.ix, "path": [], "message": "no PodDisruptionBudget selects the pods"} if {
	some w in workloads
	w.many > 1
	count(budgets(w)) == 0
}

deny contains finding if {
	some w in workloads
	w.many > 1
	some [index, budget] in budgets(w)
	field := stuck(budget, w.few)
	finding := {
		"object": index,
		"path": ["spec", field],
		"message": sprintf("budget never lets a pod of %s go, so that nodes cannot be drained", [w.who]),
	}
}

deny contains finding if {
	some w in workloads
	w.many > 1
	pod := w.pod
	missing := [key | some key in apart; not spread(pod, key)]
	count(missing) > 0
	finding := {
		"object": w.ix,
		"path": ["spec", "template", "spec", "topologySpreadConstraints"],
		"message": sprintf("pods are not kept apart by %s", [concat(" and ", missing)]),
	}
}

deny contains finding if {
	input.ctx.protected
	some w in workloads
	probed(w)
	some i, container in w.pod.spec.containers
	count(container.ports) > 0
	fault := probe_fault(container)
	finding := {
		"object": w.ix,
		"path": ["spec", "template", "spec", "containers", i],
		"message": sprintf("container %q %s", [sprintf("%v", [object.get(container, "name", "")]), fault]),
	}
}

# What runs and does not end: the index, kind, namespace and name of its object, its pod, and between how
# many of them there are.
workloads contains {"ix": entry.index, "sort": kind, "ns": namespace, "who": name, "pod": pod, "few": min(counts), "many": max(counts)} if {
	some kind in ["Rollout", "Deployment", "StatefulSet"]
	some entry in input.kinds[kind]
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
	name := object.get(entry.object, ["metadata", "name"], "")
	not [namespace, kind, name] in lent
	pod := pod_of(entry.object, namespace)
	counts := counts_of(entry.object, [namespace, kind, name])
}

# Workloads that lend a Rollout their pods, and have none.
lent contains [object.get(entry.object, ["metadata", "namespace"], ""), named.kind, named.name] if {
	some entry in input.kinds.Rollout
	named := entry.object.spec.workloadRef
}

pod_of(workload, _) := workload.spec.template if workload.spec.template

pod_of(workload, namespace) := lender.object.spec.template if {
	named := workload.spec.workloadRef
	some lender in input.kinds[named.kind]
	lender.object.metadata.name == named.name
	object.get(lender.object, ["metadata", "namespace"], "") == namespace
}

# The numbers of pods: that of the workload, or those of its autoscaler.
counts_of(workload, target) := [object.get(workload, ["spec", "replicas"], 1)] if {
	count(scaled(target)) == 0
} else := [n | some n in scaled(target)]

scaled(target) := {n |
	some scaler in scalers.all
	scaler.target == target
	settings := input.objects[scaler.index].spec
	some n in [
		object.get(settings, "minReplicas", object.get(settings, "minReplicaCount", floor_of(scaler.index))),
		object.get(settings, "maxReplicas", object.get(settings, "maxReplicaCount", 100)),
	]
}

# What autoscalers go down to where nobody says.
floor_of(index) := 1 if input.objects[index].kind == "HorizontalPodAutoscaler"

floor_of(index) := 0 if input.objects[index].kind == "ScaledObject"

# Of objects that no service of the tenant's file made nobody knows whether they are critical.
matters(name) if input.ctx.spec.services[name].critical == true

matters(name) if {
	input.ctx.tier == "enterprise"
	object.get(input.ctx, ["spec", "services", name, "kind"], "service") == "service"
}

probed(w) if w.many > 1

probed(_) if input.ctx.tier in {"premium", "enterprise"}

# The budgets of a workload as [index, spec].
budgets(w) := {[entry.index, entry.object.spec] |
	some entry in input.kinds.PodDisruptionBudget
	object.get(entry.object, ["metadata", "namespace"], "") == w.ns
	selectors.matches(entry.object.spec.selector, object.get(w.pod, ["metadata", "labels"], {}))
}

stuck(budget, _) := "maxUnavailable" if budget.maxUnavailable in {0, "0", "0%"}

stuck(budget, _) := "minAvailable" if budget.minAvailable == "100%"

stuck(budget, few) := "minAvailable" if {
	is_number(budget.minAvailable)
	budget.minAvailable >= max([few, 1])
}

apart := ["kubernetes.io/hostname", "topology.kubernetes.io/zone"] if {
	input.ctx.tier == "enterprise"
} else := ["kubernetes.io/hostname"]

spread(pod, key) if {
	some constraint in pod.spec.topologySpreadConstraints
	constraint.topologyKey == key
	selectors.matches(constraint.labelSelector, object.get(pod, ["metadata", "labels"], {}))
}

spread(pod, key) if {
	some term in pod.spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution
	parted(pod, term, key)
}

spread(pod, key) if {
	some wish in pod.spec.affinity.podAntiAffinity.preferredDuringSchedulingIgnoredDuringExecution
	parted(pod, wish.podAffinityTerm, key)
}

parted(pod, term, key) if {
	term.topologyKey == key
	selectors.matches(term.labelSelector, object.get(pod, ["metadata", "labels"], {}))
}

probe_fault(container) := "has no readiness probe, so that it gets requests before it can answer" if {
	not container.readinessProbe
} else := "has no liveness probe, so that nobody restarts it when it hangs" if {
	not container.livenessProbe
} else := "has one probe for two questions, so that it is restarted whenever it is busy" if {
	same(container.readinessProbe, container.livenessProbe)
}

# Whether the probe for restarts asks the same and is not more patient.
same(ready, live) if {
	asked(ready) == asked(live)
	patience(live) <= patience(ready)
}

asked(probe) := {how: probe[how] | some how in ["httpGet", "tcpSocket", "grpc", "exec"]; probe[how]}

patience(probe) := object.get(probe, "failureThreshold", 3) * object.get(probe, "periodSeconds", 10)
