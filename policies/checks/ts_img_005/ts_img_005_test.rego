package checks.ts_img_005_test

import data.checks.ts_img_005
import data.lib.samples_test as samples

sha := "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

image := concat("", ["ghcr.io/example/app:1@", sha])

scan := {"tool": "trivy", "date": "2026-11-20", "database": "2026-11-19", "critical": 0, "high": 0, "report": sha}

full := {"digest": sha, "scan": scan, "sbom": "sha256:aa"}

# What is said about the tenant when its one service is this.
said(service) := {[finding.field, finding.message] |
	some finding in ts_img_005.deny with input as samples.within(
		samples.tenant({"services": {"web": service}}),
		{"platform": {"spec": {"images": {"scanAge": "7d"}}}},
	)
}

of_image(fault) := {[["spec", "services", "web", "image"], sprintf("image %s %s", [image, fault])]}

recorded(record) := said({"image": image, "evidence": [record]})

test_violates_without_record if {
	said({"image": image}) == of_image("has no record of its digest in evidence")
	other := "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	recorded(object.union(full, {"digest": other})) == of_image("has no record of its digest in evidence")
}

test_violates_without_digest if {
	said({"image": "app:1", "evidence": [full]}) == {[
		["spec", "services", "web", "image"],
		"image app:1 has no digest, so that nothing can be known of it",
	]}
}

test_violates_old_scan if {
	recorded(object.union(full, {"scan": {"date": "2026-08-24"}})) == of_image("is not known well enough: its last scan is of 2026-08-24, not within the last 7d")
	recorded(object.union(full, {"scan": {"database": "2026-08-24"}})) == of_image("is not known well enough: its last scan's database is of 2026-08-24, not within the last 7d")
	every day in ["2026-11-23", "2026-02-30"] {
		count(recorded(object.union(full, {"scan": {"date": day}}))) == 1
	}
}

test_violates_gaps if {
	recorded(object.remove(full, ["sbom"])) == of_image("has no list of its parts")
	recorded(object.remove(full, ["scan"])) == of_image("was not scanned")
	recorded(object.union(full, {"scan": {"critical": 2}})) == of_image("has 2 critical findings that nobody has answered for")
	bare := object.remove(scan, ["high", "database"])
	count(recorded(object.union(object.remove(full, ["scan"]), {"scan": bare}))) == 2
}

test_violates_second_image_of_a_test if {
	said({"image": image, "evidence": [full], "release": {"image": "app:2"}}) == {[
		["spec", "services", "web", "release", "image"],
		"image app:2 has no digest, so that nothing can be known of it",
	]}
}

test_passes_fresh if {
	recorded(full) == set()
	recorded(object.union(full, {"scan": {"date": "2026-11-22", "database": "2026-11-15"}})) == set()
	said({"image": image, "evidence": [object.union(full, {"scan": {"high": 3}}), full]}) == set()
}

test_passes_where_nothing_is_protected if {
	given := samples.within(samples.tenant({"services": {"web": {"image": "app"}}}), {"platform": {"spec": {"images": {"scanAge": "7d"}}}})
	count(ts_img_005.deny) == 0 with input as json.remove(given, ["/ctx/protected"])
}
