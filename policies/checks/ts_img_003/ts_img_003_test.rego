package checks.ts_img_003_test

import data.checks.ts_img_003
import data.lib.samples_test as samples

# The objects that run an image or mount it.
running(image) := array.concat(
	samples.containers({"name": "a", "image": image}),
	samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "a", "image": {"reference": image}}]}),
)

sha := "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

pod(image, policy) := samples.of({"kind": "Pod", "spec": {
	"containers": [{"name": "a", "image": image, "imagePullPolicy": policy}],
	"volumes": [{"name": "a", "image": {"reference": image, "pullPolicy": policy}}],
}})

messages := {finding.message | some finding in ts_img_003.deny}

test_violates_floating_tags_anywhere if {
	every image in ["app", "app:latest", "ghcr.io/example/app:stable", "app:main", "app:master", "app:dev", "app:Latest"] {
		every o in running(image) {
			some finding in ts_img_003.deny with input as samples.of(o)
			regex.match(`names no version|moves$`, finding.message)
		}
	}
}

test_violates_images_of_the_node if {
	every policy in ["IfNotPresent", "Never", ""] {
		messages == {
			`container "a" runs app:1 as the node has it, without asking the registry`,
			`volume "a" runs app:1 as the node has it, without asking the registry`,
		} with input as pod("app:1", policy)
	}
	every o in running("app:1") {
		count(ts_img_003.deny) == 1 with input as samples.of(o)
	}
}

test_violates_with_the_places if {
	{finding.path | some finding in ts_img_003.deny} == {
		["spec", "containers", 0, "image"], ["spec", "containers", 0, "imagePullPolicy"],
		["spec", "volumes", 0, "image", "reference"], ["spec", "volumes", 0, "image", "pullPolicy"],
	} with input as pod("app:latest", "Never")
}

test_passes_always if {
	count(ts_img_003.deny) == 0 with input as pod("app:1.2.3", "Always")
}

test_passes_digests if {
	every policy in ["Always", "IfNotPresent", "Never", ""] {
		count(ts_img_003.deny) == 0 with input as pod(concat("", ["app:latest@", sha]), policy)
	}
}

test_passes_default_of_latest_but_not_its_tag if {
	every o in running("app") {
		count(ts_img_003.deny) == 1 with input as samples.of(o)
	}
}
