# METADATA
# title: No plain Secret in Git
# description: |
#   Whoever reads the repository reads the Secret, now and from its history. Values that SOPS encrypted are
#   none, nor is a Secret that somebody else fills.
# custom:
#   id: TS-SEC-001
#   severity: critical
#   scope: object
#   waivable: false
#   remedy: remove the Secret, keep its values in the platform's store and name them in spec.secrets
#   objects: [Secret, Kustomization]
#   controls:
#     direct: [cis:5.4.2, nsa:NET-09, iso:A.5.17, soc2:CC6.1]
#     supporting: [iso:A.8.12, iso:A.8.24, csf:PR.DS-01, csf:PR.AA-01, gdpr:32.1.a, gdpr:5.1.f]
package checks.ts_sec_001

deny contains finding if {
	input.object.kind == "Secret"
	some field in ["data", "stringData"]
	some key, value in input.object[field]
	value != ""
	not encrypted(value)
	finding := {
		"path": [field, key],
		"message": sprintf("Secret has key %s in the repository", [key]),
	}
}

# A file of kustomize that makes Secrets of what stands beside it.
deny contains finding if {
	startswith(input.object.apiVersion, "kustomize.config.k8s.io/")
	some i, generator in input.object.secretGenerator
	finding := {
		"path": ["secretGenerator", i],
		"message": sprintf("secretGenerator makes Secret %v of what is in the repository", [object.get(generator, "name", "(no name)")]),
	}
}

# What SOPS leaves of a value, in a Secret that it also signed.
encrypted(value) if {
	envelope(value)
	envelope(input.object.sops.mac)
}

envelope(value) if {
	is_string(value)
	regex.match(`^ENC\[AES256_GCM,data:[^,]+,iv:[^,]+,tag:[^,]+,type:[a-z]+\]$`, value)
}
