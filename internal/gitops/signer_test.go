package gitops_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// signedBy publishes a commit that the key signs, and returns the repository.
func signedBy(t *testing.T, key string) (repo string) {
	t.Helper()
	signer, err := gitops.NewSigner(key)
	require.NoError(t, err)
	opts := options(bare(t))
	opts.Sign = signer.Commit
	publish(t, opts, acme("a:1"))
	sound(t, opts.URL)
	return opts.URL
}

// agentWith starts a real ssh agent that holds a key.
func agentWith(t *testing.T, keys ...string) {
	t.Helper()
	program(t, "ssh-agent")
	dir, err := os.MkdirTemp("", "agent")
	require.NoError(t, err)
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("ssh-agent", "-D", "-a", socket)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait(); os.RemoveAll(dir) })
	t.Setenv("SSH_AUTH_SOCK", socket)
	for _, key := range keys {
		require.Eventually(t, func() bool { return exec.Command("ssh-add", "-q", key).Run() == nil }, time.Minute, 10*time.Millisecond)
	}
}

// shown is what git itself says about the signature of the head.
func shown(t *testing.T, repo string, config ...string) string {
	t.Helper()
	var args []string
	for _, c := range config {
		args = append(args, "-c", c)
	}
	return git(t, repo, append(args, "log", "-1", "--show-signature", "--format=%G? %GS", "main")...)
}

func TestGitSeesOurSSHSignatures(t *testing.T) {
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		key, public := keygen(t, "bot", "-t", kind)
		allowed := filepath.Join(t.TempDir(), "allowed")
		require.NoError(t, os.WriteFile(allowed, []byte("bot@example.com "+public+"\n"), 0o644))
		check := func(name string) {
			t.Helper()
			repo := signedBy(t, name)
			out := shown(t, repo, "gpg.ssh.allowedSignersFile="+allowed)
			require.Contains(t, out, `Good "git" signature for bot@example.com with `)
			require.Contains(t, out, "\nG bot@example.com")
			mine, err := gitops.ReadTrust(allowed)
			require.NoError(t, err)
			require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(object(t, repo, "main"), mine).State)
		}
		check(key)
		agentWith(t, key)
		check(key + ".pub")
		check(public)
		check("key::" + public)
	}
}

func TestKeyWithPassphraseComesFromTheAgent(t *testing.T) {
	key, public := keygen(t, "bot")
	locked := filepath.Join(t.TempDir(), "locked")
	data, err := os.ReadFile(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(locked, data, 0o600))
	run(t, ".", "ssh-keygen", "-q", "-p", "-N", "pass phrase", "-f", locked)
	agentWith(t, key)
	repo := signedBy(t, locked)
	require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(object(t, repo, "main"), trust(t, "bot "+public)).State)
}

func TestGitSeesOurCertificates(t *testing.T) {
	for _, kind := range []string{"ed25519", "rsa"} {
		authority, public := keygen(t, "authority")
		key, _ := keygen(t, "bot", "-t", kind)
		run(t, ".", "ssh-keygen", "-q", "-s", authority, "-I", "bot", "-n", "bot@example.com", "-V", "20250101:20270101", key+".pub")
		agentWith(t, key)
		repo := signedBy(t, key+"-cert.pub")
		allowed := filepath.Join(t.TempDir(), "allowed")
		line := "*@example.com cert-authority " + public + "\n"
		require.NoError(t, os.WriteFile(allowed, []byte(line), 0o644))
		require.Contains(t, shown(t, repo, "gpg.ssh.allowedSignersFile="+allowed), "\nG bot@example.com")
		require.Equal(t, "bot@example.com", gitops.VerifySignature(object(t, repo, "main"), trust(t, line)).Signer)
	}
}

func TestGitSeesOurGPGSignatures(t *testing.T) {
	gnupg(t, map[string][]string{"Bot <bot@example.com>": nil})
	repo := signedBy(t, "gpg:bot@example.com")
	out := shown(t, repo)
	require.Contains(t, out, `gpg: Good signature from "Bot <bot@example.com>"`)
	require.Contains(t, out, "\nG Bot <bot@example.com>")
	mine := gitops.VerifySignature(object(t, repo, "main"), trust(t, gpg(t, "--export")))
	require.Equal(t, gitops.GoodSignature, mine.State)
	require.Equal(t, "Bot <bot@example.com>", mine.Signer)
}

// TestSignedNotes: what goes out with the commit is signed like it.
func TestSignedNotes(t *testing.T) {
	key, public := keygen(t, "bot")
	signer, err := gitops.NewSigner(key)
	require.NoError(t, err)
	opts := options(bare(t))
	opts.Sign = signer.Commit
	opts.Notes = []gitops.Note{{Ref: "tenantsmith", Content: func(string, []byte) []byte { return []byte("{}\n") }}}
	publish(t, opts, acme("a:1"))
	require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(object(t, opts.URL, "refs/notes/tenantsmith"), trust(t, "bot "+public)).State)
}

func TestKeysThatCannotSign(t *testing.T) {
	key, public := keygen(t, "bot")
	other, _ := keygen(t, "other")
	fingerprint := strings.Fields(run(t, ".", "ssh-keygen", "-lf", key))[1]
	locked, _ := keygen(t, "locked")
	run(t, ".", "ssh-keygen", "-q", "-p", "-N", "pass phrase", "-f", locked)
	lockedPrint := strings.Fields(run(t, ".", "ssh-keygen", "-lf", locked+".pub"))[1]
	text := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(text, []byte("hello"), 0o644))
	t.Setenv("SSH_AUTH_SOCK", "")
	for name, want := range map[string]string{
		key + ".pub":                             key + ".pub needs the ssh agent, and none answers; start one and add the key",
		text:                                     text + " is neither a private nor a public key of ssh",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nx": "holds a key where the name of its file belongs",
		"gpg:":                                   "gpg: names no key; write gpg: and a fingerprint or mail address",
		"/absent":                                "open /absent: no such file or directory",
	} {
		_, err := gitops.NewSigner(name)
		require.EqualError(t, err, want)
	}
	agentWith(t, other)
	for name, want := range map[string]string{
		public: "needs the ssh agent, which does not hold the key " + fingerprint + "; ssh-add adds it",
		locked: locked + " needs the ssh agent, which does not hold the key " + lockedPrint + "; ssh-add adds it",
	} {
		_, err := gitops.NewSigner(name)
		require.EqualError(t, err, want)
	}
	gnupg(t, nil)
	signer, err := gitops.NewSigner("gpg:nobody@example.com")
	require.NoError(t, err)
	opts := options(bare(t))
	opts.Sign = signer.Commit
	_, err = gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.ErrorContains(t, err, `sign the commit: gpg cannot sign by the key "nobody@example.com": `)
	_, err = gitErr(opts.URL, "rev-parse", "--verify", "main")
	require.Error(t, err)
}
