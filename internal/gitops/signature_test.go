package gitops_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// program finds what a test needs; in CI it must be there.
func program(t testing.TB, name string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is not installed; these tests need it", name)
		}
		t.Skipf("%s is not installed", name)
	}
}

// keygen makes a key of ssh with ssh-keygen itself, and returns its file and its public key.
func keygen(t testing.TB, name string, args ...string) (file, public string) {
	t.Helper()
	program(t, "ssh-keygen")
	file = filepath.Join(t.TempDir(), name)
	if len(args) == 0 {
		args = []string{"-t", "ed25519"}
	}
	out, err := exec.Command("ssh-keygen", append(args, "-q", "-N", "", "-C", name, "-f", file)...).CombinedOutput()
	require.NoError(t, err, string(out))
	data, err := os.ReadFile(file + ".pub")
	require.NoError(t, err)
	return file, strings.TrimSpace(string(data))
}

// gnupg makes a home of gpg with one key for each user, which never asks for a passphrase. Options go behind
// --quick-generate-key USER.
func gnupg(t testing.TB, users map[string][]string) (home string) {
	t.Helper()
	program(t, "gpg")
	home, err := os.MkdirTemp("", "gpg") // the path of the agent's socket must be short
	require.NoError(t, err)
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", home, "--kill", "all").Run()
		os.RemoveAll(home)
	})
	t.Setenv("GNUPGHOME", home)
	for user, options := range users {
		if options == nil {
			options = []string{"ed25519", "sign", "never"}
		}
		gpg(t, append([]string{"--passphrase", "", "--quick-generate-key", user}, options...)...)
	}
	return home
}

func gpg(t testing.TB, args ...string) string {
	t.Helper()
	cmd := exec.Command("gpg", append([]string{"--batch", "--no-tty", "--quiet"}, args...)...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "gpg %s: %s", strings.Join(args, " "), errs.String())
	return string(out)
}

// signed makes a work tree with one commit that real git signed, and returns it and the raw commit.
func signed(t testing.TB, config ...string) (work string, commit []byte) {
	t.Helper()
	work = t.TempDir()
	git(t, work, "init", "-q", "-b", "main")
	for _, c := range config {
		key, value, _ := strings.Cut(c, "=")
		git(t, work, "config", key, value)
	}
	git(t, work, "commit", "-q", "--allow-empty", "-S", "-m", "signed\n\nwith a body\n gpgsig that is none")
	return work, object(t, work, "HEAD")
}

func object(t testing.TB, repo, rev string) []byte {
	t.Helper()
	cmd := exec.Command("git", "cat-file", "commit", rev)
	cmd.Dir = repo
	out, err := cmd.Output()
	require.NoError(t, err)
	return out
}

func trust(t testing.TB, files ...string) *gitops.Trust {
	t.Helper()
	var names []string
	for _, content := range files {
		name := filepath.Join(t.TempDir(), "trusted")
		require.NoError(t, os.WriteFile(name, []byte(content), 0o644))
		names = append(names, name)
	}
	trust, err := gitops.ReadTrust(names...)
	require.NoError(t, err)
	return trust
}

func TestSSHSignaturesOfGit(t *testing.T) {
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		t.Run(kind, func(t *testing.T) {
			key, public := keygen(t, "ann", "-t", kind)
			_, other := keygen(t, "eve")
			_, commit := signed(t, "gpg.format=ssh", "user.signingkey="+key)
			all := trust(t, "# people\n\nann@example.com,*@example.org "+public+"\n")

			good := gitops.VerifySignature(commit, all)
			require.Equal(t, gitops.GoodSignature, good.State, good.Why)
			require.Equal(t, "ann@example.com,*@example.org", good.Signer)
			require.Equal(t, "ssh", good.Format)
			fingerprint, err := exec.Command("ssh-keygen", "-lf", key+".pub").Output()
			require.NoError(t, err)
			require.Contains(t, string(fingerprint), " "+good.Key+" ")

			stranger := gitops.VerifySignature(commit, trust(t, "eve@example.com "+other))
			require.Equal(t, gitops.Signature{State: gitops.UnknownKey, Format: "ssh", Key: good.Key, Why: "is signed by a key that is not trusted"}, stranger)
			require.Equal(t, stranger, gitops.VerifySignature(commit, nil))

			forged := []byte(strings.Replace(string(commit), "with a body", "with a bodY", 1))
			bad := gitops.VerifySignature(forged, all)
			require.Equal(t, gitops.Signature{State: gitops.BadSignature, Format: "ssh", Key: good.Key, Why: "has a signature that does not fit it"}, bad)
		})
	}
}

