package function

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// render adds the objects of the tenants in one environment, or none at all.
func (c *call) render(ctx context.Context) (outcome, error) {
	var config tenantRender
	if problems := c.config.load(&config); len(problems) > 0 {
		return c.failed(problems), nil
	}
	repository, problems := newRepository(c.config, config.Spec)
	if len(problems) > 0 {
		return c.failed(problems), nil
	}
	var chosen []string
	if len(config.Spec.Peers) > 0 {
		chosen = config.Spec.names()
	}
	res, err := pipeline.Run(ctx, repository.files, pipeline.Options{
		Tenants: chosen, Environment: config.Spec.Environment, Now: c.now, FailOn: repository.failOn(""), Trees: true,
	})
	if err != nil {
		return outcome{}, err
	}
	var out outcome
	out.report = report.Report{FailOn: res.FailOn}
	out.report.Summary.Tenants, out.report.Summary.Objects = len(res.Tenants)+len(res.Held), res.Objects
	for _, t := range res.Tenants {
		out.report.Summary.Environments += len(t.Checked)
	}
	out.report.Summary.Checks = res.Asked()
	for _, p := range res.Problems {
		out.report.Problems = append(out.report.Problems, repository.restore(p))
	}
	if res.Fleet.Platform != nil && len(res.Held) == 0 {
		var missing []manifest.Problem
		out.added, out.report.Summary.Skipped, missing = c.config.objects(res, config.Spec.Environment)
		out.report.Problems = append(out.report.Problems, missing...)
	}
	out.report.Problems = manifest.SortProblems(out.report.Problems)
	if out.report.Failing() > 0 {
		out.added = nil
	}
	out.results = c.results(out.report)
	return out, nil
}

// objects are those of one environment, as a cluster gets them. Tenants that do not have it are skipped, where others
// do.
func (c *functionConfig) objects(res *pipeline.Result, environment string) (out []manifest.Object, skipped []report.Skipped, problems []manifest.Problem) {
	path := manifest.Path{"spec", "environment"}
	wrong := func(remedy, format string, args ...any) []manifest.Problem {
		return refused(c.at(path), path.String(), fmt.Sprintf(format, args...), remedy)
	}
	var names []string
	for _, t := range res.Tenants {
		name := environment
		if name == "" {
			if len(t.Tenant.Environments) != 1 {
				return nil, nil, wrong("name one of them", "is missing, and %s has several environments", t.Tenant.Name)
			}
			name = t.Tenant.Environments[0].Name
		}
		before := len(out)
		for _, e := range t.Tenant.Environments {
			if !slices.Contains(names, e.Name) {
				names = append(names, e.Name)
			}
			if e.Name != name {
				continue
			}
			built, _ := t.Tree.Build(name)
			for _, b := range built {
				out = append(out, b.Object)
			}
		}
		if len(out) == before {
			skipped = append(skipped, report.Skipped{What: t.Tenant.Name, Reason: "it has no environment " + name})
		}
	}
	if len(out) == 0 {
		return nil, nil, wrong("use one of "+strings.Join(names, ", "), "no tenant has the environment %q", environment)
	}
	return out, skipped, nil
}

// failOn is the severity that fails: high, or what the platform or the config say where that is stricter. Neither
// can let more pass.
func (r *repository) failOn(asked string) manifest.Severity {
	bound := manifest.High
	platforms, _ := scalar(r.platform().Get("spec").Get("policies").Get("failOn"))
	for _, s := range []string{platforms, asked} {
		if stricter := manifest.Severity(s); stricter == manifest.Low || stricter == manifest.Medium && bound == manifest.High {
			bound = stricter
		}
	}
	return bound
}
