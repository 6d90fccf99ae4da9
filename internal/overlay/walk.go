package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// walker reads an output folder without following symbolic links. [os.Root] keeps a path inside of
// the folder; the walker also keeps it where it says it is.
type walker struct {
	root *os.Root
	seen map[string]bool // folders that are known to be none but folders
}

// record reads the record of a tenant; nil if there is none.
func (w walker) record(tenant string) (*manifest.Record, *manifest.Problem, error) {
	name := manifest.RecordPath(tenant)
	if problem, err := w.link(name); err != nil || problem != nil {
		return nil, problem, err
	}
	data, exists, err := w.read(name)
	if err != nil || !exists {
		return nil, nil, err
	}
	record, err := manifest.ParseRecord(tenant, data)
	if err != nil {
		return nil, outputProblem(name, err.Error(), "restore it from git, or delete the tenant's folder and render again"), nil
	}
	return record, nil, nil
}

// links reports what is no plain file or folder on the way to the files.
func (w walker) links(names []string) ([]manifest.Problem, error) {
	var problems []manifest.Problem
	for _, name := range names {
		problem, err := w.link(name)
		if err != nil {
			return nil, err
		}
		if problem != nil {
			problems = append(problems, *problem)
		}
	}
	return manifest.SortProblems(problems), nil
}

func (w walker) link(name string) (*manifest.Problem, error) {
	if dir := path.Dir(name); dir != "." && !w.seen[dir] {
		problem, err := w.check(dir, fs.ModeDir)
		if err != nil || problem != nil {
			return problem, err
		}
		w.seen[dir] = true
	}
	return w.check(name, 0)
}

// check walks from the root to the name, whose type must be the one given if it exists.
func (w walker) check(name string, want fs.FileMode) (*manifest.Problem, error) {
	if dir := path.Dir(name); want == fs.ModeDir && dir != "." && !w.seen[dir] {
		problem, err := w.check(dir, fs.ModeDir)
		if err != nil || problem != nil {
			return problem, err
		}
		w.seen[dir] = true
	}
	info, err := w.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("read output: %w", err)
	case info.Mode().Type() == want:
		return nil, nil
	case info.Mode().Type() == fs.ModeSymlink:
		return outputProblem(name, "a symbolic link is in the way", "move or delete it"), nil
	case want == fs.ModeDir:
		return outputProblem(name, "is in the way of a folder", "move or delete it"), nil
	}
	return outputProblem(name, "is in the way of a file", "move or delete it"), nil
}

// read returns the bytes of a file and whether it exists.
func (w walker) read(name string) ([]byte, bool, error) {
	data, err := w.root.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	return data, err == nil, err
}

func outputProblem(name, message, remedy string) *manifest.Problem {
	return &manifest.Problem{
		Check: "output", Severity: manifest.Error, Message: message, Remedy: remedy,
		Position: manifest.Position{File: name},
	}
}

func keysOf[V any](m map[string]V) iter.Seq[string] {
	return slices.Values(slices.Sorted(maps.Keys(m)))
}
