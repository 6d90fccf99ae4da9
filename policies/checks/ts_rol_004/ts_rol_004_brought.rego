# What tenantsmith renders goes back in time, and keeps old versions.
package checks.ts_rol_004

import data.lib.rollouts

# The controller goes back by itself when the new pods do not come up, and there is something to go back
# to: that is a way out of every release, beside the pauses and analyses above.
faults contains [["spec", "progressDeadlineAbort"], "rollout does not go back when its new pods do not get ready"] if {
	object.get(rollouts.spec, "progressDeadlineAbort", false) != true
}

faults contains [["spec", "progressDeadlineSeconds"], "rollout does not say how long its new pods may take"] if {
	object.get(rollouts.spec, "progressDeadlineSeconds", null) == null
}

faults contains [["spec", "revisionHistoryLimit"], "rollout keeps less than 2 old versions to go back to"] if {
	is_number(rollouts.history)
	rollouts.history < 2
}
