package gitops

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Note is a git note on the commit that Publish makes. It goes out in the push of the commit: both or none where
// the server takes several references in one step, otherwise the commit first.
type Note struct {
	// Ref is the name below refs/notes/, such as commits or hydrator.metadata.
	Ref string
	// Content makes the text of the note. Commit is the new commit (hexadecimal), old the note that the head
	// before it has under the same name, nil where it has none. No text makes no note.
	Content func(commit string, old []byte) []byte
}

func (n Note) ref() plumbing.ReferenceName { return plumbing.NewNoteReferenceName(n.Ref) }

func checkNotes(notes []Note) error {
	seen := map[string]bool{}
	for _, n := range notes {
		switch {
		case n.Ref == "" || strings.HasPrefix(n.Ref, "refs/") || n.Ref != printable(n.Ref) || n.ref().Validate() != nil:
			return fmt.Errorf("notes %q: give a valid name below refs/notes/", printable(n.Ref))
		case seen[n.Ref]:
			return fmt.Errorf("notes %q come twice", n.Ref)
		}
		seen[n.Ref] = true
	}
	return nil
}

// refs are the references that a publish moves: the branch, then those of the notes.
func (t *target) refs() []plumbing.ReferenceName {
	refs := []plumbing.ReferenceName{t.branch}
	for _, n := range t.Notes {
		refs = append(refs, n.ref())
	}
	return refs
}

// move is a reference that goes from one commit to another; old is zero for one that is made.
type move struct {
	ref      plumbing.ReferenceName
	old, new plumbing.Hash
}

// annotate adds the notes on a commit to the pack, and returns the references that they move.
func (t *target) annotate(snap *snapshot, commit plumbing.Hash, into *pack) ([]move, error) {
	var moves []move
	for _, n := range t.Notes {
		next, err := t.note(snap, n, commit, into)
		if err != nil {
			return nil, fmt.Errorf("notes %s: %w", n.Ref, err)
		}
		if !next.IsZero() {
			moves = append(moves, move{n.ref(), snap.notes[n.ref()], next})
		}
	}
	return moves, nil
}

// note makes the commit that adds one note; the zero hash for a note without text.
func (t *target) note(snap *snapshot, n Note, commit plumbing.Hash, into *pack) (plumbing.Hash, error) {
	parent := snap.notes[n.ref()]
	root, err := snap.treeOf(parent)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	old, err := noteOn(root, snap.head)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	text := n.Content(commit.String(), old)
	if len(text) == 0 || commit == snap.head && bytes.Equal(text, old) {
		return plumbing.ZeroHash, nil
	}
	blob, err := into.add(plumbing.BlobObject, text)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	if err := root.write(fanned(root, commit.String()), blob); err != nil {
		return plumbing.ZeroHash, err
	}
	tree, err := root.store(into)
	if err != nil {
		return plumbing.ZeroHash, err
	}
	object, err := t.commitObject(tree, parent, "Notes added by tenantsmith\n")
	if err != nil {
		return plumbing.ZeroHash, err
	}
	return into.add(plumbing.CommitObject, object)
}

// noteOn reads the note on a commit, whatever folders git has put it into: abcd…, ab/cd…, ab/cd/….
func noteOn(root *folder, commit plumbing.Hash) ([]byte, error) {
	for name := commit.String(); len(name) > 2; {
		if e, ok := root.entries[name]; ok && !e.isDir() {
			return readObject(root.objects, plumbing.BlobObject, e.hash)
		}
		dir, err := root.open(name[:2])
		if dir == nil || err != nil {
			return nil, err
		}
		root, name = dir, name[2:]
	}
	return nil, nil
}

// fanned is where a new note goes: into the folders that are there, and at least into one, so that no folder
// grows with every commit.
func fanned(root *folder, name string) string {
	path := name[:2] + "/"
	for dir, _ := root.open(name[:2]); dir != nil; dir, _ = dir.open(name[:2]) {
		name = name[2:]
		if e := dir.entries[name[:2]]; !e.isDir() {
			return path + name
		}
		path += name[:2] + "/"
	}
	return path + name[2:]
}
