package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// TestNoCommandTellsASecret plants credentials wherever they can be, and runs every command that there is: each of
// its examples and its help. Those that reach a repository do so with the credentials of every place in turn, at a
// server that takes them and at servers that do not, all of which repeat what they are given. Nothing that is printed
// or written may hold a secret.
func TestNoCommandTellsASecret(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every command dozens of times")
	}
	w := newLeakTest(t)
	root := newRootCmd(streams{})
	root.InitDefaultCompletionCmd()
	for _, cmd := range commands(root) {
		w.command = cmd.CommandPath()
		w.run(t, append(strings.Fields(w.command)[1:], "--help")...)
		examples := examplesOf(cmd)
		require.NotEmpty(t, examples, "%s has no example that this test could run", w.command)
		remote := cmd.Flags().Lookup("repo") != nil
		for i, args := range examples {
			w.plant(t, "environment")
			w.set("good")
			if at := w.repo(args); remote && i == 0 {
				w.reach(t, cmd, args, at)
			} else if at >= 0 {
				w.run(t, w.to(args, at, w.url+"/gitops.git")...)
			} else {
				w.run(t, args...)
			}
		}
		require.True(t, !remote || w.reached[w.command], "no example of %s reaches the repository", w.command)
		w.search(t)
	}
	for name := range w.places {
		require.True(t, w.taken[name], "the server was given no credentials from %s", name)
	}
	for _, mode := range []string{"good", "declined"} {
		require.FileExists(t, filepath.Join(w.root, "gitops.git/hooks/pre-receive."+mode))
	}
	w.searchObjects(t)
}

// commands are all that do something, those below others among them.
func commands(root *cobra.Command) []*cobra.Command {
	var out []*cobra.Command
	for _, c := range root.Commands() {
		if c.Runnable() && !c.Hidden && !c.HasAvailableSubCommands() {
			out = append(out, c)
		}
		out = append(out, commands(c)...)
	}
	return out
}

// examplesOf are the arguments of the examples of a command, which may stand in the help of the one above it.
func examplesOf(cmd *cobra.Command) [][]string {
	var out [][]string
	for c := cmd; c != nil; c = c.Parent() {
		for example := range strings.Lines(c.Example) {
			args := words(example)[1:]
			if found, _, err := newRootCmd(streams{}).Find(args); err == nil && found.CommandPath() == cmd.CommandPath() {
				out = append(out, args)
			}
		}
	}
	if len(out) == 0 && cmd.Parent().Name() == "completion" {
		out = append(out, []string{"completion", cmd.Name()})
	}
	return out
}

// words splits a line as a shell does that knows double quotes.
func words(line string) []string {
	var out []string
	for i, part := range strings.Split(strings.TrimSpace(line), `"`) {
		if i%2 == 1 {
			out = append(out, part)
			continue
		}
		out = append(out, strings.Fields(part)...)
	}
	return out
}

// place is where credentials come from.
type place struct {
	env   map[string]string
	files map[string]string
}

// leakTest is the stage of the test.
type leakTest struct {
	root, home string
	// planted are the secrets in every form that could show up, with what they are.
	planted map[string]string
	places  map[string]place
	// kept are the files that hold secrets because the test put them there.
	kept map[string]string

	mu sync.Mutex
	// mode is how the server answers, now where the credentials come from, command what runs.
	mode, now, command string
	// reached are the commands that the server saw, taken the places whose credentials it was given.
	reached, taken map[string]bool
	// app is what the server hands out to the App.
	app, url string
}

// secret is planted and returned; it holds letters that are written otherwise in URLs and in HTML.
func (w *leakTest) secret(name string) string {
	text := "pl4nted/" + name + "+<" + strings.ToUpper(name) + ">"
	w.forms(name, text)
	return text
}

// forms adds the forms in which a secret could show up.
func (w *leakTest) forms(name, text string) {
	for _, form := range []string{text, url.QueryEscape(text), url.PathEscape(text), base64.StdEncoding.EncodeToString([]byte(text)), strings.NewReplacer("<", `\u003c`, ">", `\u003e`).Replace(text)} {
		w.planted[form] = name
	}
	for _, user := range []string{"", "bot", "git", "x-access-token"} {
		w.planted[base64.StdEncoding.EncodeToString([]byte(user+":"+text))] = name
	}
}

func newLeakTest(t *testing.T) *leakTest {
	w := &leakTest{planted: map[string]string{}, places: map[string]place{}, kept: map[string]string{}, reached: map[string]bool{}, taken: map[string]bool{}}
	// Modules and builds are not found anew below another home.
	for _, name := range []string{"GOPATH", "GOCACHE", "GOMODCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		require.NoError(t, err)
		t.Setenv(name, strings.TrimSpace(string(value)))
	}
	samples(t)
	dir, err := os.Getwd()
	require.NoError(t, err)
	w.root = filepath.Dir(dir)
	w.home = filepath.Join(w.root, "home")
	require.NoError(t, os.MkdirAll(filepath.Join(w.root, "tmp"), 0o755))
	require.NoError(t, os.MkdirAll(w.home, 0o755))
	for name, value := range map[string]string{
		"HOME": w.home, "XDG_CONFIG_HOME": w.home, "XDG_CACHE_HOME": filepath.Join(w.root, "cache"), "TMPDIR": filepath.Join(w.root, "tmp"),
		"GIT_CONFIG_NOSYSTEM": "1", "TENANTSMITH_USERNAME": "bot", "SSH_AUTH_SOCK": "",
	} {
		t.Setenv(name, value)
	}
	w.app = w.secret("app")
	w.serve(t)
	w.settle(t)
	return w
}

