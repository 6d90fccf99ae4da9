// Package registry asks a container registry which digest a tag stands for, by the one request of the
// distribution specification that this needs. Images are never fetched. It talks https, and http to this machine.
package registry

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Client asks registries.
type Client struct {
	// HTTP sends the requests; nil for one that waits 15 seconds.
	HTTP *http.Client
	// Credentials are those for a host; nil or empty for none.
	Credentials func(host string) (username, password string)
}

// maxManifest is the size that registries have to accept; a larger one is not read.
const maxManifest = 4 << 20

// accepted are the kinds of manifests: lists for several architectures first, so that the digest is that of all.
var accepted = strings.Join([]string{
	"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json",
}, ", ")

var digestForm = pattern.Of(`^sha256:[0-9a-f]{64}$`)

// Pin returns an image with the digest that its tag stands for now: name:tag@sha256:…. One that has a digest comes back
// as it is. No error holds a credential.
func (c Client) Pin(ctx context.Context, image string) (string, error) {
	ref, err := parse(image)
	if err != nil {
		return "", err
	}
	if ref.digest != "" {
		return image, nil
	}
	digest, err := c.digest(ctx, ref)
	if err != nil {
		return "", fmt.Errorf("ask %s for %s:%s: %w", ref.host, ref.path, ref.tag, err)
	}
	if !ref.tagged {
		image += ":" + ref.tag
	}
	return image + "@" + digest, nil
}

// reference is an image in its parts.
type reference struct {
	host, path, tag, digest string
	tagged                  bool
}

var (
	hostForm = pattern.Of(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)
	pathForm = pattern.Of(`^[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)
	tagForm  = pattern.Of(`^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$`)
)

// hub is where images without a host come from, and where that one answers.
const (
	hub    = "docker.io"
	hubAPI = "registry-1.docker.io"
)

// parse reads an image as container runtimes do: a first part with a dot or a colon is a host.
func parse(image string) (reference, error) {
	name, digest, _ := strings.Cut(image, "@")
	r := reference{host: hub, path: name, tag: "latest", digest: digest}
	if first, rest, ok := strings.Cut(name, "/"); ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		r.host, r.path = first, rest
	}
	if i := strings.LastIndexByte(r.path, ':'); i >= 0 {
		r.path, r.tag, r.tagged = r.path[:i], r.path[i+1:], true
	}
	if r.host == hub && !strings.Contains(r.path, "/") {
		r.path = "library/" + r.path
	}
	if !hostForm().MatchString(r.host) || !pathForm().MatchString(r.path) || !tagForm().MatchString(r.tag) || digest != "" && !digestForm().MatchString(digest) {
		return r, fmt.Errorf("%q is no image: write registry/name:tag", image)
	}
	return r, nil
}

// digest asks for the head of the manifest; a registry that leaves the digest out of its answer for the manifest.
func (c Client) digest(ctx context.Context, r reference) (string, error) {
	res, token, err := c.manifest(ctx, http.MethodHead, r, "")
	if err != nil {
		return "", err
	}
	res.Body.Close()
	if digest := res.Header.Get("Docker-Content-Digest"); digest != "" {
		if !digestForm().MatchString(digest) {
			return "", errors.New("the registry answers with a digest that is none of SHA-256")
		}
		return digest, nil
	}
	if res, _, err = c.manifest(ctx, http.MethodGet, r, token); err != nil {
		return "", err
	}
	defer res.Body.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(res.Body, maxManifest+1))
	if err == nil && n > maxManifest {
		err = errors.New("the manifest is larger than 4 MiB")
	}
	return fmt.Sprintf("sha256:%x", sum.Sum(nil)), err
}

// manifest sends the request, once more with what the registry asks for.
func (c Client) manifest(ctx context.Context, method string, r reference, authorization string) (*http.Response, string, error) {
	host := r.host
	if host == hub {
		host = hubAPI
	}
	url := scheme(host) + "://" + host + "/v2/" + r.path + "/manifests/" + r.tag
	for try := 0; ; try++ {
		req, err := http.NewRequestWithContext(ctx, method, url, nil)
		if err != nil {
			return nil, "", err
		}
		req.Header.Set("Accept", accepted)
		if authorization != "" {
			req.Header.Set("Authorization", authorization)
		}
		res, err := c.do(req)
		if err != nil {
			return nil, "", err
		}
		if res.StatusCode == http.StatusOK {
			return res, authorization, nil
		}
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized || try > 0 {
			return nil, "", status(res)
		}
		if authorization, err = c.authorize(ctx, r, res.Header.Get("WWW-Authenticate")); err != nil {
			return nil, "", err
		}
	}
}

// scheme is http for this machine alone.
func scheme(host string) string {
	name, _, _ := strings.Cut(host, ":")
	if name == "localhost" || name == "127.0.0.1" {
		return "http"
	}
	return "https"
}

func (c Client) do(req *http.Request) (*http.Response, error) {
	client := cmp.Or(c.HTTP, &http.Client{Timeout: 15 * time.Second})
	res, err := client.Do(req)
	if err == nil {
		return res, nil
	}
	if inner := errors.Unwrap(err); inner != nil {
		err = inner // without the URL, which a token server may put secrets into
	}
	return nil, err
}

// status says what an answer means.
func status(res *http.Response) error {
	switch res.StatusCode {
	case http.StatusUnauthorized, http.StatusForbidden:
		return errors.New("the registry does not let these credentials, or nobody, read it; docker login keeps some, or set TENANTSMITH_REGISTRY_USERNAME and TENANTSMITH_REGISTRY_PASSWORD")
	case http.StatusNotFound:
		return errors.New("the registry has no such image")
	case http.StatusTooManyRequests:
		return errors.New("the registry has had too many requests; try again later, or with credentials")
	}
	return fmt.Errorf("the registry answers with status %d", res.StatusCode)
}
