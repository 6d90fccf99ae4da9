# METADATA
# title: Images
# description: |
#   Finds every image that the pods at hand run or mount, and reads its name as registries do. A name
#   without a host is one of docker.io, where a name without a folder is one of library.
package lib.images

import data.lib.pods

# Each use is [user, field, pulled, text]: the container or the volume, which of its fields have the name
# and the pull policy, and the name.
uses contains [c, "image", "imagePullPolicy", text] if {
	some c in pods.containers
	text := c.spec.image
	text != ""
}

uses contains [user, "reference", "pullPolicy", volume.image.reference] if {
	some p in pods.all
	some i, volume in p.spec.volumes
	user := {
		"path": array.concat(p.path, ["spec", "volumes", i, "image"]),
		"list": "volumes",
		"spec": object.union(volume.image, {"name": object.get(volume, "name", "")}),
	}
}

# The parts of a name: [host, path, tag, digest], the last two empty where they are not given. This is the
# grammar of registries; undefined for what is no name of an image.
parts(text) := [lower(found[1]), found[2], found[3], found[4]] if {
	host := `[A-Za-z0-9](?:[-A-Za-z0-9]*[A-Za-z0-9])?`
	step := `[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*`
	grammar := concat("", [
		`^((?:`, host, `(?:\.`, host, `)*|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?)`, `/(`, step, `(?:/`, step, `)*)`,
		`(?::([A-Za-z0-9_][-A-Za-z0-9_.]{0,127}))?(?:@([A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}))?$`,
	])
	[found] := regex.find_all_string_submatch_n(grammar, whole(text), 1)
}

# The first part of a name is a host where it could be nothing else.
whole(text) := text if {
	regex.match(`^([^/]*[.:A-Z][^/]*|localhost)/`, text)
	not startswith(text, "docker.io/")
	not startswith(text, "index.docker.io/")
} else := foldered(text)

foldered(text) := concat("/", ["docker.io", rest]) if {
	rest := on_docker(text)
	contains(rest, "/")
} else := concat("/", ["docker.io/library", on_docker(text)])

on_docker(text) := rest if {
	some host in ["docker.io/", "index.docker.io/"]
	startswith(text, host)
	rest := trim_prefix(text, host)
} else := text

# The tag of a name that has no digest.
tag(text) := given if {
	[_, _, given, digested] := parts(text)
	digested == ""
}

# Whether an image lies in a registry, or a part of one, that somebody listed.
within(text, listed) if {
	[host, path, _, _] := parts(text)
	startswith(concat("/", [host, path, ""]), concat("", [folder(listed), "/"]))
}

folder(listed) := concat("/", array.concat([known(steps[0])], array.slice(steps, 1, count(steps)))) if {
	steps := split(trim_right(listed, "/"), "/")
}

known(host) := "docker.io" if lower(host) == "index.docker.io"

known(host) := lower(host) if lower(host) != "index.docker.io"

# A name that can only ever stand for one image.
pinned(text) if regex.match(`@(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`, text)

digest(text) := found[1] if {
	[found] := regex.find_all_string_submatch_n(`@([^@]+)$`, text, 1)
}
