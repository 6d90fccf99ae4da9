package secrets

import (
	"bytes"
	"encoding/base64"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// A run is random if it is at least that long and each of its letters says at least that much, in bits. What
// is longer than the longest run is a file.
const (
	shortestBase64, shortestHex, longestRun = 20, 32, 512
	leastBase64, leastHex                   = 4.5, 3.0
)

// digests are words beside runs that are public by their nature.
var digests = words(`
	sha md digest digests checksum checksums hash hashes commit revision rev ref version etag fingerprint thumbprint
	uid uuid guid id ids build image tag integrity sum sums trace span public cert certs certificate certificates ca bundle
	crt pem blake
`)

var (
	publicBlock = pattern.Of(`-----BEGIN (?:[A-Z0-9]+ )*(?:CERTIFICATE|CERTIFICATE REQUEST|PUBLIC KEY|PUBLIC KEY BLOCK|X509 CRL|PARAMETERS|SIGNATURE|SIGNED MESSAGE|PKCS7|CMS)-----[^-]*-----END [A-Z0-9 ]+-----`)
	publicKey   = pattern.Of(`\b(?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+ AAAA[A-Za-z0-9+/=]+`)
	// The public members of a JSON web key, and the address that Sentry gives to everybody who sends it errors.
	webKey   = pattern.Of(`"(?:n|x|y|kid|x5t|x5t#S256)"\s*:\s*"[A-Za-z0-9+/=_-]*"`)
	sentry   = pattern.Of(`https?://[0-9a-f]{32}@[A-Za-z0-9.-]+/[0-9]+`)
	allHex   = pattern.Of(`^(?:0x)?(?:[0-9a-f]+|[0-9A-F]+)$`)
	digested = pattern.Of(`(?i)^(?:sha[0-9]+|h1|md5)[-=]`)
)

// withoutPublic is the text without certificates and what else is public by its form.
func withoutPublic(text string) string {
	if strings.Contains(text, "-----BEGIN ") {
		text = publicBlock().ReplaceAllString(text, "")
	}
	if strings.Contains(text, " AAAA") {
		text = publicKey().ReplaceAllString(text, "")
	}
	if strings.Contains(text, `"kty"`) {
		text = webKey().ReplaceAllString(text, "")
	}
	if strings.Contains(text, "://") {
		text = sentry().ReplaceAllString(text, "")
	}
	return text
}

// runs finds what is random. What is base64 is read: as text it is scanned once more, and otherwise it
// may be a key or a file whose beginning is known.
func runs(text, name string, tell func(by Reason, what, part string)) {
	public := anyOf(split(name), digests)
	for i := 0; i < len(text); {
		if classes[text[i]]&inRun == 0 {
			i++
			continue
		}
		end := i
		for end < len(text) && classes[text[end]]&inRun != 0 {
			end++
		}
		if end-i >= shortestBase64 {
			run(text[i:end], public || about(text[:i]), tell)
		}
		i = end
	}
}

// run judges one run; public tells that what stands before it says so.
func run(text string, public bool, tell func(by Reason, what, part string)) {
	if key, value, ok := strings.Cut(strings.TrimRight(text, "="), "="); ok {
		run(value, public || anyOf(split(key), digests), tell)
		return
	}
	if plain, ok := decode(text); ok {
		switch {
		case printable(plain):
			again(string(plain), tell)
			return
		case keyFile(plain) != "":
			tell(Form, keyFile(plain)+" in base64", text)
			return
		case file(plain):
			return
		}
	}
	if public || digested().MatchString(text) {
		return
	}
	for _, part := range pieces(text) {
		if random(part) {
			tell(Entropy, "a random text", part)
		}
	}
}

// again scans what was in base64, but no base64 in it.
func again(text string, tell func(by Reason, what, part string)) {
	text = withoutPublic(text)
	forms(text, func(what, part string) { tell(Form, what+" in base64", part) })
	assignments(text, func(what, value string) { tell(Name, what+" in base64", value) })
}

// about reports whether a word just before, on the same line, says that a public text follows.
func about(before string) bool {
	if len(before) > 40 {
		before = before[len(before)-40:]
	}
	return anyOf(split(before[strings.LastIndexByte(before, '\n')+1:]), digests)
}

// pieces are the parts of a run that has more slashes or dashes than chance would give it.
func pieces(text string) []string {
	signs := ""
	if strings.Count(text, "/")*20 > len(text) {
		signs = "/"
	}
	if dashes := strings.Count(text, "-") + strings.Count(text, "_"); dashes*10 > len(text) {
		signs += "-_"
	}
	if signs == "" {
		return []string{text}
	}
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(signs, r) })
}

func random(text string) bool {
	text = strings.TrimRight(text, "=")
	switch {
	case len(text) < shortestBase64 || len(text) > longestRun:
		return false
	case allHex().MatchString(text):
		return len(text) >= shortestHex && entropy(text) >= leastHex
	}
	var all byte
	changes := 0
	for i := 0; i < len(text); i++ {
		all |= classes[text[i]]
		if i > 0 && classes[text[i]] != classes[text[i-1]] {
			changes++
		}
	}
	// Words in one, as in KubernetesApiServer2, change less often.
	const mixed = isUpper | isLower | isDigit
	return all&mixed == mixed && changes*3 > len(text) && entropy(text) >= leastBase64
}

// entropy is Shannon's, in bits a byte.
func entropy(text string) float64 {
	var counts [256]int
	for i := 0; i < len(text); i++ {
		counts[text[i]]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(text))
			sum -= p * math.Log2(p)
		}
	}
	return sum
}

func decode(text string) ([]byte, bool) {
	text = strings.TrimRight(text, "=")
	for _, code := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if plain, err := code.DecodeString(text); err == nil {
			return plain, true
		}
	}
	return nil, false
}

func printable(b []byte) bool {
	return len(b) > 0 && utf8.Valid(b) && bytes.IndexFunc(b, func(r rune) bool {
		return !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

// keyFile tells private keys in DER by the number after the head: 0 or 1 in keys, 3 in PKCS12. What
// is public has none of these there.
func keyFile(b []byte) string {
	if len(b) < 32 || b[0] != 0x30 {
		return ""
	}
	head := 2
	if b[1] >= 0x81 && b[1] <= 0x84 {
		head += int(b[1] - 0x80)
	}
	switch {
	case bytes.HasPrefix(b[head:], []byte{2, 1, 3}):
		return "a PKCS12 key store"
	case bytes.HasPrefix(b[head:], []byte{2, 1, 0}), bytes.HasPrefix(b[head:], []byte{2, 1, 1, 4}):
		return "a private key"
	}
	return ""
}

// file reports whether bytes are a file of a known kind, or public by their form.
func file(b []byte) bool {
	for _, magic := range []string{"\x30\x82", "\x1f\x8b", "\x89PNG", "\xff\xd8\xff", "%PDF", "PK\x03\x04", "\x00asm", "wOFF", "wOF2", "\x7fELF", "BZh", "\xfd7zXZ", "\x28\xb5\x2f\xfd", "\x00\x00\x00\x07ssh-", "\xfe\xed\xfe\xed"} {
		if len(b) > 32 && bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}
