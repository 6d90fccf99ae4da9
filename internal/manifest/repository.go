package manifest

import (
	"net/url"
	"path"
	"strings"
)

// RepositoryKey is what all addresses of one repository have in common, as far as an address tells: host and path in
// lower case, without scheme, user, port and .git. Two names of one server, and repositories that were moved, have
// different keys.
func RepositoryKey(address string) string {
	rest := strings.ToLower(strings.TrimSpace(address))
	_, after, schemed := strings.Cut(rest, "://")
	if schemed {
		rest = after
	}
	host, dir, _ := strings.Cut(rest, "/")
	if at := strings.LastIndex(host, "@"); at >= 0 {
		host = host[at+1:]
	}
	if name, more, ok := strings.Cut(host, ":"); ok {
		host = name
		if !schemed { // git@host:path
			dir = more + "/" + dir
		}
	}
	host = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(host, "www."), "ssh."), ".")
	for range 3 { // an address may be escaped more than once
		if plain, err := url.PathUnescape(dir); err == nil {
			dir = strings.ToLower(plain)
		}
	}
	dir = path.Clean("/" + dir)
	for strings.HasSuffix(dir, ".git") {
		dir = strings.TrimRight(strings.TrimSuffix(dir, ".git"), "/")
	}
	return host + dir
}
