package gitops_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// stated publishes a tenant and returns what is said about it.
func stated(t *testing.T, opts gitops.Options, signer *gitops.Signer, updates ...gitops.Update) (text []byte, commit string) {
	t.Helper()
	opts.Made = func(commit string, updates []gitops.Update) error {
		s, err := gitops.NewStatement(opts, commit, updates, map[string]string{"tenantsmith.yaml": strings.Repeat("22", 32)}, strings.Repeat("ab", 32))
		require.NoError(t, err)
		text, err = s.Bytes(signer)
		return err
	}
	return text, publish(t, opts, updates...).Commit
}

// withInputs is an update whose record names what it was made of.
func withInputs(t *testing.T, u gitops.Update) gitops.Update {
	file := manifest.RecordPath(u.Tenant)
	record, err := manifest.ParseRecord(u.Tenant, u.Files[file])
	require.NoError(t, err)
	record.Inputs = map[string]string{"tenants/" + u.Tenant + ".yaml": strings.Repeat("11", 32)}
	record.Schemas, record.Policies = strings.Repeat("33", 32), strings.Repeat("44", 32)
	u.Files[file] = record.Bytes()
	return u
}

func TestStatement(t *testing.T) {
	opts := options(bare(t))
	opts.Path = "apps"
	publish(t, opts, withInputs(t, update("shop", map[string]string{"x.yaml": "x"})))
	opts.SourceDirty = true
	u := withInputs(t, acme("a:1"))
	// The shop does not change, so that it is no part of what is said.
	text, commit := stated(t, opts, nil, u, withInputs(t, update("shop", map[string]string{"x.yaml": "x"})))
	record := git(t, opts.URL, "show", "main:apps/tenants/acme/.tenantsmith.json") + "\n"
	require.JSONEq(t, fmt.Sprintf(`{
		"_type": "https://in-toto.io/Statement/v1",
		"subject": [
			{"name": "refs/heads/main", "digest": {"gitCommit": %q}},
			{"name": "apps/tenants/acme/.tenantsmith.json", "digest": {"sha256": %q}}
		],
		"predicateType": "https://slsa.dev/provenance/v1",
		"predicate": {
			"buildDefinition": {
				"buildType": "https://tenantsmith.dev/publish/v1",
				"externalParameters": {"repository": %q, "branch": "main", "path": "apps", "tenants": ["acme"]},
				"resolvedDependencies": [
					{"name": "platform repository", "digest": {"gitCommit": "0123456789abcdef0123456789abcdef01234567"}, "annotations": {"dirty": true}},
					{"name": "policies", "digest": {"sha256": %q}},
					{"name": "schemas", "digest": {"sha256": %q}},
					{"name": "tenants/acme.yaml", "digest": {"sha256": %q}},
					{"name": "tenantsmith.yaml", "digest": {"sha256": %q}}
				]
			},
			"runDetails": {
				"builder": {"id": "https://tenantsmith.dev/tenantsmith", "version": {"tenantsmith": "1.2.3"},
					"builderDependencies": [{"name": "tenantsmith", "digest": {"sha256": %q}}]},
				"metadata": {"finishedOn": "2026-01-02T03:04:05Z"}
			}
		}
	}`, commit, manifest.Digest([]byte(record)), opts.URL, strings.Repeat("44", 32), strings.Repeat("33", 32), strings.Repeat("11", 32),
		strings.Repeat("22", 32), strings.Repeat("ab", 32)), string(text))
}

// TestStatementNamesNoCredential: a URL may come with a user, never with more.
func TestStatementNamesNoCredential(t *testing.T) {
	opts := options("https://bot:hunter2@git.example.com/x.git")
	_, err := gitops.NewStatement(opts, "", nil, nil, "")
	require.ErrorContains(t, err, "a password does not belong in a URL")
	require.NotContains(t, err.Error(), "hunter2")
}

// envelope is what DSSE makes of a payload.
type envelope struct {
	PayloadType, Payload string
	Signatures           []struct{ KeyID, Sig string }
}

// enclosed returns the payload of an envelope, what its signature is made over, and the signature, as files.
func enclosed(t *testing.T, text []byte) (payload []byte, over, signature string, keyID string) {
	var e envelope
	require.NoError(t, json.Unmarshal(text, &e))
	require.Equal(t, "application/vnd.in-toto+json", e.PayloadType)
	payload, err := base64.StdEncoding.DecodeString(e.Payload)
	require.NoError(t, err)
	require.Len(t, e.Signatures, 1)
	armored, err := base64.StdEncoding.DecodeString(e.Signatures[0].Sig)
	require.NoError(t, err)
	dir := t.TempDir()
	put(t, dir, map[string]string{"over": fmt.Sprintf("DSSEv1 28 application/vnd.in-toto+json %d %s", len(payload), payload), "signature": string(armored)})
	return payload, filepath.Join(dir, "over"), filepath.Join(dir, "signature"), e.Signatures[0].KeyID
}

func TestSSHVerifiesStatements(t *testing.T) {
	key, public := keygen(t, "bot")
	signer, err := gitops.NewSigner(key)
	require.NoError(t, err)
	text, commit := stated(t, options(bare(t)), signer, withInputs(t, acme("a:1")))
	payload, over, signature, keyID := enclosed(t, text)
	require.Contains(t, string(payload), commit)
	require.Equal(t, signer.Key(), keyID)
	allowed := filepath.Join(t.TempDir(), "allowed")
	require.NoError(t, os.WriteFile(allowed, []byte(`bot@example.com namespaces="in-toto" `+public+"\n"), 0o644))
	verify := func() (string, error) {
		cmd := exec.Command("ssh-keygen", "-Y", "verify", "-n", "in-toto", "-I", "bot@example.com", "-f", allowed, "-s", signature)
		in, err := os.Open(over)
		require.NoError(t, err)
		defer in.Close()
		cmd.Stdin = in
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	out, err := verify()
	require.NoError(t, err, out)
	require.Contains(t, out, `Good "in-toto" signature for bot@example.com`)
	data, err := os.ReadFile(over)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(over, append(data, '\n'), 0o644))
	_, err = verify()
	require.Error(t, err)
}

func TestGPGVerifiesStatements(t *testing.T) {
	gnupg(t, map[string][]string{"bot@example.com": nil})
	signer, err := gitops.NewSigner("gpg:bot@example.com")
	require.NoError(t, err)
	text, _ := stated(t, options(bare(t)), signer, withInputs(t, acme("a:1")))
	_, over, signature, keyID := enclosed(t, text)
	require.Equal(t, "bot@example.com", keyID)
	out := run(t, ".", "gpg", "--batch", "--verify", signature, over)
	require.Contains(t, out, `Good signature from "bot@example.com"`)
}

// TestNothingGoesOutWithoutItsStatement: an error stops the commit.
func TestNothingGoesOutWithoutItsStatement(t *testing.T) {
	opts := options(bare(t))
	opts.Made = func(string, []gitops.Update) error { return errors.New("no key") }
	before := objects(t, opts.URL)
	_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
	require.EqualError(t, err, "publish to "+opts.URL+": no key")
	require.Equal(t, before, objects(t, opts.URL))
}
