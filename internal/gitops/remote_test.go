package gitops_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

const password = "s3cr3t/tok+en"

// httpServer is git's own http-backend behind basic auth.
func httpServer(t testing.TB, root string, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	program, err := exec.LookPath("git")
	require.NoError(t, err)
	backend := &cgi.Handler{
		Path: program, Args: []string{"http-backend"}, Dir: root, Stderr: t.Output(),
		Env: []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=bot", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"},
	}
	var handler http.Handler = backend
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, pass, _ := r.BasicAuth()
		if bearer := r.Header.Get("Authorization") == "Bearer "+password; !bearer && (name != "bot" || pass != password) {
			w.Header().Set("WWW-Authenticate", `Basic realm="gitops"`)
			http.Error(w, "no entry for "+pass, http.StatusUnauthorized)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func overHTTP(t testing.TB, repo string) gitops.Options {
	opts := options(httpServer(t, filepath.Dir(repo), nil) + "/" + filepath.Base(repo))
	opts.Auth = gitops.Auth{Username: "bot", Password: password}
	return opts
}

// sshServer is a real sshd that lets the current user in with one key. The port is the test's own from the beginning: each connection has
// its own sshd, as inetd starts it, so that no other process takes the port meanwhile.
type sshServer struct {
	address, user, key, knownHosts string
	signer                         ed25519.PrivateKey
}

func startSSHD(t testing.TB) sshServer {
	t.Helper()
	program := "/usr/sbin/sshd"
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("CI") == "true" || os.Getenv("TENANTSMITH_REQUIRE_SSHD") == "1" {
			t.Fatal("sshd is not installed; these tests need it: apt-get install openssh-server")
		}
		t.Skip("sshd is not installed")
	}
	if os.Getuid() == 0 {
		// As root, sshd insists on the folder in which it drops its rights.
		require.NoError(t, os.MkdirAll("/run/sshd", 0o755))
	}
	dir := t.TempDir()
	hostFile, host := sshKey(t, dir, "host")
	userFile, own := sshKey(t, dir, "user")
	ownPublic, err := ssh.NewPublicKey(own.Public())
	require.NoError(t, err)
	hostPublic, err := ssh.NewPublicKey(host.Public())
	require.NoError(t, err)
	put(t, dir, map[string]string{"authorized_keys": string(ssh.MarshalAuthorizedKey(ownPublic))})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	put(t, dir, map[string]string{
		"known_hosts": knownhosts.Line([]string{address}, hostPublic) + "\n",
		"sshd_config": strings.Join([]string{
			"HostKey " + hostFile, "PidFile none", "AuthorizedKeysFile " + filepath.Join(dir, "authorized_keys"),
			"StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes", "",
		}, "\n"),
	})
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { serveSSH(t, c.(*net.TCPConn), program, filepath.Join(dir, "sshd_config")) })
		}
	})
	t.Cleanup(func() { listener.Close(); serving.Wait() })
	me, err := user.Current()
	require.NoError(t, err)
	return sshServer{address: address, user: me.Username, key: userFile, knownHosts: filepath.Join(dir, "known_hosts"), signer: own}
}

// serveSSH lets sshd serve one connection, until either side ends it.
func serveSSH(t testing.TB, c *net.TCPConn, program, config string) {
	defer c.Close()
	socket, err := c.File()
	if err != nil {
		t.Errorf("sshd: %v", err)
		return
	}
	defer socket.Close()
	cmd := exec.Command(program, "-i", "-e", "-f", config)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = socket, socket, t.Output()
	if err := cmd.Start(); err != nil {
		t.Errorf("sshd: %v", err)
		return
	}
	_ = cmd.Wait() // fails where it let nobody in
}

func sshKey(t testing.TB, dir, name string) (string, ed25519.PrivateKey) {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	block, err := ssh.MarshalPrivateKey(key, "")
	require.NoError(t, err)
	path := filepath.Join(dir, name)
	require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(block), 0o600))
	return path, key
}

func (s sshServer) options(repo string) gitops.Options {
	opts := options("ssh://" + s.user + "@" + s.address + repo)
	opts.SSHKey, opts.KnownHosts = s.key, s.knownHosts
	return opts
}

// transports runs a test against every way to reach a repository that git itself serves.
func transports(t *testing.T, test func(t *testing.T, repo string, opts gitops.Options)) {
	t.Run("http", func(t *testing.T) {
		repo := bare(t)
		test(t, repo, overHTTP(t, repo))
	})
	t.Run("ssh", func(t *testing.T) {
		repo := bare(t)
		test(t, repo, startSSHD(t).options(repo))
	})
	t.Run("local with a hook", func(t *testing.T) {
		repo := bare(t)
		hook(t, repo, "post-update", "exit 0\n")
		test(t, repo, options(repo))
	})
}

