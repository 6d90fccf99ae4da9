package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"sync"
)

//go:embed audit.html.tmpl
var auditPageText string

// auditPage is the HTML form: one file without scripts, that loads nothing, in the style of the compliance report.
var auditPage = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("audit").Funcs(template.FuncMap{
		"a": func() auditTexts { return words().Audit }, "heading": func(p any) string { return heading(phrase(fmt.Sprint(p))) }, "list": list, "clean": Clean,
		"style": func() template.CSS { return template.CSS(pageStyle) }, "policy": policy, "anchor": anchor,
		"fill":       func(p phrase, values ...string) string { return p.with(values...) },
		"auditFacts": (*Audit).facts, "evidenceText": Evidence.text, "existed": AuditTenant.existed, "byHand": AuditTenant.byHand, "alarms": AuditTenant.alarms,
		"outcomes": func() []Outcome { return Outcomes }, "auditTitle": AuditFramework.title, "mapped": AuditFramework.mapped, "unmapped": AuditFramework.unmapped,
		"outcome": func(o any) string { return Outcome(fmt.Sprint(o)).word() }, "status": func(o any) string { return Outcome(fmt.Sprint(o)).status() },
		"means": Outcome.meaning, "of": Days.of, "heldDays": Days.held, "spans": AuditTenant.spans,
		"made": AuditChange.headline, "counts": AuditChange.counts, "details": AuditChange.details,
	}).Parse(auditPageText))
})

func writeAuditHTML(w io.Writer, a *Audit) error {
	var b bytes.Buffer
	if err := auditPage().Execute(&b, a); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
