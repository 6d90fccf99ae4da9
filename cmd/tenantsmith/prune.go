package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// How much may go in one run that nobody expected: so many tenants, and such a part of all objects. A few objects
// of tenants that stay are no part to speak of: in a small fleet, one service is more than a tenth of everything. Shards
// share one change: the tenants are those of all shards, and the part is that of what the shard has.
const (
	fewTenants  = 5
	partPercent = 10
	fewObjects  = 20
)

// pruning lets a run take away little, or what somebody expects it to.
type pruning struct {
	allow  int
	lost   *manifest.Loss // that was refused
	others []string       // go with it, by runs of other shards
}

var errPruned = errors.New("too much would go")

func (p *pruning) flags(cmd *cobra.Command) {
	cmd.Flags().IntVar(&p.allow, "allow-prune", 0, "let up to `N` objects go, where more than 5 tenants or 10 % of all objects would")
}

// judge refuses a loss that is neither small nor expected, and keeps it to be told. Others are the tenants that go
// by runs of other shards.
func (p *pruning) judge(l manifest.Loss, others []string) error {
	tenants := len(l.Tenants)
	if p.others = others; tenants > 0 {
		tenants += len(others)
	}
	small := tenants <= fewTenants && (l.Objects*100 <= l.Of*partPercent || len(l.Tenants) == 0 && l.Objects <= fewObjects)
	if p.lost = nil; small || l.Objects <= p.allow {
		return nil
	}
	p.lost = &l
	return errPruned
}

// within lets go on one of several branches what was judged before, for all of them.
func (p *pruning) within(seen manifest.Loss) func(manifest.Loss) error {
	return func(l manifest.Loss) error {
		more := slices.ContainsFunc(l.Tenants, func(name string) bool { return !slices.Contains(seen.Tenants, name) })
		if p.lost = nil; !more && l.Objects <= seen.Objects {
			return nil
		}
		return p.judge(l, p.others)
	}
}

// tell says what would have gone, and how to let it go. Nothing says what did not happen.
func (p *pruning) tell(w *workspace, nothing string) error {
	l := p.lost
	tenants := ""
	if len(l.Tenants) > 0 {
		tenants = ", with the tenants " + list(l.Tenants)
		if len(p.others) > 0 {
			tenants += fmt.Sprintf(" and %d of other shards", len(p.others))
		}
	}
	w.say("%s: %d of %d objects would go%s; more than %d tenants or %d %% need --allow-prune %d", nothing, l.Objects, l.Of, tenants, fewTenants, partPercent, l.Objects)
	return errProblems
}

// loss is what the output loses when the tenants are written and those that are gone are removed.
func loss(output fs.FS, res *pipeline.Result, gone []string) (manifest.Loss, error) {
	var l manifest.Loss
	names, err := gitops.Owners(output)
	next := map[string]map[string][]byte{}
	for _, o := range outputs(res) {
		next[o.owner] = o.files
	}
	for _, name := range names {
		if !res.Shard.Has(name) {
			continue
		}
		data, err := fs.ReadFile(output, manifest.RecordPath(name))
		if err != nil {
			continue // nothing of it is ours
		}
		old, err := manifest.ParseRecord(name, data)
		if err != nil {
			continue // which stops whoever writes the tenant
		}
		if files := next[name]; files != nil || slices.Contains(gone, name) {
			l.Count(old, files)
		} else {
			l.Keep(old)
		}
	}
	return l, err
}
