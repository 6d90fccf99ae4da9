# METADATA
# title: Secrets
# description: |
#   Says what the engine suspects to be a secret, without saying it: where it stands, what it looks like and
#   the beginning of its digest, by which its owner finds it. Each suspect is {"path", "by", "what", "hash"};
#   by is name, form or entropy.
package lib.secrets

finding(s) := {"path": s.path, "message": message(s, input.object)}

message(s, tree) := sprintf("%s holds what looks like %s (sha256 %s)", [name(s.path, tree), s.what, s.hash])

# What a person calls the place: the name beside a value, or the last key.
name(path, tree) := sprintf("%v", [beside]) if {
	last := count(path) - 1
	path[last] == "value"
	beside := object.get(tree, array.concat(array.slice(path, 0, last), ["name"]), null)
	beside != null
} else := keys[count(keys) - 1] if {
	keys := [step | some step in path; is_string(step)]
	count(keys) > 0
} else := "object"

# Annotations and labels, also those of templates.
metadata(path) if {
	some i, step in path
	step == "metadata"
	path[i + 1] in {"annotations", "labels"}
}

metadata(path) if "secretTemplate" in path