// TestAllowedSigners gives every form of line to git, too: it is the one to agree with.
func TestAllowedSigners(t *testing.T) {
	key, public := keygen(t, "ann")
	t.Setenv("GIT_COMMITTER_DATE", "2026-03-01T12:00:00Z")
	work, commit := signed(t, "gpg.format=ssh", "user.signingkey="+key)
	for options, want := range map[string]gitops.SignatureState{
		"":                               gitops.GoodSignature,
		`namespaces="git"`:               gitops.GoodSignature,
		`namespaces="file,g?t"`:          gitops.GoodSignature,
		`namespaces="file"`:              gitops.UnknownKey,
		`namespaces="*,!git"`:            gitops.UnknownKey,
		`valid-after="20260301Z"`:        gitops.GoodSignature,
		`valid-after="20260302Z"`:        gitops.UnknownKey,
		`valid-before="20260301Z"`:       gitops.UnknownKey,
		`valid-before="202603011200Z"`:   gitops.GoodSignature,
		`valid-before="20260301115959Z"`: gitops.UnknownKey,
		`valid-after="20260228",valid-before="20260303",namespaces="git"`: gitops.GoodSignature,
		"cert-authority": gitops.UnknownKey,
	} {
		line := strings.Join(strings.Fields("ann@example.com "+options+" "+public), " ") + "\n"
		got := gitops.VerifySignature(commit, trust(t, line))
		require.Equal(t, want, got.State, "%s: %s", options, got.Why)
		require.Equal(t, want == gitops.GoodSignature, gitTrusts(t, work, line), options)
	}
}

// gitTrusts asks git whether a line of allowed signers makes the signature of HEAD good.
func gitTrusts(t *testing.T, work, line string) bool {
	file := filepath.Join(t.TempDir(), "allowed")
	require.NoError(t, os.WriteFile(file, []byte(line), 0o644))
	git(t, work, "config", "gpg.ssh.allowedSignersFile", file)
	// Some versions of ssh-keygen read the zone marker Z, older ones do not: they then say nothing about us.
	return git(t, work, "log", "-1", "--format=%G?") == "G"
}

