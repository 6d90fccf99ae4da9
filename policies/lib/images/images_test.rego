package lib.images_test

import data.lib.images

sha := "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

test_parts if {
	every text, parts in {
		"nginx": ["docker.io", "library/nginx", "", ""],
		"nginx:1.27": ["docker.io", "library/nginx", "1.27", ""],
		"index.nginx": ["docker.io", "library/index.nginx", "", ""],
		"docker.io/nginx": ["docker.io", "library/nginx", "", ""],
		"index.docker.io/nginx": ["docker.io", "library/nginx", "", ""],
		"my_org/app__x": ["docker.io", "my_org/app__x", "", ""],
		"localhost/app": ["localhost", "app", "", ""],
		"registry:5000/a/b:v_1": ["registry:5000", "a/b", "v_1", ""],
		"[2001:db8::1]:5000/app": ["[2001:db8::1]:5000", "app", "", ""],
		"GHCR.io/a/b": ["ghcr.io", "a/b", "", ""],
	} {
		images.parts(text) == parts
	}
	images.parts(concat("", ["a.io/b:1@sha256:", sha])) == ["a.io", "b", "1", concat("", ["sha256:", sha])]
}

test_no_names if {
	every text in [
		"", "/", "a//b", "a.b_c/d", "-a.io/b", "a.io/", "a.io/B", "a.io/b:", "a.io/b@", "a.io/b@sha256:12", "a:b/c", "a b",
		"http://a.io/b", "user@a.io/b", "a.io/b:-1", "a.io/.b", "a.io/b..c", "a.io:port/b",
	] {
		not images.parts(text)
	}
}

test_tags if {
	images.tag("a") == ""
	images.tag("a:1") == "1"
	not images.tag(concat("", ["a:1@sha256:", sha]))
	not images.tag("a:")
}

test_digests if {
	images.digest(concat("", ["a:1@sha256:", sha])) == concat("", ["sha256:", sha])
	not images.digest("a:1")
	not images.pinned(concat("", ["a@sha256:", upper(sha)]))
	images.pinned(concat("", ["a@sha512:", sha, sha]))
}
