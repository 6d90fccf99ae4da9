# Objects and contexts that unit tests share.
package lib.samples_test

ctx := {
	"tenant": "acme",
	"environment": "production",
	"namespace": "acme-production",
	"namespaces": ["acme-production"],
	"tier": "premium",
	"protected": true,
	"now": "2026-11-22",
	"spec": {"tier": "premium", "owners": [{"group": "acme-admins", "role": "admin"}], "services": {"web": {"kind": "service"}}},
	"cluster": {"name": "main", "region": "eu-central-1"},
	"platform": {
		"reserved_namespaces": ["argocd", "monitoring"],
		"outer_namespaces": ["argocd"],
		"allowed_kinds": [{"group": "example.com", "kind": "Mesh", "scope": "Cluster"}],
		"bindable_cluster_roles": ["tenant-viewer", "admin", "system:node"],
		"minor": 34,
		"dns_namespaces": ["kube-system"],
		"spec": {"registries": ["ghcr.io/example"]},
	},
}

# What a rule sees of the tenant when its file says more: these fields of spec.
tenant(spec) := {"ctx": object.union(ctx, {"spec": spec})}

# An input with more in its context, such as {"cluster": {"waf": "none"}}.
within(given, more) := object.union(given, {"ctx": more})

# What a rule sees of an object of the tenant.
of(object) := {"object": object, "owner": "workload", "scope": "Namespaced", "ctx": ctx}

# The same on a cluster of another version.
at(object, minor) := {
	"object": object,
	"owner": "workload",
	"scope": "Namespaced",
	"ctx": json.patch(ctx, [{"op": "replace", "path": "/platform/minor", "value": minor}]),
}

# What a rule sees of the objects of a tenant.
set(objects) := {
	"objects": objects,
	"kinds": {kind: entries |
		some object in objects
		kind := object.kind
		entries := [{"index": i, "object": same} | some i, same in objects; same.kind == kind]
	},
	"facts": [{"owner": "workload", "scope": "Namespaced", "namespace": object.get(o, ["metadata", "namespace"], "")} |
		some o in objects
	],
	"duplicates": [],
	"ctx": ctx,
}

meta(name) := {"name": name, "namespace": "acme-production"}

# Each object that starts pods, with a pod of this spec; pods of some hide in metrics and templates.
pods(spec) := [
	{"apiVersion": "v1", "kind": "Pod", "metadata": meta("a"), "spec": spec},
	{"apiVersion": "v1", "kind": "PodTemplate", "metadata": meta("a"), "template": {"spec": spec}},
	workload("v1", "ReplicationController", spec),
	workload("apps/v1", "Deployment", spec),
	workload("apps/v1", "ReplicaSet", spec),
	workload("apps/v1", "StatefulSet", spec),
	workload("apps/v1", "DaemonSet", spec),
	workload("batch/v1", "Job", spec),
	workload("argoproj.io/v1alpha1", "Rollout", spec),
	workload("example.com/v1", "KindNobodyKnows", spec),
	{"apiVersion": "batch/v1", "kind": "CronJob", "metadata": meta("a"), "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}},
	{"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledJob", "metadata": meta("a"), "spec": {"jobTargetRef": {"template": {"spec": spec}}}},
	{
		"apiVersion": "argoproj.io/v1alpha1",
		"kind": "Experiment",
		"metadata": meta("a"),
		"spec": {"templates": [{"name": "base", "template": {"spec": {}}}, {"name": "new", "template": {"spec": spec}}]},
	},
	metrics("AnalysisTemplate", spec),
	metrics("AnalysisRun", spec),
]

workload(version, kind, spec) := {
	"apiVersion": version,
	"kind": kind,
	"metadata": meta("a"),
	"spec": {"template": {"metadata": {"labels": {"app": "a"}}, "spec": spec}},
}

metrics(kind, spec) := {
	"apiVersion": "argoproj.io/v1alpha1",
	"kind": kind,
	"metadata": meta("a"),
	"spec": {"metrics": [
		{"name": "rate", "provider": {"prometheus": {"query": "up"}}},
		{"name": "smoke", "provider": {"job": {"spec": {"template": {"spec": spec}}}}},
	]},
}

# The same with this container in each list that a pod has.
containers(container) := [o |
	some list in ["containers", "initContainers", "ephemeralContainers"]
	some o in pods({list: [container]})
]

test_everywhere if count(containers({"name": "a"})) == 45

# A field that looks like a list of containers is none.
test_only_lists_of_containers if {
	every o in pods({"tolerations": [{"name": "a"}]}) {
		count(data.lib.pods.containers) == 0 with input as of(o)
	}
	count(data.lib.pods.all) == 0 with input as of({"kind": "Service", "spec": {"ports": []}})
}
