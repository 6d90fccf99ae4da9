package gitops

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// SignedCommit is a commit and what its signature is worth.
type SignedCommit struct {
	// Hash is hexadecimal, Author of the form NAME <EMAIL>, Subject the first line of the message; all without
	// control characters.
	Hash, Author, Subject string
	Signature             Signature
}

// UnsignedError says that Options.Trust does not cover what was to be published. Nothing was changed.
type UnsignedError struct {
	// Commits are those of the platform repository without a good signature, the youngest first.
	Commits []SignedCommit
}

// Error names the commits.
func (e *UnsignedError) Error() string {
	var lines []string
	for _, c := range e.Commits {
		lines = append(lines, fmt.Sprintf("commit %.12s (%s: %s) %s", c.Hash, c.Author, c.Subject, c.Signature.Why))
	}
	return strings.Join(lines, "\n")
}

// vouch refuses to publish commits of the platform repository that nobody who is trusted signed: the one checked
// out, and its ancestors that were not there when the head was published.
func (t *target) vouch(head *Commit) (Verified, error) {
	if t.Trust == nil {
		return Verified{}, nil
	}
	since, err := head.sources()
	if err != nil {
		return Verified{}, err
	}
	v, err := VerifySince(t.SourceDir, since, t.Trust)
	if err != nil {
		return v, fmt.Errorf("verify the commits of the platform repository: %w", err)
	}
	var bad []SignedCommit
	for _, c := range v.Commits {
		if c.Signature.State != GoodSignature {
			bad = append(bad, c)
		}
	}
	if len(bad) > 0 {
		err = &UnsignedError{Commits: bad}
	}
	return v, err
}

// Verified are commits that were judged, the youngest first.
type Verified struct {
	Commits []SignedCommit
	// Partly says that the clone does not show what lies between the commit that is checked out and the others.
	Partly bool
}

// VerifySince judges the commit that is checked out in the repository around a folder, and those of its ancestors
// that the given commits (hexadecimal) do not have, too. Without any of these in the clone it judges the one alone,
// which stands for all of its files.
func VerifySince(dir string, since []string, trust *Trust) (Verified, error) {
	top, _, err := around(dir)
	if err != nil {
		return Verified{}, err
	}
	r, err := openLocal(top)
	if err != nil {
		return Verified{}, err
	}
	defer r.Close()
	head, err := r.resolve("HEAD")
	if err != nil {
		return Verified{}, err
	}
	commits, cut, err := r.news(head, since)
	if err != nil {
		return Verified{}, err
	}
	v := Verified{Partly: cut}
	for _, c := range commits {
		raw, err := readObject(r, plumbing.CommitObject, c.Hash)
		if err != nil {
			return Verified{}, err
		}
		v.Commits = append(v.Commits, signedCommit(c, VerifySignature(raw, trust)))
	}
	return v, nil
}

func signedCommit(c *object.Commit, s Signature) SignedCommit {
	subject, _, _ := strings.Cut(c.Message, "\n")
	author := fmt.Sprintf("%s <%s>", c.Author.Name, c.Author.Email)
	return SignedCommit{Hash: c.Hash.String(), Author: printable(author), Subject: printable(subject), Signature: s}
}

// news are a commit, which comes first, and those of its ancestors that the others do not have. Cut says that the
// clone does not show all of these.
func (r *localRepo) news(head *object.Commit, others []string) (out []*object.Commit, cut bool, err error) {
	w := walk{repo: r, marks: map[plumbing.Hash]int{}}
	w.reach(head, fromOurs)
	known := false
	for _, other := range others {
		if c, err := object.GetCommit(r.Storage, plumbing.NewHash(other)); err == nil {
			known = true
			w.reach(c, behind)
		}
	}
	if !known {
		return []*object.Commit{head}, len(others) > 0, nil
	}
	if err := w.collect(); err != nil {
		return nil, false, err
	}
	out = append(out, head)
	for _, c := range w.found {
		if w.marks[c.Hash]&behind == 0 && c.Hash != head.Hash {
			out = append(out, c)
		}
	}
	return out, w.cut, nil
}

// collect finds the commits that are not behind others. One whose date is wrong may turn out to be later on.
func (w *walk) collect() error {
	seen := map[plumbing.Hash]bool{}
	for w.open > 0 {
		c := w.next()
		if !seen[c.Hash] && w.marks[c.Hash]&behind == 0 {
			seen[c.Hash] = true
			w.found = append(w.found, c)
		}
		for _, parent := range c.ParentHashes {
			if err := w.visit(parent, w.marks[c.Hash]); err != nil {
				return err
			}
		}
	}
	return nil
}

// sources are the commits of the platform repository that a head came from: the one that its own trailer names
// or, where somebody else made the last commit, those of the records.
func (c *Commit) sources() ([]string, error) {
	if c.Hash == "" {
		return nil, nil
	}
	head, err := readPast(c.root.objects, plumbing.NewHash(c.Hash))
	if err != nil {
		return nil, err
	}
	if source := head.Trailer(SourceTrailer); plumbing.IsHash(source) {
		return []string{source}, nil
	}
	return c.recorded()
}

// recorded are the sources that the records of all tenants name.
func (c *Commit) recorded() (out []string, err error) {
	err = c.records(func(source, _ string) error { out = append(out, source); return nil })
	return out, err
}

// records tells of each tenant at the head which commit it comes from, and when that was made (RFC 3339), by name.
func (c *Commit) records(tell func(source, when string) error) error {
	names, err := Owners(c)
	if err != nil {
		return err
	}
	paths := make([]string, len(names))
	for i, name := range names {
		paths[i] = manifest.RecordPath(name)
	}
	if err := c.Prefetch(paths); err != nil {
		return err
	}
	for _, path := range paths {
		f, err := c.Open(path)
		if err != nil {
			continue // not one of ours
		}
		var record struct{ Source, SourceTime string }
		if err := json.NewDecoder(io.LimitReader(f, maxObject)).Decode(&record); err != nil || !plumbing.IsHash(record.Source) {
			continue
		}
		if err := tell(record.Source, record.SourceTime); err != nil {
			return err
		}
	}
	return nil
}
