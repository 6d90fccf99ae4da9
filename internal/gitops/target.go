package gitops

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// target is where to publish, with every option checked.
type target struct {
	Options
	branch  plumbing.ReferenceName
	retries int
	// where names the target in messages.
	where string
	// local is the absolute path of a local repository; endpoint is set for all others.
	local    string
	endpoint *transport.Endpoint
	// base is what a proposal is made for.
	base string
	// searched says that credentials were looked for.
	searched bool
	// clone is what has been fetched so far; plain, that heads are fetched whole, since something was wrong with it.
	clone *clone
	plain bool
}

// defaultRetries is enough for 16 writers at once: each round of a race has a winner.
const defaultRetries = 30

func newTarget(opts Options) (*target, error) {
	t := &target{Options: opts, retries: defaultRetries}
	if opts.Retries != 0 {
		t.retries = max(opts.Retries, 0)
	}
	if opts.When.IsZero() {
		return nil, errors.New("the commit needs a time")
	}
	if err := checkBranch(opts.Branch); err != nil {
		return nil, err
	}
	if err := cmp.Or(checkNotes(opts.Notes), checkTrailers(opts.Trailers)); err != nil {
		return nil, err
	}
	t.branch = plumbing.NewBranchReferenceName(opts.Branch)
	if err := t.checkBase(); err != nil {
		return nil, err
	}
	switch opts.Path {
	case "", ".", "./":
		t.Path = ""
	default:
		t.Path = strings.TrimSuffix(opts.Path, "/")
		if err := checkPath(t.Path); err != nil {
			return nil, fmt.Errorf("path %q %w", opts.Path, err)
		}
	}
	if err := t.locate(); err != nil {
		return nil, err
	}
	if t.endpoint != nil {
		t.Auth.Username = cmp.Or(t.Auth.Username, t.endpoint.User, "git")
	}
	return t, nil
}

var (
	urlLike = pattern.Of(`^[A-Za-z][A-Za-z0-9+.-]*:(//|:)`)
	scpLike = pattern.Of(`^([A-Za-z0-9_][A-Za-z0-9_.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(.+)$`)
)

// locate tells a local path from a remote. What it refuses are the forms with which others could make
// git run a command or leak a credential.
func (t *target) locate() error {
	raw := t.URL
	switch {
	case raw == "":
		return errors.New("the repository is not named")
	case strings.HasPrefix(raw, "-"):
		return fmt.Errorf("repository %q begins with a dash", printable(raw))
	case raw != printable(raw):
		// It may hold a password, too.
		return errors.New("the name of the repository holds control characters")
	case urlLike().MatchString(raw):
		return t.locateURL(raw)
	}
	if m := scpLike().FindStringSubmatch(raw); m != nil {
		if strings.HasPrefix(m[3], "-") {
			return fmt.Errorf("repository %q: the path begins with a dash", raw)
		}
		t.where = raw
		t.endpoint = &transport.Endpoint{Protocol: "ssh", User: m[1], Host: strings.Trim(m[2], "[]"), Port: 22, Path: m[3]}
		return nil
	}
	path, err := filepath.Abs(raw)
	t.local, t.where = path, schemeless().ReplaceAllString(raw, "$1:***@")
	return err
}

func (t *target) locateURL(raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("the repository is no valid URL")
	}
	t.where = shown(u)
	if tokenLike(u.User.Username()) {
		return fmt.Errorf("repository %s://***@%s%s: a token does not belong in a URL; pass it through the environment", u.Scheme, u.Host, u.EscapedPath())
	}
	if err := checkURL(u); err != nil {
		return fmt.Errorf("repository %s: %w", t.where, err)
	}
	t.endpoint, err = transport.NewEndpoint(u.String())
	if err != nil {
		return fmt.Errorf("repository %s is no valid URL", t.where)
	}
	return nil
}

