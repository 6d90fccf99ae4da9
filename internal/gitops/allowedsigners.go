package gitops

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// allowedSigner is one line of an allowed signers file; ssh-keygen(1) describes them.
type allowedSigner struct {
	// principals and namespaces are lists of patterns; no namespaces stand for all.
	principals, namespaces string
	// authority marks a key that counts through the certificates it signed.
	authority     bool
	after, before time.Time
	key           ssh.PublicKey
}

// addSigners reads an allowed signers file. Its errors continue the name of the file.
func (t *Trust) addSigners(text string) error {
	var problems []string
	found := 0
	number := 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		found++
		s, err := parseSigner(line)
		if err != nil {
			problems = append(problems, fmt.Sprintf("%d: %s", number, err))
			continue
		}
		t.signers = append(t.signers, s)
	}
	if found == 0 {
		return errors.New(" names no key: write lines of the form ann@example.com ssh-ed25519 AAAA…, or export keys by gpg --armor --export")
	}
	if len(problems) > 0 {
		return errors.New(strings.Join(problems, "; "))
	}
	return nil
}

func parseSigner(line string) (allowedSigner, error) {
	principals, rest := cutField(line)
	key, _, options, _, err := ssh.ParseAuthorizedKey([]byte(rest))
	switch {
	case err != nil && isKeyType(principals):
		return allowedSigner{}, errors.New("names nobody: write ann@example.com in front of the key")
	case err != nil || principals == "":
		return allowedSigner{}, errors.New("is not of the form ann@example.com ssh-ed25519 AAAA…")
	}
	s := allowedSigner{principals: principals, key: key}
	for _, o := range options {
		if err := s.option(o); err != nil {
			return allowedSigner{}, err
		}
	}
	if !s.after.IsZero() && !s.before.IsZero() && !s.after.Before(s.before) {
		return allowedSigner{}, errors.New("valid-before is not later than valid-after")
	}
	return s, nil
}

// isKeyType tells the beginning of a key from a person's name.
func isKeyType(word string) bool {
	return strings.HasPrefix(word, "ssh-") || strings.HasPrefix(word, "ecdsa-") || strings.HasPrefix(word, "sk-")
}

// cutField takes the first word of a line, which may stand in quotes.
func cutField(line string) (field, rest string) {
	if quoted, ok := strings.CutPrefix(line, `"`); ok {
		field, rest, _ = strings.Cut(quoted, `"`)
		return field, strings.TrimSpace(rest)
	}
	end := strings.IndexAny(line, " \t")
	if end < 0 {
		return line, ""
	}
	return line[:end], strings.TrimSpace(line[end:])
}

// option takes one option of a line. An unknown one may restrict the key, so it is refused.
func (s *allowedSigner) option(option string) (err error) {
	name, value, _ := strings.Cut(option, "=")
	value = strings.Trim(value, `"`)
	switch strings.ToLower(name) {
	case "cert-authority":
		s.authority = true
	case "namespaces":
		if s.namespaces = value; value == "" {
			err = errors.New("namespaces names none")
		}
	case "valid-after":
		s.after, err = signerTime(name, value)
	case "valid-before":
		s.before, err = signerTime(name, value)
	default:
		err = fmt.Errorf("option %q is unknown; cert-authority, namespaces, valid-after and valid-before are known", printable(name))
	}
	return err
}

// signerTime reads 20260131, 202601311530 or 20260131153000, in the zone of the machine or, with a Z, in UTC.
func signerTime(name, value string) (time.Time, error) {
	digits, utc := strings.CutSuffix(value, "Z")
	zone := time.Local
	if utc {
		zone = time.UTC
	}
	for _, layout := range []string{"20060102", "200601021504", "20060102150405"} {
		if len(digits) != len(layout) {
			continue
		}
		if at, err := time.ParseInLocation(layout, digits, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%s=%q is no time: write 20260131 or 20260131153000, with a Z for UTC", name, printable(value))
}

// matchList reports whether a name matches one of the patterns of a comma-separated list and none of those that
// begin with an exclamation mark.
func matchList(name, list string) bool {
	matched := false
	for pattern := range strings.SplitSeq(list, ",") {
		negated, not := strings.CutPrefix(pattern, "!")
		switch {
		case not && match(name, negated):
			return false
		case !not && match(name, pattern):
			matched = true
		}
	}
	return matched
}

// match compares a whole name with a pattern, in which * stands for any letters and ? for one.
func match(name, pattern string) bool {
	// next and retry are where the last star lets the match begin again.
	n, p, star, retry := 0, 0, -1, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, n
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == name[n]):
			n, p = n+1, p+1
		case star >= 0:
			retry++
			n, p = retry, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