func TestRemotePublish(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		t.Setenv("TMPDIR", t.TempDir())
		opts.Path = "apps"
		first := publish(t, opts, acme("a:1"))
		require.Equal(t, git(t, repo, "rev-parse", "main"), first.Commit)
		before := objects(t, repo)

		same := publish(t, opts, acme("a:1"))
		require.Empty(t, same.Commit)
		require.Equal(t, first.Commit, same.Head)
		require.Equal(t, before, objects(t, repo))

		commit(t, repo, "by hand", func(work string) {
			put(t, work, map[string]string{"README.md": "foreign\n", "apps/tenants/shop/x": "foreign\n"})
		})
		second := publish(t, opts, acme("a:2"))
		want := map[string]string{"README.md": "foreign\n", "apps/tenants/shop/x": "foreign\n"}
		for path, data := range acme("a:2").Files {
			want["apps/"+path] = string(data)
		}
		require.Equal(t, want, tree(t, repo, "main"))
		require.Equal(t, second.Commit, git(t, repo, "rev-parse", "main"))
		require.Equal(t, "3", git(t, repo, "rev-list", "--count", "main"))
		require.Equal(t, "acme", git(t, repo, "log", "-1", "--format=%(trailers:key=Tenantsmith-Tenant,valueonly)", "main"))

		commit(t, repo, "edit", func(work string) {
			put(t, work, map[string]string{"apps/tenants/acme/workload/base/rollout-web.yaml": "image: mine\n"})
		})
		res := publish(t, opts, acme("a:3"))
		require.Equal(t, []string{"acme"}, res.Skipped)
		require.Equal(t, "apps/tenants/acme/workload/base/rollout-web.yaml", res.Problems[0].File)
		require.Empty(t, res.Commit)

		opts.Branch = "orphan"
		publish(t, opts, acme("a:1"))
		require.Equal(t, "1", git(t, repo, "rev-list", "--count", "orphan"))
		sound(t, repo)
		left, err := filepath.Glob(filepath.Join(os.TempDir(), "tenantsmith-*"))
		require.NoError(t, err)
		require.Empty(t, left)
	})
}

// move lets the server move the branch while it has our push in hand: after it told us the head,
// before it takes the new one. Only the old hash in the push can save what the other wrote. It does so a number of times.
func move(t *testing.T, repo, times string) {
	t.Helper()
	commit(t, repo, "base", func(work string) { put(t, work, map[string]string{"README.md": "base\n"}) })
	hook(t, repo, "pre-receive", `cat >/dev/null
left=$(cat "`+repo+`/left")
[ "$left" = 0 ] && exit 0
echo $((left-1)) >"`+repo+`/left"
env -i PATH="$PATH" GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b sh -e -c '
	cd "`+repo+`"
	blob=$(echo "$0" | git hash-object -w --stdin)
	tree=$( (git ls-tree main; printf "100644 blob %s\tother-%s\n" $blob "$0") | git mktree)
	git update-ref refs/heads/main $(git commit-tree -p main -m other $tree)' "$left"
`)
	put(t, repo, map[string]string{"left": times})
}

func TestLostRaceIsRetried(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		move(t, repo, "2")
		res := publish(t, opts, acme("a:1"))
		want := strs(acme("a:1").Files)
		want["README.md"], want["other-2"], want["other-1"] = "base\n", "2\n", "1\n"
		require.Equal(t, want, tree(t, repo, "main"))
		require.Equal(t, res.Commit, git(t, repo, "rev-parse", "main"))
		require.Equal(t, "4", git(t, repo, "rev-list", "--count", "main"))
		sound(t, repo)
	})
}

func TestRaceLostTooOften(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		move(t, repo, "9")
		opts.Retries = 1
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.ErrorIs(t, err, gitops.ErrMoved)
		require.EqualError(t, err, "publish to "+opts.URL+": each of 2 attempts found that the branch moved; run again")
		require.Equal(t, "3", git(t, repo, "rev-list", "--count", "main"))
		require.NotContains(t, tree(t, repo, "main"), "tenants/acme/.tenantsmith.json")
	})
}

