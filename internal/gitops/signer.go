package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	gitssh "github.com/go-git/go-git/v5/plumbing/transport/ssh"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Signer signs with one key, of ssh or of gpg.
type Signer struct {
	key ssh.Signer
	// user is what gpg knows the key by, where there is no key of ssh.
	user string
}

// NewSigner finds the key that a name stands for: the file of a private key of ssh, the file of a public key or
// certificate or the public key itself (with git's key:: in front or not) whose private part the ssh agent holds, or
// gpg:KEY for one that gpg has. Nothing here asks for a passphrase: the agents do.
func NewSigner(name string) (*Signer, error) {
	if user, ok := strings.CutPrefix(name, "gpg:"); ok {
		if user == "" {
			return nil, errors.New("gpg: names no key; write gpg: and a fingerprint or mail address")
		}
		return &Signer{user: user}, nil
	}
	if strings.Contains(name, "-----BEGIN ") {
		return nil, errors.New("holds a key where the name of its file belongs")
	}
	literal := strings.TrimPrefix(name, "key::")
	if public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(literal)); err == nil {
		return fromAgent(public)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	signer, err := fromFile(data)
	if err != nil {
		return nil, fmt.Errorf("%s %w", name, err)
	}
	return signer, nil
}

// fromFile takes a private key, or the agent's for a public one or for one with a passphrase.
func fromFile(data []byte) (*Signer, error) {
	if public, _, _, _, err := ssh.ParseAuthorizedKey(data); err == nil {
		return fromAgent(public)
	}
	key, err := ssh.ParsePrivateKey(data)
	var locked *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return &Signer{key: key}, nil
	case errors.As(err, &locked) && locked.PublicKey != nil:
		return fromAgent(locked.PublicKey)
	case errors.As(err, &locked):
		return nil, errors.New("has a passphrase; add it to the ssh agent and name its .pub file")
	}
	return nil, errors.New("is neither a private nor a public key of ssh")
}

// fromAgent finds the private part of a key. A certificate goes out with the signature.
func fromAgent(public ssh.PublicKey) (*Signer, error) {
	agent, err := gitssh.NewSSHAgentAuth("git")
	if err != nil {
		return nil, errors.New("needs the ssh agent, and none answers; start one and add the key")
	}
	keys, err := agent.Callback()
	if err != nil {
		return nil, errors.New("needs the ssh agent, which does not list its keys")
	}
	cert, _ := public.(*ssh.Certificate)
	for _, key := range keys {
		if !bytes.Equal(key.PublicKey().Marshal(), bare(public).Marshal()) {
			continue
		}
		if cert != nil {
			key, err = ssh.NewCertSigner(cert, key)
		}
		return &Signer{key: key}, err
	}
	return nil, fmt.Errorf("needs the ssh agent, which does not hold the key %s; ssh-add adds it", ssh.FingerprintSHA256(bare(public)))
}

// Key names the key: by its fingerprint for ssh, by what the user wrote for gpg.
func (s *Signer) Key() string {
	if s.key == nil {
		return s.user
	}
	return ssh.FingerprintSHA256(bare(s.key.PublicKey()))
}

// Commit signs a commit as git stores it.
func (s *Signer) Commit(commit []byte) (armored string, err error) {
	return s.sign(commit, gitNamespace)
}

// What ssh says a signature is made for, so that one made for another purpose counts for nothing.
const (
	gitNamespace       = "git"
	statementNamespace = "in-toto"
)

func (s *Signer) sign(data []byte, namespace string) (armored string, err error) {
	if s.key == nil {
		return runGPG(s.user, data)
	}
	key := s.key
	if cert, ok := key.PublicKey().(*ssh.Certificate); ok && cert.Key.Type() == ssh.KeyAlgoRSA {
		key = rsaCertSigner{key.(ssh.AlgorithmSigner)}
	}
	sig, err := sshsig.Sign(bytes.NewReader(data), key, sshsig.HashSHA512, namespace)
	if err != nil {
		return "", fmt.Errorf("key %s: %w", s.Key(), err)
	}
	return string(sshsig.Armor(sig)), nil
}

// rsaCertSigner signs by the hash that verifiers take; without being told, ssh would take SHA-1.
type rsaCertSigner struct{ ssh.AlgorithmSigner }

func (s rsaCertSigner) Sign(rand io.Reader, data []byte) (*ssh.Signature, error) {
	return s.SignWithAlgorithm(rand, data, ssh.KeyAlgoRSASHA512)
}
