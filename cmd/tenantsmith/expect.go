package main

import (
	"errors"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

var digestForm = pattern.Of(`^sha256:[0-9a-f]{64}$`)

// approval lets a commit through whose output is what a plan showed; any, where no digest is expected.
type approval struct {
	expect, found string
	updates       []gitops.Update
	refused       bool
}

var errUnexpected = errors.New("the output is not what the plan showed")

// approve compares the digest of the tenants that change. A tenant of which only the record changes does not:
// the record tells how files came about. Where nothing changes nothing needs approval: a job that runs again
// after it published finds its own work.
func (a *approval) approve(changed []gitops.Change) error {
	sums := map[string]map[string]string{}
	for _, u := range a.updates {
		if slices.ContainsFunc(changed, func(c gitops.Change) bool { return c.Tenant == u.Tenant && changesFiles(c) }) {
			sums[u.Tenant] = pipeline.FileSums(u.Files)
		}
	}
	a.found = pipeline.OutputDigest(sums)
	if a.refused = a.expect != "" && a.found != a.expect && (len(sums) > 0 || len(a.updates) == 0); a.refused {
		return errUnexpected
	}
	return nil
}

func changesFiles(c gitops.Change) bool {
	return slices.ContainsFunc(slices.Concat(c.Added, c.Modified, c.Removed), func(file string) bool { return path.Base(file) != manifest.RecordName })
}

// unexpected says why nothing was published, in the words that say so, and how to go on.
func (w *workspace) unexpected(a approval, nothing string) error {
	w.say("%s: the output has the digest %s, and %s was expected", nothing, a.found, a.expect)
	w.say("something changed since the plan, or the GitOps repository does not hold what its base renders: run plan again, and publish --dry-run to see which tenants change")
	return errProblems
}
