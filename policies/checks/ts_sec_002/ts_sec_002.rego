# METADATA
# title: No secret literal in env, args or commands
# description: |
#   What looks like a secret in any field but metadata (TS-SEC-004), ConfigMaps (TS-SEC-003) and Secrets
#   (TS-SEC-001). Known forms of tokens, and passwords by name, count everywhere; other names and random texts
#   where people choose the names. Passwords that say so are found however short they are.
# custom:
#   id: TS-SEC-002
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: keep the value in the platform's store, name it in spec.secrets, and give spec.services.<name>.env the secret and its key
#   objects: [all]
#   controls:
#     direct: [nsa:NET-09, iso:A.5.17]
#     supporting: [cis:5.4.2, iso:A.8.12, soc2:CC6.1, csf:PR.AA-01, csf:PR.DS-01, gdpr:32.1.a]
package checks.ts_sec_002

import data.lib.secrets

# Under these people choose the names: environments, arguments, headers, settings of scalers.
chosen := {"env", "args", "command", "headers", "httpHeaders", "triggers", "jsonBody", "body", "parameters", "values", "valuesObject"}

deny contains finding if {
	some s in input.suspects
	counts(s)
	path := s.path
	not elsewhere(path)
	finding := secrets.finding(s)
}

counts(s) if s.by == "form"

counts(s) if {
	s.by == "name"
	s.what in {"a password", "a password in base64"}
}

counts(s) if {
	some step in s.path
	step in chosen
}

# What an operator makes a Secret of.
counts(s) if {
	"template" in s.path
	"data" in s.path
}

elsewhere(path) if secrets.metadata(path)

elsewhere(path) if path[0] in holds[input.object.kind]

holds := {"Secret": {"data", "stringData", "sops"}, "ConfigMap": {"data", "binaryData"}}
