package checks.ts_sec_006_test

import data.checks.ts_sec_006
import data.lib.samples_test as samples

ask(kind, spec) := count(found) if {
	found := ts_sec_006.deny with input as samples.of({"kind": kind, "metadata": samples.meta("a"), "spec": spec})
}

# The same where the platform says what paths begin with, and which kinds it knows.
within(kind, spec, prefix) := count(found) if {
	platform := {"spec": {"secretStore": {"prefix": prefix}}, "allowed_kinds": [
		{"group": "external-secrets.io", "kind": "PushSecret", "scope": "Namespaced"},
		{"group": "generators.external-secrets.io", "kind": "ECRAuthorizationToken", "scope": "Namespaced"},
	]}
	given := object.union(samples.of({"kind": kind, "spec": spec}), {"ctx": {"platform": platform}})
	found := ts_sec_006.deny with input as given
}

fetch(key) := {"data": [{"secretKey": "a", "remoteRef": {"key": key}}]}

test_violates_keys if {
	every key in [
		"globex/db", "acme-corp/db", "tenants/acme/db", "acme/../globex/db", "acme//db", "/acme/db", "acme/", "acme/./db",
		"acme/%2e%2e/globex", "acme/{{ .x }}", "acme/$x", "acme\\db", "acme/*\\..", "",
	] {
		ask("ExternalSecret", fetch(key)) == 1
		ask("ExternalSecret", {"dataFrom": [{"extract": {"key": key}}]}) == 1
		ask("ExternalSecret", {"dataFrom": [{"find": {"path": key}}]}) == 1
		ask("VaultStaticSecret", {"mount": "kv", "path": key}) == 1
	}
}

test_violates_find_in_the_whole_store if {
	ask("ExternalSecret", {"dataFrom": [{"find": {"name": {"regexp": ".*"}}}]}) == 1
	ask("ExternalSecret", {"dataFrom": [{"find": {"tags": {"a": "b"}}}]}) == 1
}

# Beginnings of names: those of acme-corp begin with acme.
test_violates_find_at_the_beginning if {
	ask("ExternalSecret", {"dataFrom": [{"find": {"path": "acme", "name": {"regexp": ".*"}}}]}) == 1
	within("ExternalSecret", {"dataFrom": [{"find": {"path": "tenants/acme"}}]}, "tenants/{tenant}") == 1
}

test_violates_old_keys if ask("ExternalSecret", {"dataFrom": [{"key": "globex/db"}]}) == 1

test_violates_hidden_keys_of_classes if {
	every more in ["- \"objectN\\u0061me\": globex/db\n", "- ? objectName # a\n  : globex/db\n", "- a: &k objectName\n  *k : globex/db\n", "- <<: *a\n"] {
		text := concat("", ["- objectName: acme/db\n", more])
		ask("SecretProviderClass", {"provider": "aws", "parameters": {"objects": text}}) == 1
	}
	ask("SecretProviderClass", {"provider": "aws", "parameters": {"objects": "- OBJECTNAME: globex/db\n"}}) == 1
}

test_violates_generators if {
	reference := {"sourceRef": {"generatorRef": {"kind": "ECRAuthorizationToken", "name": "a"}}}
	ask("ExternalSecret", {"dataFrom": [reference]}) == 1
	ask("ExternalSecret", {"data": [object.union(reference, {"remoteRef": {"key": "acme/a"}})]}) == 1
	ask("ExternalSecret", {"dataFrom": [{"sourceRef": {"generatorRef": {"name": "a"}}}]}) == 1
	within("ExternalSecret", {"dataFrom": [reference]}, "{tenant}") == 0
	within("PushSecret", {"selector": {"generatorRef": {"kind": "VaultDynamicSecret", "name": "a"}}}, "{tenant}") == 1
	within("PushSecret", {"selector": {"generatorRef": {"kind": "Password", "name": "a"}}}, "{tenant}") == 0
}

test_violates_push if {
	push := {"data": [{"match": {"remoteRef": {"remoteKey": "globex/db"}}}], "dataTo": [{"storeRef": {"name": "a"}}]}
	ask("PushSecret", push) == 3
	within("PushSecret", push, "{tenant}") == 2
}

test_violates_provider_classes if {
	vault := "- objectName: \"a\"\n  secretPath: \"secret/data/globex/db\"\n  secretKey: \"password\"\n"
	ask("SecretProviderClass", {"provider": "vault", "parameters": {"objects": vault}}) == 1
	ask("SecretProviderClass", {"provider": "aws", "parameters": {"objects": "- objectName: globex/db\n  objectType: ssmparameter\n"}}) == 1
	ask("SecretProviderClass", {"provider": "azure", "parameters": {"objects": "array:\n - |\n   objectName: globex\n"}}) == 1
	ask("SecretProviderClass", {"provider": "gcp", "parameters": {"secrets": "- resourceName: \"projects/a/secrets/b/versions/1\"\n"}}) == 1
	ask("SecretProviderClass", {"provider": "vault", "parameters": {"objects": "[]"}}) == 1
}

test_violates_with_the_key if {
	vault := "- objectName: \"a\"\n  secretPath: \"secret/data/globex/db\"\n"
	ts_sec_006.deny == {{
		"path": ["spec", "parameters"],
		"message": "key secret/data/globex/db is not below acme, where the tenant's secrets are",
	}} with input as samples.of({"kind": "SecretProviderClass", "spec": {"provider": "vault", "parameters": {"objects": vault, "ttl": 5}}})
}

test_violates_path_in_the_file if {
	paths := {"db": {"path": "globex/db"}, "mail": {"path": "acme/mail"}}
	ts_sec_006.deny == {{
		"path": [],
		"field": ["spec", "secrets", "db", "path"],
		"message": "path globex/db is not below acme, where the tenant's secrets are",
	}} with input as object.union(samples.tenant({"secrets": paths}), {"facts": []})
}

test_passes_own if {
	every spec in [
		fetch("acme/db"), fetch("acme"), {"dataFrom": [{"key": "acme/db"}]}, {"dataFrom": [{"extract": {"key": "acme/production/db"}}]},
		{"dataFrom": [{"find": {"path": "acme/db", "name": {"regexp": ".*"}}}]},
		{"dataFrom": [{"sourceRef": {"generatorRef": {"kind": "Password", "name": "a"}}}]},
	] {
		ask("ExternalSecret", spec) == 0
	}
	within("ExternalSecret", fetch("tenants/acme/production/db"), "tenants/{tenant}/{env}/") == 0
	within("ExternalSecret", fetch("tenants/acme/staging/db"), "tenants/{tenant}/{env}/") == 1
	ask("SecretProviderClass", {"provider": "aws", "parameters": {"objects": "- objectName: \"acme/db\"\n"}}) == 0
	ask("VaultStaticSecret", {"mount": "kv", "path": "acme/db"}) == 0
	ask("VaultDynamicSecret", {"mount": "acme", "path": "creds/reader"}) == 0
	within("PushSecret", {"data": [{"match": {"remoteRef": {"remoteKey": "acme/db"}}}]}, "{tenant}") == 0
}

test_passes_other_kinds if ask("Database", fetch("globex/db")) == 0
