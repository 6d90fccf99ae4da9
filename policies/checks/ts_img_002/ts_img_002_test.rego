package checks.ts_img_002_test

import data.checks.ts_img_002
import data.lib.samples_test as samples

# The objects that run an image or mount it.
running(image) := array.concat(
	samples.containers({"name": "a", "image": image}),
	samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "a", "image": {"reference": image}}]}),
)

sha := "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

test_violates_tags if {
	every image in ["ghcr.io/example/app:v1.2.3", "app", "app@sha256:abc", "app@md5:9f86d081884c7d659a2feaa0c55ad015"] {
		every o in running(image) {
			count(ts_img_002.deny) == 1 with input as samples.of(o)
		}
	}
}

test_violates_with_the_place_and_the_name if {
	ts_img_002.deny == {{
		"path": ["spec", "volumes", 0, "image", "reference"],
		"message": "volume \"data\" runs app:1, which may be another image tomorrow: it has no digest",
	}} with input as samples.of({"kind": "Pod", "spec": {"volumes": [{"name": "data", "image": {"reference": "app:1"}}]}})
}

test_passes_digests if {
	every image in [concat("", ["app:v1.2.3@", sha]), concat("", ["app@", sha])] {
		every o in running(image) {
			count(ts_img_002.deny) == 0 with input as samples.of(o)
		}
	}
}

test_passes_where_nothing_is_protected if {
	every o in running("app:1") {
		count(ts_img_002.deny) == 0 with input as json.remove(samples.of(o), ["/ctx/protected"])
	}
}
