package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const forgeSecret = "forge-t0ken-of-the-test"

// github stands in for a host of repositories: git's own http-backend, and the part of GitHub's REST API that is asked
// (pulls, their commits, comments), on this machine. Nothing real can be reached from a test; the shapes of requests,
// answers and errors are those of GitHub's documentation of REST API version 2022-11-28. It keeps pull requests as the
// real one does: it opens none without a difference, and none twice for a branch.
type github struct {
	t        *testing.T
	repo     string
	server   *httptest.Server
	mu       sync.Mutex
	pulls    []*pullState
	comments []string
	writes   int
	fail     map[string]int // status to answer a request with, by method and path
}

type pullState struct {
	number                        int
	title, body, head, base, open string
	fork                          bool
}

func newGitHub(t *testing.T) *github {
	root := t.TempDir()
	h := &github{t: t, repo: filepath.Join(root, "example", "gitops.git"), fail: map[string]int{}}
	h.git("init", "-q", "--bare", "-b", "main", h.repo)
	h.git("-C", h.repo, "config", "http.receivepack", "true")
	program, err := exec.LookPath("git")
	require.NoError(t, err)
	backend := &cgi.Handler{Path: program, Args: []string{"http-backend"}, Dir: root, Stderr: t.Output(), Env: []string{
		"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=bot", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null"}}
	mux := http.NewServeMux()
	mux.Handle("/example/gitops.git/", backend)
	mux.HandleFunc("GET /api/v3/repos/example/gitops/pulls", h.list)
	mux.HandleFunc("POST /api/v3/repos/example/gitops/pulls", h.create)
	mux.HandleFunc("PATCH /api/v3/repos/example/gitops/pulls/{number}", h.edit)
	mux.HandleFunc("GET /api/v3/repos/example/gitops/pulls/{number}/commits", h.commits)
	mux.HandleFunc("POST /api/v3/repos/example/gitops/issues/{number}/comments", h.comment)
	h.server = httptest.NewServer(h.guard(mux))
	t.Cleanup(h.server.Close)
	return h
}

func (h *github) url() string { return h.server.URL + "/example/gitops.git" }
func (h *github) api() string { return h.server.URL + "/api/v3" }

// guard asks the API's callers for their token, and fails where a test wants it.
func (h *github) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if status := h.fail[r.Method+" "+r.URL.Path]; status != 0 {
			h.answer(w, status, map[string]any{"message": "Resource not accessible by personal access token", "documentation_url": "https://docs.github.com/rest", "status": strconv.Itoa(status)})
			return
		}
		if r.Header.Get("Authorization") != "Bearer "+forgeSecret {
			h.answer(w, http.StatusUnauthorized, map[string]any{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest", "status": "401"})
			return
		}
		if r.Method != http.MethodGet {
			h.writes++
		}
		next.ServeHTTP(w, r)
	})
}

func (h *github) answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	require.NoError(h.t, json.NewEncoder(w).Encode(v))
}

func (h *github) invalid(w http.ResponseWriter, message string) {
	h.answer(w, http.StatusUnprocessableEntity, map[string]any{
		"message": "Validation Failed", "errors": []any{map[string]string{"resource": "PullRequest", "code": "custom", "message": message}},
		"documentation_url": "https://docs.github.com/rest/pulls/pulls#create-a-pull-request", "status": "422",
	})
}

func (h *github) shape(p *pullState) map[string]any {
	home := map[string]any{"id": 1296269, "name": "gitops", "full_name": "example/gitops"}
	from := home
	if p.fork {
		from = map[string]any{"id": 99, "name": "gitops", "full_name": "mallory/gitops"}
	}
	return map[string]any{
		"number": p.number, "state": p.open, "title": p.title, "body": p.body, "html_url": fmt.Sprintf("https://github.example.com/example/gitops/pull/%d", p.number),
		"head": map[string]any{"label": "example:" + p.head, "ref": p.head, "sha": h.sha(p.head), "repo": from},
		"base": map[string]any{"label": "example:" + p.base, "ref": p.base, "sha": h.sha(p.base), "repo": home},
	}
}

func (h *github) sha(branch string) string {
	out, _ := exec.Command("git", "-C", h.repo, "rev-parse", "-q", "--verify", "refs/heads/"+branch).Output()
	return strings.TrimSpace(string(out))
}