// serve starts a server with the GitOps repository, GitHub's address for tokens of an App, and any other address for
// whoever asks. It repeats what it is given in headers, pages and through hooks.
func (w *leakTest) serve(t *testing.T) {
	program, err := exec.LookPath("git")
	require.NoError(t, err)
	hook := "#!/bin/sh\ncat >/dev/null\necho \"you are $SECRET\" >&2\necho >>\"$0.$MODE\"\n[ \"$MODE\" = good ]\n"
	require.NoError(t, os.WriteFile(filepath.Join(w.root, "gitops.git/hooks/pre-receive"), []byte(hook), 0o755))
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		mode := w.mode
		w.reached[w.command] = true
		_, pass, given := r.BasicAuth()
		if given {
			w.taken[w.now] = true
		}
		w.mu.Unlock()
		echo := fmt.Sprint(pass, " ", r.Header)
		out.Header().Set("X-Echo", strings.ReplaceAll(echo, "\n", " "))
		switch {
		case strings.HasPrefix(r.URL.Path, "/api/app/") && mode != "unauthorized":
			out.WriteHeader(http.StatusCreated)
			fmt.Fprintf(out, `{"token": %q}`, w.app)
		case !strings.HasPrefix(r.URL.Path, "/gitops.git/"), mode == "missing":
			http.Error(out, fmt.Sprintf(`{"message": %q}`, echo), http.StatusNotFound)
		case mode == "unauthorized", !given:
			out.Header().Set("WWW-Authenticate", fmt.Sprintf("Basic realm=%q", pass))
			http.Error(out, echo, http.StatusUnauthorized)
		case mode == "elsewhere":
			http.Redirect(out, r, "http://"+url.PathEscape(pass)+".example.com/"+url.QueryEscape(pass), http.StatusFound)
		default:
			backend := &cgi.Handler{Path: program, Args: []string{"http-backend"}, Dir: w.root, Stderr: t.Output(), Env: []string{
				"GIT_PROJECT_ROOT=" + w.root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=bot", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
				"SECRET=" + pass, "MODE=" + mode,
			}}
			backend.ServeHTTP(out, r)
		}
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
}

// settle fills the places, and the configuration of the clone as actions/checkout and a person in haste leave it.
func (w *leakTest) settle(t *testing.T) {
	u, err := url.Parse(w.url)
	require.NoError(t, err)
	w.places["environment"] = place{env: map[string]string{"TENANTSMITH_TOKEN": w.secret("environment")}}
	w.write(t, "token", w.secret("file")+"\n")
	w.places["file"] = place{env: map[string]string{"TENANTSMITH_TOKEN_FILE": filepath.Join(w.home, "token")}}
	w.places["app"] = place{env: map[string]string{
		"TENANTSMITH_APP_ID": "7", "TENANTSMITH_APP_INSTALLATION_ID": "8", "TENANTSMITH_APP_KEY_FILE": w.appKey(t), "TENANTSMITH_APP_URL": w.url + "/api",
	}}
	w.places["netrc"] = place{files: map[string]string{".netrc": "machine " + u.Hostname() + " login bot password \"" + w.secret("netrc") + "\"\n"}}
	w.places["helper"] = place{files: map[string]string{
		".gitconfig": "[credential]\n\thelper = store\n", ".git-credentials": "http://bot:" + url.QueryEscape(w.secret("helper")) + "@" + u.Host + "\n",
	}}
	git(t, "remote add origin http://bot:"+url.QueryEscape(w.secret("origin"))+"@"+u.Host+"/gitops.git")
	git(t, "config http.extraheader AUTHORIZATION:"+base64.StdEncoding.EncodeToString([]byte("bot:"+w.secret("header"))))
	config, err := os.ReadFile(".git/config")
	require.NoError(t, err)
	w.kept[filepath.Join(w.root, "platform/.git/config")] = string(config)
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bot", "-f", filepath.Join(w.home, "key")).CombinedOutput()
	require.NoError(t, err, string(out))
	key, err := os.ReadFile(filepath.Join(w.home, "key"))
	require.NoError(t, err)
	w.lines("key of ssh", string(key))
	w.write(t, "key", string(key))
}

// lines plants each line of a key that is its own.
func (w *leakTest) lines(name, text string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && len(line) > 40 {
			w.planted[line] = name
		}
	}
}

