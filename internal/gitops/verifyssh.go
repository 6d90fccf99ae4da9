package gitops

import (
	"bytes"
	"time"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// judgeSSH verifies a signature of ssh. The signature brings its key, so that one of a stranger can be told from
// one that does not fit.
func (t *Trust) judgeSSH(data, armored []byte, namespace string, at time.Time) Signature {
	sig := Signature{State: BadSignature, Format: "ssh"}
	made, err := sshsig.Unarmor(armored)
	if err != nil {
		sig.Why = "has a damaged signature"
		return sig
	}
	sig.Key = ssh.FingerprintSHA256(bare(made.PublicKey))
	if made.Namespace != namespace {
		sig.Why = "has a signature that was made for another purpose"
		return sig
	}
	err = sshsig.Verify(bytes.NewReader(data), made, made.PublicKey, made.HashAlgorithm, namespace)
	if sha1 := made.Signature.Format == ssh.KeyAlgoRSA; sha1 || err != nil {
		sig.Why = "has a signature that does not fit it"
		return sig
	}
	signer, why := t.signer(made.PublicKey, namespace, at)
	if why != "" {
		sig.State, sig.Why = UnknownKey, why
		return sig
	}
	return Signature{State: GoodSignature, Format: "ssh", Key: sig.Key, Signer: signer}
}

// bare is the key of a certificate, or the key itself.
func bare(key ssh.PublicKey) ssh.PublicKey {
	if cert, ok := key.(*ssh.Certificate); ok {
		return cert.Key
	}
	return key
}

// signer finds the first line that allows a key, and says what was wrong where none does.
func (t *Trust) signer(key ssh.PublicKey, namespace string, at time.Time) (principal, why string) {
	why = "is signed by a key that is not trusted"
	for _, s := range t.signers {
		principal, known := s.principal(key, at)
		switch {
		case !known:
			continue
		case s.namespaces != "" && !matchList(namespace, s.namespaces):
			why = "is signed by a key that is trusted for other purposes only"
		case principal == "" || !s.validAt(at):
			why = "is signed by a key that was not valid at that time"
		default:
			return principal, ""
		}
	}
	return "", why
}

// principal is whom a line names for a key; known reports whether the line is about the key at all. A
// certificate counts where the line names its authority, and in the name that it was made out to.
func (s allowedSigner) principal(key ssh.PublicKey, at time.Time) (principal string, known bool) {
	if !s.authority {
		return s.principals, bytes.Equal(key.Marshal(), s.key.Marshal())
	}
	cert, ok := key.(*ssh.Certificate)
	if !ok || cert.CertType != ssh.UserCert || !bytes.Equal(cert.SignatureKey.Marshal(), s.key.Marshal()) {
		return "", false
	}
	checker := &ssh.CertChecker{
		Clock: func() time.Time { return at },
		// These restrict logins, not signatures.
		SupportedCriticalOptions: []string{"force-command", "source-address", "verify-required"},
	}
	for _, name := range cert.ValidPrincipals {
		if matchList(name, s.principals) && checker.CheckCert(name, cert) == nil {
			return name, true
		}
	}
	return "", true
}

func (s allowedSigner) validAt(at time.Time) bool {
	return (s.after.IsZero() || !at.Before(s.after)) && (s.before.IsZero() || !at.After(s.before))
}
