package gitops_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// home is a home folder with files, away from the settings of the machine; git finds its own in it.
func home(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, files)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CONFIG_HOME", dir)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	return dir
}

func find(t *testing.T, remote string, env map[string]string) (gitops.Auth, error) {
	t.Helper()
	u, err := url.Parse(remote)
	require.NoError(t, err)
	c := gitops.Credentials{Env: func(name string) string { return env[name] }}
	return c.Find(t.Context(), u)
}

// TestOrderOfCredentials takes the places away one by one.
func TestOrderOfCredentials(t *testing.T) {
	api, key := github(t, "app-token")
	dir := home(t, map[string]string{
		"token":            "file-token\n",
		".netrc":           "machine git.example.com login ann password netrc-token\n",
		".gitconfig":       "[credential]\n\thelper = store\n",
		".git-credentials": "https://bob:helper-token@git.example.com\n",
	})
	env := map[string]string{
		"TENANTSMITH_TOKEN": "env-token", "TENANTSMITH_TOKEN_FILE": filepath.Join(dir, "token"),
		"TENANTSMITH_APP_ID": "7", "TENANTSMITH_APP_INSTALLATION_ID": "8", "TENANTSMITH_APP_KEY_FILE": key, "TENANTSMITH_APP_URL": api,
	}
	next := func(user, token, from string) {
		t.Helper()
		auth, err := find(t, "https://git.example.com/platform/gitops.git", env)
		require.NoError(t, err)
		require.Equal(t, gitops.Auth{Username: user, Password: token, From: from}, auth)
	}
	next("", "env-token", "TENANTSMITH_TOKEN")
	delete(env, "TENANTSMITH_TOKEN")
	next("", "file-token", "TENANTSMITH_TOKEN_FILE")
	delete(env, "TENANTSMITH_TOKEN_FILE")
	next("x-access-token", "app-token", "the GitHub App 7")
	for _, name := range []string{"ID", "INSTALLATION_ID", "KEY_FILE"} {
		delete(env, "TENANTSMITH_APP_"+name)
	}
	next("ann", "netrc-token", filepath.Join(dir, ".netrc"))
	env["TENANTSMITH_USERNAME"] = "bob"
	next("bob", "helper-token", "git's credential helper")
	delete(env, "TENANTSMITH_USERNAME")
	require.NoError(t, os.Remove(filepath.Join(dir, ".netrc")))
	next("bob", "helper-token", "git's credential helper")
	require.NoError(t, os.Remove(filepath.Join(dir, ".git-credentials")))
	auth, err := find(t, "https://git.example.com/platform/gitops.git", env)
	require.NoError(t, err)
	require.Equal(t, gitops.Auth{}, auth)
}

func TestNetrc(t *testing.T) {
	dir := home(t, nil)
	for text, want := range map[string]string{
		"machine git.example.com login a password b":                                                            "a b",
		"machine other.com login x password y\nmachine git.example.com\n\tlogin a\n\tpassword b\n":              "a b",
		"machine GIT.example.com password b account z login a":                                                  "a b",
		"default login a password b":                                                                            "a b",
		"machine other.com login x password y default login a password b":                                       "a b",
		"macdef init\nmachine git.example.com login x password y\n\nmachine git.example.com login a password b": "a b",
		"# machine git.example.com login x password y\nmachine git.example.com login a password \"b \\\" #c\"":  `a b " #c`,
		"machine git.example.com login a password #b":                                                           "a #b",
		"machine git.example.com login a":                                                                       " ",
		"machine git.example.com.evil.com login a password b":                                                   " ",
		"machine":                             " ",
		"password b login":                    " ",
		`machine git.example.com password "b`: " b",
	} {
		put(t, dir, map[string]string{"netrc": text})
		auth, err := find(t, "https://git.example.com:8443/x.git", map[string]string{"NETRC": filepath.Join(dir, "netrc")})
		require.NoError(t, err)
		require.Equal(t, want, auth.Username+" "+auth.Password, text)
	}
	put(t, dir, map[string]string{"netrc": "machine git.example.com login a password b machine git.example.com login c password d"})
	auth, err := find(t, "https://c@git.example.com/x.git", map[string]string{"NETRC": filepath.Join(dir, "netrc")})
	require.NoError(t, err)
	require.Equal(t, "d", auth.Password)
	_, err = find(t, "https://git.example.com/x.git", map[string]string{"NETRC": filepath.Join(dir, "absent")})
	require.EqualError(t, err, "netrc: no such file or directory")
}