func TestCertificatesOfAnAuthority(t *testing.T) {
	authority, public := keygen(t, "authority")
	key, _ := keygen(t, "ann")
	certify := func(args ...string) {
		out, err := exec.Command("ssh-keygen", append(append([]string{"-q", "-s", authority, "-I", "ann"}, args...), key+".pub")...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	for _, c := range []struct {
		args  []string
		names string
		want  gitops.SignatureState
	}{
		{[]string{"-n", "ann@example.com", "-V", "20260101:20261231"}, "*@example.com", gitops.GoodSignature},
		{[]string{"-n", "ann@example.com", "-V", "20260101:20260201"}, "*@example.com", gitops.UnknownKey},
		{[]string{"-n", "ann@example.com"}, "*@example.org", gitops.UnknownKey},
		{nil, "*@example.com", gitops.UnknownKey},
		{[]string{"-h", "-n", "ann@example.com"}, "*@example.com", gitops.UnknownKey},
	} {
		certify(c.args...)
		t.Setenv("GIT_COMMITTER_DATE", "2026-03-01T12:00:00Z")
		work, commit := signed(t, "gpg.format=ssh", "user.signingkey="+strings.TrimSuffix(key, ".pub")+"-cert.pub")
		line := c.names + " cert-authority " + public + "\n"
		got := gitops.VerifySignature(commit, trust(t, line))
		require.Equal(t, c.want, got.State, "%v %s: %s", c.args, c.names, got.Why)
		if got.State == gitops.GoodSignature {
			require.Equal(t, "ann@example.com", got.Signer)
		}
		require.Equal(t, c.want == gitops.GoodSignature, gitTrusts(t, work, line), "%v", c.args)
	}
}

func TestGPGSignaturesOfGit(t *testing.T) {
	gnupg(t, map[string][]string{"ann@example.com": nil, "eve@example.com": nil, "rsa@example.com": {"rsa3072", "sign", "never"}})
	for _, user := range []string{"ann@example.com", "rsa@example.com"} {
		_, commit := signed(t, "user.signingkey="+user)
		armored, binary := gpg(t, "--armor", "--export", user), gpg(t, "--export", user)
		both := gpg(t, "--armor", "--export", "eve@example.com") + armored
		for _, keys := range []string{armored, binary, both} {
			good := gitops.VerifySignature(commit, trust(t, keys))
			require.Equal(t, gitops.GoodSignature, good.State, good.Why)
			require.Equal(t, user, good.Signer)
			require.Contains(t, gpg(t, "--list-keys", "--with-colons", user), ":"+strings.ToUpper(good.Key)+":")
		}
		for _, no := range []*gitops.Trust{nil, trust(t, gpg(t, "--armor", "--export", "eve@example.com"))} {
			stranger := gitops.VerifySignature(commit, no)
			require.Equal(t, gitops.UnknownKey, stranger.State)
			require.Len(t, stranger.Key, 40)
		}
		bad := gitops.VerifySignature([]byte(strings.Replace(string(commit), "with a body", "with a bodY", 1)), trust(t, armored))
		require.Equal(t, gitops.BadSignature, bad.State)
		require.Equal(t, "has a signature that does not fit it", bad.Why)
	}
}

// TestGPGKeysEnd: what was signed while the key was valid stays good; what comes later does not become so.
func TestGPGKeysEnd(t *testing.T) {
	home := gnupg(t, nil)
	gpg(t, "--faked-system-time", "20260101T000000", "--passphrase", "", "--quick-generate-key", "ann@example.com", "ed25519", "sign", "30d")
	sign := func(at string) []byte {
		wrapper := filepath.Join(t.TempDir(), "gpg")
		script := "#!/bin/sh\nexec gpg --homedir " + home + " --ignore-time-conflict --faked-system-time " + at + " \"$@\"\n"
		require.NoError(t, os.WriteFile(wrapper, []byte(script), 0o755))
		t.Setenv("GIT_COMMITTER_DATE", at[:4]+"-"+at[4:6]+"-"+at[6:8]+"T00:00:00Z")
		_, commit := signed(t, "user.signingkey=ann@example.com", "gpg.program="+wrapper)
		return commit
	}
	export := func() *gitops.Trust { return trust(t, gpg(t, "--armor", "--export", "ann@example.com")) }
	early, month := sign("20260110T000000"), export()
	require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(early, month).State)

	gpg(t, "--faked-system-time", "20260111T000000", "--quick-set-expire", gitops.VerifySignature(early, month).Key, "1y")
	late, year := sign("20260301T000000"), export()
	require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(early, year).State)
	require.Equal(t, gitops.GoodSignature, gitops.VerifySignature(late, year).State)
	expired := gitops.VerifySignature(late, month)
	require.Equal(t, gitops.UnknownKey, expired.State)
	require.Equal(t, "is signed by a key that had expired", expired.Why)

	revoke(t, home)
	revoked := gitops.VerifySignature(late, export())
	require.Equal(t, gitops.UnknownKey, revoked.State)
	require.Equal(t, "is signed by a key that was revoked", revoked.Why)
}