func TestRefusingHook(t *testing.T) {
	transports(t, func(t *testing.T, repo string, opts gitops.Options) {
		commit(t, repo, "base", func(work string) { put(t, work, map[string]string{"README.md": "base\n"}) })
		head := git(t, repo, "rev-parse", "main")
		for name, reason := range map[string]string{"pre-receive": "pre-receive hook declined", "update": "hook declined"} {
			hook(t, repo, name, "echo 'frozen until Monday' >&2\necho ask '"+password+"' >&2\nexit 1\n")
			before := objects(t, repo)
			_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
			var refused *gitops.RefusedError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, reason, refused.Reason)
			secret := password
			if opts.Auth.Password != "" {
				secret = "***"
			}
			words := []string{"frozen until Monday", "ask " + secret}
			if name == "update" {
				words = append(words, "error: hook declined to update refs/heads/main")
			}
			require.Equal(t, words, refused.Words)
			require.EqualError(t, err, "publish to "+opts.URL+": the server refused the push: "+reason+
				"\n    remote: "+strings.Join(words, "\n    remote: "))
			require.Equal(t, head, git(t, repo, "rev-parse", "main"))
			if name == "pre-receive" {
				require.Equal(t, before, objects(t, repo))
			}
			require.NoError(t, os.Remove(filepath.Join(repo, "hooks", name)))
		}
	})
}

func TestHTTPCredentials(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	good := overHTTP(t, repo)
	forms := []string{"wr0ng", base64.StdEncoding.EncodeToString([]byte("bot:wr0ng"))}
	for name, c := range map[string]struct {
		auth gitops.Auth
		want string
	}{
		"none":   {gitops.Auth{}, "the server asks for credentials, and none were given"},
		"wrong":  {gitops.Auth{Username: "bot", Password: "wr0ng"}, "the server does not accept the credentials"},
		"bearer": {gitops.Auth{Bearer: "wr0ng"}, "the server does not accept the credentials"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := good
			opts.Auth = c.auth
			_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
			require.EqualError(t, err, "publish to "+opts.URL+": "+c.want)
			for _, form := range forms {
				require.NotContains(t, fmt.Sprintf("%v %+v %#v", err, err, err), form)
			}
		})
	}
	bearer := good
	bearer.Auth = gitops.Auth{Bearer: password}
	publish(t, bearer, acme("a:1"))
	inURL := good
	inURL.URL = strings.Replace(good.URL, "http://", "http://bot@", 1)
	inURL.Auth.Username = ""
	publish(t, inURL, acme("a:2"))
}

func TestHTTPFaults(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	head := git(t, repo, "rev-parse", "main")
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed to another host, with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	fault := func(path string, code int, page string) func(http.Handler) http.Handler {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !strings.Contains(r.URL.String(), path) {
					next.ServeHTTP(w, r)
					return
				}
				if code == http.StatusFound {
					http.Redirect(w, r, elsewhere.URL+r.URL.String(), code)
					return
				}
				w.WriteHeader(code)
				fmt.Fprint(w, page)
			})
		}
	}
	for name, c := range map[string]struct {
		wrap func(http.Handler) http.Handler
		want string
	}{
		"forbidden to push": {fault("service=git-receive-pack", 403, "<html>no</html>"), "the credentials do not allow this"},
		"no repository":     {fault("service=git-upload-pack", 404, "<html>?</html>"), "the server has no such repository, or does not show it to these credentials"},
		"broken on push":    {fault("gitops.git/git-receive-pack", 502, strings.Repeat("x", 1<<20)), "the server answers with status 502"},
		"redirect":          {fault("service=git-upload-pack", 302, ""), "the server redirects to another host, " + elsewhere.Listener.Addr().String() + "; name that one if it is right"},
		"no git":            {fault("service=git-upload-pack", 200, "<html>hello</html>"), "the server's answer is not git's"},
		"empty":             {fault("gitops.git/git-receive-pack", 200, ""), "the server did not say whether it took the commit"},
	} {
		t.Run(name, func(t *testing.T) {
			opts := options(httpServer(t, filepath.Dir(repo), c.wrap) + "/gitops.git")
			opts.Auth = gitops.Auth{Username: "bot", Password: password}
			_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
			require.EqualError(t, err, "publish to "+opts.URL+": "+c.want)
			require.Equal(t, head, git(t, repo, "rev-parse", "main"))
		})
	}
}

// The server took the commit, but its answer got lost: that is no failure.
func TestAnswerLost(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	url := httpServer(t, filepath.Dir(repo), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasSuffix(r.URL.Path, "/git-receive-pack") {
				next.ServeHTTP(w, r)
				return
			}
			next.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		})
	})
	opts := options(url + "/gitops.git")
	opts.Auth = gitops.Auth{Username: "bot", Password: password}
	res := publish(t, opts, acme("a:1"))
	require.Equal(t, git(t, repo, "rev-parse", "main"), res.Commit)
}

