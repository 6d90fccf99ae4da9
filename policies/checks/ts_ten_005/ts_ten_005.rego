# METADATA
# title: Removal is deliberate
# description: |
#   A tenant goes in two steps: first its lifecycle is offboarding, then its files go. A rename is a removal
#   and a creation, and needs the same. One change removes few tenants and a small part of all objects, and
#   nothing that holds data of a tenant that stays, unless the platform team gave it its label.
# custom:
#   id: TS-TEN-005
#   severity: high
#   scope: change
#   waivable: false
#   remedy: merge spec.lifecycle offboarding before the files go, and remove less at once; only the platform team can give the label of platform spec.change.label
#   objects: [change]
#   needs: [platform.spec.change]
#   controls:
#     supporting: [gdpr:28.3, gdpr:17, gdpr:32.1.b, iso:A.8.10, iso:A.5.11, iso:A.8.32, soc2:CC6.5, soc2:C1.2, soc2:CC8.1, csf:ID.AM-08, csf:GV.SC-10]
package checks.ts_ten_005

rules := input.ctx.platform.spec.change

deny contains finding if {
	some removal in input.change.removed
	removal.lifecycle != "offboarding"
	finding := {
		"path": [],
		"message": sprintf("tenant %s is removed or renamed, and its lifecycle is %s, not offboarding", [removal.tenant, removal.lifecycle]),
	}
}

deny contains finding if {
	not allowed
	tenants := {removal.tenant | some removal in input.change.removed}
	count(tenants) > rules.removals
	finding := {
		"path": [],
		"message": sprintf("%d tenants go at once, and at most %d may: %s", [count(tenants), rules.removals, concat(", ", sort(tenants))]),
	}
}

deny contains finding if {
	not allowed
	count(input.change.deleted) * 100 > rules.share * input.change.total
	finding := {
		"path": [],
		"message": sprintf("%d of %d objects go at once, and at most %d %% may", [count(input.change.deleted), input.change.total, rules.share]),
	}
}

# Apart from the count: what a new rendering does not bring back.
deny contains finding if {
	not allowed
	some deletion in input.change.deleted
	deletion.kind in {"StatefulSet", "PersistentVolumeClaim", "PersistentVolume", "Namespace", "Cluster", "Database"}
	stays(deletion.tenant)
	finding := {
		"path": [],
		"message": sprintf("%s %s in %s goes, and what it holds: %s", [deletion.kind, deletion.name, deletion.environment, whose(deletion)]),
	}
}

allowed if rules.label in input.change.labels

offboarded := {removal.tenant | some removal in input.change.removed; removal.lifecycle == "offboarding"}

whose(deletion) := sprintf("data of tenant %s", [deletion.tenant]) if deletion.tenant != ""

whose(deletion) := "data of the platform" if deletion.tenant == ""

stays(tenant) if not tenant in offboarded