// TestHelpersNeverPrompt: whatever could ask a person leaves a trace; nothing does.
func TestHelpersNeverPrompt(t *testing.T) {
	dir := home(t, nil)
	asking := filepath.Join(dir, "ask")
	trace := filepath.Join(dir, "asked")
	require.NoError(t, os.WriteFile(asking, []byte("#!/bin/sh\necho asked >>"+trace+"\necho typed\n"), 0o755))
	put(t, dir, map[string]string{".gitconfig": "[core]\n\taskPass = " + asking + "\n"})
	t.Setenv("GIT_ASKPASS", asking)
	t.Setenv("SSH_ASKPASS", asking)
	t.Setenv("DISPLAY", ":0")
	auth, err := find(t, "https://git.example.com/x.git", nil)
	require.NoError(t, err)
	require.Equal(t, gitops.Auth{}, auth)
	require.NoFileExists(t, trace)

	t.Setenv("PATH", dir) // no git
	auth, err = find(t, "https://git.example.com/x.git", nil)
	require.NoError(t, err)
	require.Equal(t, gitops.Auth{}, auth)
}

func TestHelperKnowsThePathAndUser(t *testing.T) {
	dir := home(t, nil)
	put(t, dir, map[string]string{
		".gitconfig": "[credential]\n\tuseHttpPath = true\n\thelper = \"!f() { cat >" + dir + "/asked; echo username=a; echo password=b=c; echo >&2 noise; }; f\"\n",
	})
	auth, err := find(t, "https://a@git.example.com:8443/platform/gitops.git", nil)
	require.NoError(t, err)
	require.Equal(t, gitops.Auth{Username: "a", Password: "b=c", From: "git's credential helper"}, auth)
	asked, err := os.ReadFile(filepath.Join(dir, "asked"))
	require.NoError(t, err)
	for _, line := range []string{"protocol=https\n", "host=git.example.com:8443\n", "path=platform/gitops.git\n", "username=a\n"} {
		require.Contains(t, string(asked), line)
	}
}

func TestCredentialsThatCannotBeUsed(t *testing.T) {
	api, key := github(t, "app-token")
	dir := home(t, map[string]string{"empty": "\n", "two": "a\nb\n", "large": strings.Repeat("x", 65<<10)})
	app := func(change map[string]string) map[string]string {
		env := map[string]string{"TENANTSMITH_APP_ID": "7", "TENANTSMITH_APP_INSTALLATION_ID": "8", "TENANTSMITH_APP_KEY_FILE": key, "TENANTSMITH_APP_URL": api}
		for k, v := range change {
			env[k] = v
		}
		return env
	}
	for _, name := range []string{"empty", "two"} {
		_, err := find(t, "https://git.example.com/x.git", map[string]string{"TENANTSMITH_TOKEN_FILE": filepath.Join(dir, name)})
		require.EqualError(t, err, "TENANTSMITH_TOKEN_FILE: the file does not hold one line with a token")
	}
	for want, env := range map[string]map[string]string{
		"TENANTSMITH_TOKEN_FILE: no such file or directory":                                       {"TENANTSMITH_TOKEN_FILE": "/absent"},
		"TENANTSMITH_TOKEN_FILE: the file is too large":                                           {"TENANTSMITH_TOKEN_FILE": dir + "/large"},
		"TENANTSMITH_APP_ID without TENANTSMITH_APP_INSTALLATION_ID and TENANTSMITH_APP_KEY_FILE": {"TENANTSMITH_APP_ID": "7"},
		"TENANTSMITH_APP_KEY_FILE: the file holds no private key in PEM":                          app(map[string]string{"TENANTSMITH_APP_KEY_FILE": dir + "/two"}),
		"TENANTSMITH_APP_ID: is no id of a GitHub App":                                            app(map[string]string{"TENANTSMITH_APP_ID": "-----BEGIN RSA PRIVATE KEY-----"}),
		"TENANTSMITH_APP_INSTALLATION_ID: is no number":                                           app(map[string]string{"TENANTSMITH_APP_INSTALLATION_ID": "../9"}),
		"TENANTSMITH_APP_URL: is no https URL":                                                    app(map[string]string{"TENANTSMITH_APP_URL": "http://api.example.com"}),
		"GitHub App 9: GitHub answers with status 401: A JSON web token could not be decoded ***": app(map[string]string{"TENANTSMITH_APP_ID": "9"}),
		"GitHub App 7: GitHub answers with status 404: no reason given":                           app(map[string]string{"TENANTSMITH_APP_INSTALLATION_ID": "9"}),
	} {
		_, err := find(t, "https://git.example.com/platform/gitops.git", env)
		require.EqualError(t, err, want)
	}
}

