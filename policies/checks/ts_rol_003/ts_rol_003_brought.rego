# What tenantsmith renders asks without credentials.
package checks.ts_rol_003

deny contains finding if {
	some [path, name, settings] in providers
	settings.insecure == true
	finding := {
		"path": array.concat(path, ["insecure"]),
		"message": sprintf("analysis believes whoever answers for %s, without a look at the certificate", [name]),
	}
}

deny contains finding if {
	some [path, _, settings] in providers
	some [steps, value] in credentials(settings)
	not contains(value, "{{")
	finding := {
		"path": array.concat(path, steps),
		"message": "analysis holds a credential in plain text; take it from a Secret by an argument",
	}
}

deny contains finding if {
	some [_, _, settings] in providers
	some [_, value] in credentials(settings)
	some i, arg in input.object.spec.args
	arg.value
	contains(replace(value, " ", ""), sprintf("{{args.%v}}", [arg.name]))
	finding := {
		"path": ["spec", "args", i, "value"],
		"message": sprintf("argument %v is a credential in plain text; take it from a Secret by valueFrom", [arg.name]),
	}
}

credentials(settings) := {[["headers", i, "value"], header.value] |
	some i, header in settings.headers
	is_string(header.key)
	regex.match(`(?i)auth|cookie|credential|key|passw|secret|token`, header.key)
	is_string(header.value)
	header.value != ""
} | {[["authentication", "oauth2", "clientSecret"], value] |
	value := settings.authentication.oauth2.clientSecret
	is_string(value)
	value != ""
}
