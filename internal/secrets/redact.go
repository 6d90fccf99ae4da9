package secrets

import "strings"

// Redact returns a text with *** in place of what has the form of a secret. It is for messages that quote what
// somebody wrote.
func Redact(text string) string {
	if g := glance(text); !g.random && !g.login {
		return text
	}
	clean := text
	forms(text, func(_, part string) { clean = strings.ReplaceAll(clean, part, "***") })
	return clean
}
