package gitops

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/plumbing/storer"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Past is a commit of the past, as its author and its committer tell it: git proves none of it without a signature.
type Past struct {
	Hash              string
	Author, Committer Person
	// Raw is the whole object of a commit that is signed, for [VerifySignature]; nil for another.
	Raw []byte
	// Merged are the commits that a merge brought, oldest first.
	Merged []*Past

	Said

	hash    plumbing.Hash
	parents []plumbing.Hash
	root    plumbing.Hash
}

// Person is who did it, and when by the clock of that machine.
type Person struct {
	Name, Email string
	When        time.Time
}

// Said is what the message of a commit says.
type Said struct {
	Subject string
	// PullRequest is what the subject names as its origin: #12, or !12 of GitLab.
	PullRequest string
	// Reason is the text between the subject and the trailers, without the counts that Publish writes.
	Reason string
	// Trailers are the last paragraphs, as far as they are nothing else, key by key in their order: who squashes
	// commits adds some below a rule.
	Trailers []Trailer
}

func readPast(objects storer.EncodedObjectStorer, hash plumbing.Hash) (*Past, error) {
	raw, err := readObject(objects, plumbing.CommitObject, hash)
	if err != nil {
		return nil, err
	}
	stored := &plumbing.MemoryObject{}
	stored.SetType(plumbing.CommitObject)
	if _, err := stored.Write(raw); err != nil {
		return nil, err
	}
	c := &object.Commit{}
	if err := c.Decode(stored); err != nil {
		return nil, fmt.Errorf("commit %s is damaged: %w", hash, err)
	}
	if c.PGPSignature == "" && !bytes.Contains(raw, []byte("\ngpgsig")) {
		raw = nil
	}
	return &Past{
		Hash: hash.String(), Author: personOf(c.Author), Committer: personOf(c.Committer), Raw: raw, Said: ParseMessage(c.Message),
		hash: hash, parents: c.ParentHashes, root: c.TreeHash,
	}, nil
}

func personOf(s object.Signature) Person {
	return Person{Name: printable(s.Name), Email: printable(s.Email), When: s.When}
}

// tree is the root of the files; zero where there are none.
func (p *Past) tree() plumbing.Hash {
	if p.root.String() == emptyTree {
		return plumbing.ZeroHash // git does not always store this one
	}
	return p.root
}

var (
	trailerLine = pattern.Of(`^([A-Za-z0-9][A-Za-z0-9-]*): *(.*)$`)
	// countLine is a line of the counts of a tenant, or of how many more there are.
	countLine = pattern.Of(`^[a-z0-9-]+: [0-9]+ (added|changed|removed)(, [0-9]+ (changed|removed))*$|^and [0-9]+ more$`)
	// A pull request stands in the subject: merged by GitHub, squashed by it, or merged by GitLab, which names it in the body.
	pullMerged   = pattern.Of(`^Merge pull request (#[0-9]+) `)
	pullSquashed = pattern.Of(`\((#[0-9]+)\)$`)
	mergeRequest = pattern.Of(`(?m)^See merge request .*(![0-9]+)$`)
)

// ParseMessage reads the message of a commit.
func ParseMessage(text string) Said {
	subject, body, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	m := Said{Subject: printable(strings.TrimSpace(subject))}
	paragraphs := slices.DeleteFunc(strings.Split(body, "\n\n"), func(p string) bool { return strings.TrimSpace(p) == "" })
	for n := len(paragraphs); n > 0; n = len(paragraphs) {
		found := trailersOf(paragraphs[n-1])
		if found == nil && strings.Trim(paragraphs[n-1], "-\n ") != "" {
			break
		}
		m.Trailers, paragraphs = append(found, m.Trailers...), paragraphs[:n-1]
	}
	if len(paragraphs) > 0 && all(paragraphs[0], countLine().MatchString) {
		paragraphs = paragraphs[1:]
	}
	var reason []string
	for _, p := range paragraphs {
		reason = append(reason, printable(strings.Join(strings.Fields(p), " ")))
	}
	m.Reason, m.PullRequest = strings.Join(reason, "\n\n"), pullRequest(m.Subject, body)
	return m
}

func pullRequest(subject, body string) string {
	for _, found := range [][]string{pullMerged().FindStringSubmatch(subject), pullSquashed().FindStringSubmatch(subject), mergeRequest().FindStringSubmatch(body)} {
		if found != nil {
			return found[1]
		}
	}
	return ""
}

// trailersOf reads a paragraph of nothing but trailers; nil for any other.
func trailersOf(paragraph string) []Trailer {
	if !all(paragraph, trailerLine().MatchString) {
		return nil
	}
	var out []Trailer
	for line := range strings.SplitSeq(strings.TrimSpace(paragraph), "\n") {
		m := trailerLine().FindStringSubmatch(line)
		out = append(out, Trailer{m[1], printable(strings.TrimSpace(m[2]))})
	}
	return out
}

// all reports whether every line is as it should be.
func all(paragraph string, is func(line string) bool) bool {
	return !slices.ContainsFunc(strings.Split(strings.TrimSpace(paragraph), "\n"), func(line string) bool { return !is(line) })
}

// Trailer is the first value of a trailer; empty for none.
func (m Said) Trailer(key string) string {
	for _, t := range m.Trailers {
		if strings.EqualFold(t.Key, key) {
			return t.Value
		}
	}
	return ""
}

// Publishes reports whether the commit says that tenantsmith published the tenant by it. Commits of very many
// tenants do not name them.
func (m Said) Publishes(tenant string) bool {
	if m.Trailer("Tenantsmith-Version") == "" {
		return false
	}
	return m.Trailer("Tenantsmith-Tenants") != "" ||
		slices.ContainsFunc(m.Trailers, func(t Trailer) bool { return strings.EqualFold(t.Key, "Tenantsmith-Tenant") && t.Value == tenant })
}

// Origin is the platform repository around a folder, in which the commits that were published are looked up.
type Origin struct {
	repo   *localRepo
	prefix string
}

// OpenOrigin opens the repository.
func OpenOrigin(dir string) (*Origin, error) {
	top, prefix, err := around(dir)
	if err != nil {
		return nil, err
	}
	repo, err := openLocal(top)
	if err != nil {
		return nil, err
	}
	return &Origin{repo, prefix}, nil
}

// Close lets go of the repository's files, and of those of its commits.
func (o *Origin) Close() error { return o.repo.Close() }

// Commit finds a commit by its whole hash: what it says of itself, and its files as the folder has them. Both are
// nil where the clone does not hold it.
func (o *Origin) Commit(hash string) (*Past, *Commit, error) {
	if !plumbing.IsHash(hash) {
		return nil, nil, nil
	}
	past, err := readPast(o.repo.Storage, plumbing.NewHash(hash))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	c := &Commit{repo: o.repo}
	return past, c, c.open(hash, o.prefix)
}
