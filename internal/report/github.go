package report

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What the runner of GitHub Actions takes: annotations of each level from one step, and UTF-16 units
// of a message and a title. It drops the rest unsaid.
const (
	annotationLimit = 10
	messageLimit    = 4096
	titleLimit      = 255
)

// writeGitHub prints workflow commands, gravest first, so that what GitHub would drop is the least
// grave, and says how much that is.
func writeGitHub(w io.Writer, r Report, o Options) error {
	byLevel := map[string][][]manifest.Problem{}
	for _, g := range gravest(fresh(group(r.Problems))) {
		level := levelOf(g[0], r.FailOn)
		byLevel[level] = append(byLevel[level], g)
	}
	var b bytes.Buffer
	for _, level := range []string{"error", "warning", "notice"} {
		groups := byLevel[level]
		shown := len(groups)
		if shown > annotationLimit {
			shown = annotationLimit - 1
		}
		for _, g := range groups[:shown] {
			writeAnnotation(&b, level, g, o)
		}
		if rest := len(groups) - shown; rest > 0 {
			fmt.Fprintf(&b, "::%s title=tenantsmith::%s\n", level, escape(words().Annotation.More.of(rest), false))
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func levelOf(p manifest.Problem, failOn manifest.Severity) string {
	switch {
	case p.Waiver != "":
		return "notice"
	case p.Severity.AtLeast(failOn):
		return "error"
	}
	return "warning"
}

func writeAnnotation(b *bytes.Buffer, level string, g []manifest.Problem, o Options) {
	p := g[0]
	props := []string{}
	if p.File != "" {
		props = append(props, "file="+escape(o.file(p.File), true))
	}
	if p.Line > 0 {
		props = append(props, fmt.Sprintf("line=%d", p.Line))
	}
	if p.Column > 0 {
		props = append(props, fmt.Sprintf("col=%d", p.Column))
	}
	title := p.Check
	if checkOf(p) == schemaCheck {
		title = "tenantsmith"
	}
	props = append(props, "title="+escape(cut(title, titleLimit), true))
	fmt.Fprintf(b, "::%s %s::%s\n", level, strings.Join(props, ","), escape(told(g, lead(p)), false))
}

// told is a finding in a few lines: what is wrong after its lead, with which object, and what mends it.
// A message too long for both leaves room for them.
func told(g []manifest.Problem, lead string) string {
	p, label := g[0], words().Label
	text := cut(strings.TrimSpace(Clean(lead+p.Message)), messageLimit/2)
	if s := objects(g); s != "" {
		text += "\n" + string(label.Object) + ": " + Clean(s)
	}
	if p.Remedy != "" {
		text += "\n" + string(label.Fix) + ": " + Clean(p.Remedy)
	}
	return cut(text, messageLimit)
}

// escape follows the runner's own decoding: without it a tenant's text could end the command and
// begin another.
func escape(s string, property bool) string {
	s = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
	if property {
		s = strings.NewReplacer(":", "%3A", ",", "%2C").Replace(s)
	}
	return s
}
