# METADATA
# title: Namespace enforces the Pod Security level
# custom:
#   id: TS-POD-022
#   severity: high
#   scope: object
#   waivable: true
#   remedy: set spec.podSecurity to restricted, or ask for a waiver; only the platform team can patch the pod-security labels of the Namespace
#   objects: [Namespace]
#   controls:
#     direct: [cis:5.2.1]
#     supporting: [cis:5.2.2, cis:5.2.3, cis:5.2.4, cis:5.2.5, cis:5.2.6, cis:5.2.7, cis:5.2.8, cis:5.2.9, cis:5.2.10, cis:5.2.11, cis:5.2.12, cis:5.6.3, nsa:POD-04, iso:A.8.9, soc2:CC6.8, csf:PR.PS-01]
package checks.ts_pod_022

name := object.get(input.object, ["metadata", "name"], "")

deny contains finding if {
	input.object.kind == "Namespace"
	some mode in ["enforce", "audit", "warn"]
	level := object.get(input.object, ["metadata", "labels", label(mode)], "")
	level != "restricted"
	finding := {
		"path": ["metadata", "labels", label(mode)],
		"message": sprintf("namespace %q has %s of Pod Security for %s; tenants have restricted", [name, graded(level), mode]),
	}
}

deny contains finding if {
	input.object.kind == "Namespace"
	key := label("enforce-version")
	version := object.get(input.object, ["metadata", "labels", key], "")
	not acceptable(version)
	finding := {
		"path": ["metadata", "labels", key],
		"message": sprintf("namespace %q enforces %s of Pod Security; the platform runs v1.%d", [
			name,
			said(version),
			input.ctx.platform.minor,
		]),
	}
}

# Versions before 1.25 lack rules of the restricted level.
acceptable(version) if {
	regex.match(`^v1\.[0-9]{1,3}$`, version)
	minor := to_number(substring(version, 3, -1))
	minor >= 25
	minor <= input.ctx.platform.minor
}

graded("") := "no level"

graded(level) := sprintf("level %v", [level]) if level != ""

said("") := "no version"

said(version) := sprintf("version %v", [version]) if version != ""

label(mode) := concat("", ["pod-security.kubernetes.io/", mode])
