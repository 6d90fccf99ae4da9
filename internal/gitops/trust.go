package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
)

// Trust is whose signatures count. The zero value trusts nobody.
type Trust struct {
	signers []allowedSigner
	keyring openpgp.EntityList
}

// ReadTrust reads files that each name trusted keys: an allowed signers file of ssh, as git's
// gpg.ssh.allowedSignersFile, or public keys that gpg --export wrote, armored or not.
func ReadTrust(files ...string) (*Trust, error) {
	t := &Trust{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := t.add(data); err != nil {
			return nil, fmt.Errorf("%s:%w", file, err)
		}
	}
	return t, nil
}

const (
	armoredKeys    = "-----BEGIN PGP PUBLIC KEY BLOCK-----"
	armoredPrivate = "-----BEGIN PGP PRIVATE KEY BLOCK-----"
)

// add takes the keys of one file. Its errors continue the name of the file.
func (t *Trust) add(data []byte) error {
	switch text := string(data); {
	case strings.Contains(text, armoredPrivate):
		return errors.New(" is a private key; name the public one, which gpg --armor --export writes")
	case strings.Contains(text, armoredKeys):
		return t.addArmored(text)
	case len(data) > 0 && data[0]&0x80 != 0: // the first octet of every OpenPGP packet, and of no text
		return t.addKeys(openpgp.ReadKeyRing(bytes.NewReader(data)))
	default:
		return t.addSigners(text)
	}
}

// addArmored reads one armored block after the other.
func (t *Trust) addArmored(text string) error {
	for _, block := range strings.Split(text, armoredKeys)[1:] {
		if err := t.addKeys(openpgp.ReadArmoredKeyRing(strings.NewReader(armoredKeys + block))); err != nil {
			return err
		}
	}
	return nil
}

func (t *Trust) addKeys(keys openpgp.EntityList, err error) error {
	if err != nil {
		return errors.New(" holds no OpenPGP keys that can be read; write them by gpg --armor --export")
	}
	for _, key := range keys {
		if key.PrivateKey != nil {
			return errors.New(" holds a private key; name the public one, which gpg --armor --export writes")
		}
	}
	t.keyring = append(t.keyring, keys...)
	return nil
}
