// Package forge talks to the host of a GitOps repository about pull requests, by GitHub's REST API, which
// GitHub Enterprise Server has as well.
//
// In come the repository, a token and what a pull request should say; out go pull requests as they are. The
// token is sent to the host of the API and to no other, and is in no error. The package reads no clock and no
// environment except the proxy settings of https.
package forge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/go-github/v74/github"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Options say which repository, and how to reach the API of its host.
type Options struct {
	// Repository is where git finds it: https://host/owner/name, ssh://git@host/owner/name or git@host:owner/name.
	Repository string
	// API is the address of the API; empty for https://api.github.com or https://host/api/v3.
	API string
	// Token is sent with each request.
	Token string
}

// Repository is one on a host.
type Repository struct {
	owner, name, token string
	client             *github.Client
}

// timeout bounds one request.
const timeout = 30 * time.Second

// New finds out where the API of a repository is. It sends nothing.
func New(o Options) (*Repository, error) {
	host, owner, name, err := parse(o.Repository)
	if err != nil {
		return nil, err
	}
	api, err := address(o.API, host)
	if err != nil {
		return nil, err
	}
	if o.Token == "" {
		return nil, errors.New("a pull request needs a token: set TENANTSMITH_FORGE_TOKEN")
	}
	client := github.NewClient(&http.Client{Timeout: timeout, Transport: limited{http.DefaultTransport}, CheckRedirect: sameHost}).WithAuthToken(o.Token)
	client.BaseURL = api
	return &Repository{owner: owner, name: name, token: o.Token, client: client}, nil
}

// Host is the host of the API, with its port if it names one.
func Host(repository, api string) (string, error) {
	host, _, _, err := parse(repository)
	if err != nil {
		return "", err
	}
	at, err := address(api, host)
	if err != nil {
		return "", err
	}
	return strings.ToLower(at.Host), nil
}

var (
	scpLike  = pattern.Of(`^[^/@\s]+@([^/:\s]+):(.+)$`)
	nameLike = pattern.Of(`^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)
)

// parse takes the host, the owner and the name out of the address that git uses.
func parse(repository string) (host, owner, name string, err error) {
	path := ""
	if m := scpLike().FindStringSubmatch(repository); m != nil {
		host, path = m[1], m[2]
	} else if u, err := url.Parse(repository); err == nil && u.Host != "" {
		host, path = u.Host, u.Path
		if u.Scheme == "ssh" {
			host = u.Hostname()
		}
	}
	parts := strings.Split(strings.TrimSuffix(strings.Trim(path, "/"), ".git"), "/")
	if host == "" || len(parts) < 2 {
		return "", "", "", errors.New("a pull request needs a repository on a host, such as https://github.com/OWNER/NAME")
	}
	owner, name = parts[len(parts)-2], parts[len(parts)-1]
	if !nameLike().MatchString(owner) || !nameLike().MatchString(name) {
		return "", "", "", errors.New("the address of the repository does not end with OWNER/NAME")
	}
	return host, owner, name, nil
}

// address is that of the API, with a slash at its end.
func address(api, host string) (*url.URL, error) {
	switch {
	case api != "":
	case strings.EqualFold(host, "github.com"), strings.EqualFold(host, "ssh.github.com"):
		api = "https://api.github.com/"
	default:
		api = "https://" + host + "/api/v3/"
	}
	u, err := url.Parse(strings.TrimSuffix(api, "/") + "/")
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("the address of the API is no URL such as https://github.example.com/api/v3, without credentials")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, fmt.Errorf("the API at %s would get the token in the clear; use https", u.Host)
	}
	return u, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// sameHost keeps the token, which goes with every request, on the host it is for.
func sameHost(req *http.Request, via []*http.Request) error {
	if from := via[0].URL; len(via) > 5 || !strings.EqualFold(req.URL.Host, from.Host) || req.URL.Scheme != from.Scheme {
		return fmt.Errorf("the API redirects to %s, which must not get the token", req.URL.Host)
	}
	return nil
}

// maxAnswer bounds what one answer may have, in bytes.
const maxAnswer = 32 << 20

// limited cuts answers that have no end.
type limited struct{ http.RoundTripper }

func (l limited) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := l.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(res.Body, maxAnswer), res.Body}
	}
	return res, err
}

// explain puts what went wrong into words that say what to do, without the token.
func (r *Repository) explain(doing string, err error) error {
	var answer *github.ErrorResponse
	var rate *github.RateLimitError
	var slow *github.AbuseRateLimitError
	var broken *url.Error
	where := r.owner + "/" + r.name
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &rate), errors.As(err, &slow):
		err = errors.New("the host limits how often this token may ask; run again later")
	case errors.As(err, &answer):
		err = r.answered(answer)
	case errors.As(err, &broken) && broken.Timeout():
		err = fmt.Errorf("%s does not answer", r.client.BaseURL.Host)
	case errors.As(err, &broken):
		err = broken.Err
	}
	return errors.New(strings.ReplaceAll(fmt.Sprintf("%s of %s: %v", doing, where, err), r.token, "***"))
}

// answered is what a status of the API means.
func (r *Repository) answered(e *github.ErrorResponse) error {
	switch status := e.Response.StatusCode; status {
	case http.StatusUnauthorized:
		return errors.New("the host does not accept the token")
	case http.StatusForbidden:
		return fmt.Errorf("the token does not allow this (%s); it needs to read and write pull requests", e.Message)
	case http.StatusNotFound:
		return fmt.Errorf("%s has no such repository, or does not show it to this token", r.client.BaseURL.Host)
	default:
		words := []string{e.Message}
		for _, detail := range e.Errors {
			words = append(words, strings.TrimSpace(detail.Field+" "+detail.Code+" "+detail.Message))
		}
		return fmt.Errorf("the host answers with status %d: %s", status, strings.Join(words, "; "))
	}
}
