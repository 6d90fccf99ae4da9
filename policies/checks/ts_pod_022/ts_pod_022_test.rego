package checks.ts_pod_022_test

import data.checks.ts_pod_022
import data.lib.samples_test as samples

namespace(labels) := {"apiVersion": "v1", "kind": "Namespace", "metadata": {
	"name": "acme-production",
	"labels": {key: value |
		some name, value in labels
		key := concat("/", ["pod-security.kubernetes.io", name])
	},
}}

safe := {"enforce": "restricted", "enforce-version": "v1.34", "warn": "restricted", "audit": "restricted"}

test_passes_restricted if {
	count(ts_pod_022.deny) == 0 with input as samples.of(namespace(safe))
}

test_violates_without_labels if {
	count(ts_pod_022.deny) == 4 with input as samples.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {}})
}

test_violates_weaker if {
	every level in ["privileged", "baseline", "Restricted", ""] {
		some finding in ts_pod_022.deny with input as samples.of(namespace(object.union(safe, {"enforce": level})))
		finding.path == ["metadata", "labels", "pod-security.kubernetes.io/enforce"]
	}
}

test_violates_by_name if {
	{f.message | some f in ts_pod_022.deny} == {
		`namespace "acme-production" has no level of Pod Security for audit; tenants have restricted`,
		`namespace "acme-production" has level baseline of Pod Security for warn; tenants have restricted`,
	} with input as samples.of(namespace(object.union(safe, {"warn": "baseline", "audit": ""})))
}

test_violates_weaker_warning if {
	count(ts_pod_022.deny) == 1 with input as samples.of(namespace(object.union(safe, {"warn": "baseline"})))
}

test_violates_version if {
	every version in ["v1.35", "latest", "v1.0", "1.34", ""] {
		count(ts_pod_022.deny) == 1 with input as samples.of(namespace(object.union(safe, {"enforce-version": version})))
	}
}

test_passes_older_version if {
	count(ts_pod_022.deny) == 0 with input as samples.of(namespace(object.union(safe, {"enforce-version": "v1.30"})))
}

test_passes_other_kinds if {
	count(ts_pod_022.deny) == 0 with input as samples.of({"kind": "Pod", "metadata": {"name": "a"}})
}

test_violates_version_by_name if {
	some finding in ts_pod_022.deny with input as samples.of(namespace(object.union(safe, {"enforce-version": "v1.35"})))
	finding == {
		"path": ["metadata", "labels", "pod-security.kubernetes.io/enforce-version"],
		"message": "namespace \"acme-production\" enforces version v1.35 of Pod Security; the platform runs v1.34",
	}
}
