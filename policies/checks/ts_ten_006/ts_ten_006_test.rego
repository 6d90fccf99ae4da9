package checks.ts_ten_006_test

import data.checks.ts_ten_006
import data.lib.samples_test as samples

asleep(stage, o) := samples.within(samples.of(o), {"spec": {"lifecycle": stage}})

said(o) := {[concat(".", f.path), f.message] | some f in ts_ten_006.deny with input as asleep("suspended", o)}

with_spec(kind, spec) := {"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}

noted(api, kind, notes) := {"apiVersion": api, "kind": kind, "metadata": {"name": "a", "annotations": notes}, "spec": {}}

test_violates_pods if {
	every kind in ["Deployment", "ReplicaSet", "StatefulSet", "Rollout", "ReplicationController"] {
		said(with_spec(kind, {"replicas": 2})) == {["spec.replicas", "runs 2 pods, and the tenant is suspended"]}
		said(with_spec(kind, {})) == {["spec.replicas", "runs 1 pods, and the tenant is suspended"]}
	}
	every kind in ["DaemonSet", "Pod"] {
		said(with_spec(kind, {})) == {["", "runs pods whatever the number, and the tenant is suspended"]}
	}
}

test_violates_jobs if {
	every kind in ["Job", "CronJob"] {
		every spec in [{}, {"suspend": false}, {"suspend": "true"}] {
			said(with_spec(kind, spec)) == {["spec.suspend", "starts pods, and the tenant is suspended"]}
		}
	}
}

test_violates_scalers if {
	every kind in ["HorizontalPodAutoscaler", "ScaledObject", "ScaledJob"] {
		said(with_spec(kind, {})) == {["", "scales pods, and the tenant is suspended"]}
		said(noted("v1", kind, {"autoscaling.keda.sh/paused-replicas": "1"})) == {["", "scales pods, and the tenant is suspended"]}
	}
}

test_violates_databases if {
	every notes in [{}, {"cnpg.io/hibernation": "off"}] {
		said(noted("postgresql.cnpg.io/v1", "Cluster", notes)) == {["metadata.annotations", "runs a database that is not hibernated, and the tenant is suspended"]}
	}
}

test_violates_while_leaving if {
	count(ts_ten_006.deny) == 1 with input as asleep("offboarding", with_spec("Pod", {}))
}

test_passes_asleep if {
	every kind in ["Deployment", "ReplicaSet", "StatefulSet", "Rollout", "ReplicationController"] {
		said(with_spec(kind, {"replicas": 0})) == set()
	}
	every kind in ["Job", "CronJob"] {
		said(with_spec(kind, {"suspend": true})) == set()
	}
	said(noted("keda.sh/v1alpha1", "ScaledObject", {"autoscaling.keda.sh/paused-replicas": "0"})) == set()
	said(noted("postgresql.cnpg.io/v1", "Cluster", {"cnpg.io/hibernation": "on"})) == set()
	said(noted("cluster.x-k8s.io/v1beta1", "Cluster", {})) == set()
	said(with_spec("PersistentVolumeClaim", {})) == set()
}

test_passes_awake if {
	count(ts_ten_006.deny) == 0 with input as asleep("active", with_spec("Pod", {}))
	count(ts_ten_006.deny) == 0 with input as samples.of(with_spec("Pod", {}))
}
