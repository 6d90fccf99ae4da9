# METADATA
# title: What the tenant holds
# description: |
#   Reads what the tenant's file says about its data: how sensitive it is, and the regions that it may
#   not leave. A cluster stands in one region, or in none that the platform file names.
package lib.holdings

compliance := input.ctx.spec.compliance

personal if compliance.dataClassification == "personal"

# Data that hurts somebody when it gets out.
sensitive if compliance.dataClassification in {"confidential", "personal"}

# Whether somebody is to be shown how the tenant's data is looked after. Benchmarks of clusters and pods
# ask nothing of the kind.
framework if shown(compliance.frameworks)

framework if shown(input.ctx.platform.spec.frameworks)

shown(frameworks) if {
	some name in frameworks
	not name in {"cis", "pss", "mtb"}
}

# Whether data may be in the region.
allowed(region) if region in compliance.residency

regions := concat(", ", compliance.residency)

# Whether the cluster is where data may be.
at_home if allowed(input.ctx.cluster.region)

# Where the cluster is, in words.
where := sprintf("in %v", [input.ctx.cluster.region]) if {
	input.ctx.cluster.region
} else := "in a region that the platform file does not name"
