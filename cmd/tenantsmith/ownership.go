package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// owning says what becomes of hand edits in the GitOps repository, by tenant.
type owning struct{ overwrite, adopt []string }

func (o *owning) flags(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&o.overwrite, "overwrite", nil, "replace what was changed by hand in the files of these tenants: `TENANT,...`")
	cmd.Flags().StringSliceVar(&o.adopt, "adopt", nil, "keep what was changed by hand there as patches under overrides/: `TENANT,...`")
}

// apply marks the updates of tenants whose hand edits may go. A name of no tenant of this run is a slip that would
// pass unseen; strangers are those that may be tenants which go, as only a run over all can tell.
func (o *owning) apply(w *workspace, res *pipeline.Result, shard pipeline.Shard, updates []gitops.Update, whole bool) (strangers []string, err error) {
	if len(o.adopt) > 0 && w.trusted != "" {
		return nil, errors.New("--adopt writes overrides, and --trusted-from does not take them from the working tree: they do not go together")
	}
	all := known(res)
	if shard != (pipeline.Shard{}) { // another run has the others
		all = append(all, w.values(tenantNames)...)
	}
	here := o.overwrite
	if whole {
		here = nil
		for _, name := range o.overwrite {
			if !slices.Contains(all, name) && res.Shard.Has(name) {
				strangers = append(strangers, name)
			}
		}
	}
	if err := cmp.Or(among("--overwrite", here, all), among("--adopt", o.adopt, all)); err != nil {
		return nil, err
	}
	for _, name := range o.adopt {
		if slices.Contains(o.overwrite, name) {
			return nil, fmt.Errorf("%s stands in --adopt and in --overwrite; only one of them can be meant", name)
		}
	}
	o.adopt = slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(o.adopt))), func(name string) bool { return !slices.Contains(known(res), name) })
	for i := range updates {
		updates[i].Overwrite = slices.Contains(o.overwrite, updates[i].Tenant)
	}
	return strangers, nil
}

// among refuses names that the run is not about.
func among(flag string, names, all []string) error {
	for _, name := range names {
		if !slices.Contains(all, name) {
			return fmt.Errorf("%s: %q is no tenant of this run%s", flag, name, hint(name, all, ""))
		}
	}
	return nil
}

// held says who keeps publish away from which tenant, and until when.
func (w *workspace) held(holds []gitops.Hold) {
	for _, h := range holds {
		w.say("%s is held %s and left as it is", h.Tenant, holdWords(h))
	}
}

// holdWords is a hold behind "is held": until 2026-11-23 17:00 UTC by Ann (INC-1: the shop is down).
func holdWords(h gitops.Hold) string {
	why := h.Ticket
	if h.Reason != "" {
		why += ": " + h.Reason
	}
	return fmt.Sprintf("until %s by %s (%s)", moment(h.Until), h.By, why)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// leftAlone says which tenants stop a run that is all or nothing.
func leftAlone(done gitops.Result) string {
	var parts []string
	if len(done.Skipped) > 0 {
		parts = append(parts, list(done.Skipped)+" skipped")
	}
	var names []string
	for _, h := range done.Held {
		names = append(names, h.Tenant)
	}
	if len(names) > 0 {
		parts = append(parts, list(names)+" held")
	}
	return strings.Join(parts, ", ")
}

// overwritten names the hand edits that go.
func (w *workspace) overwritten(changed []gitops.Change, o publishOptions) {
	verb := map[bool]string{true: "would overwrite", false: "overwrote"}[o.dryRun]
	for _, c := range changed {
		if n := len(c.Overwritten); n > 0 && !slices.Contains(o.adopt, c.Tenant) {
			w.say("%s: %s what was changed by hand in %s: %s", c.Tenant, verb, report.Plural(n, "file"), list(c.Overwritten))
		}
	}
}
