package policies

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cpu is the time this process has used on all cores.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// measure reports CPU beside wall time, which means little on a busy machine.
func measure(b *testing.B, f func()) {
	b.ReportAllocs()
	start, n := cpu(), 0
	for b.Loop() {
		f()
		n++
	}
	b.ReportMetric(float64((cpu()-start).Microseconds())/float64(n), "cpu-µs/op")
}

// BenchmarkCheck judges a clean tenant of 35 objects: as in a run, where tenantsmith generated them
// all, and by every check as if people had brought them.
func BenchmarkCheck(b *testing.B) {
	e, objects := engine(b), read(b, "tenant.yaml")
	require.Len(b, objects, 35)
	for name, brought := range map[string][]bool{"generated": make([]bool, len(objects)), "brought": nil} {
		b.Run(name, func(b *testing.B) {
			measure(b, func() {
				_, err := e.Check(context.Background(), Input{Context: acme(), Objects: objects, Brought: brought})
				require.NoError(b, err)
			})
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	measure(b, func() {
		_, err := Compile(nil)
		require.NoError(b, err)
	})
}