func (w *leakTest) appKey(t *testing.T) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	text := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}))
	w.lines("key of the app", text)
	w.write(t, "app.pem", text)
	return filepath.Join(w.home, "app.pem")
}

// write puts a file with secrets into the home folder.
func (w *leakTest) write(t *testing.T, name, text string) {
	file := filepath.Join(w.home, name)
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	w.kept[file] = text
}

// plant sets what the place needs, and takes away what others did.
func (w *leakTest) plant(t *testing.T, name string) {
	for _, p := range w.places {
		for env := range p.env {
			t.Setenv(env, "")
		}
		for file := range p.files {
			_ = os.Remove(filepath.Join(w.home, file))
		}
	}
	for env, value := range w.places[name].env {
		t.Setenv(env, value)
	}
	for file, text := range w.places[name].files {
		w.write(t, file, text)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = name
}

// repo finds the argument of an example that names the GitOps repository; -1 for none.
func (w *leakTest) repo(args []string) int {
	return slices.IndexFunc(args, func(a string) bool { return strings.Contains(a, "git.example.com") || strings.HasSuffix(a, ".git") })
}

// to is an example with another repository.
func (w *leakTest) to(args []string, at int, repo string) []string {
	if at < 0 {
		return append(slices.Clone(args), "--repo", repo)
	}
	changed := slices.Clone(args)
	changed[at] = repo
	return changed
}

// reach runs an example against the server, with the credentials of every place, and with those that people put where
// they do not belong. The server takes them or not; its hooks let a push through or not; it leads to another host.
func (w *leakTest) reach(t *testing.T, cmd *cobra.Command, args []string, at int) {
	server := w.url + "/gitops.git"
	// What is declined goes first: later on there may be nothing left to push.
	for _, mode := range []string{"declined", "unauthorized", "good"} {
		w.set(mode)
		for _, name := range slices.Sorted(maps.Keys(w.places)) {
			w.plant(t, name)
			w.run(t, w.to(args, at, server)...)
		}
	}
	w.plant(t, "environment")
	for _, mode := range []string{"missing", "elsewhere"} {
		w.set(mode)
		w.run(t, w.to(args, at, server)...)
	}
	w.set("good")
	key := filepath.Join(w.home, "key")
	if cmd.Flags().Lookup("sign") != nil {
		w.run(t, append(w.to(args, at, server), "--sign", key)...)
		w.run(t, append(w.to(args, at, server), "--sign", w.kept[key])...)
	}
	w.run(t, append(w.to(args, at, server), "--ssh-key", w.kept[key])...)
	secret := url.QueryEscape(w.secret("environment"))
	for _, repo := range []string{
		strings.Replace(server, "http://", "http://bot:"+secret+"@", 1), "https://ghp_" + secret + "@git.example.com/x.git",
		server + "?token=" + secret, server + "#" + secret, "ssh://bot:" + secret + "@127.0.0.1:1/x.git", "bot:" + secret + "@127.0.0.1:x.git",
	} {
		w.run(t, w.to(args, at, repo)...)
	}
	w.plant(t, "")
	for name, value := range map[string]string{
		"TENANTSMITH_TOKEN_FILE": w.secret("file"), "NETRC": "machine x login y password " + w.secret("netrc"), "TENANTSMITH_APP_ID": w.app,
	} {
		t.Setenv(name, value)
		w.run(t, w.to(args, at, server)...)
		t.Setenv(name, "")
	}
}

func (w *leakTest) set(mode string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.mode = mode
}

// run runs a command line. How it ends does not matter here, what it prints does.
func (w *leakTest) run(t *testing.T, args ...string) {
	var out, errs bytes.Buffer
	const list = "apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems: []\n"
	run(t.Context(), args, streams{in: strings.NewReader(list), out: &out, err: &errs})
	w.clean(t, out.String(), "stdout of %q", args)
	w.clean(t, errs.String(), "stderr of %q", args)
}

// clean holds that a text has no secret in any form.
func (w *leakTest) clean(t *testing.T, text, where string, args ...any) {
	for form, name := range w.planted {
		if strings.Contains(text, form) {
			require.Fail(t, fmt.Sprintf(where, args...)+" tells the secret "+name, "%s", text)
		}
	}
}

// search looks into every file below the root; what the test put there must be as it was.
func (w *leakTest) search(t *testing.T) {
	require.NoError(t, filepath.WalkDir(w.root, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if text, ours := w.kept[file]; ours {
			require.Equal(t, text, string(data), file)
			return nil
		}
		w.clean(t, string(data), "%s, written by %s,", file, w.command)
		return nil
	}))
}

// searchObjects looks into what git keeps compressed.
func (w *leakTest) searchObjects(t *testing.T) {
	for _, repo := range []string{"platform", "gitops.git"} {
		cmd := exec.Command("git", "cat-file", "--batch-all-objects", "--batch")
		cmd.Dir = filepath.Join(w.root, repo)
		objects, err := cmd.Output()
		require.NoError(t, err)
		require.NotEmpty(t, objects)
		w.clean(t, string(objects), "the objects of %s", repo)
	}
}
