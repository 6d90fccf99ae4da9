package main

import (
	"cmp"
	"fmt"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// published says what happened in git, branch by branch, and what has not happened yet in a cluster.
func (w *workspace) published(done []delivered, j job) error {
	for _, d := range done {
		if err := w.delivered(d, j.options, len(done) > 1); err != nil {
			return err
		}
	}
	return nil
}

// delivered says what happened on one branch; one of several stands behind each tenant.
func (w *workspace) delivered(d delivered, o publishOptions, several bool) error {
	if err := w.problems(reportOf(d.Problems)); err != nil {
		return err
	}
	w.held(d.Held)
	if o.atomic && len(d.Skipped)+len(d.Held) > 0 {
		w.say("nothing published: --atomic, and %s", leftAlone(d.Result))
		return nil
	}
	w.overwritten(d.Changed, o)
	for _, c := range d.Changed {
		line := changeWords(c)
		if several {
			line += "\t" + d.branch
		}
		fmt.Fprintln(w.out, line)
	}
	w.say("%s", d.sentence(o))
	for _, file := range d.Strange {
		w.say("%s is nobody's, and %s: find out who added it, and remove it", path.Join(o.path, file), manifest.Applied(file))
	}
	if d.Created && !o.pull {
		w.say("%s is a new branch: if that is no surprise, let the GitOps controller of each cluster sync it", d.branch)
	}
	if len(d.LostNotes) > 0 {
		w.say("the server took the commit and not the notes that go with it: %s", list(d.LostNotes))
	}
	if slices.ContainsFunc(d.Changed, func(c gitops.Change) bool { return c.Gone() && c.Tenant != manifest.PlatformName }) {
		w.say("namespaces, volumes and databases of tenants that go stay in the cluster: Argo CD asks a person, Flux leaves them")
	}
	return nil
}

// sentence sums up one branch.
func (d delivered) sentence(o publishOptions) string {
	switch many := tally(d.Changed); {
	case d.said != "":
		return d.said
	case len(d.Skipped) > 0 && len(d.Changed) == 0:
		return "skipped: " + list(d.Skipped)
	case len(d.Held) > 0 && len(d.Changed) == 0:
		return fmt.Sprintf("nothing else changes on %s", d.branch)
	case len(d.Changed) == 0:
		return fmt.Sprintf("%s is up to date at %s", d.branch, cmp.Or(short(d.Head), "no commit"))
	case o.dryRun:
		return fmt.Sprintf("%s would change on %s; nothing was pushed", many, d.branch)
	case o.hydrator:
		return fmt.Sprintf("%s changed on %s: %s; clusters follow when it is promoted", many, d.branch, short(d.Commit))
	default:
		return fmt.Sprintf("%s changed on %s: %s; clusters follow when their GitOps controller syncs", many, d.branch, short(d.Commit))
	}
}

// tally counts the tenants that change, and names the platform beside them.
func tally(changed []gitops.Change) string {
	names := make([]string, len(changed))
	for i, c := range changed {
		names[i] = c.Tenant
	}
	return gitops.Tally(names)
}

// changeWords are the line of a tenant that changes.
func changeWords(c gitops.Change) string {
	if c.Gone() {
		return fmt.Sprintf("%s\tgone: %d removed", c.Tenant, len(c.Removed))
	}
	return fmt.Sprintf("%s\t%d added, %d modified, %d removed", c.Tenant, len(c.Added), len(c.Modified), len(c.Removed))
}
