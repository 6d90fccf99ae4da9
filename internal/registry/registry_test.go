package registry_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/registry"
)

const manifest = `{"schemaVersion": 2}`

var digest = fmt.Sprintf("sha256:%x", sha256.Sum256([]byte(manifest)))

// stand is a registry on this machine. It wants a token for private/, a password for basic/.
func stand(t *testing.T) (host string, requests *[]string) {
	requests = &[]string{}
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		auth := r.Header.Get("Authorization")
		*requests = append(*requests, r.Method+" "+r.URL.RequestURI())
		switch path := r.URL.Path; {
		case path == "/token":
			if user, password, _ := r.BasicAuth(); user != "ann" || password != "s3cret" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			fmt.Fprint(w, `{"access_token": "t0ken"}`)
		case strings.Contains(path, "/private/") && auth != "Bearer t0ken":
			w.Header().Set("WWW-Authenticate", `Bearer realm="`+s.URL+`/token",service="reg",scope="ignored"`)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(path, "/evil/"):
			w.Header().Set("WWW-Authenticate", `Bearer realm="http://evil.example/token"`)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.Contains(path, "/basic/") && auth == "":
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		case strings.HasSuffix(path, "/missing"):
			w.WriteHeader(http.StatusNotFound)
		case strings.HasSuffix(path, "/busy"):
			w.WriteHeader(http.StatusTooManyRequests)
		case strings.HasSuffix(path, "/odd"):
			w.Header().Set("Docker-Content-Digest", "md5:0")
		case strings.HasSuffix(path, "/large"):
			w.Write(make([]byte, 5<<20))
		default:
			if !strings.HasSuffix(path, "/plain") {
				w.Header().Set("Docker-Content-Digest", digest)
			}
			fmt.Fprint(w, manifest)
		}
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://"), requests
}

func TestPin(t *testing.T) {
	host, requests := stand(t)
	auth := base64.StdEncoding.EncodeToString([]byte("ann:s3cret"))
	c := registry.Client{Credentials: registry.DockerConfig([]byte(`{"auths": {"https://` + host + `/v1/": {"auth": "` + auth + `"}}}`))}
	for image, want := range map[string]string{
		host + "/example/web:1.0.0":                  host + "/example/web:1.0.0@" + digest,
		host + "/example/web":                        host + "/example/web:latest@" + digest,
		host + "/example/web:plain":                  host + "/example/web:plain@" + digest,
		host + "/private/web:1.0.0":                  host + "/private/web:1.0.0@" + digest,
		host + "/basic/web:1.0.0":                    host + "/basic/web:1.0.0@" + digest,
		"nowhere.example/web:1@" + digest:            "nowhere.example/web:1@" + digest,
		"nowhere.example:5000/a/b/c:1.0_x@" + digest: "nowhere.example:5000/a/b/c:1.0_x@" + digest,
	} {
		got, err := c.Pin(context.Background(), image)
		require.NoError(t, err, image)
		require.Equal(t, want, got)
	}
	require.Contains(t, *requests, "HEAD /v2/example/web/manifests/1.0.0")
	require.Contains(t, *requests, "GET /token?scope=repository%3Aprivate%2Fweb%3Apull&service=reg")
}

func TestPinRefuses(t *testing.T) {
	host, _ := stand(t)
	for image, want := range map[string]string{
		host + "/example/web:missing": "the registry has no such image",
		host + "/example/web:busy":    "the registry has had too many requests; try again later, or with credentials",
		host + "/example/web:odd":     "the registry answers with a digest that is none of SHA-256",
		host + "/example/web:large":   "the manifest is larger than 4 MiB",
		host + "/private/web:1":       "the registry does not let these credentials, or nobody, read it; docker login keeps some, or set TENANTSMITH_REGISTRY_USERNAME and TENANTSMITH_REGISTRY_PASSWORD",
		host + "/basic/web:1":         "the registry does not let these credentials, or nobody, read it; docker login keeps some, or set TENANTSMITH_REGISTRY_USERNAME and TENANTSMITH_REGISTRY_PASSWORD",
		host + "/evil/web:1":          "the registry names a token server that is no https address",
	} {
		_, err := registry.Client{}.Pin(context.Background(), image)
		name, tag, _ := strings.Cut(strings.TrimPrefix(image, host+"/"), ":")
		require.EqualError(t, err, "ask "+host+" for "+name+":"+tag+": "+want)
	}
	for _, image := range []string{"", "Web:1", "a/../b:1", "host:port/web:1", "web:1@md5:0", "-x:1", "web:a b", "web/:1", "http://x/web:1"} {
		_, err := registry.Client{}.Pin(context.Background(), image)
		require.ErrorContains(t, err, "is no image", image)
	}
	wrong := registry.Client{Credentials: func(string) (string, string) { return "ann", "wr0ng" }}
	_, err := wrong.Pin(context.Background(), host+"/private/web:1")
	require.Error(t, err)
	require.NotContains(t, err.Error(), "wr0ng")
}

func FuzzPin(f *testing.F) {
	f.Add("ghcr.io/example/web:1.0.0")
	f.Add("localhost:5000/a@sha256:0")
	stopped, stop := context.WithCancel(context.Background())
	stop()
	f.Fuzz(func(t *testing.T, image string) {
		got, err := registry.Client{}.Pin(stopped, image)
		require.True(t, err != nil || got == image)
	})
}
