package report

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestProse(t *testing.T) {
	for in, want := range map[string]string{
		"plain text, 5.2.7 (x): - y": "plain text, 5.2.7 (x): - y",
		"a|b":                        `a\|b`,
		"<b>&amp;":                   "&lt;b&gt;&amp;amp;",
		"*a* _b_ ~c~ `d` [e](f)":     "\\*a\\* \\_b\\_ \\~c\\~ \\`d\\` \\[e\\](f)",
		`\|`:                         `\\\|`,
		"@org/team a@b.example":      "@&ZeroWidthSpace;org/team a@&ZeroWidthSpace;b.example",
		"#1 a/b#2 gh-3 #x":           "#&ZeroWidthSpace;1 a/b#&ZeroWidthSpace;2 gh-&ZeroWidthSpace;3 #x",
		"https://e.example Www.e":    "https&colon;//e.example Www&period;e",
		"1. a":                       `1\. a`,
		"- a":                        `\- a`,
		"# a":                        `\# a`,
		"---":                        `\---`,
		"a\n\n# b":                   "a  # b",
		"![x](y)":                    `\!\[x\](y)`,
		"$x$":                        "&dollar;x&dollar;",
		"  ":                         "",
	} {
		require.Equal(t, want, prose(in), in)
	}
	require.Equal(t, "`tenants/a.yaml:3`", code("tenants/a.yaml:3"))
	require.Equal(t, "a\\`b", code("a`b"))
	require.Equal(t, `a\|b`, code("a|b"))
}

// TestComplianceMarkdown: every row has the cells of its table, and nothing that people wrote is markup.
func TestComplianceMarkdown(t *testing.T) {
	text := compliance(t, "markdown", evidence(3), Options{})
	cells := 0
	for line := range strings.Lines(text) {
		n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
		switch {
		case !strings.HasPrefix(line, "|"):
			cells = 0
		case cells == 0:
			cells = n
		default:
			require.Equal(t, cells, n, line)
		}
	}
	for _, want := range []string{
		"### CIS Kubernetes Benchmark, 2.0.1\n", "| Fail | Pass |\n|---|---|\n| 2 | 1 |\n", "\n- `tenants/t00.yaml:7` TS-X-001: ",
		"  - controls: 5.2.7, 5.6.3\n", "  - ticket: SEC-7\n  - expires: 2026-12-31\n", "| 5.2.7 | fail | 1/2 | Title of 5.2.7 | t00 |\n",
		"| Control | t00 | t01 | t02 |\n|---|---|---|---|\n| 5.2.7 | fail | accepted risk | pass |\n| 5.6.3 |", "| w | TS-X-001 | t01 |",
		"- broken: its files have problems", "- a file: no regular file\n", "| expired | `tenantsmith.yaml:9` |", "| in the future |",
	} {
		require.Contains(t, text, want)
	}
	for _, bad := range []string{"<script", "@everyone", "://", "www.", " #12", "GH-7", "[l](", "\u202e"} {
		require.NotContains(t, text, bad)
	}
	require.Equal(t, strings.Count(text, "<details>"), strings.Count(text, "</details>"))
	many := compliance(t, "markdown", evidence(maxMatrix+1), Options{})
	require.NotContains(t, many, "| Control | t00 |")
	require.Contains(t, many, "| t00 | development, production | 2 | 0 | 1 | 5.2.7, 5.6.3 |\n")
	require.Contains(t, compliance(t, "markdown", &Compliance{}, Options{}), "No tenant has to hold a framework.")
}
