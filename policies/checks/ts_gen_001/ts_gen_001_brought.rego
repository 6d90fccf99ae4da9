# What tenantsmith renders in Cilium's words opens hosts by name, and nothing else.
package checks.ts_gen_001

import data.lib.cilium

# Policies of Cilium add up with those that every network knows, and say things that these checks do not
# read. So those that say more are for the platform to list.
deny contains finding if {
	input.object.kind == "CiliumNetworkPolicy"
	startswith(input.object.apiVersion, "cilium.io/")
	not listed
	not cilium.hosts_only
	finding := {
		"path": ["kind"],
		"message": sprintf("kind CiliumNetworkPolicy of %v opens more than hosts by name, and is not among the known kinds", [input.object.apiVersion]),
	}
}
