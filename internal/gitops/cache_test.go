package gitops_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// meter counts what is fetched: how often, and how many bytes.
type meter struct {
	mu      sync.Mutex
	fetches int
	bytes   int
}

type metered struct {
	http.ResponseWriter
	*meter
}

func (m metered) Write(b []byte) (int, error) {
	m.mu.Lock()
	m.bytes += len(b)
	m.mu.Unlock()
	return m.ResponseWriter.Write(b)
}

func (m *meter) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/git-upload-pack") {
			m.mu.Lock()
			m.fetches++
			m.mu.Unlock()
			w = metered{w, m}
		}
		next.ServeHTTP(w, r)
	})
}

// taken returns what was fetched since it was last asked.
func (m *meter) taken() (fetches, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	defer func() { m.fetches, m.bytes = 0, 0 }()
	return m.fetches, m.bytes
}

// withCache is a repository behind a meter, and options with a cache.
func withCache(t *testing.T) (string, gitops.Options, *meter) {
	repo, m := bare(t), &meter{}
	opts := options(httpServer(t, filepath.Dir(repo), m.wrap) + "/" + filepath.Base(repo))
	opts.Auth = gitops.Auth{Username: "bot", Password: password}
	opts.Cache = t.TempDir()
	return repo, opts, m
}

// partial lets a server leave blobs out.
func partial(t *testing.T, repo string) {
	t.Helper()
	git(t, repo, "config", "uploadpack.allowFilter", "true")
	git(t, repo, "config", "uploadpack.allowAnySHA1InWant", "true")
}

func TestCache(t *testing.T) {
	for _, blobless := range []bool{false, true} {
		t.Run(fmt.Sprint("blobless ", blobless), func(t *testing.T) {
			repo, opts, m := withCache(t)
			if blobless {
				partial(t, repo)
			}
			tenants := fleet(20, "1.0")
			publish(t, opts, tenants...)
			publish(t, opts, tenants...)
			publish(t, opts, fleet(20, "2.0")...)
			fetches, _ := m.taken()
			require.Zero(t, fetches, "what we pushed needs no fetch")

			cold := opts
			cold.Cache = ""
			publish(t, cold, fleet(20, "2.0")...)
			fetches, whole := m.taken()
			require.Equal(t, map[bool]int{true: 2, false: 1}[blobless], fetches)

			commit(t, repo, "another", func(work string) { put(t, work, map[string]string{"README.md": "x\n"}) })
			publish(t, opts, fleet(20, "3.0")...)
			fetches, size := m.taken()
			require.Equal(t, 1, fetches)
			require.Less(t, size, whole/8, "only what is new is fetched")
			require.Equal(t, "x\n", tree(t, repo, "main")["README.md"])
			sound(t, repo)
		})
	}
}

// A server that can leaves out all content but that of the tenant at hand, which comes in one request.
func TestBlobless(t *testing.T) {
	repo, opts, m := withCache(t)
	partial(t, repo)
	commit(t, repo, "others", func(work string) {
		for i := range 200 {
			put(t, work, map[string]string{fmt.Sprintf("tenants/other-%d/x.yaml", i): strings.Repeat(fmt.Sprint(i, " "), 3000)})
		}
	})
	full := opts
	full.Cache = ""
	publish(t, full, acme("a:1"))
	_, without := m.taken()
	require.Less(t, without, 30_000)

	opts.Cache = t.TempDir()
	commit(t, repo, "removed by hand", func(work string) {
		require.NoError(t, os.Remove(filepath.Join(work, "tenants/acme/platform/base/namespace.yaml")))
	})
	res := publish(t, opts, acme("a:2"))
	require.Equal(t, []string{"tenants/acme/platform/base/namespace.yaml"}, res.Changed[0].Added)
	fetches, _ := m.taken()
	require.Equal(t, 2, fetches, "trees, and the blobs that matter")
	sound(t, repo)

	commit(t, repo, "edit", func(work string) {
		put(t, work, map[string]string{"tenants/acme/platform/base/namespace.yaml": "mine\n"})
	})
	require.Equal(t, []string{"acme"}, publish(t, opts, acme("a:3")).Skipped)
	m.taken()

	require.NoError(t, gitops.Read(t.Context(), opts, func(head *gitops.Commit) error {
		paths := []string{"no/such", "tenants"}
		for i := range 50 {
			paths = append(paths, fmt.Sprintf("tenants/other-%d/x.yaml", i))
		}
		require.NoError(t, head.Prefetch(paths))
		fetches, _ := m.taken()
		require.Equal(t, 1, fetches)
		for i := range 51 {
			data, err := fs.ReadFile(head, fmt.Sprintf("tenants/other-%d/x.yaml", i))
			require.NoError(t, err)
			require.Equal(t, strings.Repeat(fmt.Sprint(i, " "), 3000), string(data))
		}
		fetches, _ = m.taken()
		require.Equal(t, 1, fetches, "one was not named before")
		return nil
	}))
}

