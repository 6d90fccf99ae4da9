package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const token = "t0ken-of-the-test"

// open is a repository whose API is a server on this machine. Nothing real can be reached from a test: requests and
// answers have the shapes that GitHub documents for REST API version 2022-11-28.
func open(t *testing.T, routes map[string]http.HandlerFunc) *Repository {
	mux := http.NewServeMux()
	for pattern, handler := range routes {
		mux.HandleFunc(pattern, handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	r, err := New(Options{Repository: "https://git.example.com/octo/gitops.git", API: server.URL, Token: token})
	require.NoError(t, err)
	return r
}

func status(code int, header http.Header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for key, values := range header {
			w.Header()[key] = values
		}
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

func TestWhereTheAPIIs(t *testing.T) {
	for repository, want := range map[string]string{
		"https://github.com/octo/gitops.git":             "https://api.github.com/ octo gitops",
		"https://GitHub.com/octo/gitops/":                "https://api.github.com/ octo gitops",
		"git@github.com:octo/gitops.git":                 "https://api.github.com/ octo gitops",
		"ssh://git@ssh.github.com:443/octo/gitops.git":   "https://api.github.com/ octo gitops",
		"ssh://git@git.example.com:2222/octo/gitops.git": "https://git.example.com/api/v3/ octo gitops",
		"https://git.example.com:8443/octo/gitops":       "https://git.example.com:8443/api/v3/ octo gitops",
	} {
		r, err := New(Options{Repository: repository, Token: token})
		require.NoError(t, err, repository)
		require.Equal(t, want, fmt.Sprintf("%s %s %s", r.client.BaseURL, r.owner, r.name), repository)
		host, err := Host(repository, "")
		require.NoError(t, err, repository)
		require.Equal(t, r.client.BaseURL.Host, host)
	}
	for repository, say := range map[string]string{
		"../gitops.git": "needs a repository on a host", "/srv/git/octo/gitops.git": "needs a repository on a host", "https://github.com/gitops": "needs a repository on a host",
		"https://github.com/a b/gitops": "does not end with OWNER/NAME", "https://github.com/octo/..%2f..": "does not end with OWNER/NAME",
	} {
		_, err := New(Options{Repository: repository, Token: token})
		require.ErrorContains(t, err, say, repository)
	}
	for api, say := range map[string]string{
		"http://git.example.com/api/v3": "in the clear", "git.example.com": "no URL", "https://u:p@git.example.com": "without credentials", "ftp://git.example.com": "use https",
	} {
		_, err := New(Options{Repository: "https://github.com/octo/gitops", API: api, Token: token})
		require.ErrorContains(t, err, say, api)
	}
	_, err := New(Options{Repository: "https://github.com/octo/gitops"})
	require.EqualError(t, err, "a pull request needs a token: set TENANTSMITH_FORGE_TOKEN")
}

// Every error says what to do, and none the token, even where the server repeats it.
func TestErrors(t *testing.T) {
	const pulls = "GET /repos/octo/gitops/pulls"
	for _, c := range []struct {
		handler http.HandlerFunc
		say     string
	}{
		{status(401, nil, `{"message":"Bad credentials","status":"401"}`), "the host does not accept the token"},
		{status(403, nil, `{"message":"Resource not accessible by integration"}`), "the token does not allow this (Resource not accessible by integration)"},
		{status(403, http.Header{"X-Ratelimit-Remaining": {"0"}, "X-Ratelimit-Reset": {"4102444800"}}, `{"message":"API rate limit exceeded"}`), "limits how often"},
		{status(403, nil, `{"message":"You have exceeded a secondary rate limit","documentation_url":"https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"}`), "limits how often"},
		{status(404, nil, `{"message":"Not Found"}`), "has no such repository, or does not show it to this token"},
		{status(502, nil, `<html>gateway</html>`), "the host answers with status 502"},
		{status(400, nil, `{"message":"you sent `+token+`"}`), "status 400: you sent ***"},
		{status(200, nil, `no JSON`), "invalid character"},
		{status(302, http.Header{"Location": {"https://evil.example.com/"}}, ""), "redirects to evil.example.com, which must not get the token"},
	} {
		r := open(t, map[string]http.HandlerFunc{pulls: c.handler})
		_, err := r.Pulls(t.Context(), "main")
		require.ErrorContains(t, err, "list the pull requests of octo/gitops: ")
		require.ErrorContains(t, err, c.say)
		require.NotContains(t, err.Error(), token)
	}
	r := open(t, nil)
	r.client.BaseURL.Host = "127.0.0.1:1"
	_, err := r.Pulls(t.Context(), "main")
	require.ErrorContains(t, err, "connection refused")
}

// A renamed repository redirects on its own host, which may have the token.
func TestRedirectOnTheHost(t *testing.T) {
	asked := ""
	r := open(t, map[string]http.HandlerFunc{
		"GET /repos/octo/gitops/pulls": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/repositories/1/pulls", http.StatusMovedPermanently)
		},
		"GET /repositories/1/pulls": func(w http.ResponseWriter, r *http.Request) {
			asked = r.Header.Get("Authorization")
			fmt.Fprint(w, "[]")
		},
	})
	pulls, err := r.Pulls(t.Context(), "main")
	require.NoError(t, err)
	require.Empty(t, pulls)
	require.Equal(t, "Bearer "+token, asked)
}

const listed = `[
 {"number": 7, "state": "open", "title": "t", "body": "a\r\nb", "html_url": "https://git.example.com/octo/gitops/pull/7",
  "head": {"ref": "tenantsmith/acme-1", "repo": {"id": 1}}, "base": {"ref": "main", "repo": {"id": 1}}},
 {"number": 8, "body": null, "head": {"ref": "tenantsmith/acme-2", "repo": {"id": 2}}, "base": {"ref": "main", "repo": {"id": 1}}},
 {"number": 9, "head": {"ref": "gone", "repo": null}, "base": {"ref": "main", "repo": {"id": 1}}},
 {"number": 10, "head": {"ref": "x", "repo": {"id": 1}}, "base": {"ref": "other", "repo": {"id": 1}}}
]`

func TestPulls(t *testing.T) {
	r := open(t, map[string]http.HandlerFunc{"GET /repos/octo/gitops/pulls": func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "base=main&direction=asc&per_page=100&sort=created&state=open", r.URL.RawQuery)
		require.Equal(t, "application/vnd.github.v3+json", r.Header.Get("Accept"))
		fmt.Fprint(w, listed)
	}})
	pulls, err := r.Pulls(t.Context(), "main")
	require.NoError(t, err)
	seven := Pull{Number: 7, URL: "https://git.example.com/octo/gitops/pull/7", Branch: "tenantsmith/acme-1", Base: "main", Title: "t", Body: "a\r\nb"}
	require.Equal(t, []Pull{seven}, pulls, "not those of forks, of gone ones, and of other bases")
	changed, err := r.Update(t.Context(), seven, "t", "a\nb\n")
	require.NoError(t, err)
	require.False(t, changed, "line ends of a browser are no change")
}

