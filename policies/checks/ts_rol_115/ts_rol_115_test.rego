package checks.ts_rol_115_test

import data.checks.ts_rol_115
import data.lib.rollouts_test as r
import data.lib.samples_test as samples

# Cases whose messages are not those expected, with what was said instead.
test_violates if {
	wrong := {[messages, said] |
		some [objects, messages] in cases
		said := {f.message | some f in ts_rol_115.deny with input as samples.set(objects)}
		said != messages
	}
	wrong == set()
}

test_passes if {
	faulted := {[i, said] |
		some i, objects in clean
		said := {f.message | some f in ts_rol_115.deny with input as samples.set(objects)}
		count(said) > 0
	}
	faulted == set()
}

service(name, selector) := {"apiVersion": "v1", "kind": "Service", "metadata": samples.meta(name), "spec": {"selector": selector}}

clean := [
	[r.plain, service("web", {"app": "web"})],
	[r.routed, service("web", {}), service("web-canary", {}), service("other", {"app": "web"})],
]

message := "Rollout web writes the selector of this Service, and each apply would take it back and mix both versions"

cases := [
	[[r.routed, service("web", {"app": "web"})], {message}],
	[[r.blue_green, service("web-preview", {"app": "web"})], {message}],
]

test_violates_at_the_service if {
	some finding in ts_rol_115.deny with input as samples.set([r.routed, service("web", {"app": "web"})])
	finding.object == 1
	finding.path == ["spec", "selector"]
}
