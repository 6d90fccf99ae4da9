package checks.ts_ten_003_test

import data.checks.ts_ten_003
import data.lib.samples_test as samples

of(name) := samples.within({}, object.union(samples.ctx, {"tenant": name}))

test_violates_names if {
	wrong := {[name, said] |
		some [name, fault] in cases
		said := {f.message | some f in ts_ten_003.deny with input as of(name)}
		said != {sprintf("tenant name %q %s", [name, fault])}
	}
	wrong == set()
}

letters := "is not made of at most 40 lower-case letters, digits and dashes of ASCII"

cases := [
	["../globex", letters],
	["a/b", letters],
	["Acme", letters],
	["acme-", letters],
	["-acme", letters],
	["", letters],
	["acme$(id)", letters],
	["acme\n", letters],
	["a\u0441me", letters],
	[concat("", ["a123456789", "a123456789", "a123456789", "a123456789", "a"]), letters],
	["xn--acme", "has two dashes in a row"],
	["default", "is reserved"],
	["platform", "is reserved"],
	["con", "is reserved"],
	["kube-system", "begins like the names of Kubernetes or the platform"],
	["com1", "begins like the names of Kubernetes or the platform"],
]

test_violates_at_the_name if {
	some finding in ts_ten_003.deny with input as of("all")
	finding.field == ["metadata", "name"]
}

test_violates_environment_and_namespace if {
	every more in [{"environment": "../prod"}, {"namespace": long}, {"namespace": "Acme"}] {
		count(ts_ten_003.deny) == 1 with input as samples.within(of("acme"), more)
	}
}

long := concat("", [sprintf("%d", [n]) | some n in numbers.range(1, 40)])

named(kind, name) := {"kind": kind, "metadata": {"name": name, "namespace": "acme-production"}}

test_violates_derived_names if {
	every o in [
		named("Service", long), named("Namespace", long),
		named("ConfigMap", concat("", [long, long, long, long])),
		{"kind": "ConfigMap", "metadata": {"name": "a", "namespace": long}},
	] {
		count(ts_ten_003.deny) == 1 with input as samples.set([named("ConfigMap", "a"), o])
	}
}

test_passes if {
	every name in ["acme-corp", "3com", "a", "defaults", "kubernetes"] {
		count(ts_ten_003.deny) == 0 with input as of(name)
	}
	count(ts_ten_003.deny) == 0 with input as samples.set([named("ConfigMap", long), named("Service", "web")])
	count(ts_ten_003.deny) == 0 with input as json.remove(samples.set([named("Service", long)]), ["/ctx/tenant"])
}
