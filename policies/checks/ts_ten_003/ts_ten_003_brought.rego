# What tenantsmith renders has names that fit: the schema bounds what they are made of.
package checks.ts_ten_003

# What names are made of is only known when they are made: a label takes 63 characters, a name 253.
deny contains finding if {
	input.ctx.tenant
	some i, fact in input.facts
	count(fact.namespace) > 63
	finding := {"object": i, "path": ["metadata", "namespace"], "message": "namespace has more than 63 characters"}
}

deny contains finding if {
	input.ctx.tenant
	some i, o in input.objects
	count(o.metadata.name) > 253
	finding := {"object": i, "path": ["metadata", "name"], "message": "name has more than 253 characters"}
}

deny contains finding if {
	input.ctx.tenant
	some kind in ["Namespace", "Service"]
	some entry in input.kinds[kind]
	count(entry.object.metadata.name) > 63
	finding := {"object": entry.index, "path": ["metadata", "name"], "message": "name has more than 63 characters"}
}
