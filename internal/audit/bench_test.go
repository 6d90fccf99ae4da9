package audit_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/audit"
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// fleet writes a repository by fast-import: tenants of about 40 files, and commits of which each changes the first
// tenant and another one. Then git packs it as a server does.
func fleet(b *testing.B, controls *pipeline.ControlMap, tenants, commits int) string {
	var in bytes.Buffer
	blob := func(text string) string { return fmt.Sprintf("data %d\n%s\n", len(text), text) }
	state := make([]map[string]string, tenants)
	write := func(i int, changed map[string]string) {
		name := fmt.Sprintf("tenant-%03d", i)
		if state[i] == nil {
			state[i] = map[string]string{}
		}
		maps.Copy(state[i], changed)
		r := manifest.Record{Tenant: name, Version: "1.2.3", Schemas: "s", Policies: controls.Digest, Files: map[string]string{}}
		for _, rule := range controls.Rules {
			r.Checks = append(r.Checks, rule.ID)
		}
		for file, content := range state[i] {
			r.Files["tenants/"+name+"/"+file] = manifest.Digest([]byte(content))
		}
		for _, file := range slices.Sorted(maps.Keys(changed)) {
			fmt.Fprintf(&in, "M 100644 inline tenants/%s/%s\n%s", name, file, blob(changed[file]))
		}
		fmt.Fprintf(&in, "M 100644 inline %s\n%s", manifest.RecordPath(name), blob(string(r.Bytes())))
	}
	for c := range commits {
		when := at("2026-01-01").Add(time.Duration(c) * 4 * time.Hour).Unix()
		fmt.Fprintf(&in, "commit refs/heads/main\ncommitter bot <bot@example.com> %d +0000\n", when)
		in.WriteString(blob("tenants: render 2 tenants\n\nTenantsmith-Version: 1.2.3\nTenantsmith-Tenants: 100\n"))
		for i := range tenants {
			switch {
			case c == 0:
				all := files("0")
				for j := range 34 {
					all[fmt.Sprintf("workload/base/object-%02d.yaml", j)] = strings.Repeat(fmt.Sprintf("field: tenant-%d-%d-%x\n", i, j, (i*7919+j*104729)%16777213), 20)
				}
				write(i, all)
			case i == 0 || i == c%tenants:
				write(i, map[string]string{"workload/base/rollout-web.yaml": fmt.Sprintf("image: %d\n", c)})
			}
		}
		in.WriteString("\n")
	}
	repo := filepath.Join(b.TempDir(), "gitops.git")
	git(b, b.TempDir(), "2026-01-01", "init", "-q", "--bare", "-b", "main", repo)
	cmd := exec.Command("git", "-C", repo, "fast-import", "--quiet")
	cmd.Stdin, cmd.Env = &in, append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	require.NoError(b, err, string(out))
	git(b, repo, "2026-01-01", "gc", "-q")
	return repo
}

func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec)*1e3 + float64(u.Utime.Usec+u.Stime.Usec)/1e3
}

// BenchmarkAudit reports CPU an audit (user and system), in milliseconds, of 1,000 commits with 100 tenants: of a
// tenant that each of them changes, of one that ten of them do, and of all.
func BenchmarkAudit(b *testing.B) {
	controls, _, err := pipeline.MapControls(fstest.MapFS{}, nil, []string{"soc2", "gdpr", "iso27001"})
	require.NoError(b, err)
	repo := fleet(b, controls, 100, 1000)
	for name, tenants := range map[string][]string{"changed always": {"tenant-000"}, "changed seldom": {"tenant-007"}, "all": nil} {
		b.Run(name, func(b *testing.B) {
			start := cpu()
			b.ReportAllocs()
			for b.Loop() {
				opts := gitops.Options{URL: repo, Branch: "main", When: at("2026-11-20"), Author: gitops.Author{Name: "a", Email: "b"}}
				h, err := gitops.OpenHistory(context.Background(), opts)
				require.NoError(b, err)
				a, err := audit.Run(context.Background(), h, controls, audit.Options{Tenants: tenants, To: at("2026-07-01"), Now: at("2026-11-20")})
				require.NoError(b, err)
				require.NoError(b, h.Close())
				require.Empty(b, a.Tenants[0].Evidence)
				require.Len(b, a.Tenants[0].Changes, map[string]int{"changed always": 1000, "changed seldom": 11, "all": 1000}[name])
			}
			b.ReportMetric((cpu()-start)/float64(b.N), "cpu-ms/op")
		})
	}
}
