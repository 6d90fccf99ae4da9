package pipeline

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"
	"syscall"

	"github.com/stretchr/testify/require"
)

func TestTmpPlan(t *testing.T) {
	head := os.Getenv("HEADDIR")
	if head == "" { t.Skip() }
	var before, after syscall.Rusage
	syscall.Getrusage(0, &before)
	start := time.Now()
	o := PlanOptions{Base: "base", Head: "working tree"}
	if os.Getenv("ONE") != "" { o.Differences = func([]string) ([]string, error) { return []string{"tenants/tenant-00500.yaml"}, nil } }
	p, err := Plan(context.Background(), os.DirFS("/tmp/w/fp-base"), os.DirFS(head), o)
	require.NoError(t, err)
	syscall.Getrusage(0, &after)
	cpu := float64(after.Utime.Nano()-before.Utime.Nano()+after.Stime.Nano()-before.Stime.Nano())/1e9
	fmt.Printf("%+v\nheld %v files %d groups %d skipped %v digest %s\ncpu %.2f wall %v rss %d\n", p.Plan.Summary, len(p.Result.Held), len(p.Files), len(p.Plan.Groups), p.Plan.Skipped, p.Plan.Digest, cpu, time.Since(start), after.Maxrss/1024)
	for i, g := range p.Plan.Groups { if i < 3 { fmt.Printf("%d places causes %v objects %d varies %v\n", len(g.Places), g.Causes, len(g.Objects), g.Varies); for _, o := range g.Objects { fmt.Println("  ", o.Action, o.Object, len(o.Fields), o.Restarts) } } }
}
