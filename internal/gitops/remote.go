package gitops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/pktline"
	"github.com/go-git/go-git/v5/plumbing/protocol/packp"
	"github.com/go-git/go-git/v5/plumbing/transport"
	githttp "github.com/go-git/go-git/v5/plumbing/transport/http"
	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"golang.org/x/crypto/ssh"
)

// connectTime bounds connecting, greetTime that and the ssh handshake; what comes after is bounded by
// the caller's context.
const (
	connectTime = 15 * time.Second
	greetTime   = 30 * time.Second
)

func (t *target) read(ctx context.Context) (*snapshot, error) {
	if t.endpoint == nil {
		return t.readLocal()
	}
	w, err := t.wire(ctx)
	if err != nil {
		return nil, err
	}
	snap, err := t.readWire(ctx, w)
	return snap, t.explain(err)
}

// push moves the references, the branch first. It returns the names of notes that were lost when the server took
// the branch alone.
func (t *target) push(ctx context.Context, moves []move, p sealed) (lost []string, err error) {
	if t.endpoint == nil {
		return t.pushLocal(ctx, moves, p)
	}
	w, err := t.wire(ctx)
	if err != nil {
		return nil, err
	}
	if lost, err = t.pushWire(ctx, w, moves, p); err != nil {
		return nil, t.explain(err)
	}
	if len(lost) == 0 && t.clone != nil {
		t.clone.keep(moves, p)
	}
	return lost, nil
}

// wire is the connection to make, with credentials that are looked for with the first one.
func (t *target) wire(ctx context.Context) (wire, error) {
	if t.endpoint.Protocol == "ssh" {
		auth, err := t.sshAuth()
		return wire{Transport: gitssh.NewClient(nil), endpoint: t.endpoint, auth: auth}, err
	}
	if err := t.authenticate(ctx); err != nil {
		return wire{}, err
	}
	// A session writes redirects into its endpoint.
	endpoint := *t.endpoint
	return wire{Transport: httpTransport(), endpoint: &endpoint, auth: t.httpAuth()}, nil
}

func (t *target) httpAuth() transport.AuthMethod {
	switch {
	case t.Auth.Bearer != "":
		return &githttp.TokenAuth{Token: t.Auth.Bearer}
	case t.Auth.Password != "":
		return &githttp.BasicAuth{Username: t.Auth.Username, Password: t.Auth.Password}
	}
	return nil
}

func httpTransport() transport.Transport {
	base := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSHandshakeTimeout:   connectTime,
		ResponseHeaderTimeout: 5 * time.Minute,
		ForceAttemptHTTP2:     true,
		IdleConnTimeout:       connectTime,
	}
	client := &http.Client{Transport: brief{base}, CheckRedirect: sameHost}
	return githttp.NewClientWithOptions(client, &githttp.ClientOptions{RedirectPolicy: githttp.FollowInitialRedirects})
}

// sameHost follows a redirect, such as that of a renamed repository, only where credentials may go.
func sameHost(req *http.Request, via []*http.Request) error {
	if from := via[0].URL; !strings.EqualFold(req.URL.Host, from.Host) || req.URL.Scheme != from.Scheme {
		return fmt.Errorf("the server redirects to another host, %s; name that one if it is right", printable(req.URL.Host))
	}
	return nil
}

// brief cuts the pages that servers send with an error.
type brief struct{ http.RoundTripper }

func (b brief) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(req)
	if err == nil && res.StatusCode >= 300 {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, 4<<10), res.Body}
	}
	return res, err
}

