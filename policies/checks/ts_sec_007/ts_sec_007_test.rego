package checks.ts_sec_007_test

import data.checks.ts_sec_007
import data.lib.samples_test as samples

# How often it objects, where the platform says so much of its store.
ask(kind, spec, platform) := count(found) if {
	given := object.union(
		samples.of({"kind": kind, "metadata": samples.meta("a"), "spec": spec}),
		{"ctx": {"platform": {"spec": platform}}, "suspects": []},
	)
	found := ts_sec_007.deny with input as given
}

shared := {"secretStore": {"name": "vault", "kind": "ClusterSecretStore"}}

identities := {"rbac": {"identities": {"acme": ["arn:aws:iam::4711:role/acme", "1234"]}}}

through(kind, name) := [
	["ExternalSecret", {"secretStoreRef": {"kind": kind, "name": name}}],
	["ExternalSecret", {"data": [{"sourceRef": {"storeRef": {"kind": kind, "name": name}}}]}],
	["ExternalSecret", {"dataFrom": [{"sourceRef": {"storeRef": {"kind": kind, "name": name}}}]}],
	["PushSecret", {"secretStoreRefs": [{"kind": kind, "name": name}]}],
	["PushSecret", {"dataTo": [{"storeRef": {"kind": kind, "name": name}}]}],
]

test_violates_other_stores if {
	every use in array.concat(through("ClusterSecretStore", "root-vault"), through("SecretStore", "vault")) {
		ask(use[0], use[1], shared) == 1
	}
	every use in through("ClusterSecretStore", "root-vault") {
		ask(use[0], use[1], {}) == 1
	}
	ask("ExternalSecret", {"secretStoreRef": {"name": "vault"}}, shared) == 1
	ask("PushSecret", {"secretStoreRefs": [{"labelSelector": {}}]}, shared) == 1
}

test_violates_store_that_is_not_the_platforms if {
	ask("SecretStore", {"provider": {}}, shared) == 1
	ask("SecretStore", {"provider": {}}, {"secretStore": {"name": "other"}}) == 1
}

test_passes_store_of_the_platform if {
	ask("SecretStore", {"provider": {}}, {"secretStore": {"name": "a"}}) == 0
	ask("SecretStore", {"provider": {}}, {"secretStore": {"name": "a", "kind": "SecretStore"}}) == 0
	ask("SecretStore", {"provider": {}}, {}) == 0
}

test_violates_store_of_another_namespace if {
	kubernetes := {"auth": {"kubernetes": {"role": "a", "serviceAccountRef": {"name": "a", "namespace": "globex-prod"}}}}
	ts_sec_007.deny == {{
		"path": ["spec", "provider", "vault", "auth", "kubernetes", "serviceAccountRef", "namespace"],
		"message": "store takes a from namespace globex-prod",
	}} with input as object.union(samples.of({"kind": "SecretStore", "spec": {"provider": {"vault": kubernetes}}}), {"suspects": []})
	ask("SecretStore", {"provider": {"kubernetes": {"remoteNamespace": "globex-prod"}}}, {}) == 1
	ask("VaultStaticSecret", {"vaultAuthRef": "globex-prod/login"}, {}) == 1
}

test_violates_secrets_in_the_store if {
	ask("SecretStore", {"provider": {"fake": {"data": []}}}, {}) == 1
	count(ts_sec_007.deny) == 1 with input as object.union(samples.of({"kind": "SecretStore", "spec": {}}), {"suspects": [{
		"path": ["spec", "provider", "webhook", "token"],
		"by": "name",
		"what": "a token",
		"hash": "1a2b3c4d",
	}]})
}

test_violates_identities if {
	every platform in [{}, identities] {
		ask("SecretStore", {"provider": {"aws": {"role": "arn:aws:iam::4711:role/globex"}}}, platform) == 1
		ask("SecretStore", {"provider": {"aws": {"additionalRoles": ["arn:aws:iam::4711:role/globex"]}}}, platform) == 1
		ask("SecretStore", {"provider": {"azurekv": {"identityId": "5678"}}}, platform) == 1
		ask("SecretProviderClass", {"parameters": {"clientID": "5678"}}, platform) == 1
	}
}

test_passes_own if {
	every use in through("ClusterSecretStore", "vault") {
		ask(use[0], use[1], shared) == 0
	}
	every use in array.concat(through("SecretStore", "vault"), through("ClusterSecretStore", "vault")) {
		ask(use[0], use[1], {"secretStore": {"name": "vault"}}) == 0
	}
	every use in through("SecretStore", "tenant-vault") {
		ask(use[0], use[1], {}) == 0
	}
	ask("SecretStore", {"provider": {"vault": {"namespace": "team", "auth": {"kubernetes": {"serviceAccountRef": {"name": "a"}}}}}}, {}) == 0
	ask("SecretStore", {"provider": {"kubernetes": {"remoteNamespace": "acme-production", "server": {"caProvider": {"name": "a", "namespace": "acme-production"}}}}}, {}) == 0
	ask("SecretStore", {"provider": {"aws": {"role": "arn:aws:iam::4711:role/acme"}}}, identities) == 0
	ask("SecretProviderClass", {"parameters": {"clientID": "1234", "userAssignedIdentityID": ""}}, identities) == 0
	ask("VaultStaticSecret", {"vaultAuthRef": "login"}, {}) == 0
	ask("VaultStaticSecret", {"vaultAuthRef": "acme-production/login"}, {}) == 0
}
