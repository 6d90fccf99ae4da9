package main

import (
	"context"
	"errors"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// together judges the tenants of a run with those that stand beside them in the GitOps repository. A tenant that
// claims nothing that its record there does not claim needs no judgement, so that most runs read no other record.
func together(res *pipeline.Result) func(context.Context, *gitops.Commit, []gitops.Update) ([]manifest.Problem, error) {
	return func(ctx context.Context, head *gitops.Commit, changing []gitops.Update) ([]manifest.Problem, error) {
		var names, asking []string
		for _, u := range changing {
			names = append(names, u.Tenant)
			next, err := manifest.ParseRecord(u.Tenant, u.Files[manifest.RecordPath(u.Tenant)])
			if err != nil {
				continue // removed
			}
			old, err := claimsAt(head, u.Tenant)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(next.Claims, func(c string) bool { return !slices.Contains(old, c) }) {
				asking = append(asking, u.Tenant)
			}
		}
		if len(asking) == 0 {
			return nil, nil
		}
		others, err := claimsBeside(head, names)
		if err != nil || len(others) == 0 {
			return nil, err
		}
		return res.Clashes(ctx, asking, others)
	}
}

// claimsBeside are the claims of the tenants at the head but the named ones.
func claimsBeside(head *gitops.Commit, names []string) (map[string][]string, error) {
	folders, err := head.ReadDir("tenants")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	folders = slices.DeleteFunc(folders, func(d fs.DirEntry) bool { return !d.IsDir() || slices.Contains(names, d.Name()) })
	records := make([]string, len(folders))
	for i, d := range folders {
		records[i] = manifest.RecordPath(d.Name())
	}
	if err := head.Prefetch(records); err != nil {
		return nil, err
	}
	others := map[string][]string{}
	for _, d := range folders {
		claims, err := claimsAt(head, d.Name())
		if err != nil {
			return nil, err
		}
		if len(claims) > 0 {
			others[d.Name()] = claims
		}
	}
	return others, nil
}

// claimsAt are those of a tenant's record at the head; none where it has no record, or one that cannot be read.
func claimsAt(head *gitops.Commit, tenant string) ([]string, error) {
	data, err := gitops.RecordAt(head, tenant)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	record, err := manifest.ParseRecord(tenant, data)
	if err != nil {
		return nil, nil
	}
	return record.Claims, nil
}
