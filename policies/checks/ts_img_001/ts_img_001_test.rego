package checks.ts_img_001_test

import data.checks.ts_img_001
import data.lib.samples_test as samples

# The objects that run an image or mount it.
running(image) := array.concat(
	samples.containers({"name": "a", "image": image}),
	samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "a", "image": {"reference": image}}]}),
)

sha := "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

pod(image) := samples.of({"kind": "Pod", "spec": {"containers": [{"name": "a", "image": image}]}})

allowing(given, registries) := samples.within(given, {"platform": {"spec": {"registries": registries, "images": {"smoke": "docker.io/curlimages/curl:8.16.0"}}}})

test_violates_anywhere if {
	every o in running("evil.io/app") {
		count(ts_img_001.deny) == 1 with input as samples.of(o)
	}
}

test_violates_names_that_only_look_alike if {
	every image in [
		"ghcr.io/example-evil/app", "ghcr.io/examples/app", "ghcr.io.evil.io/example/app", "ghcr.io:443/example/app", "example/app",
		"evil.io/ghcr.io/example/app", "app", "localhost/ghcr.io/example/app", "EVIL/example/app",
	] {
		count(ts_img_001.deny) == 1 with input as pod(image)
	}
	{finding.message | some finding in ts_img_001.deny} == {`container "a" runs app:1, which comes from docker.io/library/app, which no allowed registry holds`} with input as pod("app:1")
}

test_violates_what_is_no_name if {
	every image in [
		"user@ghcr.io/example/app", "ghcr.io/example/../evil/app", "ghcr.io/example/App", "https://ghcr.io/example/app", "ghcr.io/example/app:",
		"ghcr.io/example/app@sha256:abc", "ghcr.io/example//app", "ghcr.io/example/app:1:2", "ghcr.io/example/", " ghcr.io/example/app",
	] {
		count(ts_img_001.deny) == 1 with input as pod(image)
	}
	{finding.message | some finding in ts_img_001.deny} == {`container "a" runs ghcr.io/example/app:, which is no name of an image`} with input as pod("ghcr.io/example/app:")
}

test_violates_library_of_others if {
	count(ts_img_001.deny) == 1 with input as allowing(pod("someone/nginx"), ["docker.io/library"])
	count(ts_img_001.deny) == 1 with input as allowing(pod("docker.io/someone/nginx"), ["docker.io/library"])
}

test_passes_anywhere if {
	every o in running(concat("", ["ghcr.io/example/app:1.2.3@", sha])) {
		count(ts_img_001.deny) == 0 with input as samples.of(o)
	}
}

test_passes_listed if {
	every image in ["ghcr.io/example", "ghcr.io/example/app", "ghcr.io/example/team/app:1", "GHCR.io/example/app"] {
		count(ts_img_001.deny) == 0 with input as pod(image)
	}
	every pair in [
		["nginx", "docker.io/library"], ["docker.io/nginx:1", "index.docker.io"], ["index.docker.io/library/nginx", "docker.io/library/nginx"],
		["someone/app", "docker.io/someone/"], ["registry:5000/app", "registry:5000"], ["localhost/app", "localhost"], ["ghcr.io/a/b", "GHCR.IO"],
	] {
		[image, listed] := pair
		count(ts_img_001.deny) == 0 with input as allowing(pod(image), [listed])
	}
}

test_passes_choice_of_the_platform if {
	count(ts_img_001.deny) == 0 with input as allowing(pod("docker.io/curlimages/curl:8.16.0"), ["ghcr.io/example"])
}

test_passes_without_image if {
	count(ts_img_001.deny) == 0 with input as samples.of({"kind": "PodTemplate", "template": {"spec": {"containers": [{"name": "a"}, {"name": "b", "image": ""}]}}})
}
