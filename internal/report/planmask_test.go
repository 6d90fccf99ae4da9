package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// TestPlanSecrets: no form shows a value that is a secret by its name, its form, or the object that it stands in,
// however it changes, and whether the whole object is known or not.
func TestPlanSecrets(t *testing.T) {
	const old, new = "hunt" + "er2", "corr" + "ect9"
	pod := func(value string, more ...any) map[string]any {
		return tree("spec", tree("containers", []any{tree("name", "web",
			"args", []any{"--port", "80", "--password", value},
			"env", append([]any{tree("name", "DB_PASSWORD", "value", value), tree("name", "LOG", "value", "info-"+value[:1])}, more...))}))
	}
	vault := func(data, note string) map[string]any {
		return tree("metadata", tree("annotations", tree("note", note)), "data", tree("a.txt", data), "stringData", tree("b", tree("c", data)), "type", "Opaque")
	}
	login := func(value string) map[string]any {
		return tree("data", tree("url", "postgres://shop:"+value+"@db:5432/shop", "app.yaml", "log: info\ndb:\n  password: "+value+"\n"))
	}
	objects := []plan.ObjectChange{
		objectChange(key("", "Pod", "acme", "p"), pod(old), pod(new, tree("name", "API_TOKEN", "value", old))),
		objectChange(key("", "Secret", "acme", "s"), vault(old, new), vault(new, old)),
		objectChange(key("", "Secret", "acme", "t"), tree("type", "Opaque"), vault(new, old)),
		objectChange(key("", "ConfigMap", "acme", "c"), login(old), login(new)),
		objectChange(key("", "ConfigMap", "acme", "d"), tree("data", nil), login(new)),
	}
	for _, known := range []bool{true, false} {
		p := imagePlan()
		p.Groups[0].Objects = nil
		for _, o := range objects {
			if !known {
				o.Before, o.After = nil, nil
			}
			p.Groups[0].Objects = append(p.Groups[0].Objects, o)
		}
		p.Groups[0].Causes = []plan.Cause{
			causeAt("tenants/a.yaml", 1, "spec.services.web.env.DB_PASSWORD", old, new), causeAt("tenants/a.yaml", 1, "spec.services.web.args[1]", old, new),
			causeAt("tenants/a.yaml", 1, "spec.services.web.env", nil, tree("DB_PASSWORD", new)), causeAt("tenants/a.yaml", 1, "spec.services.web.args", nil, []any{"--password", old}),
		}
		p.Groups[0].Risks[0].Message, p.Groups[0].Risks[0].Remedy = "reaches postgres://shop:"+old+"@db:5432", "not postgres://shop:"+old+"@db:5432"
		found := problem(1, manifest.High)
		found.Message = "calls postgres://shop:" + new + "@db:5432"
		p.Findings.New = []manifest.Problem{found}
		p.Skipped = []plan.Skipped{{What: "x", Reason: "postgres://shop:" + new + "@db:5432 is away"}}
		for _, format := range PlanFormats {
			text := planned(t, format, p, PlanOptions{Options: Options{Width: 200}})
			require.NotContains(t, text, old, "%s, %v", format, known)
			require.NotContains(t, text, new, "%s, %v", format, known)
			require.Contains(t, strings.ReplaceAll(text, "\\*", "*"), "***")
		}
	}
}

// TestShownFields: what is no secret is shown, elements go by their names, and a secret that stays is told so.
func TestShownFields(t *testing.T) {
	const secret = "hunt" + "er2"
	text := func(level string) map[string]any {
		return tree("data", tree("app.yaml", "log: "+level+"\npassword: "+secret+"\n"))
	}
	got := shownFields(objectChange(key("", "ConfigMap", "", "c"), text("info"), text("debug")))
	require.Len(t, got, 1)
	require.Equal(t, "log: info\npassword: ***\n", got[0].Old)
	require.Equal(t, "log: debug\npassword: ***\n", got[0].New)
	require.True(t, got[0].Hidden && got[0].Same)

	env := func(names ...string) map[string]any {
		var list []any
		for _, name := range names {
			list = append(list, tree("name", name, "value", name+"-"+names[0]))
		}
		return tree("env", list)
	}
	got = shownFields(objectChange(key("", "Pod", "", "p"), env("A", "B", "TOKEN"), env("X", "B", "TOKEN")))
	var lines []string
	for _, f := range got {
		lines = append(lines, f.Named+" "+values(f, 80))
	}
	require.Equal(t, []string{
		"env[A] " + `{"name":"A","value":"A-A"}`, "env[X] " + `{"name":"X","value":"X-X"}`, "env[B].value B-A → B-X", "env[TOKEN].value *** (hidden, changed)",
	}, lines)
}

// TestLineDiff: what stays is told once beside what changes, and long differences are cut and counted.
func TestLineDiff(t *testing.T) {
	say := func(lines []diffLine) string {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString(l.sign + l.text + "\n")
		}
		return b.String()
	}
	require.Equal(t, " b\n-c\n+x\n d\n", say(lineDiff("a\nb\nc\nd\ne", "a\nb\nx\nd\ne")))
	require.Equal(t, "+x\n a\n", say(lineDiff("a\nb", "x\na\nb")))
	require.Equal(t, " a\n-b\n", say(lineDiff("a\nb", "a")))
	require.Equal(t, "-a\n b\n+c\n", say(lineDiff("a\nb", "b\nc")))
	long := say(lineDiff(strings.Repeat("a\n", 2000), strings.Repeat("b\n", 2000)))
	require.Equal(t, mostLines+1, strings.Count(long, "\n"))
	require.Contains(t, long, "… 3984 more lines\n")
}

func TestValues(t *testing.T) {
	for want, pair := range map[string][2]any{
		`1 → "1"`: {int64(1), "1"}, `"" → a`: {"", "a"}, "null → 2": {nil, int64(2)}, `[1] → {"a":"<"}`: {[]any{int64(1)}, map[string]any{"a": "<"}},
		`" a\n" → a`: {" a\n", "a"}, "a … (2 lines) → b": {"a\nc", "b"}, "true → 1.5": {true, 1.5},
	} {
		require.Equal(t, want, fromTo(pair[0], pair[1], 80))
	}
	require.Equal(t, "aaaaaaaa… → b", fromTo(strings.Repeat("a", 90), "b", 13))
	require.Equal(t, "aaaa… → bbbb…", fromTo(strings.Repeat("a", 90), strings.Repeat("b", 90), 13))
	require.Equal(t, "…ple/backend:1.4.2 → …ple/backend:1.5.0", fromTo("ghcr.io/example/backend:1.4.2", "ghcr.io/example/backend:1.5.0", 40))
	require.Equal(t, "日本…", fit("日本語", 5))
	require.Equal(t, "日本語", fit("日本語", 6))
	require.Equal(t, "a, b", naming([]string{"a", "b"}, 2000))
	require.Equal(t, "a, b and 2 more", naming([]string{"a", "b", "cccccccccccc", "d"}, 16))
	require.Equal(t, "aaaaaaaaaa and 1 more", naming([]string{"aaaaaaaaaa", "b"}, 3))
	require.Equal(t, []string{"a bb", "ccccccc", "d"}, wrap("a bb ccccccc d", 4))
}
