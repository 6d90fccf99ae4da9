package overlay

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Counts says what became of the files of a tenant.
type Counts struct{ Written, Removed, Unchanged int }

// Write makes the output folder hold exactly the files of one tenant, or of the platform: files is its complete new set,
// its record included. Owned files that are no longer produced go, and the folders they leave empty;
// files of others stay. Problems are files that somebody edited by hand or that are in the way, and
// symbolic links on the way to a file; with problems nothing is written. An error is one of the disk.
func Write(root *os.Root, tenant string, files map[string][]byte) (Counts, []manifest.Problem, error) {
	changes, problems, err := compare(root, tenant, files)
	if err != nil || len(problems) > 0 {
		return Counts{}, problems, err
	}
	record := manifest.RecordPath(tenant)
	data, recorded := changes.Write[record]
	delete(changes.Write, record)
	if err := writeAll(root, changes); err != nil {
		return Counts{}, nil, err
	}
	if err := removeAll(root, changes.Remove); err != nil {
		return Counts{}, nil, err
	}
	counts := Counts{Written: len(changes.Write), Removed: len(changes.Remove)}
	if recorded { // last: a record claims only what is there
		if err := writeFile(root, record, data); err != nil {
			return Counts{}, nil, err
		}
		counts.Written++
	}
	counts.Unchanged = len(files) - counts.Written
	return counts, nil, nil
}

// Remove takes the files of a tenant that is no more out of the output folder, its record last. Files
// edited by hand are problems, and then nothing is removed.
func Remove(root *os.Root, tenant string) (Counts, []manifest.Problem, error) {
	changes, problems, err := compare(root, tenant, nil)
	if err != nil || len(problems) > 0 {
		return Counts{}, problems, err
	}
	remove := changes.Remove
	if _, err := root.Lstat(manifest.RecordPath(tenant)); err == nil {
		remove = append(remove, manifest.RecordPath(tenant))
	}
	return Counts{Removed: len(remove)}, nil, removeAll(root, remove)
}

// Stale returns the files that [Write] would write or remove, sorted, and writes nothing.
func Stale(root *os.Root, tenant string, files map[string][]byte) ([]string, []manifest.Problem, error) {
	changes, problems, err := compare(root, tenant, files)
	if err != nil {
		return nil, nil, err
	}
	stale := append(changes.Paths(), changes.Remove...)
	slices.Sort(stale)
	return stale, problems, nil
}

// compare reads the record and every file that may change, and decides what to do.
func compare(root *os.Root, tenant string, files map[string][]byte) (manifest.Changes, []manifest.Problem, error) {
	for name := range files {
		if !manifest.Ownable(tenant, name) && name != manifest.RecordPath(tenant) {
			return manifest.Changes{}, nil, fmt.Errorf("write %s: not a file of tenant %s", name, tenant)
		}
	}
	w := walker{root: root, seen: map[string]bool{}}
	old, problem, err := w.record(tenant)
	if err != nil {
		return manifest.Changes{}, nil, err
	}
	if problem != nil {
		return manifest.Changes{}, named(tenant, *problem), nil
	}
	paths := slices.Collect(keysOf(files))
	if old != nil {
		paths = slices.AppendSeq(paths, keysOf(old.Files))
	}
	slices.Sort(paths)
	paths = slices.Compact(paths)
	if problems, err := w.links(paths); err != nil || len(problems) > 0 {
		return manifest.Changes{}, named(tenant, problems...), err
	}
	changes, problems, err := manifest.Reconcile(old, files, w.read)
	return changes, named(tenant, problems...), err
}

// named puts the tenant's name on the problems that are any.
func named(tenant string, problems ...manifest.Problem) []manifest.Problem {
	for i := range problems {
		problems[i].Tenant = tenant
	}
	return problems
}

func writeAll(root *os.Root, changes manifest.Changes) error {
	dirs := map[string]bool{}
	for _, name := range changes.Paths() {
		if dir := path.Dir(name); !dirs[dir] {
			dirs[dir] = true
			if err := root.MkdirAll(dir, 0o777); err != nil {
				return fmt.Errorf("write output: %w", err)
			}
		}
	}
	const writers = 4 // enough to hide the waiting, few enough not to fight other tenants
	names := make(chan string)
	failed := make([]error, writers)
	var wait sync.WaitGroup
	for i := range writers {
		wait.Go(func() {
			for name := range names {
				failed[i] = errors.Join(failed[i], writeFile(root, name, changes.Write[name]))
			}
		})
	}
	for _, name := range changes.Paths() {
		names <- name
	}
	close(names)
	wait.Wait()
	return errors.Join(failed...)
}

// writeFile writes beside the file and renames, so that nobody ever reads half a file.
func writeFile(root *os.Root, name string, data []byte) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write %s: %w", name, err)
		}
	}()
	if err := root.MkdirAll(path.Dir(name), 0o777); err != nil {
		return err
	}
	draft := path.Join(path.Dir(name), "."+path.Base(name)+".new")
	if err := root.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = root.Rename(draft, name)
	}
	if err != nil {
		_ = root.Remove(draft)
	}
	return err
}

// removeAll removes files, then the folders that are empty without them; the one of all tenants stays.
func removeAll(root *os.Root, names []string) error {
	dirs := map[string]bool{}
	for _, name := range names {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove output: %w", err)
		}
		for dir := path.Dir(name); dir != "." && dir != "tenants"; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	deepest := slices.SortedFunc(keysOf(dirs), func(a, b string) int { return len(b) - len(a) })
	for _, dir := range deepest {
		if entries, err := fs.ReadDir(root.FS(), dir); err == nil && len(entries) == 0 {
			if err := root.Remove(dir); err != nil {
				return fmt.Errorf("remove output: %w", err)
			}
		}
	}
	return nil
}
