# Objects that tenantsmith does not render, or does not render like this.
package checks.ts_sec_006

deny contains finding if {
	some named in keys
	key := named.key
	not own(key)
	finding := {
		"path": named.path,
		"message": sprintf("key %v is not below %s, where the tenant's secrets are", [key, beginning]),
	}
}

deny contains finding if {
	input.object.kind == "ExternalSecret"
	some i, from in input.object.spec.dataFrom
	from.find
	not from.find.path
	finding := {
		"path": ["spec", "dataFrom", i, "find"],
		"message": "finds secrets in the whole of the store",
	}
}

# Some stores take the path for the beginning of a name: that of acme begins that of acme-corp as well.
deny contains finding if {
	input.object.kind == "ExternalSecret"
	some i, from in input.object.spec.dataFrom
	split(from.find.path, "/") == prefix
	finding := {
		"path": ["spec", "dataFrom", i, "find", "path"],
		"message": sprintf("finds all whose names begin with %s, others' among them; name a path below it", [beginning]),
	}
}

deny contains finding if {
	some generator in generators
	kind := generator.kind
	not harmless(kind)
	finding := {
		"path": generator.path,
		"message": sprintf("generator %v makes credentials for somewhere else", [kind]),
	}
}

deny contains finding if {
	input.object.kind == "PushSecret"
	not allowed("external-secrets.io", "PushSecret")
	finding := {
		"path": [],
		"message": "PushSecret writes to the store",
	}
}

deny contains finding if {
	input.object.kind == "PushSecret"
	some i, _ in input.object.spec.dataTo
	finding := {
		"path": ["spec", "dataTo", i],
		"message": "PushSecret writes keys that nobody named",
	}
}

deny contains finding if {
	input.object.kind == "SecretProviderClass"
	count(provided) == 0
	finding := {
		"path": ["spec", "parameters"],
		"message": "SecretProviderClass names no secret that could be judged",
	}
}

# Each key of a store that the object at hand reads or writes is {"path", "key"}.
keys contains {"path": ["spec", "data", i, "remoteRef", "key"], "key": entry.remoteRef.key} if {
	input.object.kind == "ExternalSecret"
	some i, entry in input.object.spec.data
}

keys contains {"path": ["spec", "dataFrom", i, "extract", "key"], "key": from.extract.key} if {
	input.object.kind == "ExternalSecret"
	some i, from in input.object.spec.dataFrom
}

# As it was in v1alpha1, which old operators still read.
keys contains {"path": ["spec", "dataFrom", i, "key"], "key": from.key} if {
	input.object.kind == "ExternalSecret"
	some i, from in input.object.spec.dataFrom
}

keys contains {"path": ["spec", "dataFrom", i, "find", "path"], "key": from.find.path} if {
	input.object.kind == "ExternalSecret"
	some i, from in input.object.spec.dataFrom
}

keys contains {"path": ["spec", "data", i, "match", "remoteRef", "remoteKey"], "key": entry.match.remoteRef.remoteKey} if {
	input.object.kind == "PushSecret"
	some i, entry in input.object.spec.data
}

keys contains {"path": ["spec", "parameters"], "key": key} if some key in provided

keys contains {"path": ["spec", "path"], "key": key} if {
	input.object.kind in {"VaultStaticSecret", "VaultDynamicSecret"}
	path := input.object.spec.path
	not own(path)
	key := concat("/", [input.object.spec.mount, path])
}

# YAML has ways to write a key that no pattern finds: escapes, aliases, keys apart from their values.
deny contains finding if {
	input.object.kind == "SecretProviderClass"
	some field, text in input.object.spec.parameters
	is_string(text)
	regex.match(`[\\&*?<]`, text)
	finding := {
		"path": ["spec", "parameters", field],
		"message": "parameters are written in a way that hides which secrets they name",
	}
}

# What a driver of volumes fetches, out of its own notation: paths of Vault, names elsewhere.
provided contains match[1] if {
	input.object.kind == "SecretProviderClass"
	pattern := sprintf(`(?i)(?:^|[\s{,"'-])%s["']?\s*:\s*["']?([^"'\s,}]+)`, [remote])
	some text in input.object.spec.parameters
	is_string(text)
	some match in regex.find_all_string_submatch_n(pattern, text, -1)
}

remote := "secretPath" if input.object.spec.provider == "vault"

remote := "(?:objectName|resourceName)" if input.object.spec.provider != "vault"

generators contains {"path": ["spec", list, i, "sourceRef", "generatorRef"], "kind": object.get(reference, "kind", "(no kind)")} if {
	input.object.kind == "ExternalSecret"
	some list in ["data", "dataFrom"]
	some i, entry in input.object.spec[list]
	reference := entry.sourceRef.generatorRef
}

generators contains {"path": ["spec", "selector", "generatorRef"], "kind": object.get(reference, "kind", "(no kind)")} if {
	input.object.kind == "PushSecret"
	reference := input.object.spec.selector.generatorRef
}

# These make random values in the cluster. A generator of another kind is known only if the platform listed it.
harmless(kind) if kind in {"Password", "UUID", "SSHKey"}

harmless(kind) if allowed("generators.external-secrets.io", kind)

allowed(group, kind) if {
	some known in input.ctx.platform.allowed_kinds
	known.group == group
	known.kind == kind
}
