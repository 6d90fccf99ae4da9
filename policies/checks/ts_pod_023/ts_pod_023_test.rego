package checks.ts_pod_023_test

import data.checks.ts_pod_023
import data.lib.samples_test as samples

claim(spec) := {"kind": "PersistentVolumeClaim", "metadata": samples.meta("data"), "spec": spec}

with_classes(o) := samples.within(samples.of(o), {"cluster": {"storageClasses": {"encrypted-eu": {"encrypted": true}}}})

# The objects that hide a claim.
hidden(spec) := array.concat(
	samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "data", "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}]}),
	[claim(spec), {"kind": "StatefulSet", "spec": {"volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": spec}]}}],
)

mounting(path) := samples.containers({"name": "a", "volumeMounts": [{"name": "data", "mountPath": path}]})

test_violates_volume_of_the_node if {
	every source in ["hostPath", "local"] {
		ts_pod_023.deny == {{"path": ["spec", source], "message": "volume is a directory of the node"}} with input as samples.of({
			"kind": "PersistentVolume",
			"spec": {source: {"path": "/data"}},
		})
	}
}

test_violates_volume_of_others if {
	every spec in [
		{"volumeName": "globex-pv"}, {"selector": {"matchLabels": {"tenant": "globex"}}}, {"selector": {}}, {"storageClassName": ""},
		{"storageClassName": "local-path"}, {"dataSourceRef": {"kind": "PersistentVolumeClaim", "name": "a", "namespace": "globex"}},
	] {
		every o in hidden(spec) {
			count(ts_pod_023.deny) == 1 with input as with_classes(o)
		}
	}
}

test_violates_by_name if {
	{f.message | some f in ts_pod_023.deny} == {"claim chooses the volume globex-pv that is there already, whoever it belongs to"} with input as samples.of(claim({"volumeName": "globex-pv"}))
	{f.message | some f in ts_pod_023.deny} == {"claim chooses by labels a volume that is there already, whoever it belongs to"} with input as samples.of(claim({"selector": {}}))
}

database(spec) := with_classes({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "metadata": samples.meta("main"), "spec": spec})

test_violates_claims_of_databases if {
	template := {"pvcTemplate": {"volumeName": "globex-pv"}}
	every path, spec in {
		"storage": {"storage": template},
		"walStorage": {"walStorage": template},
		"tablespaces": {"tablespaces": [{"name": "a", "storage": template}]},
	} {
		{f.path[1] | some f in ts_pod_023.deny} == {path} with input as database(spec)
	}
	{f.path | some f in ts_pod_023.deny} == {["spec", "storage", "storageClass"]} with input as database({"storage": {"storageClass": "local-path"}})
	count(ts_pod_023.deny) == 0 with input as database({"storage": {"storageClass": "encrypted-eu", "size": "1Gi"}})
}

test_violates_old_class if {
	o := json.patch(claim({}), [{"op": "add", "path": "/metadata/annotations", "value": {"volume.beta.kubernetes.io/storage-class": "local-path"}}])
	ts_pod_023.deny == {{
		"path": ["metadata", "annotations", "volume.beta.kubernetes.io/storage-class"],
		"message": "claim asks for the storage class local-path, which tenants may not use",
	}} with input as with_classes(o)
}

test_violates_no_class_where_none_is_listed if {
	ts_pod_023.deny == {{
		"path": ["spec", "storageClassName"],
		"message": "claim asks for no storage class, so that it gets a volume that is there already",
	}} with input as samples.of(claim({"storageClassName": ""}))
}

test_violates_driver if {
	every o in samples.pods({"volumes": [{"name": "keys", "csi": {"driver": "secrets-store.csi.k8s.io"}}]}) {
		{finding.message | some finding in ts_pod_023.deny} == {`volume "keys" is made by the driver "secrets-store.csi.k8s.io", which pods may not use by themselves`} with input as samples.of(o)
	}
	count(ts_pod_023.deny) == 1 with input as samples.of({"kind": "Pod", "spec": {"volumes": [{"csi": {}}]}})
}

test_violates_paths_of_the_node if {
	every path in [
		"/var/run/docker.sock", "/run/docker.sock", "/run/containerd", "/run/containerd/containerd.sock", "/var/run/crio", "/proc", "/proc/",
		"//proc", "/./sys", "/sys/fs/cgroup", "proc", "/var//run/./docker.sock", "/etc/kubernetes/pki", "/data/../proc", "/var/lib/kubelet",
	] {
		every o in mounting(path) {
			count(ts_pod_023.deny) == 1 with input as samples.of(o)
		}
	}
}

test_passes_own_paths if {
	every path in ["/data", "/run", "/var/run", "/processes", "/etc/kubernetes-like", "/tmp/proc", "/var/run/app", "/run/containerd-of-mine", "/a..b"] {
		every o in mounting(path) {
			count(ts_pod_023.deny) == 0 with input as samples.of(o)
		}
	}
}

test_passes_claims if {
	every spec in [{}, {"storageClassName": "encrypted-eu"}, {"volumeName": ""}, {"dataSourceRef": {"name": "a", "namespace": "acme-production"}}] {
		every o in hidden(spec) {
			count(ts_pod_023.deny) == 0 with input as with_classes(o)
		}
	}
	count(ts_pod_023.deny) == 0 with input as samples.of(claim({"storageClassName": "any"}))
}

test_passes_listed_driver if {
	o := {"kind": "Pod", "spec": {"volumes": [{"name": "a", "csi": {"driver": "secrets-store.csi.k8s.io"}}]}}
	more := {"platform": {"spec": {"placement": {"csiDrivers": ["secrets-store.csi.k8s.io"]}}}}
	count(ts_pod_023.deny) == 0 with input as samples.within(samples.of(o), more)
}

test_passes_other_volumes if {
	count(ts_pod_023.deny) == 0 with input as samples.of({"kind": "PersistentVolume", "spec": {"csi": {"driver": "ebs.csi.aws.com"}}})
}
