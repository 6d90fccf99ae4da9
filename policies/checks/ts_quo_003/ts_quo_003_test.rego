package checks.ts_quo_003_test

import data.checks.ts_quo_003
import data.lib.samples_test as samples

full := {"type": "Container", "defaultRequest": {"cpu": "50m", "memory": "64Mi"}, "default": {"memory": "256Mi"}, "max": {"memory": "4Gi"}}

limits(list) := {"apiVersion": "v1", "kind": "LimitRange", "metadata": samples.meta("limits"), "spec": {"limits": list}}

said(objects) := {f.message | some f in ts_quo_003.deny with input as samples.set(objects)}

lacks(what) := sprintf("namespace \"acme-production\" has no LimitRange with a %s for containers", [what])

everything := lacks("default request of cpu, default request of memory, default limit of memory, maximum of memory")

test_violates_without if {
	said([]) == {everything}
	said([limits([])]) == {everything}
	said([limits([object.union(full, {"type": "Pod"})])]) == {everything}
	said([object.union(limits([full]), {"metadata": {"namespace": "globex"}})]) == {everything}
}

test_violates_part if {
	said([limits([object.union(full, {"max": {"memory": "none"}})])]) == {lacks("maximum of memory")}
	said([limits([object.remove(full, ["max"])])]) == {lacks("maximum of memory")}
	said([limits([object.union(object.remove(full, ["defaultRequest"]), {"defaultRequest": {"memory": "64Mi"}})])]) == {lacks("default request of cpu")}
}

test_violates_at_the_namespace if {
	some f in ts_quo_003.deny with input as samples.set([{"kind": "Pod"}, {"kind": "Namespace", "metadata": {"name": "acme-production"}}])
	f.object == 1
}

test_passes_full if {
	said([limits([{"type": "PersistentVolumeClaim"}, full])]) == set()
}

test_passes_what_the_server_fills_in if {
	said([limits([{"type": "Container", "defaultRequest": {"cpu": "50m"}, "default": {"memory": "64Mi"}, "max": {"memory": "1Gi"}}])]) == set()
	said([limits([{"type": "Container", "defaultRequest": {"cpu": "50m", "memory": 1}, "max": {"memory": "1Gi"}}])]) == set()
}
