package secrets

// seen is what one look at the bytes of a text tells.
type seen struct {
	random  bool // a long run of letters and digits
	assigns bool // a sign between a name and a value
	login   bool // an address with something before an @
}

// shortestRun is the length of a run that can be a token.
const shortestRun = 16

// glance looks at each byte once. It misses nothing that the closer looks would find.
func glance(text string) seen {
	var s seen
	run, letters, digits := 0, false, false
	for i := 0; i < len(text); i++ {
		class := classes[text[i]]
		if class&inRun == 0 {
			run, letters, digits = 0, false, false
			switch text[i] {
			case ':', '>':
				s.assigns = true
			case '@':
				s.login = true
			}
			continue
		}
		run++
		letters = letters || class&isLetter != 0
		digits = digits || class&isDigit != 0
		s.random = s.random || run >= shortestRun && letters && digits
		s.assigns = s.assigns || text[i] == '=' || text[i] == '-' && i > 0 && text[i-1] == '-'
	}
	if s.assigns {
		s.assigns = hint(text, 0) >= 0
	}
	return s
}

const (
	isUpper byte = 1 << iota
	isLower
	isDigit
	inRun // of base64, also that of URLs
	inName

	isLetter = isUpper | isLower
)

var classes = func() (table [256]byte) {
	for b := range table {
		switch c := byte(b); {
		case 'A' <= c && c <= 'Z':
			table[b] = isUpper | inRun | inName
		case 'a' <= c && c <= 'z':
			table[b] = isLower | inRun | inName
		case '0' <= c && c <= '9':
			table[b] = isDigit | inRun | inName
		case c == '-' || c == '_':
			table[b] = inRun | inName
		case c == '.':
			table[b] = inName
		case c == '+' || c == '/' || c == '=':
			table[b] = inRun
		}
	}
	return table
}()
