package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// CatalogueFormats are those of the list of checks.
var CatalogueFormats = []string{"text", "json", "markdown"}

// Check is one entry of the catalogue. Its JSON form has the words of METADATA.
type Check struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Severity manifest.Severity `json:"severity"`
	Scopes   []string          `json:"scope"`
	Waivable bool              `json:"waivable"`
	// Guarded tells that admission policies ask the same, where the platform has them.
	Guarded  bool          `json:"guarded"`
	Brought  bool          `json:"brought"`
	Objects  []string      `json:"objects"`
	Needs    []string      `json:"needs"`
	Remedy   string        `json:"remedy"`
	Controls CheckControls `json:"controls"`
	// Source is "tenantsmith", or the file of a check of the platform.
	Source string `json:"source"`
}

// CheckControls are the controls that a check tests, and those it contributes to.
type CheckControls struct {
	Direct     []manifest.Control `json:"direct"`
	Supporting []manifest.Control `json:"supporting"`
}

// WriteCatalogue writes the checks in one of the CatalogueFormats.
func WriteCatalogue(w io.Writer, format string, checks []Check, o Options) error {
	switch format {
	case "json":
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(map[string]any{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "CheckCatalogue", "checks": checks})
	case "markdown":
		return writeCatalogueMarkdown(w, checks)
	}
	head := words().Catalogue
	rows := [][]string{heads(head.Check, head.Severity, head.Waivable, head.Guarded, head.Title)}
	for _, c := range checks {
		yes := map[bool]phrase{true: head.Yes, false: head.No}
		rows = append(rows, []string{Clean(c.ID), string(c.Severity), string(yes[c.Waivable]), string(yes[c.Guarded]), Clean(c.Title)})
	}
	return writeTable(w, rows, 2, o.Width)
}

func writeCatalogueMarkdown(w io.Writer, checks []Check) error {
	var b bytes.Buffer
	head := words().Catalogue
	b.WriteString(head.Page.with("n", fmt.Sprint(len(checks))))
	for _, c := range checks {
		fmt.Fprintf(&b, "\n## %s: %s\n\n", c.ID, c.Title)
		b.WriteString(head.Entry.with("severity", string(c.Severity), "scopes", strings.Join(c.Scopes, ", "), "objects", strings.Join(c.Objects, ", "),
			"waivable", string(map[bool]phrase{true: head.CanBeWaived, false: head.CannotBeWaived}[c.Waivable])))
		if c.Guarded {
			b.WriteString(" " + string(head.AtAdmission))
		}
		if c.Brought {
			b.WriteString(" " + string(head.Brought))
		}
		if len(c.Needs) > 0 {
			b.WriteString(" " + head.Needs.with("needs", "`"+strings.Join(c.Needs, "`, `")+"`"))
		}
		b.WriteString("\n\n" + head.Mend.with("remedy", c.Remedy) + "\n")
		if len(c.Controls.Direct) > 0 {
			b.WriteString("\n" + head.Direct.with("controls", controlList(c.Controls.Direct)) + "\n")
		}
		if len(c.Controls.Supporting) > 0 {
			b.WriteString("\n" + head.Supporting.with("controls", controlList(c.Controls.Supporting)) + "\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func controlList(controls []manifest.Control) string {
	texts := make([]string, len(controls))
	for i, c := range controls {
		texts[i] = c.Framework + " " + c.ID
	}
	return strings.Join(texts, ", ")
}
