package checks.ts_quo_001_test

import data.checks.ts_quo_001
import data.lib.samples_test as samples

full := {"requests.cpu": "3", "requests.memory": "6Gi", "limits.memory": "6Gi", "requests.storage": "10Gi"}

quota(spec) := {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": samples.meta("compute"), "spec": spec}

hard(more) := quota({"hard": object.union(full, more)})

entitled := {"spec": {"resources": {"cpu": "2", "memory": "4Gi", "storage": "10Gi"}}, "platform": {"spec": {"releaseHeadroom": 50}}}

said(objects) := {f.message | some f in ts_quo_001.deny with input as samples.within(samples.set(objects), entitled)}

meshed(objects) := {f.message | some f in ts_quo_001.deny with input as samples.within(samples.within(samples.set(objects), entitled), {"cluster": {"mesh": "istio", "sidecar": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "1Gi"}}}})}

lacks(names) := sprintf("namespace \"acme-production\" has no quota on %s that holds for all pods", [names])

above(name, value) := sprintf("quota on %s is %v, more than the tenant is entitled to with room for releases", [name, value])

every_name := lacks("requests.cpu, requests.memory, limits.memory, requests.storage")

test_violates_without_quota if {
	said([]) == {every_name}
	said([object.union(hard({}), {"metadata": {"namespace": "globex"}})]) == {every_name}
	said([{"kind": "ResourceQuota", "metadata": samples.meta("a")}]) == {every_name}
	some f in ts_quo_001.deny with input as samples.within(samples.set([{"kind": "Namespace", "metadata": {"name": "acme-production"}}]), entitled)
	f.object == 0
}

test_violates_scoped if {
	said([quota({"hard": full, "scopes": ["NotTerminating"]})]) == {every_name}
	said([quota({"hard": full, "scopeSelector": {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "Exists"}]}})]) == {every_name}
}

test_violates_part if {
	every name in object.keys(full) {
		said([quota({"hard": object.remove(full, [name])})]) == {lacks(name)}
		said([hard({name: "much"})]) == {lacks(name)}
	}
}

test_violates_more_than_entitled if {
	every c in [["requests.cpu", "3001m"], ["requests.cpu", 4], ["requests.memory", "6145Mi"], ["limits.memory", "32Gi"], ["requests.storage", "11Gi"], ["limits.memory", "7e9"]] {
		[name, value] := c
		said([hard({name: value})]) == {above(name, value)}
	}
}

test_violates_by_the_other_name if {
	said([quota({"hard": object.union(object.remove(full, ["requests.cpu"]), {"cpu": "8"})})]) == {above("requests.cpu", "8")}
}

test_violates_at_the_figure if {
	ts_quo_001.deny == {{"object": 1, "path": ["spec", "hard", "limits.memory"], "message": above("limits.memory", "32Gi")}} with input as samples.within(samples.set([{"kind": "Pod"}, hard({"limits.memory": "32Gi"})]), entitled)
}

test_violates_over_all_namespaces if {
	second := object.union(hard({"requests.storage": "5Gi"}), {"metadata": {"namespace": "acme-extra"}})
	both := samples.within(samples.within(samples.set([hard({}), second]), entitled), {"namespaces": ["acme-production", "acme-extra"]})
	count(ts_quo_001.deny) == 8 with input as both
}

test_violates_with_sidecars if {
	pods := quota({"hard": {"pods": "10"}})
	meshed([hard({"requests.cpu": "4001m"}), pods]) == {above("requests.cpu", "4001m")}
	meshed([hard({"requests.cpu": "3001m"})]) == {above("requests.cpu", "3001m")}
}

test_passes_entitled if {
	said([hard({})]) == set()
	said([hard({"requests.cpu": "3000m", "requests.memory": "6144Mi", "limits.memory": "6442450944"})]) == set()
	said([quota({"hard": {"cpu": "2", "memory": "4Gi", "limits.memory": 0, "requests.storage": "10240Mi"}})]) == set()
}

test_passes_beside_others if {
	said([hard({}), hard({"requests.cpu": "64"}), quota({"scopes": ["BestEffort"], "hard": {"pods": "3"}})]) == set()
	said([quota({"hard": {"requests.cpu": "1"}}), quota({"hard": object.remove(full, ["requests.cpu"])})]) == set()
}

test_passes_with_sidecars if {
	meshed([hard({"requests.cpu": "4", "limits.memory": "16Gi"}), quota({"hard": {"pods": "10"}})]) == set()
}

test_passes_unknown_entitlement if {
	count(ts_quo_001.deny) == 0 with input as samples.set([hard({"requests.cpu": "64"})])
}
