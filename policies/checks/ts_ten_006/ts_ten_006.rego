# METADATA
# title: Nothing of a sleeping tenant runs
# description: |
#   A tenant that is suspended or offboarding is rendered without pods. What people bring beside its file,
#   and what they patch, must not run either.
# custom:
#   id: TS-TEN-006
#   severity: medium
#   scope: object
#   waivable: true
#   needs_tenant: true
#   brought: true
#   remedy: set the replicas to 0 or suspend to true in the patch or object of your own, or remove it, until spec.lifecycle is active again
#   objects: [Deployment, ReplicaSet, StatefulSet, Rollout, ReplicationController, DaemonSet, Pod, Job, CronJob, HorizontalPodAutoscaler, ScaledObject, ScaledJob, Cluster]
#   controls:
#     supporting: [gdpr:28.3, iso:A.5.18, iso:A.8.32, soc2:CC6.2, csf:PR.AA-05]
package checks.ts_ten_006

import data.lib.stages

deny contains {"path": path, "message": sprintf("%s, and the tenant is %s", [message, input.ctx.spec.lifecycle])} if {
	stages.asleep
	some [path, message] in running
}

running contains [["spec", "replicas"], sprintf("runs %v pods", [replicas])] if {
	input.object.kind in {"Deployment", "ReplicaSet", "StatefulSet", "Rollout", "ReplicationController"}
	replicas := object.get(input.object, ["spec", "replicas"], 1)
	replicas != 0
}

running contains [["spec", "suspend"], "starts pods"] if {
	input.object.kind in {"Job", "CronJob"}
	not input.object.spec.suspend == true
}

running contains [[], "runs pods whatever the number"] if input.object.kind in {"DaemonSet", "Pod"}

running contains [[], "scales pods"] if {
	input.object.kind in {"HorizontalPodAutoscaler", "ScaledObject", "ScaledJob"}
	not input.object.metadata.annotations["autoscaling.keda.sh/paused-replicas"] == "0"
}

running contains [["metadata", "annotations"], "runs a database that is not hibernated"] if {
	input.object.kind == "Cluster"
	startswith(input.object.apiVersion, "postgresql.cnpg.io/")
	not input.object.metadata.annotations["cnpg.io/hibernation"] == "on"
}
