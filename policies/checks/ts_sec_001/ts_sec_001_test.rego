package checks.ts_sec_001_test

import data.checks.ts_sec_001
import data.lib.samples_test as samples

secret(more) := samples.of(object.union({"apiVersion": "v1", "kind": "Secret", "metadata": samples.meta("db"), "type": "Opaque"}, more))

sealed := "ENC[AES256_GCM,data:CwE4O1s=,iv:2k=,tag:o04=,type:str]"

sops := {"mac": sealed, "lastmodified": "2026-11-01T00:00:00Z"}

test_violates_values if {
	every more in [
		{"stringData": {"password": "x"}},
		{"data": {"password": "eA=="}},
		{"data": {"password": 5}},
		{"stringData": {"password": sealed}},
		{"stringData": {"password": "ENC[x]"}, "sops": sops},
		{"stringData": {"password": sealed}, "sops": {"mac": "x"}},
		{"stringData": {"password": sealed}, "sops": {"mac": 5}},
		{"stringData": {"user": sealed, "password": "x"}, "sops": sops},
	] {
		count(ts_sec_001.deny) == 1 with input as secret(more)
	}
}

test_violates_each_key_and_says_no_value if {
	messages := {f.message | some f in ts_sec_001.deny} with input as secret({"data": {"a": "c2VjcmV0"}, "stringData": {"b": "x"}})
	messages == {"Secret has key a in the repository", "Secret has key b in the repository"}
}

test_violates_generator if {
	ts_sec_001.deny == {{
		"path": ["secretGenerator", 1],
		"message": "secretGenerator makes Secret (no name) of what is in the repository",
	}} with input as samples.of({
		"apiVersion": "kustomize.config.k8s.io/v1beta1",
		"kind": "Kustomization",
		"secretGenerator": {1: {"literals": ["a=b"]}},
	})
}

test_passes_empty if {
	every more in [{}, {"data": {}}, {"stringData": {"filled-later": ""}}] {
		count(ts_sec_001.deny) == 0 with input as secret(more)
	}
}

test_passes_encrypted if {
	count(ts_sec_001.deny) == 0 with input as secret({"stringData": {"password": sealed}, "data": {"user": sealed}, "sops": sops})
}

test_passes_other_kinds if {
	every kind in ["ExternalSecret", "SealedSecret", "ConfigMap"] {
		count(ts_sec_001.deny) == 0 with input as samples.of({"kind": kind, "data": {"a": "b"}, "stringData": {"a": "b"}})
	}
}
