package proof

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// ringed lets each tenant call the next, as both agree: no two have the same policies.
const ringed = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ring, namespace: %s}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: web}}
  ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}}], ports: [{port: 80}]}]
  egress: [{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: %s}}, podSelector: {matchLabels: {app.kubernetes.io/name: web}}}]}]
---
`

// served lets everybody in at a port where nobody goes out to, and itself out to all at another.
const served = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: served, namespace: %s}
spec:
  podSelector: {matchLabels: {app.kubernetes.io/name: service-%d}}
  ingress: [{ports: [{port: 8080}]}]
  egress: [{ports: [{port: 5432}]}]
---
`

// fleets are tenants whose policies are the same, are one of twenty, differ all, and differ all while all let
// everybody in, so that every two have to be looked at.
var fleets = []struct {
	name string
	// more is what tenant i of n has, beside what all have.
	more func(i, n int) string
}{
	{"one", func(i, n int) string { return "" }},
	{"twenty", func(i, n int) string { return fmt.Sprintf(served, tenantName(i), i%20) }},
	{"own", func(i, n int) string {
		return fmt.Sprintf(ringed, tenantName(i), tenantName((i+n-1)%n), tenantName((i+1)%n))
	}},
	{"met", func(i, n int) string { return fmt.Sprintf(served, tenantName(i), i) }},
}

func tenantName(i int) string { return fmt.Sprintf("tenant-%d", i) }

// BenchmarkIsolate reads and judges as many tenants as there are; calls of the ring are agreed. CPU-s counts all processors.
func BenchmarkIsolate(b *testing.B) {
	for _, f := range fleets {
		for _, n := range []int{100, 1000, 4000} {
			b.Run(fmt.Sprintf("%s/%d", f.name, n), func(b *testing.B) { benchmarkIsolate(b, n, f.more) })
		}
	}
}

func benchmarkIsolate(b *testing.B, n int, more func(i, n int) string) {
	objects := make([][]manifest.Object, n)
	var agreed []Agreed
	for i := range objects {
		objects[i] = parsed(b, fmt.Sprintf(closedTenant, tenantName(i))+more(i, n))
		agreed = append(agreed, Agreed{From: i, To: (i + 1) % n, Callers: []string{"web"}, Callees: []string{"web"}})
	}
	b.ReportAllocs()
	before := cpu(b)
	for b.Loop() {
		all := make([]Enclosure, n)
		for i := range objects {
			all[i] = Enclose(placed(tenantName(i)), objects[i])
		}
		found := Isolate(all, agreed, nil)
		require.Equal(b, n*(n-1), found.Pairs)
		require.Empty(b, found.Breaches)
	}
	b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "CPU-s/op")
}

// cpu is what the process has used.
func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
