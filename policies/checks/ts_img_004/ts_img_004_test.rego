package checks.ts_img_004_test

import data.checks.ts_img_004
import data.lib.samples_test as samples

# The objects that run an image or mount it.
running(image) := array.concat(
	samples.containers({"name": "a", "image": image}),
	samples.pods({"volumes": [{"name": "tmp", "emptyDir": {}}, {"name": "a", "image": {"reference": image}}]}),
)

sha := "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

verifying(given) := samples.within(given, {"platform": {"spec": {"images": {"verification": {
	"labels": {"policy.sigstore.dev/include": "true"},
	"signed": [
		{"images": "ghcr.io/example", "identity": "https://github.com/example/*", "issuer": "https://token.actions.githubusercontent.com"},
		{"images": "ghcr.io/keyed", "key": "-----BEGIN PUBLIC KEY-----"},
		{"images": "ghcr.io/half", "identity": "somebody"},
	],
}}}}})

namespace(labels) := samples.of({"kind": "Namespace", "metadata": {"name": "acme-production", "labels": labels}})

test_violates_namespace if {
	every labels in [{}, {"policy.sigstore.dev/include": "false"}] {
		ts_img_004.deny == {{
			"path": ["metadata", "labels", "policy.sigstore.dev/include"],
			"message": "namespace takes no part in the verification of images: label policy.sigstore.dev/include is not \"true\"",
		}} with input as verifying(namespace(labels))
	}
}

test_violates_images_without_signature if {
	every image in ["docker.io/app:1", "ghcr.io/examples/app:1", "ghcr.io/half/app:1", "ghcr.io"] {
		every o in running(image) {
			count(ts_img_004.deny) == 1 with input as verifying(samples.of(o))
		}
	}
	{finding.message | some finding in ts_img_004.deny} == {"container \"a\" runs app:1, for which nobody's signature is demanded"} with input as verifying(samples.of({"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "app:1"}]}}))
}

test_passes_signed if {
	count(ts_img_004.deny) == 0 with input as verifying(namespace({"policy.sigstore.dev/include": "true"}))
	every image in ["ghcr.io/example/app:1", concat("", ["ghcr.io/keyed/a/b@", sha])] {
		every o in running(image) {
			count(ts_img_004.deny) == 0 with input as verifying(samples.of(o))
		}
	}
}
