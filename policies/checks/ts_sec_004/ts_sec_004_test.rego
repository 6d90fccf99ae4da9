package checks.ts_sec_004_test

import data.checks.ts_sec_004
import data.lib.samples_test as samples

suspects(by, what, path) := {"suspects": [{"path": path, "by": by, "what": what, "hash": "1a2b3c4d"}]}

annotated(by, what, path) := object.union(samples.of({"kind": "Service", "metadata": samples.meta("a")}), suspects(by, what, path))

file(lifecycle, by, what, path) := object.union(samples.tenant({"lifecycle": lifecycle}), suspects(by, what, path))

test_violates_annotation if {
	every judged in [["form", "an AWS access key"], ["entropy", "a random text"], ["name", "a token"]] {
		ts_sec_004.deny == {{
			"path": ["metadata", "annotations", "example.com/a"],
			"message": sprintf("example.com/a holds what looks like %s (sha256 1a2b3c4d)", [judged[1]]),
		}} with input as annotated(judged[0], judged[1], ["metadata", "annotations", "example.com/a"])
	}
}

test_violates_template if {
	every path in [["spec", "template", "metadata", "labels", "a"], ["spec", "secretTemplate", "annotations", "a"]] {
		count(ts_sec_004.deny) == 1 with input as annotated("form", "an AWS access key", path)
	}
}

test_violates_copy_of_kubectl if {
	o := {"kind": "Service", "metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}}}
	some finding in ts_sec_004.deny with input as object.union(samples.of(o), {"suspects": []})
	finding.path == ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]
}

test_violates_file if {
	every judged in [
		["form", ["spec", "delivery", "repository"]],
		["entropy", ["spec", "displayName"]],
		["name", ["spec", "extensions", "vault", "token"]],
		["name", ["spec", "tags", "api-key"]],
	] {
		ts_sec_004.deny == {{
			"path": [],
			"field": judged[1],
			"message": sprintf("%s holds what looks like a token (sha256 1a2b3c4d)", [judged[1][count(judged[1]) - 1]]),
		}} with input as file("active", judged[0], "a token", judged[1])
	}
}

test_violates_services_that_are_not_rendered if {
	every path in [["env", "TOKEN"], ["args", 0], ["files", "/etc/a"], ["autoscaling", "triggers", 0, "metadata", "password"]] {
		given := array.concat(["spec", "services", "web"], path)
		count(ts_sec_004.deny) == 1 with input as file("suspended", "name", "a token", given)
		count(ts_sec_004.deny) == 0 with input as file("active", "name", "a token", given)
		count(ts_sec_004.deny) == 1 with input as file("offboarding", "form", "a token", given)
		count(ts_sec_004.deny) == 0 with input as file("active", "form", "a token", given)
	}
}

test_passes_annotations_that_name_secrets if {
	count(ts_sec_004.deny) == 0 with input as annotated("name", "a secret", ["metadata", "annotations", "nginx.ingress.kubernetes.io/auth-secret"])
	count(ts_sec_004.deny) == 0 with input as annotated("name", "a password", ["metadata", "annotations", "vault.hashicorp.com/agent-inject-secret-password"])
}

test_passes_commit_in_a_label if {
	count(ts_sec_004.deny) == 0 with input as annotated("entropy", "a random text", ["metadata", "labels", "commit"])
}

test_passes_what_others_judge if {
	count(ts_sec_004.deny) == 0 with input as annotated("form", "an AWS access key", ["spec", "containers", 0, "env", 0, "value"])
}

test_passes_names_that_a_tenant_did_not_choose if {
	every path in [
		["spec", "notifications", "slack", "urlFrom", "secret"],
		["spec", "services", "web", "env", "DB", "secret"],
		["spec", "services", "web", "image"],
	] {
		count(ts_sec_004.deny) == 0 with input as file("suspended", "name", "a secret", path)
	}
}
