package gitops

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

// SignatureState says what a signature is worth.
type SignatureState string

const (
	// Unsigned is a commit without a signature.
	Unsigned SignatureState = "unsigned"
	// GoodSignature fits the commit and was made by a trusted key.
	GoodSignature SignatureState = "good"
	// BadSignature does not fit the commit: the commit was changed, or the signature.
	BadSignature SignatureState = "bad"
	// UnknownKey was made by a key that is not trusted, or was not when the commit was made.
	UnknownKey SignatureState = "unknown key"
)

// Signature is what the signature of a commit says.
type Signature struct {
	State SignatureState
	// Format is ssh, gpg or x509; empty for none, and for one that nobody can read.
	Format string
	// Signer is whom the trust names for the key: a principal, or the user of an OpenPGP key. It is set only
	// for a good signature.
	Signer string
	// Key is the fingerprint: SHA256:… for ssh, hexadecimal for gpg; empty where the signature names none.
	Key string
	// Why says what is wrong; empty for a good signature.
	Why string
}

// VerifySignature judges the signature of a commit by those who are trusted; without trust no key is known. The
// commit is the whole object as git stores it, without the type and length in front. Keys and certificates
// are judged as of the time that the commit names, as git does: history stays good when a key expires.
func VerifySignature(commit []byte, trust *Trust) Signature {
	signed, signatures := splitSigned(commit)
	if len(signatures) == 0 {
		return Signature{State: Unsigned, Why: "is not signed"}
	}
	if len(signatures) > 1 {
		return Signature{State: BadSignature, Why: "has more than one signature"}
	}
	if trust == nil {
		trust = &Trust{}
	}
	return trust.judge(signed, signatures[0], gitNamespace, commitTime(signed))
}

// judge verifies an armored signature of either kind over data. The namespace is what a signature of ssh was made for.
func (t *Trust) judge(data, armored []byte, namespace string, at time.Time) Signature {
	switch text := string(armored); {
	case strings.Count(text, "-----BEGIN ") > 1:
		return Signature{State: BadSignature, Why: "has more than one signature"}
	case strings.HasPrefix(text, "-----BEGIN SSH SIGNATURE-----"):
		return t.judgeSSH(data, armored, namespace, at)
	case strings.HasPrefix(text, "-----BEGIN PGP SIGNATURE-----"):
		return t.judgeGPG(data, armored, at)
	case strings.HasPrefix(text, "-----BEGIN SIGNED MESSAGE-----"):
		return Signature{State: UnknownKey, Format: "x509", Why: "is signed with an X.509 certificate, which tenantsmith does not verify"}
	}
	return Signature{State: BadSignature, Why: "has a signature that is neither of ssh nor of gpg"}
}

// splitSigned takes the signatures out of the header of a commit. Signed is what they were made over: git leaves
// out those for either kind of object name.
func splitSigned(commit []byte) (signed []byte, signatures [][]byte) {
	head, body, _ := bytes.Cut(commit, []byte("\n\n"))
	var inside, counts bool
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		if more, ok := bytes.CutPrefix(line, []byte(" ")); ok && inside {
			if counts {
				last := &signatures[len(signatures)-1]
				*last = append(append(*last, more...), '\n')
			}
			continue
		}
		name, value, _ := bytes.Cut(line, []byte(" "))
		counts = string(name) == "gpgsig"
		if inside = counts || string(name) == "gpgsig-sha256"; counts {
			signatures = append(signatures, append(bytes.Clone(value), '\n'))
		}
		if !inside {
			signed = append(append(signed, line...), '\n')
		}
	}
	return append(append(signed, '\n'), body...), signatures
}

// commitTime is when the committer says that the commit was made; the zero time for one that does not say.
func commitTime(commit []byte) time.Time {
	head, _, _ := bytes.Cut(commit, []byte("\n\n"))
	for line := range bytes.SplitSeq(head, []byte("\n")) {
		who, ok := bytes.CutPrefix(line, []byte("committer "))
		if !ok {
			continue
		}
		fields := strings.Fields(string(who[bytes.LastIndexByte(who, '>')+1:]))
		if len(fields) == 0 {
			break
		}
		seconds, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			break
		}
		return time.Unix(seconds, 0)
	}
	return time.Time{}
}
