package gitops

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Credentials find what an https remote asks for. Env is where settings come from, such as [os.Getenv].
type Credentials struct{ Env func(name string) string }

// The places that are looked at, in this order; the first that has something for the remote counts.
const (
	tokenEnv     = "TENANTSMITH_TOKEN"
	usernameEnv  = "TENANTSMITH_USERNAME"
	tokenFileEnv = "TENANTSMITH_TOKEN_FILE"
)

// Find looks for the credentials of a remote: a token in the environment or in a file that it names, a GitHub App,
// netrc, and what git's credential helpers know. It never asks a person. What is set and cannot be used is an
// error; nothing at all is none. No error holds a secret.
func (c Credentials) Find(ctx context.Context, remote *url.URL) (Auth, error) {
	user := c.Env(usernameEnv)
	if token := c.Env(tokenEnv); token != "" {
		return Auth{Username: user, Password: token, From: tokenEnv}, nil
	}
	if file := c.Env(tokenFileEnv); file != "" {
		token, err := readToken(file)
		return Auth{Username: user, Password: token, From: tokenFileEnv}, err
	}
	if app, err := c.app(remote); app != nil || err != nil {
		if err != nil {
			return Auth{}, err
		}
		return app.auth(ctx, remote)
	}
	if user == "" {
		user = remote.User.Username()
	}
	if auth, err := c.netrc(remote.Hostname(), user); err != nil || auth.Password != "" {
		return auth, err
	}
	return askGit(ctx, remote, user), nil
}

// More than any token and any netrc file has, in bytes.
const (
	maxToken = 64 << 10
	maxNetrc = 1 << 20
)

// readToken reads a file that holds a token and nothing else but a line end. Its errors do not repeat the name:
// who mixes up the two variables puts the token there.
func readToken(file string) (string, error) {
	data, err := readSmall(file, maxToken)
	if err != nil {
		return "", fmt.Errorf("%s: %w", tokenFileEnv, err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" || strings.ContainsAny(token, "\r\n") {
		return "", errors.New(tokenFileEnv + ": the file does not hold one line with a token")
	}
	return token, nil
}

// readSmall reads a file of limited size. Its errors do not name the file.
func readSmall(file string, limit int64) ([]byte, error) {
	var data []byte
	info, err := os.Stat(file)
	if err == nil && info.Size() > limit {
		return nil, errors.New("the file is too large")
	}
	if err == nil {
		data, err = os.ReadFile(file)
	}
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		err = of.Err
	}
	return data, err
}

// netrc looks into the file that NETRC names, or .netrc in the home folder.
func (c Credentials) netrc(host, user string) (Auth, error) {
	file := c.Env("NETRC")
	if file == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return Auth{}, nil
		}
		name := ".netrc"
		if runtime.GOOS == "windows" {
			name = "_netrc"
		}
		if file = filepath.Join(home, name); !isFile(file) {
			return Auth{}, nil
		}
	}
	data, err := readSmall(file, maxNetrc)
	if err != nil {
		return Auth{}, fmt.Errorf("netrc: %w", err)
	}
	login, password := netrcLogin(string(data), host, user)
	return Auth{Username: login, Password: password, From: file}, nil
}

// authenticate finds credentials for an https remote that was given none, once.
func (t *target) authenticate(ctx context.Context) error {
	if t.Credentials == nil || t.searched || t.endpoint == nil || t.endpoint.Protocol == "ssh" || t.Auth.Password != "" || t.Auth.Bearer != "" {
		return nil
	}
	remote, err := url.Parse(t.endpoint.String())
	if err != nil {
		return errors.New("the repository is no valid URL")
	}
	found, err := t.Credentials.Find(ctx, remote)
	if err != nil {
		return fmt.Errorf("find credentials: %w", err)
	}
	if found.Username == "" {
		found.Username = t.Auth.Username
	}
	t.Auth, t.searched = found, true
	return nil
}

// refused says which credentials a server did not take.
func (t *target) refused() error {
	switch {
	case t.endpoint.Protocol == "ssh":
	case t.Auth.Password == "" && t.Auth.Bearer == "" && t.Credentials != nil:
		return errors.New("the server asks for credentials, and there are none: set " + tokenEnv + ", or let git's credential helper know them")
	case t.Auth.Password == "" && t.Auth.Bearer == "":
		return errors.New("the server asks for credentials, and none were given")
	case t.Auth.From != "":
		return fmt.Errorf("the server does not accept the credentials from %s", t.Auth.From)
	}
	return errors.New("the server does not accept the credentials")
}
