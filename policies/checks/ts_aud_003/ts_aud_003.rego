# METADATA
# title: Runtime threat detection not switched off
# description: |
#   Nothing opts out of the watch over running containers, and a namespace whose tenant takes part has
#   the labels by which the platform's sensor finds it. Where data is sensitive and the cluster has a
#   sensor, Falco, taking part is no choice. That the sensor runs and fires cannot be seen here.
# custom:
#   id: TS-AUD-003
#   severity: medium
#   scope: [object, set]
#   waivable: true
#   remedy: set spec.security.runtimeDetection and remove what opts out from the patch or object of your own; only the platform team can change platform spec.detection
#   objects: [pods, Namespace, tenant]
#   controls:
#     direct: [iso:A.8.7, csf:DE.CM-09]
#     supporting: [nsa:LOG-03, nsa:POD-06, iso:A.8.16, soc2:CC6.8, soc2:CC7.2, csf:DE.CM-01, gdpr:32.1.b]
package checks.ts_aud_003

import data.lib.holdings
import data.lib.pods

deny contains finding if {
	input.object.kind == "Namespace"
	input.object.metadata.name in input.ctx.namespaces
	input.ctx.spec.security.runtimeDetection == true
	some label, value in input.ctx.platform.spec.detection
	object.get(input.object, ["metadata", "labels", label], "") != value
	finding := {
		"path": ["metadata", "labels", label],
		"message": sprintf("namespace lacks label %s: %s, by which running containers are watched", [label, value]),
	}
}

deny contains finding if {
	_ = input.facts
	count(input.ctx.platform.spec.detection) > 0
	"falco" in input.ctx.cluster.operators
	holdings.sensitive
	not input.ctx.spec.security.runtimeDetection == true
	finding := {
		"path": [],
		"field": ["spec", "security", "runtimeDetection"],
		"message": "running containers that work on sensitive data are not watched",
	}
}

# A pod may carry the platform's own labels, but not to say something else.
deny contains finding if {
	some label, wanted in input.ctx.platform.spec.detection
	some p in pods.all
	value := p.pod.metadata.labels[label]
	value != wanted
	finding := {
		"path": array.concat(p.path, ["metadata", "labels", label]),
		"message": sprintf("%s: %v switches off the watch over running containers", [label, value]),
	}
}

deny contains finding if {
	some [path, key, value] in told
	out(key, value)
	finding := {
		"path": array.concat(path, [key]),
		"message": sprintf("%s: %v switches off the watch over running containers", [key, value]),
	}
}

# What pods and their namespace tell sensors is [path, key, value]: annotations, and a label that the
# sensor of CrowdStrike reads. The platform file has labels for namespaces; the rest is only ever brought.
told contains [["metadata", "labels"], "sensor.falcon-system.crowdstrike.com/injection", value] if {
	input.object.kind == "Namespace"
	value := input.object.metadata.labels["sensor.falcon-system.crowdstrike.com/injection"]
}

# How KubeArmor and the sensor of CrowdStrike are told to look away.
out("sensor.falcon-system.crowdstrike.com/injection", "disabled")