func TestUnreachable(t *testing.T) {
	const closed = "127.0.0.1:1" // nobody listens there, and nobody is given this port
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer silent.Close()
	s := sshServer{user: "git"}
	s.key, _ = sshKey(t, t.TempDir(), "key")
	s.knownHosts = filepath.Join(t.TempDir(), "known_hosts")
	require.NoError(t, os.WriteFile(s.knownHosts, nil, 0o600))
	for _, scheme := range []string{"http", "ssh"} {
		opts := s.options("")
		opts.URL = scheme + "://" + closed + "/x.git"
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.EqualError(t, err, "publish to "+opts.URL+": cannot connect: connect: connection refused")

		opts.URL = scheme + "://" + silent.Addr().String() + "/x.git"
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		start := time.Now()
		_, err = gitops.Publish(ctx, opts, gitops.Always(acme("a:1")))
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Less(t, time.Since(start), time.Minute)
	}
}

func TestSSHTrust(t *testing.T) {
	repo := seeded(t, map[string]string{"README.md": "x\n"})
	s := startSSHD(t)
	try := func(opts gitops.Options) error {
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		return err
	}
	empty := filepath.Join(t.TempDir(), "known_hosts")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))
	opts := s.options(repo)
	opts.KnownHosts = empty
	require.EqualError(t, try(opts), "publish to "+opts.URL+": the host key is not in known_hosts; add it after checking it")

	_, other := sshKey(t, t.TempDir(), "other")
	public, err := ssh.NewPublicKey(other.Public())
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(empty, []byte(knownhosts.Line([]string{s.address}, public)+"\n"), 0o600))
	require.EqualError(t, try(opts), "publish to "+opts.URL+": the host key differs from the one in known_hosts; somebody may be in between")

	opts = s.options(repo)
	opts.SSHKey, _ = sshKey(t, t.TempDir(), "stranger")
	require.EqualError(t, try(opts), "publish to "+opts.URL+": the server does not accept the credentials")

	opts = s.options(repo + "-missing")
	require.EqualError(t, try(opts), "publish to "+opts.URL+": the server has no such repository, or does not show it to these credentials")

	opts = s.options(repo)
	opts.SSHKey = ""
	t.Setenv("SSH_AUTH_SOCK", "")
	require.ErrorContains(t, try(opts), "no ssh agent answers")

	block, err := ssh.MarshalPrivateKeyWithPassphrase(s.signer, "", []byte("phrase"))
	require.NoError(t, err)
	opts.SSHKey = filepath.Join(t.TempDir(), "locked")
	require.NoError(t, os.WriteFile(opts.SSHKey, pem.EncodeToMemory(block), 0o600))
	require.ErrorContains(t, try(opts), "a key with a passphrase belongs into the ssh agent")
}

func TestSSHAgent(t *testing.T) {
	repo := bare(t)
	s := startSSHD(t)
	ring := agent.NewKeyring()
	require.NoError(t, ring.Add(agent.AddedKey{PrivateKey: s.signer}))
	socket := filepath.Join(t.TempDir(), "agent")
	listener, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer listener.Close()
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(ring, c) }()
		}
	}()
	t.Setenv("SSH_AUTH_SOCK", socket)
	opts := s.options(repo)
	opts.SSHKey = ""
	publish(t, opts, acme("a:1"))
	sound(t, repo)
}

func TestRemoteSHA256(t *testing.T) {
	repo := filepath.Join(t.TempDir(), "gitops.git")
	git(t, t.TempDir(), "init", "-q", "--bare", "--object-format=sha256", "-b", "main", repo)
	want := "the repository uses SHA-256 object names, which tenantsmith cannot write; use a SHA-1 repository"
	for _, opts := range []gitops.Options{overHTTP(t, repo), startSSHD(t).options(repo)} {
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.EqualError(t, err, "publish to "+opts.URL+": "+want)
	}
	work := t.TempDir()
	git(t, work, "init", "-q", "--object-format=sha256", "-b", "main")
	git(t, work, "commit", "-q", "--allow-empty", "-m", "x")
	git(t, work, "push", "-q", repo, "main")
	for _, opts := range []gitops.Options{overHTTP(t, repo), startSSHD(t).options(repo)} {
		_, err := gitops.Publish(t.Context(), opts, gitops.Always(acme("a:1")))
		require.EqualError(t, err, "publish to "+opts.URL+": "+want)
	}
}
