package gitops

import (
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Published is the record of a tenant at the head of a branch, and the files that it lists as they are there: nil
// for one that is gone or is no regular file any more. There is neither without a record that can be used.
func Published(head *Commit, tenant string) (*manifest.Record, map[string][]byte, error) {
	data, err := fs.ReadFile(head, manifest.RecordPath(tenant))
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