func TestEndlessList(t *testing.T) {
	r := open(t, map[string]http.HandlerFunc{"GET /repos/octo/gitops/pulls": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", `<`+"http://"+r.Host+r.URL.Path+`?page=2>; rel="next"`)
		fmt.Fprint(w, "[]")
	}})
	_, err := r.Pulls(t.Context(), "main")
	require.ErrorContains(t, err, "the list does not end")
}

func TestWrites(t *testing.T) {
	var sent []string
	note := func(answer string, code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var in map[string]any
			require.NoError(t, json.NewDecoder(r.Body).Decode(&in))
			text, err := json.Marshal(in)
			require.NoError(t, err)
			sent = append(sent, r.Method+" "+strings.TrimPrefix(r.URL.Path, "/repos/octo/gitops")+" "+string(text))
			w.WriteHeader(code)
			fmt.Fprint(w, answer)
		}
	}
	r := open(t, map[string]http.HandlerFunc{
		"POST /repos/octo/gitops/pulls":             note(`{"number": 3, "html_url": "u", "head": {"ref": "h"}, "base": {"ref": "main"}}`, 201),
		"PATCH /repos/octo/gitops/pulls/3":          note(`{"number": 3}`, 200),
		"POST /repos/octo/gitops/issues/3/comments": note(`{"id": 1}`, 201),
		"GET /repos/octo/gitops/pulls/3/commits":    status(200, nil, `[{"sha": "abc", "commit": {"message": "m"}, "parents": [{"sha": "1"}, {"sha": "2"}]}]`),
		"POST /repos/octo/gitops/issues/4/comments": note(`{"message": "Unprocessable"}`, 422),
		"PATCH /repos/octo/gitops/pulls/4":          note(`{"number": 4}`, 200),
	})
	made, err := r.Create(t.Context(), Pull{Branch: "h", Base: "main", Title: "t", Body: "b"})
	require.NoError(t, err)
	require.Equal(t, Pull{Number: 3, URL: "u", Branch: "h", Base: "main"}, made)
	changed, err := r.Update(t.Context(), made, "t2", "b2")
	require.NoError(t, err)
	require.True(t, changed)
	commits, err := r.Commits(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, []Commit{{Hash: "abc", Message: "m", Parents: 2}}, commits)
	require.NoError(t, r.Close(t.Context(), made, "why"))
	require.ErrorContains(t, r.Close(t.Context(), Pull{Number: 4}, "why"), "close a pull request of octo/gitops: the host answers with status 422: Unprocessable")
	require.Equal(t, []string{
		`POST /pulls {"base":"main","body":"b","head":"h","title":"t"}`, `PATCH /pulls/3 {"body":"b2","title":"t2"}`,
		`POST /issues/3/comments {"body":"why"}`, `PATCH /pulls/3 {"state":"closed"}`, `POST /issues/4/comments {"body":"why"}`,
	}, sent, "a branch is never deleted, and what was not explained is not closed")
}
