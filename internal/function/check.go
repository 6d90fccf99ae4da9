package function

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"sort"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// check judges the items and changes none.
func (c *call) check(ctx context.Context) (outcome, error) {
	var config tenantCheck
	if c.config != nil {
		if problems := c.config.load(&config); len(problems) > 0 {
			return c.failed(problems), nil
		}
	}
	repository, problems := newRepository(c.config, config.Spec)
	if len(problems) > 0 {
		return c.failed(problems), nil
	}
	objects, skipped, problems := c.list.objects()
	out := outcome{report: report.Report{Problems: problems, Manifests: true}}
	judged, err := pipeline.CheckManifests(ctx, repository.files, objects, pipeline.Options{
		Tenants: config.Spec.names(), Environment: config.Spec.Environment, Now: c.now, FailOn: repository.failOn(config.Spec.FailOn),
	})
	if err != nil {
		return outcome{}, err
	}
	out.report.FailOn = judged.FailOn
	out.report.Summary.Objects, out.report.Summary.Checks = len(objects), len(judged.Rules)
	out.report.Summary.Skipped = append(skipped, pipeline.NotAsked(judged.Unasked, ofTenants)...)
	for _, p := range judged.Problems {
		out.report.Problems = append(out.report.Problems, repository.restore(p))
	}
	if asked := config.Spec.Environment; asked != "" && judged.Environment == "" && out.report.Failing() == 0 {
		out.report.Problems = append(out.report.Problems, c.config.problem(fault{
			path: manifest.Path{"spec", "environment"}, message: fmt.Sprintf("the tenant has no environment %q", asked),
		}))
	}
	for i, p := range out.report.Problems {
		out.report.Problems[i] = c.list.restore(p)
	}
	out.report.Problems = manifest.SortProblems(out.report.Problems)
	out.results = c.results(out.report)
	return out, nil
}

// ofTenants is what a check of tenants lacks, in the words of a functionConfig.
const ofTenants = "needs spec.tenant and spec.environment"

// tools are the groups of what configures tools and never reaches a cluster.
var tools = []string{"tenantsmith.dev", "kpt.dev", "fn.kpt.dev", "kustomize.config.k8s.io"}

const configures = "it configures a tool"

// isKustomization reports whether an item is kustomize's own file, in which people may leave out apiVersion and kind. A
// cluster takes nothing that has neither, wherever it stands.
func isKustomization(item *manifest.Node) bool {
	names := []string{"kustomization.yaml", "kustomization.yml", "Kustomization"}
	return item.Get("apiVersion") == nil && item.Get("kind") == nil && slices.Contains(names, path.Base(filePath(item)))
}

// objects are the items that a cluster would get, and those that it would not.
func (l *resourceList) objects() (out []manifest.Object, skipped []report.Skipped, problems []manifest.Problem) {
	for i, item := range l.items() {
		if isKustomization(item) {
			skipped = append(skipped, report.Skipped{What: l.itemName(i), Reason: configures})
			continue
		}
		found, wrong := manifest.Objects(item)
		problems = append(problems, wrong...)
		for _, o := range found {
			if slices.Contains(tools, o.Key().Group) {
				skipped = append(skipped, report.Skipped{What: fmt.Sprintf("%s (%s)", l.itemName(i), o.Kind()), Reason: configures})
				continue
			}
			o.Tree = delivered(o.Tree)
			out = append(out, o)
		}
	}
	return out, skipped, problems
}

// delivered is an object without the annotations by which orchestrators keep track of it.
func delivered(tree map[string]any) map[string]any {
	meta, _ := tree["metadata"].(map[string]any)
	annotations, _ := meta["annotations"].(map[string]any)
	kept := maps.Clone(annotations)
	maps.DeleteFunc(kept, func(key string, _ any) bool { return orchestrated(key) })
	if len(kept) == len(annotations) {
		return tree
	}
	tree, meta = maps.Clone(tree), maps.Clone(meta)
	if tree["metadata"], meta["annotations"] = meta, kept; len(kept) == 0 {
		delete(meta, "annotations")
	}
	return tree
}

// itemName is the file of an item, or its number.
func (l *resourceList) itemName(i int) string {
	if file := filePath(l.items()[i]); file != "" {
		return file
	}
	return fmt.Sprintf("items[%d]", i)
}

// restore puts a problem of an item where the person who wrote it finds it: in its file, in lines of its own.
func (l *resourceList) restore(p manifest.Problem) manifest.Problem {
	if p.File != stdin || p.Line == 0 {
		return p
	}
	items := l.items()
	i := sort.Search(len(items), func(i int) bool {
		return items[i].Line > p.Line || items[i].Line == p.Line && items[i].Column > p.Column
	}) - 1
	if i < 0 {
		return p
	}
	item := items[i]
	p.File = l.itemName(i)
	if annotation(item, "kustomize.config.k8s.io/id") != "" {
		// kustomize writes every object anew, and its lines are not those of a file.
		p.Line, p.Column = 0, 0
		return p
	}
	if p.Line == item.Line || !l.flow(item) {
		p.Column -= item.Column - 1
	}
	p.Line -= l.begin(item) - 1 + injected(item, p.Line)
	return p
}

// flow reports whether an item is written in braces, whose further lines may begin anywhere.
func (l *resourceList) flow(item *manifest.Node) bool {
	line := l.lines[item.Line-1]
	return item.Column <= len(line) && strings.HasPrefix(string(line[item.Column-1:]), "{")
}
