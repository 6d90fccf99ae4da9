package checks.ts_net_013_test

import data.checks.ts_net_013
import data.lib.samples_test as samples

meshed(o) := samples.within(samples.of(o), {"cluster": {"mesh": "istio"}})

in_ambient(o) := samples.within(samples.of(o), {"cluster": {"mesh": "istio", "dataPlane": "ambient"}})

namespace(labels) := {"kind": "Namespace", "metadata": {"name": "acme-production", "labels": labels}}

test_violates_namespaces if {
	every labels in [
		{},
		{"istio-injection": "disabled"},
		{"istio-injection": "disabled", "istio.io/rev": "stable"},
		{"istio.io/rev": ""},
		{"istio.io/dataplane-mode": "none"},
		{"istio.io/dataplane-mode": "ambient"},
		{"istio.io/dataplane-mode": "ambient", "istio-injection": "enabled"},
	] {
		count(ts_net_013.deny) == 1 with input as meshed(namespace(labels))
	}
	count(ts_net_013.deny) == 1 with input as meshed({"kind": "Namespace", "metadata": {"name": "acme-production"}})
}

test_violates_ambient_namespaces if {
	every labels in [
		{},
		{"istio-injection": "enabled"},
		{"istio.io/rev": "stable"},
		{"istio.io/dataplane-mode": "none"},
		{"istio.io/dataplane-mode": "ambient", "istio-injection": "enabled"},
		{"istio.io/dataplane-mode": "ambient", "istio.io/rev": "stable"},
	] {
		count(ts_net_013.deny) == 1 with input as in_ambient(namespace(labels))
	}
}

bypasses := [
	["annotations", "sidecar.istio.io/inject", "false"],
	["labels", "sidecar.istio.io/inject", false],
	["labels", "istio.io/dataplane-mode", "none"],
	["annotations", "ambient.istio.io/redirection", "disabled"],
	["annotations", "ambient.istio.io/bypass-inbound-capture", "true"],
	["annotations", "sidecar.istio.io/interceptionMode", "NONE"],
	["annotations", "traffic.sidecar.istio.io/excludeInboundPorts", "8080"],
	["annotations", "traffic.sidecar.istio.io/excludeOutboundPorts", "443"],
	["annotations", "traffic.sidecar.istio.io/excludeOutboundIPRanges", "10.0.0.0/8"],
	["annotations", "traffic.sidecar.istio.io/includeOutboundIPRanges", "10.0.0.0/8"],
	["annotations", "traffic.sidecar.istio.io/includeInboundPorts", ""],
	["annotations", "linkerd.io/inject", "disabled"],
	["annotations", "config.linkerd.io/skip-outbound-ports", "443"],
]

# Objects whose pods have this in their metadata.
labelled(field, key, value) := [
	{"kind": "Pod", "metadata": {field: {key: value}}, "spec": {}},
	{"kind": "Rollout", "spec": {"template": {"metadata": {field: {key: value}}, "spec": {}}}},
	{"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"metadata": {field: {key: value}}, "spec": {}}}}}},
	{"kind": "Experiment", "spec": {"templates": [{"template": {"metadata": {field: {key: value}}, "spec": {}}}]}},
]

test_violates_pods if {
	every case in bypasses {
		every o in labelled(case[0], case[1], case[2]) {
			count(ts_net_013.deny) == 1 with input as meshed(o)
		}
	}
}

test_passes_without_mesh if {
	every case in bypasses {
		every o in labelled(case[0], case[1], case[2]) {
			count(ts_net_013.deny) == 0 with input as samples.of(o)
		}
	}
	count(ts_net_013.deny) == 0 with input as samples.of(namespace({}))
}

test_passes_namespaces if {
	every labels in [{"istio-injection": "enabled"}, {"istio.io/rev": "stable"}] {
		count(ts_net_013.deny) == 0 with input as meshed(namespace(labels))
	}
	count(ts_net_013.deny) == 0 with input as in_ambient(namespace({"istio.io/dataplane-mode": "ambient"}))
}

test_passes_pods if {
	every case in [
		["annotations", "sidecar.istio.io/inject", "true"],
		["annotations", "sidecar.istio.io/nativeSidecar", "true"],
		["annotations", "traffic.sidecar.istio.io/excludeInboundPorts", ""],
		["annotations", "traffic.sidecar.istio.io/includeOutboundIPRanges", "*"],
		["annotations", "ambient.istio.io/bypass-inbound-capture", "false"],
		["labels", "app", "web"],
	] {
		every o in labelled(case[0], case[1], case[2]) {
			count(ts_net_013.deny) == 0 with input as meshed(o)
		}
	}
}
