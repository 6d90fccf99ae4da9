# METADATA
# title: Grave faults of pods
# description: |
#   What the checks say that nobody can waive and that open the node. Checks of objects which hide
#   their pods tell it once more, so that the object is named for what it does.
package lib.grave

import data.checks.ts_pod_001
import data.checks.ts_pod_002
import data.checks.ts_pod_003

faults contains object.union(fault, {"check": "TS-POD-001"}) if some fault in ts_pod_001.deny

faults contains object.union(fault, {"check": "TS-POD-002"}) if some fault in ts_pod_002.deny

faults contains object.union(fault, {"check": "TS-POD-003"}) if some fault in ts_pod_003.deny
