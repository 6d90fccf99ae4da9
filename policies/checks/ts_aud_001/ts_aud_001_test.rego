package checks.ts_aud_001_test

import data.checks.ts_aud_001
import data.lib.samples_test as samples

logging := {"sink": "central", "region": "eu-west-1", "retention": "400d"}

platform(given) := {"platform": {"spec": {"logging": given}}}

told(spec, more) := {[concat(".", f.field), f.message] |
	some f in ts_aud_001.deny with input as samples.within(samples.within(samples.set([]), {"spec": spec}), more)
}

said(o) := {f.message | some f in ts_aud_001.deny with input as samples.of(o)}

personal := {"compliance": {"dataClassification": "personal"}}

noted(part, key, value) := [json.patch(o, [{"op": "add", "path": "/spec/template/metadata", "value": {part: {key: value}}}]) |
	some o in [samples.workload("apps/v1", "Deployment", {}), samples.workload("batch/v1", "Job", {}), samples.workload("argoproj.io/v1alpha1", "Rollout", {})]
]

audit(rules) := {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "rules": rules}

everything := {"level": "Metadata"}

dropped(i) := {sprintf("rule %v of the audit policy drops requests for %s", [i, resource]) |
	some resource in ["secrets", "roles", "rolebindings", "pods/exec", "rollouts"]
}

unrecorded := {sprintf("audit policy does not record who touches %s", [resource]) |
	some resource in ["secrets", "rbac.authorization.k8s.io/roles", "rbac.authorization.k8s.io/rolebindings", "pods/exec", "argoproj.io/rollouts"]
}

test_violates_no_place_for_logs if {
	told({"compliance": {"frameworks": ["soc2"]}}, {}) == {["spec.compliance", "platform file does not say where logs are kept"]}
	told({}, {"platform": {"spec": {"frameworks": ["soc2"]}}}) == {["spec.compliance", "platform file does not say where logs are kept"]}
}

test_violates_short if {
	every spec in [personal, {"compliance": {"frameworks": ["soc2"]}}] {
		told(spec, platform({"sink": "central", "retention": "30d"})) == {["spec.compliance", "platform keeps logs for 30d, and an audit looks a year back"]}
	}
}

test_violates_abroad if {
	residency := {"compliance": {"residency": ["eu-central-1"]}}
	told(residency, platform(logging)) == {["spec.compliance.residency", "logs are kept in eu-west-1, and data may only be in eu-central-1"]}
	told(residency, platform(object.remove(logging, ["region"]))) == {["spec.compliance.residency", "logs are kept in a region that the platform file does not name, and data may only be in eu-central-1"]}
}

test_violates_debug if {
	told(object.union(personal, {"monitoring": {"logLevel": "debug"}}), platform(logging)) == {["spec.monitoring.logLevel", "debug logs of a protected environment may hold the sensitive data itself"]}
}

test_violates_opt_out_of_pods if {
	every c in [
		["fluentbit.io/exclude", "true"], ["fluentbit.io/exclude", true], ["fluentbit.io/exclude-web", "true"], ["fluentbit.io/exclude_stderr", "true"],
		["co.elastic.logs/enabled", "false"], ["co.elastic.logs.web/enabled", "false"], ["vector.dev/exclude-containers", "web"],
		["ad.datadoghq.com/logs_exclude", "true"], ["ad.datadoghq.com/web.logs_exclude", "true"], ["ad.datadoghq.com/exclude", "true"], ["splunk.com/exclude", "true"],
	] {
		[key, value] := c
		every o in noted("annotations", key, value) {
			said(o) == {sprintf("%s: %v keeps logs from being collected", [key, value])}
		}
	}
	every o in noted("labels", "vector.dev/exclude", "true") {
		said(o) == {"vector.dev/exclude: true keeps logs from being collected"}
	}
}

