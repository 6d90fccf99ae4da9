package secrets

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

var (
	// stands are texts that something else replaces. What a reference falls back to is written here, so
	// one that has more than an empty fallback stands for nothing.
	stands = pattern.Of(`\$\{[^}:]*(?::[-=]?|:\?[^}]*)?\}` +
		`|\$\{(?:env|file|vault|ssm|sm|secrets?|configmaps|directory|sops|op)[:.][^}]*\}` +
		`|\$\([^)]*\)|\$\$?[A-Za-z_0-9@][A-Za-z0-9_]*|\{\{.*?\}\}|<%.*?%>|%[({][^)}]*[)}]s?|%[A-Za-z_]+%|<[^<>]*>|\{[A-Za-z_.]+\}|@[A-Za-z_.]+@|__[A-Z_]+__`)
	// elsewhere are texts that say where the secret is, or hold it encrypted.
	elsewhere = pattern.Of(`(?i)^(?:ENC[\[(]|\{cipher\}|vault:|ref\+|secretref|op://|arn:aws|projects/[^/]+/secrets/|env[:.]|file:|ssm:|awssm|@Microsoft\.KeyVault|process\.env|os\.environ|os\.getenv|getenv|secrets\.|!|&|\*[a-z])`)
	// A path, an address without a login, a number with or without a unit, nothing but signs.
	path    = pattern.Of(`^(?:~|\.{0,2})/[A-Za-z0-9._/@%-]*$`)
	address = pattern.Of(`^[a-zA-Z][a-zA-Z0-9+.-]*://[^\s@]*$`)
	number  = pattern.Of(`^[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h|d|w|y|%|[KMG]i?B?)?$`)
	digits  = pattern.Of(`^[0-9]{6,}$`)
	signs   = pattern.Of(`^(?:[^A-Za-z0-9]+|x+|X+)$`)
)

// settings are values that choose something.
var settings = words(`
	true false yes no on off none null nil undefined empty default required optional enabled disabled auto
	string str text number int integer bool boolean object array bytes any redacted hidden masked
	bearer basic
`)

// literal reports whether a value that goes by the name of a secret is one: not a reference to it, not
// where it is, not a setting. Digits alone are a password, and a figure of anything else.
func literal(value, what string) bool {
	value = strings.Trim(value, "\"'` \t\r\n")
	rest := stands().ReplaceAllString(value, "")
	if rest != value && count(rest) < 5 || count(rest) == 0 {
		return false
	}
	if scheme, token, ok := strings.Cut(value, " "); ok && settings[strings.ToLower(scheme)] && rest != value {
		return literal(token, what)
	}
	switch {
	case settings[strings.ToLower(value)], elsewhere().MatchString(value), path().MatchString(value), address().MatchString(value), signs().MatchString(value):
		return false
	case number().MatchString(value):
		return what == "a password" && digits().MatchString(value)
	}
	return true
}

// count is how many letters and digits a text has.
func count(text string) int {
	n := 0
	for i := 0; i < len(text); i++ {
		if classes[text[i]]&(isLetter|isDigit) != 0 || text[i] >= 0x80 {
			n++
		}
	}
	return n
}