func checkURL(u *url.URL) error {
	_, password := u.User.Password()
	switch scheme := strings.ToLower(u.Scheme); {
	case password:
		return errors.New("a password does not belong in a URL; pass it through the environment")
	case scheme == "file":
		return errors.New("write the path of a local repository without file://")
	case scheme != "https" && scheme != "http" && scheme != "ssh":
		return fmt.Errorf("cannot publish over %s; use https, ssh or a local path", u.Scheme)
	case scheme == "http" && !loopback(u.Hostname()):
		return errors.New("http would send credentials and manifests in the clear; use https")
	case u.Hostname() == "" || strings.HasPrefix(u.Hostname(), "-"):
		return errors.New("the URL names no valid host")
	case strings.HasPrefix(u.User.Username(), "-"):
		return errors.New("the user name begins with a dash")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return errors.New("the URL of a repository has no ? or #")
	case strings.Trim(u.Path, "/") == "" || strings.HasPrefix(u.Path, "/-"):
		return errors.New("the URL names no valid repository")
	}
	return nil
}

// schemeless is the beginning of a URL that lost its scheme.
var schemeless = pattern.Of(`^([^/\s:@]*):[^/\s@]+@`)

// shown is a URL for messages, without what may be secret.
func shown(u *url.URL) string {
	short := *u
	short.RawQuery, short.Fragment, short.RawFragment, short.ForceQuery = "", "", "", false
	return short.Redacted()
}

// tokenLike tells what hosts hand out as tokens from the name of a user, who has at most 39 letters on GitHub.
func tokenLike(user string) bool {
	for _, prefix := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "gldt-", "glcbt-", "glptt-", "ATBB", "ATCTT"} {
		if strings.HasPrefix(user, prefix) {
			return true
		}
	}
	return len(user) > 39
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// checkBranch holds the rules of git check-ref-format --branch, and refuses what git reads as
// something else than a branch.
func checkBranch(name string) error {
	switch {
	case name == "":
		return errors.New("the branch is not named")
	case strings.HasPrefix(name, "refs/"):
		return fmt.Errorf("branch %q: give the name without refs/heads/", printable(name))
	case name == "HEAD", strings.HasPrefix(name, "-"), name != printable(name),
		plumbing.NewBranchReferenceName(name).Validate() != nil:
		return fmt.Errorf("branch %q is no valid branch name", printable(name))
	}
	return nil
}

// checkPath accepts a relative path with slashes that git stores on every system.
func checkPath(p string) error {
	if !fs.ValidPath(p) || p == "." || p != printable(p) || strings.ContainsAny(p, `\:`) {
		return errors.New("is no relative path inside the repository")
	}
	for part := range strings.SplitSeq(p, "/") {
		if gitName(part) {
			return errors.New("reaches into git's own folder")
		}
		if strings.HasPrefix(part, "-") {
			return errors.New("has a part that begins with a dash")
		}
	}
	return nil
}

// gitName reports whether some file system takes the name for .git: all ignore case somewhere, NTFS
// drops trailing dots and blanks and has short names, HFS+ drops invisible letters.
func gitName(part string) bool {
	visible := strings.Map(func(r rune) rune {
		if r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x206a && r <= 0x206f || r == 0xfeff {
			return -1
		}
		return r
	}, part)
	switch strings.ToLower(strings.TrimRight(visible, ". ")) {
	case ".git", "git~1", ".gitmodules":
		return true
	}
	return false
}

var tenantName = pattern.Of(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// checkUpdates guards the repository against a fault of the caller: everything here was checked when
// the tenants were loaded.
func checkUpdates(updates []Update) error {
	owner := make(map[string]string)
	seen := make(map[string]bool, len(updates))
	for _, u := range updates {
		if !tenantName().MatchString(u.Tenant) {
			return fmt.Errorf("tenant %q is no valid name", printable(u.Tenant))
		}
		if seen[u.Tenant] {
			return fmt.Errorf("tenant %s comes twice", u.Tenant)
		}
		seen[u.Tenant] = true
		if _, ok := u.Files[manifest.RecordPath(u.Tenant)]; !ok && len(u.Files) > 0 {
			return fmt.Errorf("tenant %s has files but no record of them", u.Tenant)
		}
		for p := range u.Files {
			if err := checkPath(p); err != nil {
				return fmt.Errorf("tenant %s: file %q %w", u.Tenant, printable(p), err)
			}
			if other, taken := owner[p]; taken {
				return fmt.Errorf("tenants %s and %s both write %s", min(other, u.Tenant), max(other, u.Tenant), p)
			}
			owner[p] = u.Tenant
		}
	}
	return nil
}
