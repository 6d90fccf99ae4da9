package report

import (
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// element is one of XML, whatever it is.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e element) number(t *testing.T, name string) int {
	n, err := strconv.Atoi(e.attr(name))
	require.NoError(t, err, "%s of %s", name, e.XMLName.Local)
	return n
}

func (e element) count(names ...string) (n int) {
	for _, c := range e.Children {
		if slices.Contains(names, c.XMLName.Local) {
			n++
		}
		n += c.count(names...)
	}
	return n
}

// form is what an element of JUnit's XML may hold: the part of the schema of the xUnit plugin of Jenkins
// that other readers know as well.
type form struct {
	required, optional, children []string
	text                         bool
}

var note = form{optional: []string{"message", "type"}, text: true}

var junitForms = map[string]form{
	"testsuites": {optional: []string{"name", "time", "tests", "failures", "errors"}, children: []string{"testsuite"}},
	"testsuite": {
		required: []string{"name", "tests", "failures", "errors"}, optional: []string{"skipped", "time", "timestamp", "hostname", "id", "package", "file"},
		children: []string{"testsuite", "properties", "testcase", "system-out", "system-err"},
	},
	"testcase": {
		required: []string{"name"}, optional: []string{"classname", "time", "group"},
		children: []string{"skipped", "error", "failure", "system-out", "system-err"},
	},
	"failure": note, "error": note, "skipped": note,
	"system-out": {text: true}, "system-err": {text: true},
}

// requireJUnit holds that the text is well formed, has the form of JUnit and counts right.
func requireJUnit(t *testing.T, text string) element {
	dec := xml.NewDecoder(strings.NewReader(text))
	var root element
	require.NoError(t, dec.Decode(&root))
	_, err := dec.Token() // the line break at the end
	require.NoError(t, err)
	_, err = dec.Token()
	require.ErrorIs(t, err, io.EOF)
	require.Equal(t, "testsuites", root.XMLName.Local)
	requireForm(t, root)
	for _, e := range append(slices.Clone(root.Children), root) {
		require.Equal(t, e.count("testcase"), e.number(t, "tests"), e.attr("name"))
		require.Equal(t, e.count("failure"), e.number(t, "failures"), e.attr("name"))
		require.Equal(t, e.count("error"), e.number(t, "errors"), e.attr("name"))
	}
	return root
}

func requireForm(t *testing.T, e element) {
	f, known := junitForms[e.XMLName.Local]
	require.True(t, known, "no element %s", e.XMLName.Local)
	for _, name := range f.required {
		require.True(t, slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool { return a.Name.Local == name }), "%s lacks %s", e.XMLName.Local, name)
	}
	for _, a := range e.Attrs {
		require.Contains(t, slices.Concat(f.required, f.optional), a.Name.Local, e.XMLName.Local)
		require.Empty(t, a.Name.Space)
	}
	require.True(t, f.text || strings.TrimSpace(e.Text) == "", "text in %s", e.XMLName.Local)
	for _, c := range e.Children {
		require.Contains(t, f.children, c.XMLName.Local, e.XMLName.Local)
		requireForm(t, c)
	}
}

func TestJUnit(t *testing.T) {
	failing, again, below, waived := problem(1, manifest.High), problem(2, manifest.High), problem(3, manifest.Low), problem(4, manifest.Critical)
	below.Check = "TS-X-002"
	waived.Check, waived.Waiver = "TS-X-003", "accepted by the board"
	schema, strange := problem(5, manifest.Error), problem(6, manifest.Error)
	schema.Check, schema.Environment, schema.Object, schema.Field = "", "", manifest.Key{}, "spec.tier"
	strange.Check, strange.Tenant, strange.Environment = "policy", "", ""
	r := Report{
		Problems: []manifest.Problem{failing, again, below, waived, schema, strange}, FailOn: manifest.High,
		Rules:    []Rule{rule("TS-X-001", manifest.High), rule("TS-X-002", manifest.Low), rule("TS-X-003", manifest.Critical), rule("TS-X-004", manifest.Low)},
		Examined: []Place{{"acme", ""}, {"acme", "production"}, {"acme", "staging"}},
	}
	root := requireJUnit(t, written(t, "junit", r, Options{}))
	require.Equal(t, 3, root.number(t, "failures"))
	var names []string
	for _, s := range root.Children {
		names = append(names, s.attr("name")+" "+s.attr("tests")+" "+s.attr("failures")+" "+s.attr("skipped"))
	}
	require.Equal(t, []string{"platform 2 1 0", "acme 1 1 0", "acme/production 4 1 1", "acme/staging 4 0 0"}, names)

	cases := root.Children[2].Children
	require.Equal(t, "TS-X-001 Title of TS-X-001", cases[0].attr("name"))
	require.Equal(t, "acme.production", cases[0].attr("classname"))
	require.Equal(t, "wrong at 1, and 1 more", cases[0].Children[0].attr("message"))
	require.Contains(t, cases[0].Children[0].Text, "tenants/acme.yaml:1:3: high TS-X-001: wrong at 1\n")
	require.Contains(t, cases[0].Children[0].Text, "wrong at 2")
	require.Equal(t, "system-out", cases[1].Children[0].XMLName.Local)
	require.Equal(t, "skipped", cases[2].Children[0].XMLName.Local)
	require.Equal(t, "accepted by the board", cases[2].Children[0].attr("message"))
	require.Empty(t, cases[3].Children)
}

// TestJUnitManifests: objects of nobody's are asked, too.
func TestJUnitManifests(t *testing.T) {
	r := Report{FailOn: manifest.High, Rules: []Rule{rule("TS-X-001", manifest.High)}, Examined: []Place{{}}, Manifests: true}
	r.Summary.Skipped = []Skipped{{What: "a.yaml", Reason: "no regular file"}}
	root := requireJUnit(t, written(t, "junit", r, Options{}))
	require.Equal(t, "manifests", root.Children[0].attr("name"))
	require.Equal(t, 2, root.number(t, "tests"))
	require.Equal(t, "not examined: a.yaml: no regular file\n", root.Children[0].Children[2].Text)
}
