package gitops_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// refused publishes and returns the complaint; nothing may have run or been written.
func refused(t *testing.T, opts gitops.Options) string {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.Error(t, err, "%q %q %q", opts.URL, opts.Branch, opts.Path)
	left, readErr := os.ReadDir(dir)
	require.NoError(t, readErr)
	require.Empty(t, left)
	return err.Error()
}

// These are the ways in which a repository's name has made git run something, or talk to somebody.
func TestRepositoryNames(t *testing.T) {
	for url, want := range map[string]string{
		"":                                        "the repository is not named",
		"--upload-pack=touch pwned":               "begins with a dash",
		"-oProxyCommand=touch pwned":              "begins with a dash",
		"--output=pwned":                          "begins with a dash",
		"ext::sh -c touch% pwned":                 "cannot publish over ext",
		"ext::sh -c 'touch pwned' %S foo":         "cannot publish over ext",
		"fd::17/foo":                              "cannot publish over fd",
		"file:///srv/gitops.git":                  "write the path of a local repository without file://",
		"git://git.example.com/x.git":             "cannot publish over git",
		"ftp://git.example.com/x.git":             "cannot publish over ftp",
		"http://git.example.com/x.git":            "use https",
		"http://127.0.0.1.example.com/x.git":      "use https",
		"HTTP://git.example.com/x.git":            "use https",
		"ssh://-oProxyCommand=touch pwned/x.git":  "is no valid URL",
		"ssh://-oProxyCommand=touch/x.git":        "names no valid host",
		"ssh://-ouser@git.example.com/x.git":      "the user name begins with a dash",
		"ssh://git.example.com/--upload-pack=x":   "names no valid repository",
		"ssh://git.example.com/-x":                "names no valid repository",
		"git@-oProxyCommand=touch:x.git":          "no repository",
		"-git@git.example.com:x.git":              "begins with a dash",
		"git@git.example.com:--upload-pack=touch": "the path begins with a dash",
		"https://git.example.com":                 "names no valid repository",
		"https:///x.git":                          "names no valid host",
		"https://git.example.com/x.git?a=b":       "has no ? or #",
		"https://git.example.com/x.git#main":      "has no ? or #",
		"https://git.example.com/x.git\n--output": "holds control characters",
		"https://git.example.com/\x1b[2Jx.git":    "holds control characters",
		"https:git.example.com/x.git":             "no repository",
		"/no/such/--output=pwned":                 "no repository",
	} {
		require.Contains(t, refused(t, options(url)), want, "%q", url)
	}
}

func TestPasswordInURL(t *testing.T) {
	for _, url := range []string{
		"https://git.example.com/x.git?private_token=hunter2", "https://git.example.com/x.git#hunter2", "https://ghp_hunter2@git.example.com/x.git",
		"https://glpat-hunter2:x@git.example.com/x.git", "https://" + strings.Repeat("a", 40) + "hunter2@git.example.com/x.git", "bot:hunter2@git.example.com/x.git",
		"https://bot:hunter2@git.example.com/x.git", "ssh://bot:hunter2@git.example.com/x.git", "https://bot:hunter2@git.example.com/x.git\x00"} {
		msg := refused(t, options(url))
		require.NotContains(t, msg, "hunter2")
	}
	require.Equal(t, "repository https://bot:xxxxx@git.example.com/x.git: a password does not belong in a URL; pass it through the environment",
		refused(t, options("https://bot:hunter2@git.example.com/x.git")))
}

// Real git is the judge of names; we refuse a few more that it would read as something else.
func TestBranchNames(t *testing.T) {
	ours := map[string]bool{"refs/heads/main": true, "HEAD": true, "@": true, "weiß\u200b": true}
	opts := options(bare(t))
	for _, name := range []string{
		"main", "env/prod", "feature-1", "a.b", "x@y", "@", "ünï", "a-", "1", "+main", "a/b/c", "main,x", "a=b", "a!b", "main'", `main"`, "a;b", "$(touch pwned)", "`x`", "refs", "heads/main",
		"", "-main", "--output=pwned", "--upload-pack=touch", "a..b", "a b", "a~1", "a^", "a:b", "+main:main", "a?", "a*", "a[b", `a\b`, "/a", "a/", "a//b", ".a",
		"a/.b", "a.", "a.lock", "a.lock/b", "a@{1}", "@{-1}", "a\x7f", "a\nb", "main --foo", "refs/heads/main", "HEAD", "weiß\u200b",
	} {
		_, err := gitErr(opts.URL, "check-ref-format", "refs/heads/"+name)
		valid := err == nil && !strings.HasPrefix(name, "-") && !ours[name]
		opts.Branch = name
		opts.DryRun = true
		_, err = gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.Equal(t, valid, err == nil, "branch %q: %v", name, err)
	}
}

func TestPaths(t *testing.T) {
	opts := options(bare(t))
	opts.DryRun = true
	for path, valid := range map[string]bool{
		"": true, ".": true, "apps": true, "apps/": true, "clusters/eu-1": true, "a.git": true, ".github": true, "gitops": true,
		"/": false, "/etc": false, "..": false, "../x": false, "a/../b": false, "a/./b": false, "a//b": false, "./a": false,
		".git": false, ".GIT": false, "a/.Git/hooks": false, ".git.": false, ".git ": false, "git~1": false, ".g\u200cit": false,
		`a\b`: false, "c:": false, "a\nb": false, "-a": false, "--output=x": false, "apps/-x": false, ".gitmodules": false,
	} {
		opts.Path = path
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.Equal(t, valid, err == nil, "path %q: %v", path, err)
	}
}

// The files come from us; a fault of ours must not reach git's own folder or another tenant.
func TestUpdates(t *testing.T) {
	opts := options(bare(t))
	file := func(tenant, path string) gitops.Update {
		return gitops.Update{Tenant: tenant, Files: map[string][]byte{path: nil, "tenants/" + tenant + "/.tenantsmith.json": nil}}
	}
	for want, updates := range map[string][]gitops.Update{
		`tenant "../x" is no valid name`:                                     {file("../x", "a")},
		`tenant "" is no valid name`:                                         {file("", "a")},
		"tenant acme has files but no record of them":                        {{Tenant: "acme", Files: map[string][]byte{"a": nil}}},
		"tenant acme comes twice":                                            {file("acme", "a"), file("acme", "b")},
		"tenants acme and shop both write a":                                 {file("shop", "a"), file("acme", "a")},
		`tenant acme: file "../a" is no relative path inside the repository`: {file("acme", "../a")},
		`tenant acme: file ".git/hooks/x" reaches into git's own folder`:     {file("acme", ".git/hooks/x")},
		`tenant acme: file "/a" is no relative path inside the repository`:   {file("acme", "/a")},
	} {
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(updates...))
		require.EqualError(t, err, "publish to "+opts.URL+": "+want)
	}
	left, err := filepath.Glob(filepath.Join(opts.URL, "objects", "pack", "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}
