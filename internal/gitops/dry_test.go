package gitops_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// platformAt makes a platform repository with one commit.
func platformAt(t *testing.T, message string) string {
	dir := t.TempDir()
	git(t, dir, "init", "-q", "-b", "main")
	put(t, dir, map[string]string{"tenants/acme.yaml": "x\n"})
	git(t, dir, "add", "-A")
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".git", "message"), []byte(message), 0o644))
	git(t, dir, "commit", "-q", "-F", ".git/message")
	return dir
}

// The trailers are those that the documentation of Argo CD's source hydrator tells CI jobs to write.
const bump = `Bump image to v1.2.3
in two lines

Because <of> it.

Signed-off-by: Ann <ann@example.com>
Argocd-reference-commit-author: "Author Name" <author@example.com>
Argocd-reference-commit-sha: b82add298aa045d3672880802d5305c5a8aaa46e
Argocd-reference-commit-subject: chore: make a change
Argocd-reference-commit-body: "make a change\n\nSigned-off-by: Author Name <author@example.com>"
Argocd-reference-commit-repourl: https://user:secret@git.example.com/owner/repo
Argocd-reference-commit-date: 2025-06-09T13:50:18-04:00
`

func TestDry(t *testing.T) {
	dir := platformAt(t, bump)
	git(t, dir, "remote", "add", "origin", "git@github.com:example/platform.git")
	d, err := gitops.ReadDry(filepath.Join(dir, "tenants"))
	require.NoError(t, err)
	require.Equal(t, gitops.Dry{
		RepoURL: "https://github.com/example/platform.git", DrySHA: git(t, dir, "rev-parse", "HEAD"),
		Author: git(t, dir, "log", "-1", "--format=%an <%ae>"), Subject: git(t, dir, "log", "-1", "--format=%s"),
		Date: d.Date, Body: "Because <of> it.\n\nSigned-off-by: Ann <ann@example.com>",
		References: []gitops.Reference{{Commit: gitops.RelatedCommit{
			Author: `"Author Name" <author@example.com>`, SHA: "b82add298aa045d3672880802d5305c5a8aaa46e", Subject: "chore: make a change",
			Body: "make a change\n\nSigned-off-by: Author Name <author@example.com>", RepoURL: "https://git.example.com/owner/repo", Date: "2025-06-09T13:50:18-04:00",
		}}},
	}, d)
	require.Equal(t, strings.Replace(git(t, dir, "log", "-1", "--format=%aI"), "+00:00", "Z", 1), d.Date)
	require.Contains(t, string(d.JSON()), `"Because <of> it.`, "a person reads it")
	var back gitops.Dry
	require.NoError(t, json.Unmarshal(d.JSON(), &back))
	require.Equal(t, d, back)
}

// Git reads the trailers back from the commit that we write.
func TestDryTrailers(t *testing.T) {
	d, err := gitops.ReadDry(platformAt(t, "One\n\nTwo\nthree\n"))
	require.NoError(t, err)
	require.Empty(t, d.RepoURL)
	repo := bare(t)
	opts := options(repo)
	opts.Trailers = d.Trailers()
	publish(t, opts, acme("a:1"))
	value := func(key string) string {
		return git(t, repo, "log", "-1", "--format=%(trailers:key="+key+",valueonly)", "main")
	}
	require.Equal(t, d.DrySHA, value("Argocd-reference-commit-sha"))
	require.Equal(t, `"Ann" <ann@example.com>`, value("Argocd-reference-commit-author"))
	require.Equal(t, "One", value("Argocd-reference-commit-subject"))
	require.Equal(t, `"Two\nthree"`, value("Argocd-reference-commit-body"))
	require.Equal(t, "Ann <ann@example.com>", value("Co-authored-by"))
	require.Empty(t, value("Argocd-reference-commit-repourl"))
}

// A trailer that the readers of the contract would refuse stays in the body, and the address of the repository says
// nothing that is not for everybody.
func TestDryOfOddCommits(t *testing.T) {
	for line, left := range map[string]string{
		"Argocd-reference-commit-sha: b82add2":               "Argocd-reference-commit-sha: b82add2",
		"Argocd-reference-commit-repourl: file:///etc":       "Argocd-reference-commit-repourl: file:///etc",
		"Argocd-reference-commit-date: yesterday":            "Argocd-reference-commit-date: yesterday",
		"Argocd-reference-commit-author: nobody":             "Argocd-reference-commit-author: nobody",
		"Argocd-reference-commit-body: plain":                "Argocd-reference-commit-body: plain",
		"Argocd-reference-commit-other: x":                   "Argocd-reference-commit-other: x",
		"Argocd-reference-commit-subject: fine":              "",
		"red \x1b[31malert\x1b[0m and a\ttab":                "red [31malert[0m and a    tab",
		"Argocd-reference-commit-date: 2025-06-09T13:50:18Z": "",
	} {
		d, err := gitops.ReadDry(platformAt(t, "Subject\n\n"+line+"\n"))
		require.NoError(t, err)
		require.Equal(t, left, d.Body)
	}
	for origin, want := range map[string]string{
		"https://ann:hunter2@git.example.com/a/b.git": "https://git.example.com/a/b.git",
		"ssh://git@git.example.com:2222/a/b.git":      "https://git.example.com/a/b.git",
		"/srv/git/b.git":                              "", "../b.git": "", "file:///srv/b.git": "",
	} {
		dir := platformAt(t, "x")
		git(t, dir, "remote", "add", "origin", origin)
		d, err := gitops.ReadDry(dir)
		require.NoError(t, err)
		require.Equal(t, want, d.RepoURL)
	}
	_, err := gitops.ReadDry(t.TempDir())
	require.ErrorContains(t, err, "the folder is in no git repository")
	empty := t.TempDir()
	git(t, empty, "init", "-q")
	_, err = gitops.ReadDry(empty)
	require.ErrorContains(t, err, "no commit yet")
}
