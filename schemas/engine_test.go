package schemas

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func checked(t testing.TB, ext map[string][]byte) *checker {
	t.Helper()
	c, problems, err := newChecker(ext)
	require.NoError(t, err)
	require.Empty(t, problems)
	return c
}

// lines writes problems as the text report does.
func lines(problems []manifest.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s: %s: %s\n", p.Position, p.Field, p.Message)
	}
	return b.String()
}

func parseNode(t testing.TB, file, text string) *manifest.Node {
	t.Helper()
	docs, problems := manifest.Parse(file, []byte(text), manifest.TenantLimits)
	require.Empty(t, problems)
	require.Len(t, docs, 1)
	return docs[0]
}

func TestExtensions(t *testing.T) {
	const owners = "  owners: [{group: admins, role: admin}]\n"
	c := checked(t, map[string][]byte{"platform/schemas/acme.cue": []byte(`package tenantsmith

import "strings"

#TenantInput: spec?: displayName?: strings.MinRunes(3)

#TenantRules: {
	spec: tags: "cost-center"!: =~"^[0-9]+$"
	#rules: "no debug in production": [
		if spec.monitoring != _|_ if spec.monitoring.logLevel == "debug" {
			at: ["monitoring", "logLevel"], says: "must not be debug"
		},
	]
}
`)})
	own := checked(t, nil)
	require.NotEqual(t, own.digest(), c.digest())
	require.Equal(t, own.digest(), checked(t, nil).digest())
	doc := parseNode(t, "acme.yaml", head+"  displayName: A\n  monitoring: {logLevel: debug}\n"+owners)
	require.Empty(t, own.session().input("Tenant", doc))
	problems := c.session().input("Tenant", doc)
	require.Equal(t, "acme.yaml:5:16: spec.displayName: must have at least 3 characters\n", lines(problems))
	problems = c.session().rules(doc)
	require.Equal(t, "acme.yaml:4:1: spec.tags.cost-center: is required\n"+
		"acme.yaml:6:26: spec.monitoring.logLevel: must not be debug\n", lines(problems))
	require.Equal(t, "platform/schemas/acme.cue:8:14", problems[0].Rule.String())
	require.Equal(t, "platform/schemas/acme.cue:11:42", problems[1].Rule.String())
	doc = parseNode(t, "acme.yaml", head+"  tags: {cost-center: x}\n"+owners)
	require.Equal(t, "acme.yaml:5:23: spec.tags.cost-center: has not the form that is asked for\n", lines(c.session().rules(doc)))
	doc = parseNode(t, "acme.yaml", head+"  tags: {cost-center: '17'}\n"+owners)
	require.Empty(t, c.session().rules(doc))
}

func TestBadExtensions(t *testing.T) {
	for _, tt := range []struct{ name, cue, want string }{
		{"syntax", "package tenantsmith\n\nfoo: {\n", "x.cue:3:8: : expected '}', found 'EOF'"},
		{"package", "package other\n", "x.cue:1:1: : must be of package tenantsmith"},
		{"no package", "foo: 1\n", "x.cue:1:1: : must be of package tenantsmith"},
		{"import", "package tenantsmith\n\nimport \"example.com/foo\"\n\nfoo: foo.x\n", `x.cue:3:8: : import "example.com/foo" is not of CUE's standard library`},
		{"tools", "package tenantsmith\n\nimport \"tool/exec\"\n\nfoo: exec.Run\n", `x.cue:3:8: : import "tool/exec" is not of CUE's standard library`},
		{"embed", "@extern(embed)\n\npackage tenantsmith\n\nfoo: _ @embed(file=passwd.json)\n",
			"x.cue:1:1: : @extern is not allowed: schemas read no other files\nx.cue:5:8: : @embed is not allowed: schemas read no other files"},
		{"unknown name", "package tenantsmith\n\n#Service: image?: #Nope\n", `x.cue:3:19: #Service.image: reference "#Nope" not found`},
		{"widens", "package tenantsmith\n\n#Service: sidecar?: string\n", "x.cue:3:11: sidecar: adds a field; data of the platform's own belongs under spec.extensions"},
		{"adds a tier", "package tenantsmith\n\ntiers: gold: {}\n", "x.cue:3:1: : tiers stand in the platform file, not in schemas"},
		{"changes a tier", "package tenantsmith\n\ntiers: free: cpu: maximum: \"8\"\n", "x.cue:3:1: : tiers stand in the platform file, not in schemas"},
		{"contradicts", "package tenantsmith\n\n#Service: replicas?: string\n", "x.cue:3:22: #Service.replicas: conflicting values string and int (mismatched types string and int)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, problems, err := newChecker(map[string][]byte{"x.cue": []byte(tt.cue)})
			require.NoError(t, err)
			require.Nil(t, c)
			require.Equal(t, tt.want, strings.TrimSpace(lines(problems)))
		})
	}
}

// Sessions in several goroutines share the schemas; the race detector watches.
func TestConcurrentSessions(t *testing.T) {
	c := checked(t, nil)
	good := parseNode(t, "acme.yaml", sample)
	bad := parseNode(t, "acme.yaml", head+"  lifecycle: activ\n  services: {web: {imge: x, replicas: -1}}\n")
	want := lines(c.session().input("Tenant", bad))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 10 {
				s := c.session()
				if p := s.input("Tenant", good); len(p) > 0 {
					t.Errorf("good tenant refused: %s", lines(p))
				}
				if p := s.rules(good); len(p) > 0 {
					t.Errorf("good tenant breaks rules: %s", lines(p))
				}
				if got := lines(s.input("Tenant", bad)); got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		})
	}
	group.Wait()
}

// What a session needed goes with it.
func TestSessionsLeaveNothingBehind(t *testing.T) {
	c := checked(t, nil)
	doc := parseNode(t, "acme.yaml", sample)
	live := func(sessions int) uint64 {
		for range sessions {
			s := c.session()
			s.input("Tenant", doc)
			s.rules(doc)
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := live(20)
	after := live(200)
	require.Less(t, after, before+512<<10)
	runtime.KeepAlive(c)
}

// The largest files that are read at all are judged in time, whatever they say.
func TestLargeDocuments(t *testing.T) {
	c := checked(t, nil)
	many := func(entry string) string {
		var b strings.Builder
		for i := range 1500 {
			fmt.Fprintf(&b, entry, i)
		}
		return b.String()
	}
	for name, doc := range map[string]string{
		"services":       head + "  services:\n" + many("    s%d: {kind: worker, image: x, replicas: 1}\n"),
		"wrong services": head + "  services:\n" + many("    s%d: {kind: wrker, imge: x, replicas: -1}\n"),
		"unknown fields": head + many("  field%d: x\n"),
		"wrong names":    head + "  services:\n" + many("    S%d: {}\n"),
		"choices":        head + "  services: {web: {env: {\n" + many("    V%d: {secrt: x},\n") + "  }}}\n",
		"lists":          head + "  domains: [\n" + many("    a%d,\n") + "  ]\n",
		"wrong ports":    head + "  services: {web: {ports: {\n" + many("    p%d: {port: x},\n") + "  }}}\n",
	} {
		t.Run(name, func(t *testing.T) {
			node := parseNode(t, "acme.yaml", doc)
			start := time.Now()
			s := c.session()
			found := len(s.input("Tenant", node))
			s.rules(node)
			t.Log(found, "problems in", time.Since(start))
			require.Less(t, time.Since(start), time.Minute) // what is not linear takes hours
		})
	}
}
