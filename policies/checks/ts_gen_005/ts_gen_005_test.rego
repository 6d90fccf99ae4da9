package checks.ts_gen_005_test

import data.checks.ts_gen_005
import data.lib.samples_test as samples

labels := {
	"tenantsmith.dev/tenant": "acme",
	"tenantsmith.dev/environment": "production",
}

labelled(kind, labels) := samples.of({"kind": kind, "metadata": {"name": "a", "labels": labels}, "spec": {}})

# A workload with these labels on itself and on its pods.
workload(own, pods) := samples.of({
	"kind": "Rollout",
	"metadata": {"name": "a", "labels": own},
	"spec": {"template": {"metadata": {"labels": pods}, "spec": {"containers": []}}},
})

classified(labels) := samples.within(labelled("Namespace", labels), {"spec": {"compliance": {"dataClassification": "personal"}}})

test_passes_labelled if {
	every kind in ["Namespace", "PersistentVolumeClaim", "Service", "Ingress", "HTTPRoute", "Pod"] {
		count(ts_gen_005.deny) == 0 with input as labelled(kind, labels)
	}
	count(ts_gen_005.deny) == 0 with input as workload(labels, labels)
	count(ts_gen_005.deny) == 0 with input as classified(object.union(labels, {"tenantsmith.dev/data-classification": "personal"}))
}

test_passes_other_kinds if {
	count(ts_gen_005.deny) == 0 with input as labelled("ConfigMap", {})
}

test_passes_pods_without_environment if {
	count(ts_gen_005.deny) == 0 with input as workload(labels, object.remove(labels, ["tenantsmith.dev/environment"]))
}

test_passes_step_without_tenant if {
	step := {"tenantsmith.dev/step": "migrate"}
	count(ts_gen_005.deny) == 0 with input as workload(labels, step)
}

all := "labels lack tenantsmith.dev/tenant: acme and tenantsmith.dev/environment: production"

test_violates_without_labels if {
	every kind in ["Namespace", "PersistentVolumeClaim", "Service", "Ingress", "HTTPRoute", "Pod"] {
		ts_gen_005.deny == {{"path": ["metadata", "labels"], "message": all}} with input as labelled(kind, {})
	}
}

test_violates_template_without_labels if {
	ts_gen_005.deny == {{
		"path": ["spec", "template", "metadata", "labels"],
		"message": "labels lack tenantsmith.dev/tenant: acme",
	}} with input as workload(labels, {})
}

test_violates_any_template if {
	every o in samples.pods({"containers": []}) {
		some finding in ts_gen_005.deny with input as samples.of(o)
		finding.message == all
	}
}

test_violates_of_another_tenant if {
	ts_gen_005.deny == {{
		"path": ["metadata", "labels"],
		"message": "labels lack tenantsmith.dev/tenant: acme",
	}} with input as labelled("Service", object.union(labels, {"tenantsmith.dev/tenant": "globex"}))
}

test_violates_of_another_environment if {
	count(ts_gen_005.deny) == 1 with input as workload(object.union(labels, {"tenantsmith.dev/environment": "staging"}), labels)
}

test_violates_unclassified if {
	ts_gen_005.deny == {{
		"path": ["metadata", "labels"],
		"message": "labels lack tenantsmith.dev/data-classification: personal",
	}} with input as classified(labels)
}
