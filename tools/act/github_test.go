package act

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const token = "ghs_scratch0123456789"

// github stands in for the few parts of GitHub's API that the action calls, and remembers what was written: a mock,
// since no test can reach GitHub. Its forms are those of the API's documentation.
type github struct {
	t        *testing.T
	url      string
	readOnly bool // as the token of a fork's run
	comments []comment
	checks   []checkRun
	pulls    []map[string]any // of commits/SHA/pulls and of pulls
	requests []string
}

type comment struct {
	ID   int    `json:"id"`
	Body string `json:"body"`
	URL  string `json:"html_url"`
	User struct {
		Type string `json:"type"`
	} `json:"user"`
}

type checkRun struct {
	Name       string `json:"name"`
	Head       string `json:"head_sha"`
	ExternalID string `json:"external_id"`
	Conclusion string `json:"conclusion"`
}

func newGitHub(t *testing.T) *github {
	g := &github{t: t}
	mux := http.NewServeMux()
	at := "/repos/" + repository
	mux.HandleFunc("GET "+at+"/issues/7/comments", g.list)
	mux.HandleFunc("POST "+at+"/issues/7/comments", g.post)
	mux.HandleFunc("PATCH "+at+"/issues/comments/{id}", g.patch)
	mux.HandleFunc("POST "+at+"/check-runs", g.check)
	mux.HandleFunc("GET "+at+"/commits/{sha}/check-runs", g.checksOf)
	mux.HandleFunc("GET "+at+"/commits/{sha}/pulls", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, g.pulls) })
	mux.HandleFunc("GET "+at+"/pulls", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, g.pulls) })
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g.requests = append(g.requests, r.Method+" "+r.URL.RequestURI())
		switch {
		case r.Header.Get("Authorization") != "Bearer "+token:
			answer(w, 401, map[string]string{"message": "Bad credentials"})
		case g.readOnly && r.Method != "GET":
			answer(w, 403, map[string]string{"message": "Resource not accessible by integration"})
		default:
			mux.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	g.url = server.URL
	return g
}

func answer(w http.ResponseWriter, status int, body any) {
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(body)
}

// say adds a comment of somebody else.
func (g *github) say(kind, body string) {
	c := comment{ID: len(g.comments) + 1, Body: body}
	c.User.Type = kind
	g.comments = append(g.comments, c)
}

func (g *github) list(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.Atoi(r.URL.Query().Get("per_page"))
	require.NoError(g.t, err)
	page, err := strconv.Atoi(r.URL.Query().Get("page"))
	require.NoError(g.t, err)
	from, to := min((page-1)*size, len(g.comments)), min(page*size, len(g.comments))
	answer(w, 200, append([]comment{}, g.comments[from:to]...))
}

func (g *github) body(w http.ResponseWriter, r *http.Request) (string, bool) {
	var in struct {
		Body string `json:"body"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || in.Body == "" || len(in.Body) > 65536 {
		answer(w, 422, map[string]string{"message": "Validation Failed"})
		return "", false
	}
	return in.Body, true
}

func (g *github) post(w http.ResponseWriter, r *http.Request) {
	if body, ok := g.body(w, r); ok {
		g.say("Bot", body)
		c := &g.comments[len(g.comments)-1]
		c.URL = fmt.Sprintf("https://github.com/%s/pull/7#issuecomment-%d", repository, c.ID)
		answer(w, 201, c)
	}
}

func (g *github) patch(w http.ResponseWriter, r *http.Request) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id < 1 || id > len(g.comments) {
		answer(w, 404, map[string]string{"message": "Not Found"})
		return
	}
	if body, ok := g.body(w, r); ok {
		g.comments[id-1].Body = body
		answer(w, 200, g.comments[id-1])
	}
}

func (g *github) check(w http.ResponseWriter, r *http.Request) {
	var c checkRun
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil || c.Name == "" || len(c.Head) != 40 {
		answer(w, 422, map[string]string{"message": "Validation Failed"})
		return
	}
	g.checks = append(g.checks, c)
	answer(w, 201, c)
}

func (g *github) checksOf(w http.ResponseWriter, r *http.Request) {
	out := []checkRun{}
	for _, c := range g.checks {
		if c.Head == r.PathValue("sha") && c.Name == r.URL.Query().Get("check_name") {
			out = []checkRun{c} // the latest alone
		}
	}
	answer(w, 200, map[string]any{"total_count": len(out), "check_runs": out})
}

// ours are the comments that begin with the action's mark.
func (g *github) ours() []string {
	var out []string
	for _, c := range g.comments {
		if c.User.Type == "Bot" && strings.HasPrefix(c.Body, "<!-- tenantsmith:plan") {
			out = append(out, c.Body)
		}
	}
	return out
}
