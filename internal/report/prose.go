package report

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// zeroWidth is a space without width: behind it no name is a mention and no number an issue.
const zeroWidth = "&ZeroWidthSpace;"

var (
	// markup is what Markdown or HTML reads as something else than text; a table ends a cell at |.
	markup = strings.NewReplacer(
		"\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "~", "\\~", "|", "\\|", "!", "\\!",
		"<", "&lt;", ">", "&gt;", "&", "&amp;", "$", "&dollar;", "@", "@"+zeroWidth, "://", "&colon;//",
	)
	// leading is what makes a line a list, a title or a rule: signs, or a number before one, by themselves.
	leading = pattern.Of(`^(\d*)([.)]|[-+=#]+)(\s|$)`)
	issues  = pattern.Of(`(?i)(#|\bGH-)(\d)`)
	hosts   = pattern.Of(`(?i)\b(www)\.`)
)

// prose makes any text plain text in Markdown, in a line of its own and in a table: no markup, no HTML,
// no mention, no reference to an issue, no link.
func prose(s string) string {
	s = markup.Replace(strings.TrimSpace(Clean(s)))
	s = leading().ReplaceAllString(s, `$1\$2$3`)
	s = issues().ReplaceAllString(s, "${1}"+zeroWidth+"$2")
	return hosts().ReplaceAllString(s, "${1}&period;")
}

// code shows a text as code where it can, so that it is easy to copy. A comment of HTML would be one to those who
// look for it in the source, in code too.
func code(s string) string {
	s = Clean(s)
	if s == "" || strings.ContainsAny(s, "`|") || strings.Contains(s, "<!--") || strings.TrimSpace(s) != s {
		return prose(s)
	}
	return "`" + s + "`"
}
