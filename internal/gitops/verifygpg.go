package gitops

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	pgperrors "github.com/ProtonMail/go-crypto/openpgp/errors"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// judgeGPG verifies a signature of gpg against the keyring that is trusted, and no other: neither the user's own
// nor a key server has a say, and gpg need not be installed.
func (t *Trust) judgeGPG(data, armored []byte, at time.Time) Signature {
	sig := Signature{State: BadSignature, Format: "gpg", Why: "has a damaged signature"}
	raw, made, err := readGPG(armored)
	if err != nil {
		return sig
	}
	sig.Key = issuer(made)
	// A signature is made a little after the committer's time was taken.
	if made.CreationTime.After(at) {
		at = made.CreationTime
	}
	entity, err := t.verifyGPG(data, raw, at)
	if renewed := renewal(entity); errors.Is(err, pgperrors.ErrSignatureExpired) && renewed.After(at) {
		entity, err = t.verifyGPG(data, raw, renewed)
	}
	if entity != nil {
		sig.Key = hex.EncodeToString(entity.PrimaryKey.Fingerprint)
	}
	switch {
	case err == nil:
		return Signature{State: GoodSignature, Format: "gpg", Key: sig.Key, Signer: userOf(entity)}
	case errors.Is(err, pgperrors.ErrUnknownIssuer):
		sig.State, sig.Why = UnknownKey, "is signed by a key that is not trusted"
	case errors.Is(err, pgperrors.ErrKeyExpired), errors.Is(err, pgperrors.ErrSignatureExpired):
		sig.State, sig.Why = UnknownKey, "is signed by a key that had expired"
	case errors.Is(err, pgperrors.ErrKeyRevoked):
		sig.State, sig.Why = UnknownKey, "is signed by a key that was revoked"
	default:
		sig.Why = "has a signature that does not fit it"
	}
	return sig
}

// verifyGPG returns the key that made a signature, also where that is no good at the time.
func (t *Trust) verifyGPG(data, signature []byte, at time.Time) (*openpgp.Entity, error) {
	config := &packet.Config{Time: func() time.Time { return at }}
	_, entity, err := openpgp.VerifyDetachedSignature(t.keyring, bytes.NewReader(data), bytes.NewReader(signature), config)
	return entity, err
}

// renewal is when the owner last said until when the key is valid. Who extends a key replaces what it said
// before, so that a commit from before the renewal can only be judged as of then.
func renewal(e *openpgp.Entity) time.Time {
	var last time.Time
	if e == nil {
		return last
	}
	if own, _ := e.PrimarySelfSignature(); own != nil {
		last = own.CreationTime
	}
	for _, sub := range e.Subkeys {
		if sub.Sig.CreationTime.After(last) {
			last = sub.Sig.CreationTime
		}
	}
	return last
}

// readGPG unpacks an armored signature, of which there is one.
func readGPG(armored []byte) (raw []byte, made *packet.Signature, err error) {
	block, err := armor.Decode(bytes.NewReader(armored))
	if err != nil {
		return nil, nil, err
	}
	if raw, err = io.ReadAll(block.Body); err != nil {
		return nil, nil, err
	}
	packets := packet.NewReader(bytes.NewReader(raw))
	p, err := packets.Next()
	if err != nil {
		return nil, nil, err
	}
	made, ok := p.(*packet.Signature)
	if _, err = packets.Next(); !ok || made.SigType != packet.SigTypeBinary || !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("is not one signature of a document")
	}
	return raw, made, nil
}

// issuer is the key that a signature names, by fingerprint where it has one.
func issuer(sig *packet.Signature) string {
	switch {
	case len(sig.IssuerFingerprint) > 0:
		return hex.EncodeToString(sig.IssuerFingerprint)
	case sig.IssuerKeyId != nil:
		return fmt.Sprintf("%016x", *sig.IssuerKeyId)
	}
	return ""
}

// userOf names the user of a key: the one that the key calls its own, or the first by name.
func userOf(e *openpgp.Entity) string {
	if _, id := e.PrimarySelfSignature(); id != nil {
		return printable(id.Name)
	}
	var names []string
	for name := range e.Identities {
		names = append(names, printable(name))
	}
	if len(names) == 0 {
		return ""
	}
	return slices.Min(names)
}
