package gitops

import (
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Published is the record of a tenant at the head of a branch, and the files that it lists as they are there: nil
// for one that is gone or is no regular file any more. There is neither without a record that can be used.
func Published(head *Commit, tenant string) (*manifest.Record, map[string][]byte, error) {
	data, err := RecordAt(head, tenant)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	record, err := manifest.ParseRecord(tenant, data)
	if err != nil {
		return nil, nil, nil // which Publish reports
	}
	if err := head.Prefetch(slices.Collect(maps.Keys(record.Files))); err != nil {
		return nil, nil, err
	}
	files := make(map[string][]byte, len(record.Files))
	for file := range record.Files {
		info, err := head.Lstat(file)
		if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
			files[file] = nil
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if files[file], err = fs.ReadFile(head, file); err != nil {
			return nil, nil, err
		}
	}
	return record, files, nil
}

// RecordAt reads the record of a tenant in an output. It is empty, as none that can be used is, where a folder or a
// link has its name; fs.ErrNotExist is the error where nothing has.
func RecordAt(output fs.FS, tenant string) ([]byte, error) {
	file := manifest.RecordPath(tenant)
	data, err := fs.ReadFile(output, file)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return data, err
	}
	entries, broken := fs.ReadDir(output, path.Dir(file))
	odd := func(e fs.DirEntry) bool { return e.Name() == path.Base(file) && !e.Type().IsRegular() }
	if broken == nil && slices.ContainsFunc(entries, odd) {
		return []byte{}, nil
	}
	return nil, err
}
