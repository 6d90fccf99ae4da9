package schemas

import (
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// cpu reports the CPU that an operation takes, garbage collection included: on a busy machine the
// wall clock says little.
func cpu(b *testing.B, op func()) {
	b.ReportAllocs()
	used := func() float64 {
		var u syscall.Rusage
		require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
		return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
	}
	start := used()
	for b.Loop() {
		op()
	}
	b.ReportMetric((used()-start)/float64(b.N), "cpu-ms/op")
}

func BenchmarkCheck(b *testing.B) {
	c := checked(b, nil)
	doc := parseNode(b, "acme.yaml", sample)
	b.Run("input", func(b *testing.B) { cpu(b, func() { c.session().input("Tenant", doc) }) })
	b.Run("rules", func(b *testing.B) { cpu(b, func() { c.session().rules(doc) }) })
	b.Run("tenant", func(b *testing.B) {
		cpu(b, func() {
			s := c.session()
			s.input("Tenant", doc)
			s.complete(doc)
			s.rules(doc)
		})
	})
	b.Run("compile", func(b *testing.B) {
		cpu(b, func() { checked(b, nil) })
	})
}