test_violates_opt_out_of_namespace if {
	namespace := {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme-production", "annotations": {"splunk.com/exclude": "true"}, "labels": {"vector.dev/exclude": "true"}}}
	{f.path | some f in ts_aud_001.deny with input as samples.of(namespace)} == {["metadata", "annotations", "splunk.com/exclude"], ["metadata", "labels", "vector.dev/exclude"]}
}

test_violates_without_tenant if {
	some o in noted("annotations", "fluentbit.io/exclude", "true")
	count(ts_aud_001.deny) == 1 with input as {"object": o, "ctx": {"namespaces": []}}
}

test_violates_audit_policy_that_drops if {
	said(audit([{"level": "None"}, everything])) == dropped(0)
	said(audit([{"level": "None", "resources": [{"group": "", "resources": ["secrets", "pods"]}]}, everything])) == {"rule 0 of the audit policy drops requests for secrets"}
	every names in [["pods/exec"], ["pods/*"], ["*/exec"], ["*"]] {
		"rule 0 of the audit policy drops requests for pods/exec" in said(audit([{"level": "None", "resources": [{"group": "", "resources": names}]}, everything]))
	}
	said(audit([{"level": "None", "verbs": ["get"], "resources": [{"group": "argoproj.io"}]}, everything])) == {"rule 0 of the audit policy drops requests for rollouts"}
	said(audit([{"level": "None", "namespaces": ["acme-production"], "resources": [{"group": "argoproj.io"}]}, everything])) == {"rule 0 of the audit policy drops requests for rollouts"}
}

test_violates_audit_policy_that_records_nothing if {
	every rules in [
		[], [{"level": "Metadata", "verbs": ["create"]}], [{"level": "Metadata", "users": ["ada"]}], [{"level": "Metadata", "nonResourceURLs": ["/healthz"]}],
		[{"level": "Request", "resources": [{"group": "", "resources": ["configmaps", "*/status"]}]}],
		[{"level": "Metadata", "resources": [{"group": "", "resources": ["secrets"], "resourceNames": ["a"]}]}],
	] {
		said(audit(rules)) == unrecorded
	}
}

test_passes_logged if {
	told(personal, platform(logging)) == set()
	told({"compliance": {"residency": ["eu-west-1"]}}, platform(logging)) == set()
	told({"compliance": {"dataClassification": "internal"}}, {}) == set()
	told({"compliance": {"dataClassification": "internal"}}, platform({"sink": "central", "retention": "30d"})) == set()
	told(personal, {}) == set()
	told({"compliance": {"frameworks": ["cis", "pss"]}}, {"platform": {"spec": {"frameworks": ["mtb"]}}}) == set()
}

test_passes_debug if {
	told({"monitoring": {"logLevel": "debug"}}, platform(logging)) == set()
	given := samples.within(samples.within(samples.set([]), platform(logging)), {"spec": object.union(personal, {"monitoring": {"logLevel": "debug"}})})
	count(ts_aud_001.deny) == 0 with input as json.patch(given, [{"op": "remove", "path": "/ctx/protected"}])
}

test_passes_other_notes if {
	every c in [["fluentbit.io/exclude", "false"], ["fluentbit.io/parser", "true"], ["co.elastic.logs/enabled", "true"], ["vector.dev/exclude-containers", ""]] {
		every o in noted("annotations", c[0], c[1]) {
			said(o) == set()
		}
	}
	every o in noted("labels", "vector.dev/exclude", "false") {
		said(o) == set()
	}
}

test_passes_audit_policy if {
	every rules in [
		[everything],
		[{"level": "None", "users": ["system:kube-proxy"]}, {"level": "None", "userGroups": ["system:nodes"], "resources": [{"group": ""}]}, everything],
		[everything, {"level": "None"}],
		[{"level": "None", "namespaces": ["kube-system"]}, {"level": "None", "nonResourceURLs": ["/healthz*"]}, everything],
		[{"level": "None", "resources": [{"group": "", "resources": ["events", "*/status"]}]}, everything],
		[
			{"level": "Metadata", "resources": [{"group": "", "resources": ["secrets", "pods/exec"]}, {"group": "rbac.authorization.k8s.io"}]},
			{"level": "RequestResponse", "resources": [{"group": "argoproj.io", "resources": ["*"]}]},
			{"level": "None"},
		],
	] {
		said(audit(rules)) == set()
	}
	said({"apiVersion": "policy.example.com/v1", "kind": "Policy", "rules": []}) == set()
}
