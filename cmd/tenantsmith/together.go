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
		named := make(map[string]bool, len(changing))
		for _, u := range changing {
			named[u.Tenant] = true
		}
		beside, err := tenantsBeside(head, named)
		if err != nil || len(beside) == 0 {
			return nil, err
		}
		var asking []string
		for _, u := range changing {
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
		others, err := claimsOf(head, beside)
		if err != nil || len(others) == 0 {
			return nil, err
		}
		return res.Clashes(ctx, asking, others)
	}
}

// tenantsBeside are the tenants at the head but the named ones.
func tenantsBeside(head *gitops.Commit, named map[string]bool) ([]string, error) {
	folders, err := head.ReadDir("tenants")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var beside []string
	for _, d := range folders {
		if d.IsDir() && !named[d.Name()] {
			beside = append(beside, d.Name())
		}
	}
	return beside, nil
}

// claimsOf are the claims of tenants by their records at the head, without those that claim nothing.
func claimsOf(head *gitops.Commit, tenants []string) (map[string][]string, error) {
	records := make([]string, len(tenants))
	for i, tenant := range tenants {
		records[i] = manifest.RecordPath(tenant)
	}
	if err := head.Prefetch(records); err != nil {
		return nil, err
	}
	claims := map[string][]string{}
	for _, tenant := range tenants {
		some, err := claimsAt(head, tenant)
		if err != nil {
			return nil, err
		}
		if len(some) > 0 {
			claims[tenant] = some
		}
	}
	return claims, nil
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
