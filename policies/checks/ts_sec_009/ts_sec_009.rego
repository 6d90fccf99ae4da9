# METADATA
# title: No secret replication to others
# description: |
#   A tenant has one namespace in an environment, so a copy of a secret goes to somebody else, or comes from there.
# custom:
#   id: TS-SEC-009
#   severity: critical
#   scope: object
#   waivable: false
#   brought: true
#   remedy: remove it; let each tenant name its own secrets in spec.secrets
#   objects: [Secret, ConfigMap, ExternalSecret, SealedSecret, Certificate, ClusterExternalSecret, ClusterPushSecret, SecretExport, SecretImport]
#   controls:
#     supporting: [mtb:MTB-PL1-CC-TI-2, iso:A.8.3, iso:A.8.12, soc2:CC6.1, csf:PR.DS-01, gdpr:32.1.b]
package checks.ts_sec_009

# What operators that copy objects between namespaces look for.
copiers := {
	"reflector.v1.k8s.emberstack.com/",
	"replicator.v1.mittwald.de/",
	"generate.kyverno.io/",
	"kubed.appscode.com/sync",
	"config-syncer.appscode.com/sync",
}

deny contains finding if {
	input.object.kind in {"Secret", "ConfigMap", "ExternalSecret", "SealedSecret", "Certificate"}
	some part in ["annotations", "labels"]
	some key, value in input.object.metadata[part]
	copies(key, value)
	finding := says(["metadata", part, key])
}

# Of the Secret that an operator makes.
deny contains finding if {
	input.object.kind == "ExternalSecret"
	some part in ["annotations", "labels"]
	some key, value in input.object.spec.target.template.metadata[part]
	copies(key, value)
	finding := says(["spec", "target", "template", "metadata", part, key])
}

deny contains finding if {
	input.object.kind == "SealedSecret"
	some part in ["annotations", "labels"]
	some key, value in input.object.spec.template.metadata[part]
	copies(key, value)
	finding := says(["spec", "template", "metadata", part, key])
}

deny contains finding if {
	input.object.kind == "Certificate"
	some part in ["annotations", "labels"]
	some key, value in input.object.spec.secretTemplate[part]
	copies(key, value)
	finding := says(["spec", "secretTemplate", part, key])
}

deny contains finding if {
	kind := input.object.kind
	kind in {"ClusterExternalSecret", "ClusterPushSecret", "SecretExport", "SecretImport"}
	finding := {
		"path": [],
		"message": sprintf("%s copies secrets between namespaces", [kind]),
	}
}

copies(key, value) if {
	strings.any_prefix_match(key, copiers)
	value != "false"
}

says(path) := {"path": path, "message": sprintf("%s copies between namespaces", [path[count(path) - 1]])}
