package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// run takes the tenants of the workspace through the chain, showing progress on a terminal when it
// takes long.
func (w *workspace) run(ctx context.Context, o pipeline.Options) (*pipeline.Result, error) {
	return w.against(ctx, "", o)
}

// against is run that marks the problems which a revision has, too; without one it marks none.
func (w *workspace) against(ctx context.Context, rev string, o pipeline.Options) (*pipeline.Result, error) {
	head, release, err := w.platform()
	if err != nil {
		return nil, err
	}
	defer release()
	o, done := w.ready(o)
	defer done()
	res, err := pipeline.Run(ctx, head, o)
	if err == nil && rev != "" {
		var planned *pipeline.Planned
		if planned, err = w.planFrom(ctx, rev, head, o); err == nil {
			planned.Mark(res)
		}
	}
	if err == nil && o.Environment != "" && res.Fleet.Platform != nil && !slices.Contains(environments(res), o.Environment) {
		names := environments(res)
		return nil, fmt.Errorf("the platform has no environment %q%s", o.Environment, hint(o.Environment, names, "; it has "+strings.Join(names, ", ")))
	}
	return res, err
}

// runWith is run with some files more in the platform repository.
func (w *workspace) runWith(ctx context.Context, files map[string][]byte, o pipeline.Options) (*pipeline.Result, error) {
	head, release, err := w.platform()
	if err != nil {
		return nil, err
	}
	defer release()
	o, done := w.ready(o)
	defer done()
	return pipeline.Run(ctx, changedFS{head, files}, o)
}

// ready fills in what every run has: the version, the day, and progress on a terminal, which done takes away.
func (w *workspace) ready(o pipeline.Options) (_ pipeline.Options, done func()) {
	o.Version, o.Now = version(), w.day()
	if !terminal(w.err) {
		return o, func() {}
	}
	p := &progress{w: w, start: time.Now()}
	o.Progress = p.show
	return o, p.clear
}

// environments are the names of the platform's, in its order; none where the platform file cannot be read.
func environments(res *pipeline.Result) []string {
	var out []string
	if res.Fleet.Platform == nil {
		return out
	}
	for _, e := range res.Fleet.Platform.Environments {
		out = append(out, e.Name)
	}
	return out
}

// refusals prints, where problems are not the result of a command, those that hold a tenant back or
// that a person should know.
func (w *workspace) refusals(res *pipeline.Result) error {
	if err := w.reasons(report.Report{Problems: res.Problems, FailOn: res.FailOn}); err != nil {
		return err
	}
	if len(res.Held) > 0 {
		w.say("held back: %s", list(res.Held))
	}
	return nil
}

// reasons prints problems on stderr, fields not rendered yet in one line a tenant.
func (w *workspace) reasons(r report.Report) error {
	quiet := map[string][]string{}
	var shown []manifest.Problem
	for _, p := range r.Problems {
		if p.Severity == manifest.Warning && p.Message == schemas.NotRendered {
			quiet[p.Tenant] = append(quiet[p.Tenant], p.Field)
			continue
		}
		shown = append(shown, p)
	}
	r.Problems = shown
	if err := w.problems(r); err != nil {
		return err
	}
	// What the platform file says and nothing uses yet is no tenant's to know.
	delete(quiet, "")
	for _, tenant := range slices.Sorted(maps.Keys(quiet)) {
		fields := quiet[tenant]
		slices.Sort(fields)
		w.say("%s: %s: %s", tenant, schemas.NotRendered, strings.Join(slices.Compact(fields), ", "))
	}
	return nil
}

// withoutPending takes out the warnings of the platform file's fields that nothing uses yet, and says them in one
// sentence: they are no news to those who check a tenant.
func withoutPending(problems []manifest.Problem) (rest []manifest.Problem, sentence string) {
	var fields []string
	file := ""
	for _, p := range problems {
		if p.Tenant == "" && p.Message == schemas.NotRendered {
			fields, file = append(fields, p.Field), p.File
			continue
		}
		rest = append(rest, p)
	}
	if len(fields) > 0 {
		sentence = fmt.Sprintf("%s: %s: %s", file, schemas.NotRendered, strings.Join(fields, ", "))
	}
	return rest, sentence
}

func failing(res *pipeline.Result) int {
	return report.Report{Problems: res.Problems, FailOn: res.FailOn}.Failing()
}

func severity(s string) (manifest.Severity, error) {
	all := []manifest.Severity{manifest.Low, manifest.Medium, manifest.High, manifest.Critical}
	if s == "" || slices.Contains(all, manifest.Severity(s)) {
		return manifest.Severity(s), nil
	}
	return "", fmt.Errorf("unknown severity %q: use low, medium, high or critical", s)
}
