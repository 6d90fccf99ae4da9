package checks.ts_aud_009_test

import data.checks.ts_aud_009
import data.lib.samples_test as samples

platform := {
	"cluster": {"name": "main"},
	"platform": {"spec": {
		"namespacePattern": "{tenant}-{env}",
		"environments": [
			{"name": "development", "cluster": "main"},
			{"name": "staging", "cluster": "other"},
			{"name": "production", "cluster": "main", "protected": true},
		],
	}},
}

of(o) := samples.within(samples.of(o), platform)

in_development(given) := json.patch(given, [
	{"op": "remove", "path": "/ctx/protected"},
	{"op": "replace", "path": "/ctx/environment", "value": "development"},
	{"op": "replace", "path": "/ctx/namespaces", "value": ["acme-development"]},
])

policy(labels) := of({"kind": "NetworkPolicy", "spec": {"ingress": [{"from": [{"namespaceSelector": labels}]}]}})

matching(label, value) := {"matchLabels": {label: value}}

among(label, list) := {"matchExpressions": [{"key": label, "operator": "In", "values": list}]}

environment := "tenantsmith.dev/environment"

name := "kubernetes.io/metadata.name"

opens := "policy opens ingress for environment development, which is kept apart from this one"

test_violates_policies if {
	every selector in [
		matching(environment, "development"),
		among(environment, ["production", "development"]),
		matching(name, "acme-development"),
		among(name, ["acme-development"]),
		{"matchLabels": {"tenantsmith.dev/tenant": "billing", environment: "development"}},
		matching("tenantsmith.dev/tenant", "acme"),
	] {
		ts_aud_009.deny == {{"path": ["spec", "ingress", 0, "from", 0, "namespaceSelector"], "message": opens}} with input as policy(selector)
	}
	count(ts_aud_009.deny) == 1 with input as in_development(policy(matching(name, "acme-production")))
}

test_passes_policies if {
	every selector in [
		matching(environment, "production"),
		matching(name, "acme-production"),
		matching(name, "monitoring"),
		{"matchLabels": {"tenantsmith.dev/tenant": "acme", environment: "production"}},
		{"matchLabels": {"tenantsmith.dev/tenant": "acme", name: "acme-production"}},
		{"matchExpressions": [{"key": environment, "operator": "NotIn", "values": ["development"]}]},
	] {
		count(ts_aud_009.deny) == 0 with input as policy(selector)
	}
	count(ts_aud_009.deny) == 0 with input as in_development(policy(matching(environment, "staging")))
	count(ts_aud_009.deny) == 0 with input as samples.within(policy(matching("tenantsmith.dev/tenant", "acme")), {"cluster": {"name": "alone"}})
}

bound(subject) := of({"kind": "RoleBinding", "subjects": [subject]})

test_violates_bindings_and_grants if {
	every subject in [
		{"kind": "ServiceAccount", "name": "ci", "namespace": "acme-development"},
		{"kind": "User", "name": "system:serviceaccount:acme-staging:ci"},
		{"kind": "Group", "name": "system:serviceaccounts:acme-staging"},
	] {
		count(ts_aud_009.deny) == 1 with input as bound(subject)
	}
	ts_aud_009.deny == {{
		"path": ["spec", "from", 0, "namespace"],
		"message": "grant lets objects of environment staging in, which is kept apart from this one",
	}} with input as of({"kind": "ReferenceGrant", "spec": {"from": [{"namespace": "acme-staging"}]}})
}

test_passes_bindings_and_grants if {
	every subject in [
		{"kind": "ServiceAccount", "name": "ci", "namespace": "acme-production"},
		{"kind": "User", "name": "system:serviceaccount:acme-production:ci"},
		{"kind": "Group", "name": "acme-development"},
	] {
		count(ts_aud_009.deny) == 0 with input as bound(subject)
	}
	count(ts_aud_009.deny) == 0 with input as of({"kind": "ReferenceGrant", "spec": {"from": [{"namespace": "gateways"}]}})
}

test_passes_one_namespace_for_all if {
	one := json.patch(bound({"kind": "ServiceAccount", "name": "ci", "namespace": "acme"}), [
		{"op": "replace", "path": "/ctx/platform/spec/namespacePattern", "value": "{tenant}"},
		{"op": "replace", "path": "/ctx/namespaces", "value": ["acme"]},
	])
	count(ts_aud_009.deny) == 0 with input as one
}

secret(path) := {"ctx": object.union(samples.ctx, object.union(platform, {"spec": {"secrets": {"db": {"path": path}}}}))}

test_violates_secrets_of_the_file if {
	ts_aud_009.deny == {{
		"path": [],
		"field": ["spec", "secrets", "db", "path"],
		"message": "secret tenants/acme/production/db is one of environment production, which is kept apart from this one",
	}} with input as in_development(secret("tenants/acme/production/db"))
	count(ts_aud_009.deny) == 1 with input as secret("acme/Development/db")
}

prefixed(given) := samples.within(given, {"platform": {"spec": {"secretStore": {"prefix": "{env}-{tenant}"}}}})

test_violates_secrets_by_the_prefix if {
	count(ts_aud_009.deny) == 1 with input as prefixed(secret("staging-acme/db"))
	count(ts_aud_009.deny) == 0 with input as prefixed(secret("staging-acmeville/db"))
	count(ts_aud_009.deny) == 0 with input as prefixed(secret("production-acme/db"))
}

test_violates_secrets_of_objects if {
	every o in [
		{"kind": "ExternalSecret", "spec": {"data": [{"remoteRef": {"key": "acme/staging/db"}}]}},
		{"kind": "ExternalSecret", "spec": {"dataFrom": [{"extract": {"key": "acme/staging/db"}}]}},
		{"kind": "ExternalSecret", "spec": {"dataFrom": [{"find": {"path": "acme/staging"}}]}},
		{"kind": "PushSecret", "spec": {"data": [{"match": {"remoteRef": {"remoteKey": "acme/staging/db"}}}]}},
	] {
		count(ts_aud_009.deny) == 1 with input as of(o)
	}
}

test_passes_secrets if {
	count(ts_aud_009.deny) == 0 with input as secret("acme/db")
	count(ts_aud_009.deny) == 0 with input as secret("acme/production/db")
	count(ts_aud_009.deny) == 0 with input as in_development(secret("acme/staging/db"))
	count(ts_aud_009.deny) == 0 with input as of({"kind": "ExternalSecret", "spec": {"data": [{"remoteRef": {"key": "acme/db"}}]}})
}

test_violates_what_environments_share if {
	ts_aud_009.deny == {{
		"member": 1,
		"object": -1,
		"path": [],
		"field": ["spec", "services", "web", "expose", 0, "host"],
		"message": "host shop.example.com is that of a protected environment and of another one",
	}} with input as {"mixed": [{"kind": "host", "value": "shop.example.com", "holders": [{
		"member": 1,
		"object": -1,
		"path": [],
		"kind": "host",
		"value": "shop.example.com",
		"field": ["spec", "services", "web", "expose", 0, "host"],
	}]}]}
}
