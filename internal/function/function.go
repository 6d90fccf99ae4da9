// Package function is tenantsmith as a KRM function: a ResourceList comes in on stdin, one goes out on stdout. A
// functionConfig of kind TenantRender generates a tenant's objects, one of kind TenantCheck judges the items and
// changes none, as does a list without functionConfig.
//
// Nothing but the list decides: no file, no network and no variable of the environment is read. A functionConfig is
// written by those who are judged, so no field of it chooses checks, accepts findings, or lowers the bound from
// which a finding fails.
package function

//go:generate go run ../../cmd/tenantsmith -C ../.. schema fn --write docs/krm

import (
	"context"
	"fmt"
	"io"
	"time"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// call is one run of the function.
type call struct {
	list   *resourceList
	config *functionConfig
	now    time.Time
	// byKey are the items by their identity, made when first asked for.
	byKey map[manifest.Key]item
}

// item is one of the list, with its values.
type item struct {
	*manifest.Node
	tree map[string]any
}

// outcome is what a run made of the list.
type outcome struct {
	report  report.Report
	results framework.Results
	added   []manifest.Object
}

// Run reads a ResourceList and writes it with what the function adds: objects and results. now is the day by which
// attestations and the like expire. The report is what people read; it fails when the function has to. An error is
// a fault of ours, or of the streams, and then nothing was written.
func Run(ctx context.Context, in io.Reader, out io.Writer, now time.Time) (report.Report, error) {
	text, err := io.ReadAll(io.LimitReader(in, int64(limits.File)+1))
	if err != nil {
		return report.Report{}, fmt.Errorf("read stdin: %w", err)
	}
	c := call{now: now}
	var problems []manifest.Problem
	if c.list, problems = parseList(text); len(problems) > 0 {
		return c.refuse(out, problems)
	}
	c.config = c.list.config()
	made, err := c.run(ctx)
	if err != nil {
		return report.Report{}, err
	}
	results, err := trees(c.list.root, made.results)
	if err != nil {
		return report.Report{}, err
	}
	_, err = out.Write(c.list.write(made.added, results))
	return made.report, err
}

// run does what the functionConfig asks for.
func (c *call) run(ctx context.Context) (outcome, error) {
	switch {
	case c.config.empty():
		c.config = nil
		return c.check(ctx)
	case c.config.kind == renderKind:
		return c.render(ctx)
	case c.config.kind == checkKind:
		return c.check(ctx)
	}
	return c.failed(refused(c.config.at(manifest.Path{"kind"}), "kind",
		fmt.Sprintf("%q is no kind of functionConfig that tenantsmith knows", c.config.kind), "use "+renderKind+" or "+checkKind)), nil
}

// failed is the outcome of a list that cannot be worked on.
func (c *call) failed(problems []manifest.Problem) outcome {
	r := report.Report{Problems: manifest.SortProblems(problems), FailOn: manifest.Low}
	return outcome{report: r, results: c.results(r)}
}

// refuse answers what is no list, by an empty one with results.
func (c *call) refuse(out io.Writer, problems []manifest.Problem) (report.Report, error) {
	made := c.failed(problems)
	results, err := trees(nil, made.results)
	if err != nil {
		return report.Report{}, err
	}
	_, err = out.Write(manifest.Marshal(map[string]any{
		"apiVersion": listGroup + "v1", "kind": listKind, "items": []any{}, "results": results,
	}))
	return made.report, err
}
