package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

const (
	// mostBody is how much a description takes on GitHub, in UTF-16 units; planRoom what a plan gets of it.
	mostBody = 65536
	planRoom = 60000
	// namedTenants bounds how many tenants a description without a plan names.
	namedTenants = 50
)

// body describes the pull request: the plan, where there is one, then what it was made of.
func (p *proposer) body(ctx context.Context, changes []gitops.Change, digest string) (string, error) {
	text, err := p.plan(ctx, changes)
	if err != nil {
		return "", err
	}
	footer := "Output `" + digest + "`"
	if source := p.base.SourceCommit; source != "" {
		footer += ", rendered from `" + source + "` of the platform repository"
	}
	if p.base.SourceDirty {
		footer += " and files that are not committed"
	}
	footer = "\n\n" + footer + ". The next publish writes this description anew.\n\n" + p.mark
	if len(utf16.Encode([]rune(text+footer))) > mostBody {
		text = fileCounts(changes) + "\nThe plan is longer than a description may be.\n"
	}
	return strings.TrimSpace(text) + footer, nil
}

// plan is what people read: the file that was given, or the way from what the base was rendered from to what is
// rendered now. Where this clone cannot tell, it is a list of files.
func (p *proposer) plan(ctx context.Context, changes []gitops.Change) (string, error) {
	if file := p.job.options.describe; file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return "", p.w.unusable("--plan", file, err)
		}
		return string(data), nil
	}
	rev, why := p.job.options.rev, ""
	if rev == "" {
		if rev, why = p.since(changes); rev == "" {
			return fileCounts(changes) + "\n" + why + "\n", nil
		}
	}
	return p.planned(ctx, rev, changes)
}

func (p *proposer) planned(ctx context.Context, rev string, changes []gitops.Change) (string, error) {
	head, release, err := p.w.platform()
	if err != nil {
		return "", err
	}
	defer release()
	var names []string
	own := false
	for _, c := range changes {
		if c.Tenant == manifest.PlatformName {
			own = true
		} else {
			names = append(names, c.Tenant)
		}
	}
	options, done := p.w.ready(pipeline.Options{Tenants: names, Own: own})
	defer done()
	planned, err := p.w.planFrom(ctx, rev, head, options)
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	o := report.PlanOptions{Options: report.Options{Prefix: p.w.prefix(), Version: version()}, Limit: planRoom}
	err = report.WritePlan(&b, "markdown", planned.Plan, o)
	return b.String(), err
}

// noting notes, from the head that a run sees, what each tenant there was rendered from.
func (p *proposer) noting(prepare gitops.Prepare) gitops.Prepare {
	return func(ctx context.Context, head *gitops.Commit) ([]gitops.Update, error) {
		updates, err := prepare(ctx, head)
		for _, u := range updates {
			data, readErr := fs.ReadFile(head, manifest.RecordPath(u.Tenant))
			if readErr != nil {
				continue // a new tenant
			}
			if record, readErr := manifest.ParseRecord(u.Tenant, data); readErr == nil {
				p.sources[u.Tenant] = record.Source
			}
		}
		return updates, err
	}
}

// since is the commit of the platform repository from which all that changes can be told, or why there is none.
func (p *proposer) since(changes []gitops.Change) (rev, why string) {
	var sources []string
	for _, c := range changes {
		if source, known := p.sources[c.Tenant]; known && source == "" {
			return "", "There is no plan: the records of `" + p.base.Branch + "` do not say which commit they were rendered from."
		} else if known {
			sources = append(sources, source)
		}
	}
	slices.Sort(sources)
	sources = slices.Compact(sources)
	if len(sources) == 0 {
		return "", "There is no plan: these tenants are new on `" + p.base.Branch + "`."
	}
	rev, err := gitops.Oldest(p.w.dir, sources)
	if err != nil {
		return "", "There is no plan: this clone lacks the commit that `" + p.base.Branch + "` was rendered from."
	}
	return rev, ""
}

// fileCounts lists the tenants and how many files change.
func fileCounts(changes []gitops.Change) string {
	var b strings.Builder
	for _, c := range changes[:min(len(changes), namedTenants)] {
		fmt.Fprintf(&b, "- `%s`: %d added, %d modified, %d removed\n", c.Tenant, len(c.Added), len(c.Modified), len(c.Removed))
	}
	if more := len(changes) - namedTenants; more > 0 {
		fmt.Fprintf(&b, "- and %d more\n", more)
	}
	return b.String()
}