// sshAuth takes the key file or the agent, and always checks the host's key.
func (t *target) sshAuth() (transport.AuthMethod, error) {
	user := cmp.Or(t.endpoint.User, gitssh.DefaultUsername)
	var files []string
	if t.KnownHosts != "" {
		if _, err := os.Stat(t.KnownHosts); err != nil {
			return nil, fmt.Errorf("read known hosts: %w", err)
		}
		files = []string{t.KnownHosts}
	}
	hosts, err := gitssh.NewKnownHostsDb(files...)
	if err != nil && len(files) == 0 && strings.Contains(err.Error(), "unable to find any valid known_hosts") {
		return nil, fmt.Errorf("there is no known_hosts file to know the server by: ssh-keyscan %s prints the key, which goes into ~/.ssh/known_hosts after you have compared it with what the server's owner publishes, or into the file that --known-hosts names", t.endpoint.Host)
	}
	if err != nil {
		return nil, fmt.Errorf("read known hosts: %w", err)
	}
	port := t.endpoint.Port
	if port == 0 {
		port = gitssh.DefaultPort
	}
	check := gitssh.HostKeyCallbackHelper{
		HostKeyCallback:   hosts.HostKeyCallback(),
		HostKeyAlgorithms: hosts.HostKeyAlgorithms(net.JoinHostPort(t.endpoint.Host, fmt.Sprint(port))),
	}
	if t.SSHKey == "" {
		agent, err := gitssh.NewSSHAgentAuth(user)
		if err != nil {
			return nil, errors.New("no ssh agent answers; start one and add a key, or name a key file")
		}
		agent.HostKeyCallbackHelper = check
		return timed{agent}, nil
	}
	key, err := gitssh.NewPublicKeysFromFile(user, t.SSHKey, "")
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("read ssh key: %w", err)
	}
	if err != nil {
		return nil, fmt.Errorf("ssh key %s cannot be used; a key with a passphrase belongs into the ssh agent", t.SSHKey)
	}
	key.HostKeyCallbackHelper = check
	return timed{key}, nil
}

// timed bounds how long dialling takes.
type timed struct{ gitssh.AuthMethod }

func (t timed) ClientConfig() (*ssh.ClientConfig, error) {
	config, err := t.AuthMethod.ClientConfig()
	if err == nil {
		config.Timeout = connectTime
	}
	return config, err
}

// explain puts what went wrong with a connection into words that say what to do.
func (t *target) explain(err error) error {
	var urlErr *url.Error
	var dns *net.DNSError
	var op *net.OpError
	var status *githttp.Err
	var hidden *plumbing.UnexpectedError
	switch {
	case err == nil, errors.Is(err, ErrMoved), errors.As(err, new(*RefusedError)), errors.As(err, new(*brokenError)):
		return err
	case turnedAway(err):
		return &busyError{errors.New("the server turns us away: it has too many connections, or too many requests")}
	case errors.As(err, &hidden):
		return t.explain(hidden.Err)
	case errors.Is(err, transport.ErrAuthenticationRequired), isSSHAuth(err):
		return t.refused()
	case errors.Is(err, transport.ErrAuthorizationFailed):
		return errors.New("the credentials do not allow this")
	case errors.Is(err, transport.ErrRepositoryNotFound):
		return errors.New("the server has no such repository, or does not show it to these credentials")
	case errors.As(err, &dns):
		return fmt.Errorf("host %s is not known", dns.Name)
	case errors.As(err, &status):
		return fmt.Errorf("the server answers with status %d", status.StatusCode())
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Errorf("cannot connect: %w", op.Err)
	case errors.As(err, &urlErr) && urlErr.Timeout():
		return errors.New("the server does not answer")
	case errors.As(err, &urlErr):
		return urlErr.Err
	}
	return sshWords(err)
}

func isSSHAuth(err error) bool { return strings.Contains(err.Error(), "ssh: unable to authenticate") }

// sshWords explains a host key that does not fit.
func sshWords(err error) error {
	switch text := err.Error(); {
	case strings.Contains(text, "knownhosts: key mismatch"):
		return errors.New("the host key differs from the one in known_hosts; somebody may be in between")
	case strings.Contains(text, "knownhosts: key is unknown"):
		return errors.New("the host key is not in known_hosts; add it after checking it")
	case errors.Is(err, pktline.ErrInvalidPktLen) || errors.As(err, new(*packp.ErrUnexpectedData)):
		return errors.New("the server's answer is not git's")
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return errors.New("the connection ended before the server had answered")
	}
	return err
}
