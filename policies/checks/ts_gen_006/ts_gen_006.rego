# METADATA
# title: Unambiguous YAML
# description: |
#   Anchors, repeated keys, tags, files beyond the limits, and odd characters that stand in them as they
#   are, are refused by the reader before any rule sees the file. What is left are characters that
#   escapes hide.
# custom:
#   id: TS-GEN-006
#   severity: high
#   scope: [object, tenant]
#   waivable: false
#   remedy: remove the character, or encode the text where a program needs it
#   objects: [all, tenant]
#   controls:
#     supporting: [iso:A.8.26, iso:A.8.28, soc2:CC8.1, csf:PR.PS-06]
package checks.ts_gen_006

deny contains finding if {
	_ = input.object
	some [path, what] in input.odd
	finding := {"path": path, "message": message(what)}
}

deny contains finding if {
	not input.object
	some [path, what] in input.odd
	finding := {"path": [], "field": array.concat(["spec"], path), "message": message(what)}
}

message(what) := sprintf("holds %s, which people do not see as it is", [what])
