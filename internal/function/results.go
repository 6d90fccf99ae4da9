package function

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/internal/secrets"
)

// results are the problems of a report as orchestrators read them. The specification has no field for a line, so
// that is a tag.
func (c *call) results(r report.Report) framework.Results {
	var out framework.Results
	for _, p := range r.Problems {
		severity := framework.Warning
		if p.Severity.AtLeast(r.FailOn) {
			severity = framework.Error
		}
		out = append(out, &framework.Result{
			Message:     report.Clean(secrets.Redact(p.Message)),
			Severity:    severity,
			ResourceRef: reference(p),
			Field:       c.field(p),
			File:        c.file(p),
			Tags:        tags(p),
		})
	}
	return out
}

func reference(p manifest.Problem) *yaml.ResourceIdentifier {
	if p.Object.Kind == "" {
		return nil
	}
	return &yaml.ResourceIdentifier{
		TypeMeta: yaml.TypeMeta{APIVersion: cmp.Or(p.APIVersion, p.Object.Group), Kind: p.Object.Kind},
		NameMeta: yaml.NameMeta{Name: p.Object.Name, Namespace: p.Object.Namespace},
	}
}

// field is the field to change: that of the functionConfig, or that of the item with its value. Values that may be
// secrets stay where they are.
func (c *call) field(p manifest.Problem) *framework.Field {
	item := c.item(p.Object)
	switch {
	case item.tree != nil && len(p.Path) > 0 && !c.configured(p.File):
	case p.Field != "":
		return &framework.Field{Path: p.Field}
	case len(p.Path) == 0:
		return nil
	}
	f := &framework.Field{Path: p.Path.String()}
	if item.tree != nil && !strings.HasPrefix(p.Check, "TS-SEC-") {
		switch v, _ := p.Path.Lookup(item.tree); v := v.(type) {
		case bool, int64, float64:
			f.CurrentValue = v
		case string:
			f.CurrentValue = secrets.Redact(v)
		}
	}
	return f
}

// inlined is the name of a text in a functionConfig, which problems have as that of their file.
var inlined = pattern.Of(`^spec\.(tenant|peers|platform|overrides|patches|resources)(\[\d+\](\.document)?)?$`)

// configured reports whether a name of a file is the functionConfig's, or that of a text in it.
func (c *call) configured(file string) bool {
	return c.config != nil && (file == c.config.name || inlined().MatchString(file))
}

// item is the item that an object was read from; empty if it is none.
func (c *call) item(key manifest.Key) item {
	if c.list == nil || key.Kind == "" {
		return item{}
	}
	if c.byKey == nil {
		c.byKey = map[manifest.Key]item{}
		for _, n := range slices.Backward(c.list.items()) {
			if tree, ok := n.Tree().(map[string]any); ok {
				c.byKey[manifest.Object{Tree: tree}.Key()] = item{n, tree}
			}
		}
	}
	return c.byKey[key]
}

// file is where a problem stands, as far as somebody said so.
func (c *call) file(p manifest.Problem) *framework.File {
	if p.File == "" || p.File == stdin {
		return nil
	}
	f := &framework.File{Path: p.File}
	if c.configured(p.File) {
		f.Path = c.config.name
	}
	if item := c.item(p.Object); item.tree != nil && filePath(item.Node) == p.File {
		f.Index, _ = strconv.Atoi(annotation(item.Node, "internal.config.kubernetes.io/index", "config.kubernetes.io/index"))
	}
	return f
}

// tags are what the specification has no field for. A line in a text of the functionConfig is none of the file.
func tags(p manifest.Problem) map[string]string {
	rule := p.Check
	if at := p.Rule.String(); at != "" {
		rule = at
	}
	all := map[string]string{
		"rule": rule, "severity": string(p.Severity), "fix": report.Clean(p.Remedy),
		"tenant": p.Tenant, "environment": p.Environment,
	}
	switch {
	case p.Line == 0:
	case inlined().MatchString(p.File):
		all["text"] = p.Position.String()
	default:
		all["line"], all["column"] = strconv.Itoa(p.Line), strconv.Itoa(p.Column)
	}
	for k, v := range all {
		if v == "" {
			delete(all, k)
		}
	}
	return all
}

// trees are results as they are written, behind those that functions before this one left.
func trees(root *manifest.Node, results framework.Results) ([]any, error) {
	if len(results) == 0 {
		return nil, nil
	}
	data, err := json.Marshal(results)
	if err != nil {
		return nil, fmt.Errorf("write results: %w", err)
	}
	var out []any
	if err := json.Unmarshal(data, &out); err != nil {
		return nil, fmt.Errorf("write results: %w", err)
	}
	if before := root.Get("results"); before != nil && before.Kind == manifest.List {
		out = append(before.Tree().([]any), out...)
	}
	return out, nil
}
