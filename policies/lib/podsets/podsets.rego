# METADATA
# title: Pods of a set
# description: Finds the pods that the objects of a set would start, as lib.pods does for one object.
package lib.podsets

# Each pod is {"index", "path", "spec", "namespace"}: the position of its object, and the path of its
# spec in it.
all contains pod(i, o, ["spec", "template", "spec"], spec) if {
	some i, o in input.objects
	spec := o.spec.template.spec
}

all contains pod(entry.index, entry.object, ["spec"], entry.object.spec) if some entry in input.kinds.Pod

all contains pod(entry.index, entry.object, ["template", "spec"], entry.object.template.spec) if {
	some entry in input.kinds.PodTemplate
}

all contains pod(entry.index, entry.object, path, spec) if {
	some entry in input.kinds.CronJob
	spec := entry.object.spec.jobTemplate.spec.template.spec
	path := ["spec", "jobTemplate", "spec", "template", "spec"]
}

all contains pod(entry.index, entry.object, path, spec) if {
	some entry in input.kinds.ScaledJob
	spec := entry.object.spec.jobTargetRef.template.spec
	path := ["spec", "jobTargetRef", "template", "spec"]
}

all contains pod(entry.index, entry.object, path, spec) if {
	some entry in input.kinds.Experiment
	some i, given in entry.object.spec.templates
	spec := given.template.spec
	path := ["spec", "templates", i, "template", "spec"]
}

all contains pod(entry.index, entry.object, path, spec) if {
	some kind in ["AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate"]
	some entry in input.kinds[kind]
	some i, metric in entry.object.spec.metrics
	spec := metric.provider.job.spec.template.spec
	path := ["spec", "metrics", i, "provider", "job", "spec", "template", "spec"]
}

pod(i, o, path, spec) := {
	"index": i,
	"path": path,
	"spec": spec,
	"namespace": namespace(o),
}

namespace(o) := object.get(o, ["metadata", "namespace"], "")

# The ServiceAccount of a pod: the API server takes the deprecated field where the other is empty.
account(spec) := named if {
	named := spec.serviceAccountName
	not named in {"", null}
} else := named if {
	named := spec.serviceAccount
	not named in {"", null}
} else := "default"
