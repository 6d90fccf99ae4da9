package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// quiet is how long nothing may happen before what happened counts as one change: editors write a file
// in several steps, and git several files.
const quiet = 150 * time.Millisecond

// watch renders now, and again whenever an input changes, until somebody ends it. What is wrong with the
// files is printed, and does not end it.
func (w *workspace) watch(ctx context.Context, args []string, o renderOptions) error {
	if err := w.separate(o.output); err != nil {
		return err
	}
	watcher, err := fsnotify.NewWatcher()
	if err != nil {
		return fmt.Errorf("--watch: %w", err)
	}
	defer watcher.Close()
	for ctx.Err() == nil {
		// Folders are looked for first, so that no change after the run is missed.
		inputs, err := w.follow(watcher)
		if err != nil {
			return err
		}
		switch err := w.render(ctx, args, o); {
		case ctx.Err() != nil:
			return nil
		case err == nil, errors.Is(err, errProblems):
			w.say("waiting for changes")
		default:
			w.say("%s; waiting for changes", err)
		}
		if err := w.changed(ctx, watcher, inputs); err != nil {
			return err
		}
	}
	return nil
}

// changed returns when an input has changed and nothing happened since, or when somebody ends the run.
func (w *workspace) changed(ctx context.Context, watcher *fsnotify.Watcher, inputs []string) error {
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-settled.C:
			return nil
		case e := <-watcher.Events:
			if e.Op != fsnotify.Chmod && isInput(e.Name, inputs) {
				settled.Reset(quiet)
			}
		case err := <-watcher.Errors: // too many changes to name them: something did change
			if !errors.Is(err, fsnotify.ErrEventOverflow) {
				return fmt.Errorf("--watch: %w", err)
			}
			settled.Reset(quiet)
		}
	}
}

// isInput reports whether a path is one of the inputs, below one, or a folder above one. What editors
// write beside a file, and swap files, are hidden or end in ~.
func isInput(name string, inputs []string) bool {
	base := filepath.Base(name)
	if strings.HasPrefix(base, ".") || strings.HasSuffix(base, "~") {
		return false
	}
	return slices.ContainsFunc(inputs, func(in string) bool {
		return name == in || strings.HasPrefix(name, in+string(filepath.Separator)) || strings.HasPrefix(in, name+string(filepath.Separator))
	})
}

// follow watches the folders of the inputs, those below them, and where one is missing the nearest
// above it. It returns the paths of the inputs.
func (w *workspace) follow(watcher *fsnotify.Watcher) ([]string, error) {
	root, err := w.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	dir := resolved(w.abs(w.dir))
	var inputs []string
	for _, p := range inputPaths(root.FS()) {
		inputs = append(inputs, filepath.Join(dir, filepath.FromSlash(p)))
	}
	for _, in := range inputs {
		for _, d := range folders(in, dir) {
			// A folder may have gone since it was seen; what took it away is told by the one above.
			if err := watcher.Add(d); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("--watch %s: %w", report.Clean(w.named(d)), err)
			}
		}
	}
	return inputs, nil
}

// inputPaths are the paths that a run reads: those that the platform file names are looked for each time.
func inputPaths(fsys fs.FS) []string {
	paths, err := schemas.PlatformPaths(fsys)
	if err != nil {
		paths = []string{"tenantsmith.yaml", "overrides", "waivers"}
	}
	return append(paths, "tenants")
}

// folders are those to watch for an input: the nearest that exists above it, and the input with all
// folders below it if it is one. No link is followed.
func folders(input, top string) []string {
	above := filepath.Dir(input)
	for above != top && !exists(above) {
		above = filepath.Dir(above)
	}
	out := []string{above}
	_ = filepath.WalkDir(input, func(name string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			out = append(out, name)
		}
		return nil
	})
	return out
}
