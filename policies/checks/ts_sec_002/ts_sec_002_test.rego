package checks.ts_sec_002_test

import data.checks.ts_sec_002
import data.lib.samples_test as samples

# What a rule sees of an object with one suspect.
suspected(o, by, what, path) := object.union(
	samples.of(o),
	{"suspects": [{"path": path, "by": by, "what": what, "hash": "1a2b3c4d"}]},
)

web := samples.workload("apps/v1", "Deployment", {"containers": [{"name": "web", "env": [{"name": "DB_SECRET", "value": "x"}]}]})

spec := ["spec", "template", "spec", "containers", 0]

test_violates_env if {
	path := array.concat(spec, ["env", 0, "value"])
	every by in ["name", "form", "entropy"] {
		ts_sec_002.deny == {{
			"path": path,
			"message": "DB_SECRET holds what looks like a secret (sha256 1a2b3c4d)",
		}} with input as suspected(web, by, "a secret", path)
	}
}

test_violates_where_names_are_chosen if {
	every step in ["args", "command", "httpHeaders", "headers", "triggers", "jsonBody", "parameters"] {
		{f.message | some f in ts_sec_002.deny} == {sprintf("%s holds what looks like a random text (sha256 1a2b3c4d)", [step])} with input as suspected(web, "entropy", "a random text", array.concat(spec, [step, 0]))
	}
}

test_violates_form_anywhere if {
	count(ts_sec_002.deny) == 1 with input as suspected(web, "form", "an AWS access key", ["spec", "somewhere"])
	count(ts_sec_002.deny) == 1 with input as suspected(web, "form", "an AWS access key", [0])
}

test_violates_password_anywhere if {
	count(ts_sec_002.deny) == 1 with input as suspected(web, "name", "a password", ["spec", "auth", "password"])
}

test_violates_template_of_a_secret if {
	path := ["spec", "target", "template", "data", "token"]
	count(ts_sec_002.deny) == 1 with input as suspected({"kind": "ExternalSecret"}, "name", "a token", path)
}

test_passes_names_that_an_operator_chose if {
	every by in ["name", "entropy"] {
		count(ts_sec_002.deny) == 0 with input as suspected({"kind": "ExternalSecret"}, by, "a secret key", ["spec", "data", 0, "secretKey"])
	}
}

test_passes_what_others_judge if {
	every judged in [
		[{"kind": "ConfigMap"}, ["data", "a"]],
		[{"kind": "ConfigMap"}, ["binaryData", "a"]],
		[{"kind": "Secret"}, ["stringData", "a"]],
		[web, ["metadata", "annotations", "a"]],
		[web, ["spec", "template", "metadata", "labels", "a"]],
		[{"kind": "Certificate"}, ["spec", "secretTemplate", "annotations", "a"]],
	] {
		count(ts_sec_002.deny) == 0 with input as suspected(judged[0], "form", "an AWS access key", judged[1])
	}
}

test_passes_without_suspects if {
	count(ts_sec_002.deny) == 0 with input as object.union(samples.of(web), {"suspects": []})
}