// list has two pull requests a page, so that pages are turned.
func (h *github) list(w http.ResponseWriter, r *http.Request) {
	var found []any
	for _, p := range h.pulls {
		if q := r.URL.Query(); p.open == q.Get("state") && p.base == q.Get("base") {
			found = append(found, h.shape(p))
		}
	}
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	page = max(page, 1)
	if page*2 < len(found) {
		q := r.URL.Query()
		q.Set("page", strconv.Itoa(page+1))
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, h.server.URL, r.URL.Path, q.Encode()))
	}
	h.answer(w, http.StatusOK, append([]any{}, found[min(len(found), page*2-2):min(len(found), page*2)]...))
}

func (h *github) create(w http.ResponseWriter, r *http.Request) {
	var in struct{ Title, Head, Base, Body string }
	require.NoError(h.t, json.NewDecoder(r.Body).Decode(&in))
	switch same := func(p *pullState) bool { return p.open == "open" && p.head == in.Head && p.base == in.Base }; {
	case slices.ContainsFunc(h.pulls, same):
		h.invalid(w, "A pull request already exists for example:"+in.Head+".")
	case h.git("-C", h.repo, "rev-list", "--count", in.Base+".."+in.Head) == "0":
		h.invalid(w, fmt.Sprintf("No commits between %s and %s", in.Base, in.Head))
	default:
		p := &pullState{number: len(h.pulls) + 1, title: in.Title, body: in.Body, head: in.Head, base: in.Base, open: "open"}
		h.pulls = append(h.pulls, p)
		h.answer(w, http.StatusCreated, h.shape(p))
	}
}

func (h *github) pull(r *http.Request) *pullState {
	number, err := strconv.Atoi(r.PathValue("number"))
	require.NoError(h.t, err)
	return h.pulls[number-1]
}

func (h *github) edit(w http.ResponseWriter, r *http.Request) {
	p := h.pull(r)
	in := struct{ Title, Body, State *string }{&p.title, &p.body, &p.open}
	require.NoError(h.t, json.NewDecoder(r.Body).Decode(&in))
	h.answer(w, http.StatusOK, h.shape(p))
}

func (h *github) commits(w http.ResponseWriter, r *http.Request) {
	p, out := h.pull(r), []any{}
	for sha := range strings.FieldsSeq(h.git("-C", h.repo, "rev-list", "--reverse", p.base+".."+p.head)) {
		parents := []any{}
		for parent := range strings.FieldsSeq(h.git("-C", h.repo, "log", "-1", "--format=%P", sha)) {
			parents = append(parents, map[string]string{"sha": parent})
		}
		out = append(out, map[string]any{"sha": sha, "commit": map[string]string{"message": h.git("-C", h.repo, "log", "-1", "--format=%B", sha)}, "parents": parents})
	}
	h.answer(w, http.StatusOK, out)
}

func (h *github) comment(w http.ResponseWriter, r *http.Request) {
	var in struct{ Body string }
	require.NoError(h.t, json.NewDecoder(r.Body).Decode(&in))
	h.comments = append(h.comments, fmt.Sprintf("#%d %s", h.pull(r).number, in.Body))
	h.answer(w, http.StatusCreated, map[string]any{"id": len(h.comments), "body": in.Body})
}

func (h *github) git(args ...string) string {
	h.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com",
		"GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com")
	out, err := cmd.CombinedOutput()
	require.NoError(h.t, err, "git %s: %s", strings.Join(args, " "), out)
	return strings.TrimSpace(string(out))
}

// edits lets a person commit to a branch, on top of it, and then merge other branches.
func (h *github) edits(branch, file, text string, merge ...string) {
	work := filepath.Join(h.t.TempDir(), "work")
	h.git("clone", "-q", "--branch", branch, h.repo, work)
	if file != "" {
		require.NoError(h.t, os.MkdirAll(filepath.Dir(filepath.Join(work, file)), 0o755))
		require.NoError(h.t, os.WriteFile(filepath.Join(work, file), []byte(text), 0o644))
		h.git("-C", work, "add", "-A")
		h.git("-C", work, "commit", "-q", "-m", "by hand")
	}
	for _, other := range merge {
		h.git("-C", work, "merge", "-q", "--no-ff", "-m", "Merge "+other, "origin/"+other)
	}
	h.git("-C", work, "push", "-q", "origin", "HEAD:"+branch)
}
