package gitops_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// count makes notes that count commits.
func count(ref string) gitops.Note {
	return gitops.Note{Ref: ref, Content: func(commit string, old []byte) []byte {
		return append(old, commit[:7]+"\n"...)
	}}
}

func TestNotes(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		opts.Notes = []gitops.Note{count("tenantsmith"), count("hydrator.metadata")}
		var want string
		for _, image := range []string{"a:1", "a:2", "a:3"} {
			res := publish(t, opts, acme(image))
			require.Empty(t, res.LostNotes)
			want += res.Commit[:7] + "\n"
			for _, n := range opts.Notes {
				require.Equal(t, strings.TrimSpace(want), git(t, repo, "notes", "--ref", n.Ref, "show", res.Commit))
			}
		}
		before := objects(t, repo)
		require.Empty(t, publish(t, opts, acme("a:3")).Commit)
		require.Equal(t, before, objects(t, repo))
		require.Equal(t, "3", git(t, repo, "rev-list", "--count", "refs/notes/tenantsmith"))
		sound(t, repo)
	})
}

// What git's own hands have put among the notes stays, in whatever folders.
func TestNotesBesideThoseOfOthers(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	git(t, repo, "notes", "--ref", "audit", "add", "-m", "by hand", "main")
	opts := options(repo)
	opts.Notes = []gitops.Note{count("audit")}
	seed := git(t, repo, "rev-parse", "main")
	res := publish(t, opts, acme("a:1"))
	require.Equal(t, "by hand", git(t, repo, "notes", "--ref", "audit", "show", seed))
	require.Equal(t, "by hand\n"+res.Commit[:7], git(t, repo, "notes", "--ref", "audit", "show", res.Commit))
	sound(t, repo)
}

func TestNotesAreMadeOnceMoreAfterALostRace(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		move(t, repo, "1")
		opts.Notes = []gitops.Note{count("audit")}
		res := publish(t, opts, acme("a:1"))
		require.Equal(t, res.Commit[:7], git(t, repo, "notes", "--ref", "audit", "show", "main"))
		require.Equal(t, "1", git(t, repo, "rev-list", "--count", "refs/notes/audit"))
		sound(t, repo)
	})
}

// A server that takes one reference at a time keeps the commit when it refuses the note.
func TestNotesWithoutAtomicPush(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		git(t, repo, "config", "receive.advertiseAtomic", "false")
		opts.Notes = []gitops.Note{count("audit")}
		first := publish(t, opts, acme("a:1"))
		require.Empty(t, first.LostNotes)
		require.Equal(t, first.Commit[:7], git(t, repo, "notes", "--ref", "audit", "show", "main"))

		hook(t, repo, "update", "case $1 in refs/notes/*) exit 1;; esac\n")
		second := publish(t, opts, acme("a:2"))
		require.Equal(t, []string{"audit"}, second.LostNotes)
		require.Equal(t, second.Commit, git(t, repo, "rev-parse", "main"))
		sound(t, repo)
	})
}

func TestNotesRefusedRefuseTheCommit(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		hook(t, repo, "update", "case $1 in refs/notes/*) echo 'no notes' >&2; exit 1;; esac\n")
		opts.Notes = []gitops.Note{count("audit")}
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		var refused *gitops.RefusedError
		require.ErrorAs(t, err, &refused)
		require.Empty(t, git(t, repo, "for-each-ref"))
	})
}

func TestMessageOfAReason(t *testing.T) {
	repo := bare(t)
	opts := options(repo)
	opts.SourceDirty = true
	opts.Reason = "  The old image leaks.\x1b[31m\n\nSource-Commit: forged\n"
	opts.Trailers = []gitops.Trailer{{Key: "Approved-By", Value: "Ann\nSource-Commit: forged"}}
	publish(t, opts, acme("a:1"))
	require.Equal(t, `tenants: render acme (development, production)

acme: 6 added

The old image leaks.[31m

Source-Commit: forged

Source-Commit: 0123456789abcdef0123456789abcdef01234567
Source-Dirty: true
Tenantsmith-Version: 1.2.3
Tenantsmith-Tenant: acme
Approved-By: AnnSource-Commit: forged`, git(t, repo, "log", "-1", "--format=%B", "main"))
	require.Equal(t, "0123456789abcdef0123456789abcdef01234567", git(t, repo, "log", "-1", "--format=%(trailers:key=Source-Commit,valueonly)", "main"))
}

