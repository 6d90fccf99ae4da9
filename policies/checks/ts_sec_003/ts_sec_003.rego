# METADATA
# title: No secret in ConfigMaps
# custom:
#   id: TS-SEC-003
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: keep the value in the platform's store, name it in spec.secrets and mount it by spec.services.<name>.volumes; leave a reference to it in spec.services.<name>.files
#   objects: [ConfigMap]
#   controls:
#     direct: [nsa:NET-09]
#     supporting: [iso:A.5.17, iso:A.8.12, soc2:CC6.1, csf:PR.DS-01, csf:PR.AA-01, gdpr:32.1.a]
package checks.ts_sec_003

import data.lib.secrets

deny contains finding if {
	input.object.kind == "ConfigMap"
	some s in input.suspects
	s.path[0] in {"data", "binaryData"}
	finding := secrets.finding(s)
}
