package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// signFlag is the flag of every command that makes commits. An empty value is refused: it comes from a variable of
// CI that is not set, and the commit would go out unsigned, unsaid.
func signFlag(cmd *cobra.Command, key *string) {
	cmd.Flags().Func("sign", "sign the commit by this `KEY`: the file of a private key of ssh, a public one whose private part the ssh agent has, or gpg:KEY", func(s string) error {
		if *key = s; s == "" {
			return errors.New("names no key")
		}
		return nil
	})
}

// signer finds the key of --sign; nil without one.
func (w *workspace) signer(key string) (*gitops.Signer, error) {
	if key == "" {
		return nil, nil
	}
	signer, err := gitops.NewSigner(key)
	if errors.As(err, new(*fs.PathError)) {
		return nil, w.unusable("--sign", key, err)
	}
	if err != nil {
		return nil, fmt.Errorf("--sign: %w", err)
	}
	return signer, nil
}

// signing are the flags about who stands for what is published.
type signing struct {
	required  []string
	statement string
	note      bool
}

func (s *signing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.Func("require-signed", "publish only commits signed by a key of this `FILE`: allowed signers of ssh, or a keyring of gpg; may be given again", func(file string) error {
		if s.required = append(s.required, file); file == "" {
			return errors.New("names no file")
		}
		return nil
	})
	f.StringVar(&s.statement, "statement", "", "write what was made of what, as in-toto has it, to this `FILE`; in an envelope with a signature if --sign is given")
	f.BoolVar(&s.note, "note", false, "the same as a git note on the commit, below refs/notes/tenantsmith")
}

// statement is what a publish says about itself.
type statement struct {
	file string
	text []byte
	res  *pipeline.Result
}

// judges are the files that decide about the tenants beside their own: the platform file, and waivers.
func (s *statement) judges(updates []gitops.Update) map[string]string {
	out := map[string]string{}
	if p := s.res.Fleet.Platform; p.File != "" {
		out[p.File] = p.Sum
	}
	published := map[string]bool{}
	for _, u := range updates {
		published[u.Tenant] = true
	}
	for _, waiver := range s.res.Fleet.Waivers {
		if published[waiver.Tenant] {
			out[waiver.File] = waiver.Sum
		}
	}
	return out
}

// vouch sets the options about signatures of the commits that are published and of what is said about them.
func (w *workspace) vouch(target *gitops.Options, o publishOptions) (*statement, error) {
	if len(o.required) > 0 {
		for _, file := range o.required {
			if err := w.outside("--require-signed", file); err != nil {
				return nil, err
			}
		}
		trust, err := gitops.ReadTrust(o.required...)
		if err != nil {
			return nil, fmt.Errorf("--require-signed %w", err)
		}
		target.Trust, target.SourceDir, w.committed = trust, w.dir, true
	}
	s := &statement{file: o.statement}
	if s.file == "" && !o.note {
		return s, nil
	}
	if o.note {
		target.Notes = append(target.Notes, gitops.Note{Ref: "tenantsmith", Content: func(string, []byte) []byte { return s.text }})
	}
	return s, w.prepare(s, target, o)
}

// prepare has the statement made with the commit, while nothing is published yet, so that a key that does not sign
// stops both.
func (w *workspace) prepare(s *statement, target *gitops.Options, o publishOptions) error {
	tool, err := ownDigest()
	if err != nil {
		return err
	}
	signer, err := w.signer(o.sign)
	if err != nil {
		return err
	}
	target.Made = func(commit string, updates []gitops.Update) error {
		made, err := gitops.NewStatement(*target, commit, updates, s.judges(updates), tool)
		if err == nil {
			s.text, err = made.Bytes(signer)
		}
		return err
	}
	return w.writable(s.file)
}

// writable refuses a file that could not be written once all else is done.
func (w *workspace) writable(file string) error {
	if file == "" {
		return nil
	}
	there := exists(file)
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE, 0o644)
	if err != nil {
		return w.unusable("--statement", file, err)
	}
	if err := f.Close(); err != nil || there {
		return err
	}
	return os.Remove(file)
}

// ownDigest is the SHA-256 of the program that runs (hexadecimal).
func ownDigest() (string, error) {
	name, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// unsigned says which commits are not signed; other errors stay as they are.
func (w *workspace) unsigned(err error, nothing string) error {
	var refused *gitops.UnsignedError
	if !errors.As(err, &refused) {
		return err
	}
	for _, c := range refused.Commits {
		w.say("commit %s (%s: %s) %s", short(c.Hash), c.Author, c.Subject, c.Signature.Why)
	}
	w.say("%s: --require-signed, and %s not signed by a key that it names", nothing, report.Plural(len(refused.Commits), "commit")+map[bool]string{true: " is", false: " are"}[len(refused.Commits) == 1])
	return errProblems
}

// state writes the statement about a commit that was made, and says whose signatures were looked at.
func (w *workspace) state(s *statement, done gitops.Result) error {
	if n := len(done.Verified.Commits); n > 0 {
		w.say("%s of the platform repository signed by trusted keys", report.Plural(n, "commit"))
	}
	if done.Verified.Partly {
		w.say("the clone ends before the commit that was published last, so that only these were verified; fetch its history, with actions/checkout by fetch-depth: 0")
	}
	switch {
	case s.file == "":
		return nil
	case done.Commit == "":
		w.say("no commit, so no statement")
		return nil
	}
	if err := os.WriteFile(s.file, s.text, 0o644); err != nil {
		return fmt.Errorf("published as %s, but without the statement: %w", short(done.Commit), w.unusable("--statement", s.file, err))
	}
	return nil
}