func TestOptionsOfCommits(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*gitops.Options)
		want   string
	}{
		"notes without a name": {func(o *gitops.Options) { o.Notes = []gitops.Note{{}} }, `notes "": give a valid name below refs/notes/`},
		"notes by their path":  {func(o *gitops.Options) { o.Notes = []gitops.Note{{Ref: "refs/notes/x"}} }, `notes "refs/notes/x": give a valid name below refs/notes/`},
		"notes outside":        {func(o *gitops.Options) { o.Notes = []gitops.Note{{Ref: "../heads/main"}} }, `notes "../heads/main": give a valid name below refs/notes/`},
		"notes twice":          {func(o *gitops.Options) { o.Notes = []gitops.Note{{Ref: "x"}, {Ref: "x"}} }, `notes "x" come twice`},
		"a trailer's key":      {func(o *gitops.Options) { o.Trailers = []gitops.Trailer{{Key: "A b", Value: "x"}} }, `trailer "A b": a key has letters, digits and dashes, and a value is not empty`},
		"a trailer's value":    {func(o *gitops.Options) { o.Trailers = []gitops.Trailer{{Key: "A", Value: "\n"}} }, `trailer "A": a key has letters, digits and dashes, and a value is not empty`},
	} {
		opts := options("x.git")
		c.change(&opts)
		require.EqualError(t, opts.Validate(), c.want, name)
	}
}

// The signature that git itself makes over what we hand out is the one that it accepts.
func TestSign(t *testing.T) {
	repo := bare(t)
	dir := t.TempDir()
	key, _ := sshKey(t, dir, "key")
	opts := options(repo)
	opts.Sign = func(commit []byte) (string, error) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "commit"), commit, 0o600))
		require.NoError(t, os.RemoveAll(filepath.Join(dir, "commit.sig")))
		run(t, dir, "ssh-keygen", "-Y", "sign", "-n", "git", "-f", key, "commit")
		signature, err := os.ReadFile(filepath.Join(dir, "commit.sig"))
		return string(signature), err
	}
	opts.Notes = []gitops.Note{count("audit")}
	publish(t, opts, acme("a:1"))
	public := run(t, dir, "ssh-keygen", "-y", "-f", key)
	put(t, dir, map[string]string{"trusted": "bot@example.com " + public + "\n"})
	for _, rev := range []string{"main", "refs/notes/audit"} {
		require.Equal(t, "G", git(t, repo, "-c", "gpg.ssh.allowedSignersFile="+filepath.Join(dir, "trusted"), "log", "-1", "--format=%G?", rev))
	}
	sound(t, repo)

	before := objects(t, repo)
	opts.Sign = func([]byte) (string, error) { return "", errors.New("no key") }
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:2")))
	require.EqualError(t, err, "publish to "+repo+": sign the commit: no key")
	require.Equal(t, before, objects(t, repo))
}

func TestRead(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		look := func(want ...string) {
			require.NoError(t, gitops.Read(t.Context(), opts, func(head *gitops.Commit) error {
				return fstest.TestFS(head, want...)
			}))
		}
		look()
		opts.Path = "apps"
		publish(t, opts, acme("a:1"))
		look("tenants/acme/.tenantsmith.json", "tenants/acme/platform/base/namespace.yaml")
		require.EqualError(t, gitops.Read(t.Context(), opts, func(*gitops.Commit) error { return errors.New("mine") }), "mine")
	})
}

// run runs a program and returns what it prints.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", name, out)
	return strings.TrimSpace(string(out))
}
