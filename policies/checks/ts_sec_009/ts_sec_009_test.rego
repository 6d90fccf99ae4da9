package checks.ts_sec_009_test

import data.checks.ts_sec_009
import data.lib.samples_test as samples

keys := [
	"reflector.v1.k8s.emberstack.com/reflection-allowed", "replicator.v1.mittwald.de/replicate-to",
	"replicator.v1.mittwald.de/replicate-from", "kubed.appscode.com/sync", "generate.kyverno.io/clone-source",
]

ask(o) := found if {
	found := {f.path | some f in ts_sec_009.deny} with input as samples.of(o)
}

test_violates if {
	every key in keys {
		some part in ["annotations", "labels"]
		map := {key: "*"}
		every kind in ["Secret", "ConfigMap", "ExternalSecret", "SealedSecret", "Certificate"] {
			ask({"kind": kind, "metadata": {part: map}}) == {["metadata", part, key]}
		}
		template := {"template": {"metadata": {part: map}}}
		ask({"kind": "ExternalSecret", "spec": {"target": template}}) == {["spec", "target", "template", "metadata", part, key]}
		ask({"kind": "SealedSecret", "spec": template}) == {["spec", "template", "metadata", part, key]}
		ask({"kind": "Certificate", "spec": {"secretTemplate": {part: map}}}) == {["spec", "secretTemplate", part, key]}
	}
}

test_violates_with_its_key if {
	some finding in ts_sec_009.deny with input as samples.of({"kind": "Secret", "metadata": {"annotations": {"kubed.appscode.com/sync": ""}}})
	finding.message == "kubed.appscode.com/sync copies between namespaces"
}

test_violates_kinds_that_copy if {
	every kind in ["ClusterExternalSecret", "ClusterPushSecret", "SecretExport", "SecretImport"] {
		ask({"kind": kind}) == {[]}
	}
}

test_passes if {
	ask({"kind": "Secret", "metadata": {"annotations": {"example.com/a": "*"}}}) == set()
	ask({"kind": "Secret", "metadata": {"annotations": {"reflector.v1.k8s.emberstack.com/reflection-allowed": "false"}}}) == set()
	ask({"kind": "Service", "metadata": {"annotations": {"kubed.appscode.com/sync": "*"}}}) == set()
}
