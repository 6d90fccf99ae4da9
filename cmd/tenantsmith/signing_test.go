package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSigningPage: the commands of the page about signatures verify what a publish says about itself, and nothing else.
func TestSigningPage(t *testing.T) {
	for _, name := range []string{"ssh-keygen", "jq", "base64"} {
		if _, err := exec.LookPath(name); err != nil && os.Getenv("CI") != "true" {
			t.Skipf("%s is not installed", name)
		}
	}
	var verify string
	for _, b := range blocksOf(t, "../../docs/signing.md") {
		if b.what == "sh" {
			verify = b.text
		}
	}
	require.Contains(t, verify, "ssh-keygen -Y verify")
	samples(t)
	sh := func(script string) (string, error) {
		out, err := exec.Command("sh", "-e", "-c", script).CombinedOutput()
		return string(out), err
	}
	out, err := sh("ssh-keygen -q -t ed25519 -N '' -C bot -f ../bot && echo \"bot@example.com $(cat ../bot.pub)\" >trusted")
	require.NoError(t, err, out)
	printed(t, "tenantsmith publish --repo ../gitops.git --sign ../bot --statement made.json")
	out, err = sh(verify)
	require.NoError(t, err, out)
	require.Contains(t, out, `Good "in-toto" signature for bot@example.com`)
	_, err = sh(strings.Replace(verify, "cat payload", "sed s/acme/evil/ payload", 1))
	require.Error(t, err)
}
