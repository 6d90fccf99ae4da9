package checks.ts_quo_002_test

import data.checks.ts_quo_002
import data.lib.samples_test as samples

full := {
	"pods": "40", "services.loadbalancers": "0", "services.nodeports": "0", "persistentvolumeclaims": "6", "count/secrets": "30",
	"count/configmaps": "62", "count/ingresses.networking.k8s.io": "6", "count/rollouts.argoproj.io": "18",
}

quota(figures) := {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": samples.meta("objects"), "spec": {"hard": figures}}

said(objects) := {f.message | some f in ts_quo_002.deny with input as samples.within(samples.set(objects), {"cluster": {"operators": ["rollouts"]}})}

test_violates_without if {
	every name in object.keys(full) {
		said([quota(object.remove(full, [name]))]) == {sprintf("namespace \"acme-production\" has no quota on %s", [name])}
	}
}

test_violates_open_ports_on_nodes if {
	ts_quo_002.deny == {{"object": 0, "path": ["spec", "hard", "services.nodeports"], "message": "quota lets 2 Services open ports on nodes"}} with input as samples.set([quota(object.union(full, {"services.nodeports": "2"}))])
}

test_violates_at_the_namespace if {
	objects := [quota({}), {"kind": "Namespace", "metadata": {"name": "acme-production"}}]
	some f in ts_quo_002.deny with input as samples.set(objects)
	f.object == 1
}

test_passes_full if {
	said([quota(full)]) == set()
	said([quota({"services.nodeports": "5"}), quota(full)]) == set()
}

test_passes_other_names if {
	others := {"count/pods": 1, "count/persistentvolumeclaims": 1, "secrets": 1, "configmaps": 1}
	said([quota(object.union(object.remove(full, ["pods", "persistentvolumeclaims", "count/secrets", "count/configmaps"]), others))]) == set()
}

test_passes_where_nothing_is_released if {
	count(ts_quo_002.deny) == 0 with input as samples.set([quota(object.remove(full, ["count/rollouts.argoproj.io"]))])
}
