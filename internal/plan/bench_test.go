package plan

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fleet is n tenants in three environments with the objects of a real one, in all of which one tier line changes: the
// quota for CPU in the same way everywhere, that for pods by tenant, and the limits.
func fleet(tb testing.TB, n int) Input {
	text, err := os.ReadFile("testdata/tenant.yaml")
	require.NoError(tb, err)
	template := objects(tb, string(text))
	in := Input{Prices: &Prices{Currency: "EUR", CPU: 20, MemoryGiB: 3, StorageGiB: 1, Database: 50, LoadBalancer: 12}}
	for i := range n {
		tenant := fmt.Sprintf("tenant-%04d", i)
		for _, e := range []string{"development", "staging", "production"} {
			names := strings.NewReplacer("acme-production", tenant+"-"+e, "acme", tenant, "production", e)
			in.Environments = append(in.Environments, Environment{
				Place: Place{tenant, e},
				Old:   member(template, names, tenant+"-"+e, "2500m", "2Gi", 62+i%7),
				New:   member(template, names, tenant+"-"+e, "3500m", "3Gi", 93+i%9),
			})
		}
	}
	return in
}

func member(template []manifest.Object, names *strings.Replacer, namespace, cpu, memory string, pods int) *Side {
	s := &Side{Namespace: namespace, Tier: "premium"}
	for _, o := range template {
		tree := renamedTree(o.Tree, names).(map[string]any)
		switch o.Kind() + " " + o.Name() {
		case "ResourceQuota compute":
			child(tree, "spec", "hard")["requests.cpu"] = cpu
		case "ResourceQuota objects":
			child(tree, "spec", "hard")["pods"] = fmt.Sprint(pods)
		case "LimitRange limits":
			child(list(child(tree, "spec")["limits"])[0], "max")["memory"] = memory
		}
		s.Objects = append(s.Objects, manifest.Object{Owner: o.Owner, Subject: o.Subject, Tree: tree})
	}
	return s
}

// renamedTree copies a tree with other names in it.
func renamedTree(v any, names *strings.Replacer) any {
	switch x := v.(type) {
	case map[string]any:
		m := make(map[string]any, len(x))
		for k, v := range x {
			m[k] = renamedTree(v, names)
		}
		return m
	case []any:
		l := make([]any, len(x))
		for i, v := range x {
			l[i] = renamedTree(v, names)
		}
		return l
	case string:
		return names.Replace(x)
	}
	return v
}

// upgraded changes a label of every object of the new sides, as another version of the generators might.
func upgraded(in Input) Input {
	for _, e := range in.Environments {
		for _, o := range e.New.Objects {
			child(o.Tree, "metadata", "labels")["app.kubernetes.io/version"] = "2"
		}
	}
	return in
}

func BenchmarkEveryObject(b *testing.B) { measureNew(b, upgraded(fleet(b, 1000))) }

// processorTime is what the process has used: the clock says little on a machine that others use as well.
func processorTime(tb testing.TB) time.Duration {
	var u syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

var sink Plan

func BenchmarkOneTierLine(b *testing.B) {
	for _, n := range []int{100, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { measureNew(b, fleet(b, n)) })
	}
}

func measureNew(b *testing.B, in Input) {
	b.ReportAllocs()
	before := processorTime(b)
	for b.Loop() {
		sink = New(in)
	}
	b.ReportMetric((processorTime(b)-before).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(len(sink.Groups)), "groups")
}
