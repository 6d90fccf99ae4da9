# METADATA
# title: No secret in metadata or in the tenant file
# description: |
#   Of the tenant's file, all but what TS-SEC-002 and TS-SEC-003 find in the objects made of it; where none are
#   made, as of a suspended tenant, that as well. Digests of commits may be labels, and annotations of Vault
#   name its paths.
# custom:
#   id: TS-SEC-004
#   severity: critical
#   scope: [object, tenant]
#   waivable: false
#   remedy: keep the value in the platform's store, name it in spec.secrets, and write its name here
#   objects: [all, tenant]
#   controls:
#     supporting: [iso:A.5.17, iso:A.8.12, soc2:CC6.1, csf:PR.AA-01, gdpr:32.1.a]
package checks.ts_sec_004

import data.lib.secrets

# Copied by kubectl, whole, with what was secret in it.
copy := "kubectl.kubernetes.io/last-applied-configuration"

# Fields of services that are rendered, where other checks find what is in them.
rendered := {"env", "args", "command", "files", "probes", "autoscaling", "release"}

deny contains finding if {
	_ = input.object.metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]
	finding := {
		"path": ["metadata", "annotations", copy],
		"message": "annotation of kubectl holds a copy of the whole object; it belongs to the cluster",
	}
}

deny contains finding if {
	some s in input.suspects
	_ = input.object
	secrets.metadata(s.path)
	in_metadata(s)
	finding := secrets.finding(s)
}

deny contains finding if {
	some s in input.suspects
	not input.object
	in_file(s)
	finding := {
		"path": [],
		"field": s.path,
		"message": secrets.message(s, {"spec": input.ctx.spec}),
	}
}

in_metadata(s) if s.by == "form"

in_metadata(s) if {
	s.by == "entropy"
	path := s.path
	not "labels" in path
}

# Secrets are named in annotations more often than told.
in_metadata(s) if {
	s.by == "name"
	what := s.what
	not what in {"a secret", "a credential"}
	key := s.path[count(s.path) - 1]
	not startswith(key, "vault.hashicorp.com/")
}

in_file(s) if {
	s.by != "name"
	path := s.path
	not others(path)
}

in_file(s) if {
	s.by == "name"
	path := s.path
	chosen(path)
	not others(path)
}

# Where a tenant chooses the names.
chosen(path) if path[1] in {"extensions", "tags"}

chosen(path) if {
	path[1] == "services"
	path[3] in rendered
	not reference(path)
}

# The name of a secret, as in {secret: db, key: uri}.
reference(path) if {
	path[3] == "env"
	count(path) > 5
}

others(path) if {
	path[1] == "services"
	path[3] in rendered
	input.ctx.spec.lifecycle == "active"
}
