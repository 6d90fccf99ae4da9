package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Explanation is what the schema says of a field. docs/why.md describes the JSON form.
type Explanation struct {
	Of    string `json:"of"` // tenant, platform, ...
	Field string `json:"field"`
	Type  string `json:"type"`
	Doc   string `json:"doc"`
	// Form says what a text looks like; Choices are the texts it may have.
	Form     string   `json:"form"`
	Choices  []string `json:"choices"`
	Required bool     `json:"required"`
	// Defaults are by tier; of all tiers where none is named.
	Defaults []Default `json:"defaults"`
	// Fields are its own, in the order of the schema; those of them below theirs where all were asked for.
	Fields []Explanation `json:"fields"`
}

// Default is the value where nobody says another.
type Default struct {
	Tiers []string `json:"tiers"`
	Value any      `json:"value"`
	Spot
}

// WriteExplanation writes the documentation of a field in one of the WhyFormats. What fields mean folds into the width of
// a line, if that is known.
func WriteExplanation(w io.Writer, format string, e Explanation, width int) error {
	if format == "json" {
		return writeIndented(w, struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			Explanation
		}{"tenantsmith.dev/v1alpha1", "FieldExplanation", e})
	}
	var b bytes.Buffer
	say := words().Explain
	t := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	line := func(name phrase, text string) {
		if text != "" {
			fmt.Fprintf(t, "%s:\t%s\n", name, Clean(text))
		}
	}
	line(say.Kind, e.Of)
	line(say.Field, e.Field)
	line(say.Type, e.words())
	line(say.Choices, strings.Join(e.Choices, ", "))
	line(say.Form, e.Form)
	for _, d := range e.Defaults {
		text := shown(d.Value)
		if len(d.Tiers) > 0 {
			text = say.InTier.with("value", text, "tiers", strings.Join(d.Tiers, ", "))
		}
		line(say.Default, say.At.with("value", text, "position", d.Spot.String()))
	}
	t.Flush()
	if e.Doc != "" {
		fmt.Fprintf(&b, "\n%s\n", shifted(e.Doc, "  "))
	}
	if len(e.Fields) > 0 {
		fmt.Fprintf(&b, "\n%s:\n", say.Fields)
		if err := writeTable(&b, fieldRows(e.Fields, "  "), 2, width); err != nil {
			return err
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// words are the type, and whether the field has to be there.
func (e Explanation) words() string {
	if e.Required {
		return words().Explain.Required.with("type", e.Type)
	}
	return e.Type
}

// fieldRows has a row for each field, those below it further in.
func fieldRows(fields []Explanation, in string) [][]string {
	var rows [][]string
	for _, f := range fields {
		name := f.Field[strings.LastIndexByte(f.Field, '.')+1:]
		first, _, _ := strings.Cut(f.Doc, ". ")
		first, _, _ = strings.Cut(first, "\n\n")
		rows = append(rows, []string{in + name, Clean(f.words()), Clean(strings.TrimSuffix(first, "."))})
		rows = append(rows, fieldRows(f.Fields, in+"  ")...)
	}
	return rows
}

func shifted(text, by string) string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		out = append(out, strings.TrimRight(by+Clean(line), " "))
	}
	return strings.Join(out, "\n")
}
