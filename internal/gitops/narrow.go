package gitops

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Only narrows the updates to what one environment needs, for a branch that holds that environment alone: its
// overlays, the bases they build upon, and what a GitOps engine applies them by. Of a tenant that no longer has the environment nothing stays but a record
// that says so; one that never had it is left out.
//
// The record of a tenant changes only where something of the environment does. Who wrote a line that matters
// elsewhere does not cause a commit here: versions and digests in a record are those of the last run that changed
// something.
func Only(env string, prepare Prepare) Prepare {
	return func(ctx context.Context, head *Commit) ([]Update, error) {
		updates, err := prepare(ctx, head)
		if err != nil {
			return nil, err
		}
		var out []Update
		for _, u := range updates {
			keep, err := narrow(head, &u, env)
			if err != nil {
				return nil, fmt.Errorf("tenant %s in %s: %w", u.Tenant, env, err)
			}
			if keep {
				out = append(out, u)
			}
		}
		return out, nil
	}
}

// narrow takes away what other environments have, and reports whether anything has to be done.
func narrow(head *Commit, u *Update, env string) (bool, error) {
	at := manifest.RecordPath(u.Tenant)
	if len(u.Files) == 0 {
		return true, nil
	}
	record, err := manifest.ParseRecord(u.Tenant, u.Files[at])
	if err != nil {
		return false, err
	}
	was, err := RecordAt(head, u.Tenant)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	files := maps.Clone(u.Files)
	here := false
	for file := range u.Files {
		switch manifest.EnvironmentOf(file) {
		case env:
			here = true
		case "": // what is the platform's own for all environments, each branch has
			here = here || u.Tenant == manifest.PlatformName && file != at
		default:
			delete(files, file)
		}
	}
	if !here && was == nil {
		return false, nil
	}
	if !here && u.Tenant == manifest.PlatformName {
		u.Files = nil
		return true, nil
	}
	if !here {
		files = map[string][]byte{}
	}
	maps.DeleteFunc(record.Files, func(file, _ string) bool { return files[file] == nil })
	record.Findings = slices.DeleteFunc(record.Findings, func(f manifest.RecordedFinding) bool { return f.Environment != "" && f.Environment != env })
	files[at] = carried(u.Tenant, was, record)
	u.Files = files
	return true, nil
}

// carried is the record as the head has it, without its source, where the next one differs in nothing but how it came
// about.
func carried(tenant string, was []byte, next *manifest.Record) []byte {
	old, err := manifest.ParseRecord(tenant, was)
	if err != nil {
		return next.Bytes()
	}
	same := *next
	same.Version, same.Inputs, same.Schemas, same.Policies = old.Version, old.Inputs, old.Schemas, old.Policies
	if was = manifest.Unsourced(was); bytes.Equal(same.Bytes(), was) {
		return was
	}
	return next.Bytes()
}
