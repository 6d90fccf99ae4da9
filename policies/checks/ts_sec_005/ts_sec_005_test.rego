package checks.ts_sec_005_test

import data.checks.ts_sec_005
import data.lib.samples_test as samples

demanding := samples.within({}, object.union(samples.ctx, {"spec": {"compliance": {"frameworks": ["gdpr", "cis"]}}}))

reference := {"name": "a", "env": [{"name": "URI", "valueFrom": {"secretKeyRef": {"name": "db", "key": "uri"}}}]}

said(spec) := found if {
	found := {f.message | some f in ts_sec_005.deny} with input as samples.of(samples.workload("apps/v1", "Deployment", spec))
}

mounted(volume) := said({"containers": [], "volumes": [volume]})

grouped(volume) := said({"securityContext": {"fsGroup": 2000}, "containers": [], "volumes": [volume]})

test_violates_whole_secret if {
	every o in samples.containers({"name": "a", "envFrom": [{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "db"}}]}) {
		some finding in ts_sec_005.deny with input as samples.of(o)
		endswith(finding.message, `"a" has the whole of Secret db in its environment`)
	}
}

test_violates_key_where_demanded if {
	every o in samples.containers(reference) {
		count(ts_sec_005.deny) == 1 with input as object.union(samples.of(o), demanding)
	}
	platform := object.union(samples.ctx, {"platform": {"spec": {"frameworks": ["nsa"]}}})
	every o in samples.containers(reference) {
		count(ts_sec_005.deny) == 1 with input as object.union(samples.of(o), {"ctx": platform})
	}
}

test_violates_modes if {
	message := "files of a secret have mode 0644, which lets more of them than need it read or run them"
	grouped({"name": "s", "secret": {"secretName": "db"}}) == {message}
	grouped({"name": "s", "projected": {"sources": [{"configMap": {}}, {"secret": {"name": "db"}}]}}) == {message}
	count(mounted({"name": "s", "secret": {"secretName": "db", "defaultMode": 511}})) == 1
	count(mounted({"name": "s", "secret": {"secretName": "db", "defaultMode": 292, "items": [{"mode": 438}]}})) == 1
	projected := {"defaultMode": 256, "sources": [{"secret": {"name": "db", "items": [{"mode": 493}]}}]}
	count(mounted({"name": "s", "projected": projected})) == 1
}

test_violates_where if {
	o := samples.workload("apps/v1", "Deployment", {"volumes": [{"name": "s", "secret": {"defaultMode": 511}}]})
	some finding in ts_sec_005.deny with input as samples.of(o)
	finding.path == ["spec", "template", "spec", "volumes", 0, "secret", "defaultMode"]
}

test_passes_keys_and_files if {
	every o in samples.containers(reference) {
		count(ts_sec_005.deny) == 0 with input as samples.of(o)
	}
	every volume in [
		{"name": "s", "secret": {"secretName": "db", "defaultMode": 256}},
		{"name": "s", "secret": {"secretName": "db", "defaultMode": 288, "items": [{"key": "a", "mode": 256}]}},
		{"name": "s", "emptyDir": {}},
		{"name": "s", "configMap": {"defaultMode": 511}},
		{"name": "s", "projected": {"sources": [{"configMap": {"name": "a"}}]}},
	] {
		count(grouped(volume)) == 0
		count(mounted(volume)) == 0
	}
	count(mounted({"name": "s", "secret": {"secretName": "db"}})) == 0
}