// github stands in for the part of GitHub's API that hands out tokens of an App, here of App 7 as installation 8. It
// returns its address and the file of the App's key.
func github(t *testing.T, token string) (api, keyFile string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	keyFile = filepath.Join(t.TempDir(), "app.pem")
	block := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}
	require.NoError(t, os.WriteFile(keyFile, pem.EncodeToMemory(block), 0o600))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proof := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		body, _ := io.ReadAll(r.Body)
		switch {
		case r.Method != http.MethodPost || r.URL.Path != "/app/installations/8/access_tokens":
			w.WriteHeader(http.StatusNotFound)
		case !proves(&key.PublicKey, proof):
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintf(w, `{"message": "A JSON web token could not be decoded %s", "documentation_url": "https://docs.github.com/rest"}`, proof)
		case string(body) != `{"repositories":["gitops"]}`:
			w.WriteHeader(http.StatusUnprocessableEntity)
		default:
			w.WriteHeader(http.StatusCreated)
			fmt.Fprintf(w, `{"token": %q, "expires_at": "2026-01-01T01:00:00Z", "permissions": {"contents": "write"}, "repository_selection": "selected"}`, token)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, keyFile
}

// proves holds the rules that GitHub has for the token of App 7.
func proves(key *rsa.PublicKey, proof string) bool {
	parts := strings.Split(proof, ".")
	if len(parts) != 3 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return false
	}
	header, _ := base64.RawURLEncoding.DecodeString(parts[0])
	text, _ := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Iat, Exp int64
		Iss      string
	}
	now := time.Now().Unix()
	return json.Unmarshal(text, &claims) == nil && strings.Contains(string(header), `"RS256"`) &&
		claims.Iss == "7" && claims.Iat <= now && claims.Exp > now && claims.Exp-claims.Iat <= 600
}

// TestPublishFindsCredentials lets a real server be the judge, and the message name the place of a wrong token.
func TestPublishFindsCredentials(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	opts := overHTTP(t, repo)
	opts.Auth = gitops.Auth{}
	api, key := github(t, password)
	dir := home(t, map[string]string{"token": password + "\n", "wrong": "wr0ng-token\n"})
	image := 0
	try := func(env map[string]string) error {
		image++
		opts.Credentials = &gitops.Credentials{Env: func(name string) string { return env[name] }}
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme(fmt.Sprint("a:", image))))
		return err
	}
	require.NoError(t, try(map[string]string{"TENANTSMITH_TOKEN": password, "TENANTSMITH_USERNAME": "bot"}))
	require.NoError(t, try(map[string]string{"TENANTSMITH_TOKEN_FILE": filepath.Join(dir, "token"), "TENANTSMITH_USERNAME": "bot"}))
	err := try(map[string]string{"TENANTSMITH_APP_ID": "7", "TENANTSMITH_APP_INSTALLATION_ID": "8", "TENANTSMITH_APP_KEY_FILE": key, "TENANTSMITH_APP_URL": api})
	require.EqualError(t, err, "publish to "+opts.URL+": the server does not accept the credentials from the GitHub App 7") // it knows bot only
	err = try(map[string]string{"TENANTSMITH_TOKEN_FILE": filepath.Join(dir, "wrong")})
	require.EqualError(t, err, "publish to "+opts.URL+": the server does not accept the credentials from TENANTSMITH_TOKEN_FILE")
	require.EqualError(t, try(nil), "publish to "+opts.URL+": the server asks for credentials, and there are none: set TENANTSMITH_TOKEN, or let git's credential helper know them")
	put(t, dir, map[string]string{".netrc": "machine 127.0.0.1 login bot password " + password + "\n"})
	require.NoError(t, try(nil))
	require.EqualError(t, try(map[string]string{"TENANTSMITH_TOKEN_FILE": "/absent"}), "publish to "+opts.URL+": find credentials: TENANTSMITH_TOKEN_FILE: no such file or directory")
	require.NoError(t, os.Remove(filepath.Join(dir, ".netrc")))
	u, err := url.Parse(opts.URL)
	require.NoError(t, err)
	put(t, dir, map[string]string{".gitconfig": "[credential]\n\thelper = store\n", ".git-credentials": "http://bot:" + url.QueryEscape(password) + "@" + u.Host + "\n"})
	require.NoError(t, try(nil))
}