// A server may promise to send blobs and not do it.
func TestBlobsThatDoNotCome(t *testing.T) {
	repo := bare(t)
	refused := 0
	opts := options(httpServer(t, filepath.Dir(repo), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/git-upload-pack") && r.ContentLength > 0 {
				body := new(bytes.Buffer)
				_, _ = body.ReadFrom(r.Body)
				if !strings.Contains(body.String(), "deepen") {
					refused++
					http.Error(w, "no", http.StatusInternalServerError)
					return
				}
				r.Body = readCloser{body}
			}
			next.ServeHTTP(w, r)
		})
	}) + "/gitops.git")
	opts.Auth = gitops.Auth{Username: "bot", Password: password}
	partial(t, repo)
	publish(t, opts, acme("a:1"))
	for _, cache := range []string{"", t.TempDir()} {
		opts.Cache, refused = cache, 0
		require.Len(t, publish(t, opts, acme("a:2"+filepath.Base(cache))).Changed, 1)
		require.NotZero(t, refused)
	}
	sound(t, repo)
}

type readCloser struct{ *bytes.Buffer }

func (readCloser) Close() error { return nil }

// Whatever happens to a cache costs a fetch and nothing else.
func TestBrokenCache(t *testing.T) {
	each := func(dir, pattern string, do func(path string) error) func(*testing.T) {
		return func(t *testing.T) {
			files, err := filepath.Glob(filepath.Join(dir, "*", pattern))
			require.NoError(t, err)
			require.NotEmpty(t, files)
			for _, file := range files {
				require.NoError(t, os.Chmod(file, 0o600))
				require.NoError(t, do(file))
			}
		}
	}
	garbage := func(path string) error { return os.WriteFile(path, []byte("garbage"), 0o600) }
	zeroed := func(path string) error {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for i := len(data) / 8; i < len(data)-20; i++ {
			data[i] = 0
		}
		return os.WriteFile(path, data, 0o600)
	}
	repo, opts, _ := withCache(t)
	dir := opts.Cache
	publish(t, opts, acme("a:0"))
	n := 0
	for name, breaks := range map[string]func(*testing.T){
		"deleted": func(t *testing.T) { require.NoError(t, os.RemoveAll(dir)) },
		"a file": func(t *testing.T) {
			require.NoError(t, os.RemoveAll(dir))
			put(t, filepath.Dir(dir), map[string]string{filepath.Base(dir): "x"})
		},
		"no packs":        each(dir, "objects/pack/*.pack", os.Remove),
		"no indexes":      each(dir, "objects/pack/*.idx", os.Remove),
		"no objects":      each(dir, "objects/pack/*", os.Remove),
		"empty packs":     each(dir, "objects/pack/*.pack", func(p string) error { return os.Truncate(p, 0) }),
		"half packs":      each(dir, "objects/pack/*.pack", func(p string) error { return os.Truncate(p, 100) }),
		"other packs":     each(dir, "objects/pack/*.pack", zeroed),
		"half indexes":    each(dir, "objects/pack/*.idx", func(p string) error { return os.Truncate(p, 1100) }),
		"garbage indexes": each(dir, "objects/pack/*.idx", garbage),
		"other indexes":   each(dir, "objects/pack/*.idx", zeroed),
		"garbage heads":   each(dir, "heads/*", garbage),
		"unknown heads": each(dir, "heads/*", func(p string) error {
			return os.WriteFile(p, []byte(strings.Repeat("a", 40)+" refs/heads/main\n"), 0o600)
		}),
		"no HEAD": each(dir, "HEAD", os.Remove),
	} {
		t.Run(name, func(t *testing.T) {
			n++
			require.NoError(t, os.RemoveAll(dir))
			publish(t, opts, acme(fmt.Sprint("before:", n)))
			commit(t, repo, "another", func(work string) { put(t, work, map[string]string{"README.md": fmt.Sprint(n)}) })
			require.Len(t, publish(t, opts, acme(fmt.Sprint("between:", n))).Changed, 1)
			breaks(t)
			res := publish(t, opts, acme(fmt.Sprint("after:", n)))
			require.Equal(t, git(t, repo, "rev-parse", "main"), res.Commit)
			require.Equal(t, strs(acme(fmt.Sprint("after:", n)).Files)["tenants/acme/workload/base/rollout-web.yaml"],
				tree(t, repo, "main")["tenants/acme/workload/base/rollout-web.yaml"])
			require.Len(t, publish(t, opts, acme(fmt.Sprint("again:", n))).Changed, 1)
			sound(t, repo)
		})
	}
}

