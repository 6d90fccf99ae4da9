# METADATA
# title: Rollback finds its way
# custom:
#   id: TS-ROL-112
#   severity: high
#   scope: object
#   waivable: true
#   brought: true
#   remedy: remove rollbackWindow from the patch or object of your own; tenantsmith renders it where it does no harm
#   objects: [Rollout]
#   controls:
#     supporting: [iso:A.8.32, soc2:CC8.1, soc2:A1.2, csf:PR.PS-01]
package checks.ts_rol_112

import data.lib.rollouts

deny contains finding if {
	_ = rollouts.spec.rollbackWindow
	rollouts.routing
	finding := {
		"path": ["spec", "rollbackWindow"],
		"message": "with a router a rollback inside the window sends the last weight to the old version as soon as one of its pods runs",
	}
}

deny contains finding if {
	window := rollouts.spec.rollbackWindow.revisions
	rollouts.natural(rollouts.history)
	window > rollouts.history
	finding := {
		"path": ["spec", "rollbackWindow", "revisions"],
		"message": sprintf("rollbackWindow counts %v versions back, of which only %v are kept", [window, rollouts.history]),
	}
}
