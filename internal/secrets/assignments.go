package secrets

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// code is an expression of a program, which names a value and is none.
var code = pattern.Of(`\(|\[|^[A-Za-z_$][A-Za-z_$]*(?:\.[A-Za-z_$][A-Za-z_$]*)+$`)

// assignments finds names of secrets with a literal value, whatever the language: properties, YAML, JSON,
// INI, XML, flags, queries of URLs and connection strings.
func assignments(text string, tell func(what, value string)) {
	for i := hint(text, 0); i >= 0; i = hint(text, i) {
		start, end := i, i
		for start > 0 && classes[text[start-1]]&inName != 0 {
			start--
		}
		for end < len(text) && classes[text[end]]&inName != 0 {
			end++
		}
		i = end
		what := sensitive(text[start:end])
		if what == "" || remark(text[:start]) {
			continue
		}
		if value := assigned(text, start, end); len(value) >= 3 && literal(value, what) {
			tell(what, value)
		}
	}
}

// remark reports whether the text ends inside of a line that is a remark.
func remark(text string) bool {
	line := strings.TrimLeft(text[strings.LastIndexByte(text, '\n')+1:], " \t")
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "//") && !strings.Contains(line, ":")
}

// assigned is the value of the name in text[start:end], empty where there is none.
func assigned(text string, start, end int) string {
	rest := text[end:]
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		rest = rest[1:]
	}
	after := strings.TrimLeft(rest, " \t")
	sign := ""
	switch {
	case strings.HasPrefix(after, "=>"), strings.HasPrefix(after, ":="):
		sign = after[:2]
	case strings.HasPrefix(after, "="), strings.HasPrefix(after, ":"):
		sign = after[:1]
	case strings.HasPrefix(after, ">") && start > 0 && text[start-1] == '<':
		sign = ">"
	case !strings.HasPrefix(text[start:end], "--") || after == rest:
		return ""
	}
	at := strings.TrimLeft(after[len(sign):], " \t")
	return value(at, sign == "=" && after == rest && at == after[1:])
}

// value reads a quoted text, or a word. A word that others follow is taken for one of a sentence, unless it
// has a digit or stands close to its name.
func value(text string, close bool) string {
	if text == "" {
		return ""
	}
	if quote := text[0]; quote == '"' || quote == '\'' || quote == '`' {
		if end := strings.IndexAny(text[1:], string(quote)+"\n"); end >= 0 {
			return text[1 : end+1]
		}
		return text[1:]
	}
	if text[0] == '{' && !strings.HasPrefix(text, "{{") || text[0] == '[' {
		return ""
	}
	word, rest, reference := text, "", 0
	if at := stands().FindStringIndex(text); at != nil && at[0] == 0 {
		reference = at[1]
	}
	if end := strings.IndexAny(text[reference:], " \t\r\n,;&\"'<|"); end >= 0 {
		word, rest = text[:reference+end], text[reference+end:]
	}
	if reference > 0 {
		return word
	}
	if code().MatchString(word) || !close && sentence(rest) && !strings.ContainsAny(word, "0123456789") {
		return ""
	}
	return word
}

// sentence reports whether another word follows on the line, other than a remark or a flag.
func sentence(rest string) bool {
	return len(rest) > 1 && rest[0] == ' ' && classes[rest[1]]&isLetter != 0
}