// Who can write into the cache cannot tell us what the server has: here, that files which a person edited are ours.
func TestForgedCache(t *testing.T) {
	repo, opts, _ := withCache(t)
	publish(t, opts, acme("a:1"))
	commit(t, repo, "edit", func(work string) {
		put(t, work, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: mine\n"})
	})
	publish(t, opts, acme("a:1")) // fetches
	clones, err := filepath.Glob(filepath.Join(opts.Cache, "*"))
	require.NoError(t, err)
	packs, err := filepath.Glob(filepath.Join(clones[0], "objects/pack/*"))
	require.NoError(t, err)
	for _, p := range packs {
		if strings.HasSuffix(p, ".pack") {
			data, err := os.ReadFile(p)
			require.NoError(t, err)
			require.NoError(t, os.Remove(p))
			require.NoError(t, os.Remove(strings.TrimSuffix(p, ".pack")+".idx"))
			unpack(t, clones[0], data)
		}
	}
	name := git(t, repo, "rev-parse", "main:tenants/acme/workload/base/rollout-web.yaml")
	forged := filepath.Join(clones[0], "objects", name[:2], name[2:])
	require.FileExists(t, forged)
	require.NoError(t, os.Remove(forged))
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	fmt.Fprintf(z, "blob %d\x00%s", len("image: a:1\n"), "image: a:1\n")
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(forged, b.Bytes(), 0o600))
	require.NotEqual(t, name, fmt.Sprintf("%x", sha1.Sum([]byte("blob 11\x00image: a:1\n"))))

	require.Equal(t, []string{"acme"}, publish(t, opts, acme("a:2")).Skipped)
	require.Equal(t, "image: mine\n", tree(t, repo, "main")["tenants/acme/workload/base/rollout-web.yaml"])
}

func unpack(t *testing.T, repo string, pack []byte) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pack")
	require.NoError(t, os.WriteFile(file, pack, 0o600))
	run(t, repo, "sh", "-c", "git --git-dir=. unpack-objects -q <"+file)
}

// A cache begins anew before it has too many packs, and what a process that was killed has left does not stay.
func TestCacheDoesNotGrow(t *testing.T) {
	repo, opts, _ := withCache(t)
	publish(t, opts, acme("a:0"))
	clones, err := filepath.Glob(filepath.Join(opts.Cache, "*"))
	require.NoError(t, err)
	put(t, clones[0], map[string]string{"tmp-killed/objects/pack/tmp_pack_1": "x", "tmp-running/x": "x"})
	old := time.Now().Add(-2 * time.Hour)
	require.NoError(t, os.Chtimes(filepath.Join(clones[0], "tmp-killed"), old, old))
	most := 0
	for i := range 60 {
		publish(t, opts, acme(fmt.Sprint("b:", i)))
		packs, err := filepath.Glob(filepath.Join(clones[0], "objects/pack/*.pack"))
		require.NoError(t, err)
		most = max(most, len(packs))
		if i == 0 {
			require.NoDirExists(t, filepath.Join(clones[0], "tmp-killed"))
			require.DirExists(t, filepath.Join(clones[0], "tmp-running"))
		}
	}
	require.Equal(t, 51, most)
	left, err := filepath.Glob(filepath.Join(opts.Cache, "*"))
	require.NoError(t, err)
	require.Equal(t, clones, left)
	sound(t, repo)
}

// Nobody but the user reads what the cache holds, and no credential gets into it.
func TestCacheIsPrivate(t *testing.T) {
	_, opts, _ := withCache(t)
	opts.Cache = filepath.Join(opts.Cache, "new")
	publish(t, opts, acme("a:1"))
	info, err := os.Stat(opts.Cache)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o700), info.Mode().Perm())
	require.NoError(t, filepath.WalkDir(opts.Cache, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		require.NotContains(t, string(data), password)
		return err
	}))
}

// Two branches, and notes, stand side by side in one cache.
func TestCacheOfSeveralReferences(t *testing.T) {
	repo, opts, m := withCache(t)
	opts.Notes = []gitops.Note{count("audit")}
	publish(t, opts, acme("a:1"))
	other := opts
	other.Branch = "main/next"
	_, err := gitops.Publish(t.Context(), other, gitops.Always(acme("a:2")))
	require.Error(t, err, "git has no room for a branch below another")
	other.Branch = "next"
	publish(t, other, acme("a:2"))
	publish(t, opts, acme("a:3"))
	publish(t, other, acme("a:4"))
	fetches, _ := m.taken()
	require.Zero(t, fetches)
	require.Equal(t, "4", git(t, repo, "rev-list", "--count", "refs/notes/audit"))
	sound(t, repo)
}

// A record at the head is read through the cache as it is.
func TestReadThroughTheCache(t *testing.T) {
	repo, opts, m := withCache(t)
	publish(t, opts, acme("a:1"))
	for range 2 {
		require.NoError(t, gitops.Read(context.Background(), opts, func(head *gitops.Commit) error {
			data, err := fs.ReadFile(head, manifest.RecordPath("acme"))
			require.Equal(t, git(t, repo, "show", "main:"+manifest.RecordPath("acme")), strings.TrimSpace(string(data)))
			return err
		}))
	}
	fetches, _ := m.taken()
	require.Zero(t, fetches)
}
