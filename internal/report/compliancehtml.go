package report

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
)

//go:embed compliance.html.tmpl
var pageText string

//go:embed compliance.css
var pageStyle string

// page is the HTML form: one file without scripts, that loads nothing. Its functions are what the other
// forms use as well.
var page = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"l": func() labelTexts { return words().Label },
		"t": func() complianceTexts { return words().Compliance }, "heading": func(p any) string { return heading(phrase(fmt.Sprint(p))) }, "list": list, "clean": Clean,
		"style": func() template.CSS { return template.CSS(pageStyle) }, "policy": policy,
		"anchor": anchor, "at": at, "spot": spot, "objects": objects,
		"statuses": func() []Status { return Statuses }, "word": Status.word, "meaning": Status.meaning, "class": class,
		"tallies": tallies, "having": having, "bar": bar, "wide": func(f Framework) bool { return len(f.Tenants) > maxMatrix },
		"title": Framework.title, "counts": Framework.counts, "names": Framework.names, "used": Framework.statuses,
		"failing": Framework.failing, "ids": TenantFramework.ids, "ratio": Control.ratio, "open": Control.findings,
		"said": ControlCheck.said, "person": Attestation.person, "whom": Attestation.whom, "state": Attestation.state,
		"facts": (*Compliance).facts, "files": (*Compliance).inputs, "unexamined": (*Compliance).unexamined,
		"fill": func(p phrase, values ...string) string { return p.with(values...) },
	}).Parse(pageText))
})

func writeComplianceHTML(w io.Writer, c *Compliance) error {
	var b bytes.Buffer
	if err := page().Execute(&b, c); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// policy lets the page use its own style and nothing else.
func policy() string {
	sum := sha256.Sum256([]byte(pageStyle))
	return fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'", base64.StdEncoding.EncodeToString(sum[:]))
}

func list(names []string) string { return strings.Join(names, ", ") }

// class is what the style calls a status.
func class(s Status) string { return strings.ReplaceAll(string(s), " ", "-") }

// anchor is an id made of names: letters, digits, dots, dashes and low lines.
func anchor(parts ...string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, strings.Join(parts, "-"))
}

// segment is a part of the bar of a framework, in thousandths of its width.
type segment struct {
	Status   Status
	X, Width int
}

// bar is how many controls have each status. Rounding adds up over the whole, so that no gap is left.
func bar(controls []Control) []segment {
	var out []segment
	done := 0
	for _, t := range tallies(controls) {
		from := done * 1000 / len(controls)
		done += t.Controls
		out = append(out, segment{t.Status, from, done*1000/len(controls) - from})
	}
	return out
}
