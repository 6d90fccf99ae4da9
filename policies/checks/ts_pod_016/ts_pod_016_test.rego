package checks.ts_pod_016_test

import data.checks.ts_pod_016
import data.lib.samples_test as samples

test_violates_nfs if {
	every o in samples.pods({"volumes": [{"name": "s", "nfs": {"server": "a", "path": "/"}}]}) {
		count(ts_pod_016.deny) == 1 with input as samples.of(o)
	}
}

test_violates_flex if {
	every o in samples.pods({"volumes": [{"name": "s", "flexVolume": {"driver": "a"}}]}) {
		count(ts_pod_016.deny) == 1 with input as samples.of(o)
	}
}

test_passes_types if {
	every o in samples.pods({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "configMap": {"name": "b"}}, {"name": "c", "image": {"reference": "c"}}]}) {
		count(ts_pod_016.deny) == 0 with input as samples.of(o)
	}
}

test_passes_name_only if {
	every o in samples.pods({"volumes": [{"name": "s"}]}) {
		count(ts_pod_016.deny) == 0 with input as samples.of(o)
	}
}
