package gitops_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// fleet makes tenants of 40 files and 24 KB; the first has another image.
func fleet(n int, image string) []gitops.Update {
	updates := make([]gitops.Update, n)
	for i := range updates {
		files := map[string]string{}
		name, tag := fmt.Sprintf("tenant-%05d", i), "1.0"
		if i == 0 {
			tag = image
		}
		for j := range 38 {
			folder := []string{"platform/base", "workload/base", "platform/overlays/production/namespaced", "workload/overlays/production"}[j%4]
			var b strings.Builder
			for k := range 12 {
				fmt.Fprintf(&b, "  field%d: %s-%d\n  name: %x\n", k, name, j, (i*7919+j*104729+k*1299709)%16777213)
			}
			files[fmt.Sprintf("%s/object-%02d.yaml", folder, j)] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n" + b.String()
		}
		files["workload/base/rollout-web.yaml"] = "image: " + tag + "\n"
		updates[i] = update(name, files)
	}
	return updates
}

func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec)*1e3 + float64(u.Utime.Usec+u.Stime.Usec)/1e3
}

// BenchmarkPublish reports CPU a publish (user and system), in milliseconds.
func BenchmarkPublish(b *testing.B) {
	const n = 1000
	first, second := fleet(n, "1.0"), fleet(n, "2.0")
	run := func(name string, prepare bool, updates []gitops.Update) {
		b.Run(name, func(b *testing.B) {
			var used float64
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				opts := options(bare(b))
				if prepare {
					publish(b, opts, first...)
				}
				start := cpu()
				b.StartTimer()
				publish(b, opts, updates...)
				used += cpu() - start
			}
			b.ReportMetric(used/float64(b.N), "cpu-ms/op")
		})
	}
	run("cold", false, first)
	run("unchanged", true, first)
	run("one changed", true, second[:1])
	run("one changed of all", true, second)
}