// revoke imports the revocation that gpg wrote with the key; a colon keeps people from doing so by mistake.
func revoke(t *testing.T, home string) {
	files, err := filepath.Glob(filepath.Join(home, "openpgp-revocs.d", "*.rev"))
	require.NoError(t, err)
	require.Len(t, files, 1)
	revocation, err := os.ReadFile(files[0])
	require.NoError(t, err)
	cmd := exec.Command("gpg", "--batch", "--quiet", "--import")
	cmd.Stdin = strings.NewReader(strings.Replace(string(revocation), ":-----BEGIN", "-----BEGIN", 1))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func TestCommitsWithoutOneReadableSignature(t *testing.T) {
	key, public := keygen(t, "ann")
	work, commit := signed(t, "gpg.format=ssh", "user.signingkey="+key)
	all := trust(t, "ann@example.com "+public)
	git(t, work, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "plain\n\ngpgsig in the text")
	require.Equal(t, gitops.Signature{State: gitops.Unsigned, Why: "is not signed"}, gitops.VerifySignature(object(t, work, "HEAD"), all))

	head, _, _ := strings.Cut(string(commit), "\n\n")
	header := head[strings.Index(head, "gpgsig "):]
	for why, text := range map[string]string{
		"has more than one signature":                                            strings.Replace(string(commit), header, header+"\n"+header, 1),
		"has a damaged signature":                                                strings.Replace(string(commit), "U1NIU0lH", "U1NIU0lI", 1),
		"has a signature that is neither of ssh nor of gpg":                      strings.Replace(string(commit), "SSH SIGNATURE", "SSH SIGNATUR", 2),
		"is signed with an X.509 certificate, which tenantsmith does not verify": strings.Replace(string(commit), "SSH SIGNATURE", "SIGNED MESSAGE", 2),
	} {
		require.NotEqual(t, string(commit), text)
		got := gitops.VerifySignature([]byte(text), all)
		require.Equal(t, why, got.Why)
		require.NotEqual(t, gitops.GoodSignature, got.State)
	}
}

// TestSignatureForAnotherPurpose: what somebody signed as a file is no signature of a commit.
func TestSignatureForAnotherPurpose(t *testing.T) {
	key, public := keygen(t, "ann")
	work, _ := signed(t, "gpg.format=ssh", "user.signingkey="+key)
	git(t, work, "commit", "-q", "--allow-empty", "--no-gpg-sign", "-m", "plain")
	plain := object(t, work, "HEAD")
	cmd := exec.Command("ssh-keygen", "-q", "-Y", "sign", "-n", "file", "-f", key)
	cmd.Stdin = strings.NewReader(string(plain))
	armored, err := cmd.Output()
	require.NoError(t, err)
	folded := "\ngpgsig " + strings.ReplaceAll(strings.TrimSpace(string(armored)), "\n", "\n ") + "\n\n"
	got := gitops.VerifySignature([]byte(strings.Replace(string(plain), "\n\n", folded, 1)), trust(t, "ann@example.com "+public))
	require.Equal(t, gitops.BadSignature, got.State)
	require.Equal(t, "has a signature that was made for another purpose", got.Why)
}

func TestTrustFilesWithFaults(t *testing.T) {
	_, public := keygen(t, "ann")
	for content, want := range map[string]string{
		"":                     ` names no key: write lines of the form ann@example.com ssh-ed25519 AAAA…, or export keys by gpg --armor --export`,
		public:                 "1: names nobody: write ann@example.com in front of the key",
		"ann@example.com nope": "1: is not of the form ann@example.com ssh-ed25519 AAAA…",
		"# x\nann " + public + "\neve verify-required " + public + "\nann valid-after=2026 " + public: `3: option "verify-required" is unknown; cert-authority, namespaces, valid-after and valid-before are known; ` +
			`4: valid-after="2026" is no time: write 20260131 or 20260131153000, with a Z for UTC`,
		"ann valid-after=20260102,valid-before=20260101 " + public: "1: valid-before is not later than valid-after",
		"-----BEGIN PGP PUBLIC KEY BLOCK-----\nxx":                 " holds no OpenPGP keys that can be read; write them by gpg --armor --export",
		"-----BEGIN PGP PRIVATE KEY BLOCK-----\nxx":                " is a private key; name the public one, which gpg --armor --export writes",
	} {
		file := filepath.Join(t.TempDir(), "trusted")
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
		_, err := gitops.ReadTrust(file)
		require.EqualError(t, err, file+":"+want)
	}
}

// FuzzVerifySignature holds that no commit brings verification down, and that only the signed one is good.
func FuzzVerifySignature(f *testing.F) {
	key, public := keygen(f, "ann")
	_, commit := signed(f, "gpg.format=ssh", "user.signingkey="+key)
	all := trust(f, "ann@example.com "+public)
	f.Add(commit)
	f.Add([]byte("tree 0\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n wnUEABYKAB0\n -----END PGP SIGNATURE-----\n\n"))
	f.Add([]byte("gpgsig"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if got := gitops.VerifySignature(text, all); got.State == gitops.GoodSignature {
			require.Equal(t, string(commit), string(text))
		}
	})
}
