package report

import (
	"bytes"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// annotationLimit is what GitHub shows of each level for one step; more would vanish unsaid.
const annotationLimit = 10

// writeGitHub prints workflow commands, gravest first, so that what GitHub drops is the least grave,
// and says how much that is.
func writeGitHub(w io.Writer, r Report, o Options) error {
	var b bytes.Buffer
	shown := map[string]int{}
	for _, level := range []string{"error", "warning", "notice"} {
		for _, sev := range []manifest.Severity{manifest.Error, manifest.Critical, manifest.High, manifest.Medium, manifest.Low, manifest.Warning} {
			for _, g := range group(r.Problems) {
				if g[0].Severity != sev || levelOf(g[0], r.FailOn) != level {
					continue
				}
				if shown[level]++; shown[level] < annotationLimit {
					writeAnnotation(&b, level, g, o)
				}
			}
		}
		if rest := shown[level] - annotationLimit + 1; rest > 0 {
			fmt.Fprintf(&b, "::%s title=tenantsmith::and %d more; run `tenantsmith check` to see them all\n", level, rest)
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
		props = append(props, "file="+escape(path.Join(o.Prefix, p.File), true))
	}
	if p.Line > 0 {
		props = append(props, fmt.Sprintf("line=%d", p.Line))
	}
	if p.Column > 0 {
		props = append(props, fmt.Sprintf("col=%d", p.Column))
	}
	title := p.Check
	if p.Check == "" || p.Check == "schema" {
		title = "tenantsmith"
	}
	props = append(props, "title="+escape(title, true))
	text := strings.TrimSpace(label(p)) + " " + p.Message
	if s := objects(g); s != "" {
		text += "\nobject: " + s
	}
	if p.Remedy != "" {
		text += "\nfix: " + p.Remedy
	}
	fmt.Fprintf(b, "::%s %s::%s\n", level, strings.Join(props, ","), escape(strings.TrimSpace(text), false))
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
