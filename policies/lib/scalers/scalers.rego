# METADATA
# title: Scalers
# description: Finds what scales workloads, HorizontalPodAutoscalers and ScaledObjects of KEDA, and what they scale.
package lib.scalers

# Each is {"index", "path", "target"}, where target is namespace, kind and name of the workload.
all contains {"index": entry.index, "path": ["spec", "scaleTargetRef"], "target": target} if {
	some entry in input.kinds.HorizontalPodAutoscaler
	named := entry.object.spec.scaleTargetRef
	target := [object.get(entry.object, ["metadata", "namespace"], ""), named.kind, named.name]
}

all contains {"index": entry.index, "path": ["spec", "scaleTargetRef"], "target": target} if {
	some entry in input.kinds.ScaledObject
	named := entry.object.spec.scaleTargetRef
	is_object(named)
	target := [object.get(entry.object, ["metadata", "namespace"], ""), object.get(named, "kind", "Deployment"), named.name]
}

# The resources of pods by which the scaler at the index scales.
resources(index) := {name | some name in all_resources(input.objects[index].spec); is_string(name)}

all_resources(spec) := union({
	{metric.resource.name | some metric in spec.metrics},
	{metric.containerResource.name | some metric in spec.metrics},
	{trigger.type | some trigger in spec.triggers; trigger.type in {"cpu", "memory"}},
	{"cpu" | spec.targetCPUUtilizationPercentage},
})
