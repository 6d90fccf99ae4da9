package report

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"
)

// elements are those of a page in their order.
func elements(t *testing.T, text string) []*html.Node {
	root, err := html.Parse(strings.NewReader(text))
	require.NoError(t, err)
	var out []*html.Node
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			out = append(out, n)
		}
	}
	return out
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// words in an element and below it.
func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// TestComplianceHTML: the page loads nothing, runs nothing, and can be read by ear and by keyboard.
func TestComplianceHTML(t *testing.T) {
	for _, tenants := range []int{1, 3, maxMatrix + 1} {
		all := elements(t, compliance(t, "html", evidence(tenants), Options{}))
		ids := map[string]bool{}
		for _, n := range all {
			if id := attr(n, "id"); id != "" {
				require.False(t, ids[id], "two elements have the id %s", id)
				require.NotContains(t, id, " ")
				ids[id] = true
			}
		}
		level := 0
		for _, n := range all {
			requireClosed(t, n)
			requireAnchors(t, n, ids)
			if strings.HasPrefix(n.Data, "h") && len(n.Data) == 2 && n.Data != "hr" {
				now := int(n.Data[1] - '0')
				require.LessOrEqual(t, now, level+1, "h%d %s follows h%d", now, textOf(n), level)
				require.NotEmpty(t, strings.TrimSpace(textOf(n)))
				level = now
			}
			if n.Data == "table" {
				requireTable(t, n)
			}
			if strings.Contains(" "+attr(n, "class")+" ", " status ") {
				require.NotEmpty(t, textOf(n), "a status without words")
			}
		}
	}
}

// requireClosed holds that an element neither loads nor runs anything.
func requireClosed(t *testing.T, n *html.Node) {
	require.NotContains(t, []string{"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "image", "use"}, n.Data)
	for _, a := range n.Attr {
		require.False(t, strings.HasPrefix(a.Key, "on"), a.Key)
		require.NotContains(t, []string{"src", "srcset", "style", "action", "background", "poster", "ping"}, a.Key)
	}
	if n.Data == "style" {
		require.NotContains(t, textOf(n), "url(")
		require.NotContains(t, textOf(n), "@import")
		require.Equal(t, pageStyle, textOf(n), "the policy allows this style only")
	}
	if attr(n, "http-equiv") != "" {
		require.Contains(t, attr(n, "content"), "default-src 'none'")
	}
}

// requireAnchors holds that what refers to an id finds it.
func requireAnchors(t *testing.T, n *html.Node, ids map[string]bool) {
	if n.Data == "a" {
		to, err := url.Parse(attr(n, "href"))
		require.NoError(t, err)
		require.Empty(t, to.Host+to.Path+to.Scheme)
		require.True(t, ids[to.Fragment], "nothing has the id %s", to.Fragment)
	}
	if by := attr(n, "aria-labelledby"); by != "" {
		require.True(t, ids[by], "nothing has the id %s", by)
	}
}

func requireTable(t *testing.T, table *html.Node) {
	require.NotNil(t, table.FirstChild.NextSibling)
	require.Equal(t, "caption", table.FirstChild.NextSibling.Data)
	require.NotEmpty(t, textOf(table.FirstChild.NextSibling))
	columns := 0
	for n := range table.Descendants() {
		switch n.Data {
		case "th":
			require.Contains(t, []string{"col", "row"}, attr(n, "scope"))
		case "tr":
			cells := 0
			for c := range n.ChildNodes() {
				if c.Type == html.ElementNode {
					cells++
				}
			}
			require.True(t, columns == 0 || columns == cells, textOf(table))
			columns = cells
		}
	}
	require.NotZero(t, columns)
}

// TestComplianceHTMLSays: what the other formats say stands in the page, in words.
func TestComplianceHTMLSays(t *testing.T) {
	text := compliance(t, "html", evidence(3), Options{})
	all := elements(t, text)
	require.Equal(t, "en", attr(all[0], "lang"))
	said := map[string]string{}
	landmarks := map[string]int{}
	for _, n := range all {
		landmarks[n.Data]++
		if id := attr(n, "id"); id != "" {
			said[id] = textOf(n)
		}
		if n.Data == "details" {
			open := strings.Contains(textOf(n.FirstChild.NextSibling), "fail")
			_, opened := attributes(n)["open"]
			require.Equal(t, open, opened, "what fails is open")
		}
	}
	for _, name := range []string{"header", "nav", "main", "h1"} {
		require.Equal(t, 1, landmarks[name], name)
	}
	require.Equal(t, "CIS Kubernetes Benchmark: fail 2, pass 1", said["framework-cis-bar"])
	for _, want := range []string{"tenants/t00.yaml:7", "also in production", "Fix: set spec.x", "not asked: needs platform.spec.waf", "not asked: only a change", "Waiver: w"} {
		require.Contains(t, said["cis-5.2.7"], want)
	}
	require.Contains(t, said["cis-5.2.7"], "<script src=//evil.example>", "as a text")
	require.Contains(t, said["waiver-w"], "SEC-7")
	require.Contains(t, said["gdpr-37"], "https://wiki.example.com/dpo")
	for _, want := range []string{">2026-12-31<", "<strong>expired</strong>", "<strong>in the future</strong>", "broken: its files"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, compliance(t, "html", evidence(maxMatrix+1), Options{}), "framework-cis-matrix")
	require.Contains(t, compliance(t, "html", &Compliance{}, Options{}), "No tenant has to hold a framework.")
}

func attributes(n *html.Node) map[string]string {
	out := map[string]string{}
	for _, a := range n.Attr {
		out[a.Key] = a.Val
	}
	return out
}

// TestBar: the segments fill the bar, whatever the numbers.
func TestBar(t *testing.T) {
	controls := make([]Control, 7)
	for i := range controls {
		controls[i].Status = Statuses[i%3]
	}
	x := 0
	for _, s := range bar(controls) {
		require.Equal(t, x, s.X)
		require.Positive(t, s.Width)
		x += s.Width
	}
	require.Equal(t, 1000, x)
	require.Empty(t, bar(nil))
}
