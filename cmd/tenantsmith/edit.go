package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// editing is what becomes of files that a command edits in the platform repository.
type editing struct {
	dryRun, commit, push bool
	author, sign, reason string
}

func (e *editing) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&e.dryRun, "dry-run", false, "say what would be edited, write nothing")
	f.BoolVar(&e.commit, "commit", false, "commit the edit, and nothing else, on the branch that is checked out")
	f.BoolVar(&e.push, "push", false, "commit, and let git push the branch")
	f.StringVar(&e.author, "author", "", "author of the commit: `NAME <EMAIL>` (default git's)")
	f.StringVar(&e.sign, "sign", "", "sign the commit: private ssh `KEY` file, public one of the agent, or gpg:KEY")
	f.StringVar(&e.reason, "reason", "", "why, for the commit's message")
}

// edit is a set of files as they shall be, by name in the platform repository: without content they go.
type edit struct {
	files map[string][]byte
	// subject and trailers are those of the commit.
	subject  string
	trailers []gitops.Trailer
}

func (e edit) names() []string { return slices.Sorted(maps.Keys(e.files)) }

// workTree opens the repository for a commit, and refuses files with edits that are nobody's to commit. Without a
// commit to make it is nil.
func (w *workspace) workTree(o editing, e edit) (*gitops.WorkTree, error) {
	if !o.commit && !o.push || o.dryRun {
		return nil, nil
	}
	tree, err := gitops.OpenWorkTree(w.dir)
	if err != nil {
		return nil, fmt.Errorf("--commit: %w", err)
	}
	others, err := tree.Uncommitted(e.names())
	if err != nil {
		tree.Close()
		return nil, fmt.Errorf("--commit: %w", err)
	}
	if len(others) > 0 {
		tree.Close()
		w.say("nothing written: %s differs from what is committed; commit that, or drop it, first", list(others))
		return nil, errProblems
	}
	return tree, nil
}

// settle puts the files into the working tree, and commits them where that is asked for.
func (w *workspace) settle(ctx context.Context, root *os.Root, o editing, e edit, tree *gitops.WorkTree) error {
	for _, name := range e.names() {
		if err := replace(root, name, e.files[name]); err != nil {
			return w.unusable("write", name, err)
		}
	}
	if tree == nil {
		return nil
	}
	m, err := o.message(tree, e)
	if err != nil {
		return err
	}
	hash, err := tree.Commit(ctx, e.names(), m)
	if errors.Is(err, gitops.ErrMoved) {
		err = fmt.Errorf("somebody else committed on %s in between; the files are written, commit them by git", tree.Branch())
	}
	if err != nil {
		return err
	}
	w.say("committed on %s: %s", tree.Branch(), short(hash))
	if !o.push {
		return nil
	}
	where, err := tree.Push(ctx, hash)
	if err != nil {
		return err
	}
	w.say("pushed to %s", where)
	return nil
}

// message says who commits, and why.
func (o editing) message(tree *gitops.WorkTree, e edit) (gitops.Message, error) {
	m := gitops.Message{Text: e.subject, Trailers: append(e.trailers, gitops.Trailer{Key: gitops.VersionTrailer, Value: version()}), Author: tree.Identity(), When: time.Now()}
	if o.reason != "" {
		m.Text += "\n\n" + o.reason
	}
	var err error
	if o.author != "" {
		if m.Author, err = parseAuthor(o.author); err != nil {
			return m, err
		}
	}
	if m.Author.Name == "" || m.Author.Email == "" {
		return m, errors.New(`nobody is named as author: --author "NAME <EMAIL>", or git config user.name and user.email`)
	}
	if o.sign != "" {
		signer, err := gitops.NewSigner(o.sign)
		if err != nil {
			return m, fmt.Errorf("--sign %w", err)
		}
		m.Sign = signer.Commit
	}
	return m, nil
}

// judged renders and checks the tenant as it would be, and says what is wrong.
func (w *workspace) judged(ctx context.Context, fsys fs.FS, tenant string) (*pipeline.Result, error) {
	options, done := w.ready(pipeline.Options{Tenants: []string{tenant}, Trees: true})
	defer done()
	return pipeline.Run(ctx, fsys, options)
}

// replace writes a file in one step, keeping its mode; without content it takes the file away, and folders that it
// leaves empty.
func replace(root *os.Root, name string, data []byte) error {
	if data == nil {
		err := root.Remove(name)
		for dir := path.Dir(name); err == nil && strings.Contains(dir, "/"); dir = path.Dir(dir) {
			if root.Remove(dir) != nil {
				break
			}
		}
		return err
	}
	mode := fs.FileMode(0o644)
	if info, err := root.Lstat(name); err == nil {
		mode = info.Mode().Perm()
	}
	if old, err := root.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	next := path.Join(path.Dir(name), "."+path.Base(name)+".tenantsmith")
	root.Remove(next)
	if err := create(root, next, data); err != nil {
		return err
	}
	err := root.Chmod(next, mode)
	if err == nil {
		err = root.Rename(next, name)
	}
	if err != nil {
		root.Remove(next)
	}
	return err
}
