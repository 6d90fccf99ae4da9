package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// mostCauses is how many causes of a line people read; the JSON form has all.
const mostCauses = 5

// WriteLineOrigin writes where a line of the output comes from in one of the WhyFormats.
func WriteLineOrigin(w io.Writer, format string, o *LineOrigin) error {
	if format == "json" {
		return writeIndented(w, struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			*LineOrigin
		}{"tenantsmith.dev/v1alpha1", "LineOrigin", o})
	}
	var b bytes.Buffer
	t := words().Why
	fmt.Fprintln(&b, uncommanded(Clean(fmt.Sprintf("%s:%d: %s", o.File, o.Line, strings.TrimSpace(o.Text)))))
	detail := func(name phrase, text string) {
		if text != "" {
			fmt.Fprintf(&b, "    %s: %s\n", name, Clean(text))
		}
	}
	if o.Object != nil {
		name := o.Object.Name
		if o.Object.Namespace != "" {
			name = o.Object.Namespace + "/" + name
		}
		detail(t.Object, t.ObjectField.with("object", o.Object.Kind+" "+name, "field", o.Field))
	}
	detail(t.Origin, originWords(o))
	details := func(name phrase, causes []Cause) {
		for i, c := range causes {
			if i == mostCauses {
				detail(name, t.More.of(len(causes)-mostCauses))
				return
			}
			detail(name, c.words())
		}
	}
	details(t.From, o.Causes)
	if len(o.Causes) == 0 {
		details(t.There, o.NeededBy)
	}
	if o.Subject != nil {
		detail(t.AskedFor, o.Subject.words())
	}
	for _, p := range o.Patches {
		detail(t.Patched, p.String())
	}
	for _, n := range o.Notes {
		detail(t.Note, n)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// originWords says an origin in a sentence.
func originWords(o *LineOrigin) string {
	t := words().Why
	if o.Origin == OriginSeveral {
		return t.Several.of(len(o.Causes))
	}
	text, ok := map[string]phrase{
		OriginPatch: t.Patch, OriginResource: t.Resource, OriginConstant: t.Constant, OriginUnknown: t.Unknown,
		"default": t.Default, "tier": t.Tier, "platform": t.Platform, "override": t.Override,
	}[o.Origin]
	if !ok {
		text = t.Other
	}
	return text.with("layer", o.Origin)
}

// words say a cause: where it stands, which field it is, and what it says.
func (c Cause) words() string {
	t, at := words().Why, c.Spot.String()
	if at != "" && c.Field != "" {
		at += ": "
	}
	text := at + c.Field
	switch {
	case c.Name:
		text = t.ByName.with("field", text)
	case c.Value != nil:
		text += ": " + shown(c.Value)
	}
	if c.Note != "" {
		text = t.With.with("text", text, "note", c.Note)
	}
	return text
}

// shown is a value in one line.
func shown(v any) string {
	switch v := v.(type) {
	case string:
		if v != "" && !strings.ContainsAny(v, "\n\t") {
			return v
		}
	case nil:
		return ""
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}

// WriteFieldOrigin writes the layers of a field in one of the WhyFormats.
func WriteFieldOrigin(w io.Writer, format string, o *FieldOrigin) error {
	if format == "json" {
		return writeIndented(w, struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			*FieldOrigin
		}{"tenantsmith.dev/v1alpha1", "FieldOrigin", o})
	}
	var b bytes.Buffer
	t := words().Why
	for _, h := range o.Histories {
		head := t.Of.with("field", o.Field, "tenant", o.Tenant, "environments", strings.Join(h.Environments, ", "), "value", h.summary())
		fmt.Fprintln(&b, uncommanded(Clean(head)))
		h.table(&b, o.Field)
		for _, n := range h.Notes {
			fmt.Fprintf(&b, "  %s: %s\n", t.Note, Clean(n))
		}
	}
	if doc, _, _ := strings.Cut(o.Doc, "\n\n"); doc != "" {
		fmt.Fprintln(&b, Clean(doc))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// summary is the value of a scalar, and the size of everything else.
func (h History) summary() string {
	t := words().Why
	switch v := h.Value.(type) {
	case map[string]any:
		return t.Fields.of(len(v))
	case []any:
		return t.Items.of(len(v))
	case nil:
		if !h.Set && len(h.Layers) == 0 {
			return string(t.Nobody)
		}
		return string(t.NotSet)
	}
	return shown(h.Value)
}

// table lists the layers, or the leaves of a map with the layer of each.
func (h History) table(w io.Writer, field string) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) {
		for i := range cells {
			cells[i] = Clean(cells[i])
		}
		fmt.Fprintln(t, "  "+strings.TrimRight(strings.Join(cells, "\t"), "\t"))
	}
	_, isMap := h.Value.(map[string]any)
	for _, l := range h.Leaves {
		if isMap {
			row(strings.TrimPrefix(strings.TrimPrefix(l.Field, field), "."), shown(l.Value), l.Name, l.Spot.String())
		}
	}
	for _, l := range h.Layers {
		if !isMap || l.State == "removes" {
			row(l.State, l.Name, l.Spot.String(), shown(l.Value), l.Note)
		}
	}
	for _, l := range h.Bounds {
		row(string(words().Why.Bound), l.Name, l.Spot.String(), shown(l.Value))
	}
	t.Flush()
}
