# METADATA
# title: Pods
# description: |
#   Finds every pod that an object would start, wherever its template hides, and every container in
#   it. Templates are found by their place, not by the kind of the object, so that a kind nobody
#   thought of is judged as well: spec.template (Deployment, ReplicaSet, StatefulSet, DaemonSet, Job,
#   ReplicationController, Rollout), template (PodTemplate), spec.jobTemplate (CronJob),
#   spec.templates (Experiment), the job provider of metrics (AnalysisTemplate, AnalysisRun) and
#   spec.jobTargetRef (ScaledJob). A Rollout with workloadRef has no pod here: TS-ROL-001 demands the
#   workload it names among the objects, where it is judged as itself.
package lib.pods

# Each pod is {"path", "pod", "spec"}, where pod is the Pod or the template and path leads to it. These
# names occur in no template: the engine knows by the names of fields which rules an object can
# concern, see gate.go.
all contains {"path": [], "pod": pod, "spec": pod.spec} if {
	input.object.kind == "Pod"
	pod := input.object
}

all contains {"path": ["template"], "pod": template, "spec": template.spec} if {
	template := input.object.template
}

all contains {"path": ["spec", "template"], "pod": template, "spec": template.spec} if {
	template := input.object.spec.template
}

all contains {"path": path, "pod": template, "spec": template.spec} if {
	template := input.object.spec.jobTemplate.spec.template
	path := ["spec", "jobTemplate", "spec", "template"]
}

all contains {"path": path, "pod": template, "spec": template.spec} if {
	template := input.object.spec.jobTargetRef.template
	path := ["spec", "jobTargetRef", "template"]
}

all contains {"path": path, "pod": template, "spec": template.spec} if {
	some i, entry in input.object.spec.templates
	template := entry.template
	path := ["spec", "templates", i, "template"]
}

all contains {"path": path, "pod": template, "spec": template.spec} if {
	some i, metric in input.object.spec.metrics
	template := metric.provider.job.spec.template
	path := ["spec", "metrics", i, "provider", "job", "spec", "template"]
}

# Each container is {"path", "list", "spec", "pod"}.
containers contains {"path": array.concat(p.path, ["spec", list, i]), "list": list, "spec": c, "pod": p} if {
	some p in all
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some i, c in p.spec[list]
}

# Each securityContext, of pods and of containers, is {"path", "context", "pod", "of"}.
contexts contains {"path": array.concat(p.path, ["spec", "securityContext"]), "context": context, "pod": p, "of": p} if {
	some p in all
	context := p.spec.securityContext
}

contexts contains {"path": array.concat(c.path, ["securityContext"]), "context": context, "pod": c.pod, "of": c} if {
	some c in containers
	context := c.spec.securityContext
}

# Finding about a container; steps lead from the container to the field.
finding(c, steps, text) := {
	"path": array.concat(c.path, steps),
	"message": sprintf("%s %s", [name(c), text]),
}

# Finding about a field of a securityContext.
context_finding(s, steps, text) := {
	"path": array.concat(s.path, steps),
	"message": sprintf("%s %s", [who(s.of), text]),
}

who(of) := "pod" if not of.list

who(of) := name(of) if of.list

name(c) := sprintf("%s %q", [word(c.list), sprintf("%v", [object.get(c.spec, "name", "")])])

word("containers") := "container"

word("initContainers") := "init container"

word("ephemeralContainers") := "ephemeral container"

word("volumes") := "volume"

# The Pod Security Standards have versions; the one of the cluster counts.
minor := input.ctx.platform.minor

# Rules that mean nothing on Windows pass by a pod that says it is one.
windows(p) if {
	p.spec.os.name == "windows"
	minor >= 25
}

# A pod with its own user namespace may be root inside it.
own_users(p) if {
	p.spec.hostUsers == false
	minor >= 35
}
