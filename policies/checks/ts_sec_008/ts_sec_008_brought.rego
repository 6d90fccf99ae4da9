# Objects that tenantsmith does not render, or does not render like this.
package checks.ts_sec_008

import data.lib.spans

deny contains finding if {
	input.object.kind == "ExternalSecret"
	interval := input.object.spec.refreshInterval
	not timely(interval)
	finding := {
		"path": ["spec", "refreshInterval"],
		"message": sprintf("fetches its secret again after %v, which has to be more than nothing and at most 24h", [interval]),
	}
}

deny contains finding if {
	input.object.kind == "ExternalSecret"
	policy := input.object.spec.refreshPolicy
	policy != "Periodic"
	finding := {
		"path": ["spec", "refreshPolicy"],
		"message": sprintf("refreshPolicy %v does not follow the source", [policy]),
	}
}

deny contains finding if {
	input.object.kind == "ExternalSecret"
	policy := input.object.spec.target.creationPolicy
	policy != "Owner"
	finding := {
		"path": ["spec", "target", "creationPolicy"],
		"message": sprintf("creationPolicy %v leaves a Secret that nobody owns", [policy]),
	}
}

deny contains finding if {
	input.object.kind == "ExternalSecret"
	input.object.spec.target.immutable == true
	finding := {
		"path": ["spec", "target", "immutable"],
		"message": "an immutable Secret keeps the value that it began with",
	}
}

# Absent, the operator renews after two thirds of the time.
deny contains finding if {
	input.object.kind == "Certificate"
	before := input.object.spec.renewBefore
	not positive(before)
	finding := {
		"path": ["spec", "renewBefore"],
		"message": sprintf("renewBefore %v renews nothing before it ends", [before]),
	}
}

# Absent, keys are new each time, since cert-manager 1.18.
deny contains finding if {
	input.object.kind == "Certificate"
	policy := input.object.spec.privateKey.rotationPolicy
	policy != "Always"
	finding := {
		"path": ["spec", "privateKey", "rotationPolicy"],
		"message": sprintf("rotationPolicy %v renews the certificate and keeps its key", [policy]),
	}
}

timely(interval) if {
	positive(interval)
	spans.hours(interval) <= 24
}

positive(span) if spans.hours(span) > 0

default longest := 365
