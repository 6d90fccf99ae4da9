package gitops

import "strings"

// netrcLogin finds the entry of a host in the text of a netrc file, or the default one, which stands last. With a
// user, only an entry of that user counts.
func netrcLogin(text, host, user string) (login, password string) {
	words := netrcWords(text)
	for i := 0; i < len(words); {
		word, here := words[i], false
		i++
		switch {
		case word == "machine" && i < len(words):
			here = strings.EqualFold(words[i], host)
			i++
		case word == "default":
			here = true
		default:
			continue
		}
		entry := map[string]string{}
		for ; i+1 < len(words) && netrcField(words[i]); i += 2 {
			entry[words[i]] = words[i+1]
		}
		if here && entry["password"] != "" && (user == "" || entry["login"] == user) {
			return entry["login"], entry["password"]
		}
	}
	return "", ""
}

func netrcField(word string) bool { return word == "login" || word == "password" || word == "account" }

// netrcWords splits the text into words, which may stand in quotes. Lines that begin with # and macros count for
// nothing; a macro ends with an empty line.
func netrcWords(text string) []string {
	var words []string
	macro := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if macro = macro && line != ""; macro || strings.HasPrefix(line, "#") {
			continue
		}
		for line != "" {
			var word string
			if word, line = netrcWord(line); word == "macdef" {
				macro = true
				break
			}
			words = append(words, word)
		}
	}
	return words
}

// netrcWord takes the first word of a line. In quotes a backslash takes the next letter as it is.
func netrcWord(line string) (word, rest string) {
	if line[0] != '"' {
		end := strings.IndexAny(line, " \t")
		if end < 0 {
			return line, ""
		}
		return line[:end], strings.TrimLeft(line[end:], " \t")
	}
	var b strings.Builder
	for i := 1; i < len(line); i++ {
		switch {
		case line[i] == '"':
			return b.String(), strings.TrimLeft(line[i+1:], " \t")
		case line[i] == '\\' && i+1 < len(line):
			i++
		}
		b.WriteByte(line[i])
	}
	return b.String(), ""
}
