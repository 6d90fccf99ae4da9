# METADATA
# title: One object, one owner
# custom:
#   id: TS-GEN-004
#   severity: high
#   scope: [object, set, fleet]
#   waivable: false
#   remedy: give the object another metadata.name, or remove one of the two from spec.services or from your resources
#   objects: [all]
#   controls:
#     supporting: [cis:5.6.1, iso:A.8.9, soc2:CC8.1, csf:PR.PS-01, csf:ID.AM-02]
package checks.ts_gen_004

deny contains finding if {
	_ = input.object.metadata.generateName
	finding := {
		"path": ["metadata", "generateName"],
		"message": "object gets its name from the cluster, so that nobody can tell which object it is",
	}
}

deny contains finding if {
	input.facts
	some same in input.duplicates
	some i in array.slice(same, 1, count(same))
	finding := {
		"object": i,
		"path": ["metadata", "name"],
		"message": sprintf("there is another %v of this name", [object.get(input.objects[i], "kind", "object")]),
	}
}

deny contains finding if {
	some same in input.duplicates
	some holder in same.holders
	some other in same.holders
	other.member != holder.member
	finding := {
		"member": holder.member,
		"object": holder.object,
		"path": ["metadata", "name"],
		"message": sprintf("%s %q belongs to %s as well", [same.kind, same.name, whose(holder, other)]),
	}
}

whose(holder, other) := "another tenant" if holder.tenant != other.tenant

whose(holder, other) := sprintf("environment %s", [other.environment]) if holder.tenant == other.tenant
