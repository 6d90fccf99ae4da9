package secrets

import "strings"

// endings are how names of secrets end, without what stands between their words, and what goes by them.
var endings = []struct{ name, what string }{
	{"password", "a password"},
	{"passwords", "a password"},
	{"passwd", "a password"},
	{"passphrase", "a password"},
	{"pwd", "a password"},
	{"secret", "a secret"},
	{"secretkey", "a secret key"},
	{"token", "a token"},
	{"apikey", "an API key"},
	{"accesskey", "an access key"},
	{"accountkey", "an access key"},
	{"privatekey", "a private key"},
	{"signingkey", "a private key"},
	{"encryptionkey", "an encryption key"},
	{"credential", "a credential"},
	{"credentials", "a credential"},
	{"connectionstring", "a connection string"},
	{"connectionstrings", "a connection string"},
}

// aside are words after which a name is not that of the secret itself, but of something about it.
var aside = words(`
	file files filename path dir directory folder location mount name names ref refs reference from env
	url uri endpoint host server service ttl expiry expires expiration expire lifetime timeout age duration interval
	seconds minutes hours days date time length len size min max limit count number policy policies
	type kind class mode format encoding algorithm alg header field column param parameter prop property
	enabled enable disabled required require optional allowed allow validate validation check strength complexity
	issuer audience subject scope scopes store backend engine manager provider version review namespace prefix suffix
	rotation rotate refresh renew rate bucket region key id label annotation template regex pattern placeholder hint
	reset change changed update created prompt visible public source selector driver cache index
`)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// borrowed are words before a secret that has been made already: what follows is its name, as in existingSecret.
var borrowed = words(`existing pull`)

// sensitive says what goes by a name, empty for what is no secret.
func sensitive(name string) string {
	if hint(name, 0) < 0 {
		return ""
	}
	parts, joined := split(name), ""
	for i, part := range parts {
		joined += part
		for _, e := range endings {
			if strings.HasSuffix(joined, e.name) && !anyOf(parts[i+1:], aside) && !anyOf(parts[:i], borrowed) {
				return e.what
			}
		}
	}
	return ""
}

func anyOf(parts []string, set map[string]bool) bool {
	for _, p := range parts {
		if set[p] {
			return true
		}
	}
	return false
}

// split cuts a name into words in lower case: at signs, before capitals and around numbers.
func split(name string) []string {
	var parts []string
	start := 0
	cut := func(end int) {
		if start < end {
			parts = append(parts, strings.ToLower(name[start:end]))
		}
		start = end
	}
	for i := 0; i < len(name); i++ {
		class := classes[name[i]]
		switch {
		case class&(isLetter|isDigit) == 0:
			cut(i)
			start = i + 1
		case i == start:
		case class&isDigit != classes[name[i-1]]&isDigit:
			cut(i)
		case class&isUpper != 0 && classes[name[i-1]]&isLower != 0:
			cut(i)
		case class&isUpper != 0 && i+1 < len(name) && classes[name[i+1]]&isLower != 0:
			cut(i)
		}
	}
	cut(len(name))
	return parts
}

// hint is where the next word that names of secrets are made of begins, -1 for nowhere.
func hint(text string, from int) int {
	for i := from; i+2 < len(text); i++ {
		second, third := text[i+1]|0x20, text[i+2]|0x20
		switch text[i] | 0x20 {
		case 'p':
			if second == 'a' && third == 's' || second == 'w' && third == 'd' {
				return i
			}
		case 's':
			if second == 'e' && third == 'c' {
				return i
			}
		case 't':
			if second == 'o' && third == 'k' {
				return i
			}
		case 'k':
			if second == 'e' && third == 'y' {
				return i
			}
		case 'c':
			if second == 'r' && third == 'e' || second == 'o' && third == 'n' {
				return i
			}
		}
	}
	return -1
}
