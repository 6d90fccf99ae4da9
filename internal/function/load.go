package function

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	validation "k8s.io/kube-openapi/pkg/validation/errors"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/yaml"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// functionConfig is what an orchestrator hands over beside the items. Its lines count from its own
// beginning, as in the file that a person wrote.
type functionConfig struct {
	name  string
	kind  string
	lines [][]byte
	root  *manifest.Node
	// known is false where lines of the text are nobody's: a config in one line (JSON), or one that an orchestrator
	// wrote anew.
	known bool
}

// configName is how messages name a functionConfig of which nobody says the file.
const configName = "functionConfig"

// config finds the functionConfig; nil without one.
func (l *resourceList) config() *functionConfig {
	i := slices.IndexFunc(l.root.Fields, func(f manifest.Field) bool { return f.Key == "functionConfig" })
	if i < 0 || l.root.Fields[i].Value.Kind != manifest.Map {
		return nil
	}
	f := l.root.Fields[i]
	c := &functionConfig{root: f.Value}
	c.kind, _ = scalar(f.Value.Get("kind"))
	c.name = cmp.Or(filePath(f.Value), configName)
	text := outdented(l.lines, f.Position, f.Value)
	if root, ok := means(text, f.Value.Tree()); ok {
		c.lines, c.root, c.known = splitLines(text), root, !rewritten(root, text)
	}
	return c
}

// empty reports whether a config asks for nothing. kpt sends a ConfigMap without data where nobody gave one.
func (c *functionConfig) empty() bool {
	if c == nil {
		return true
	}
	data := c.root.Get("data")
	return c.kind == "ConfigMap" && (data == nil || len(data.Fields) == 0 && data.Value == nil)
}

// load fills a config by the framework: schema, defaults, then what the schema cannot say.
func (c *functionConfig) load(into any) []manifest.Problem {
	node, err := yaml.Parse(string(manifest.Marshal(c.root.Tree())))
	if err == nil {
		err = framework.LoadFunctionConfig(node, into)
	}
	problems := manifest.SortProblems(c.problems(err))
	// The schema and the rules behind it may say the same of a field.
	return slices.CompactFunc(problems, func(a, b manifest.Problem) bool { return a.Position == b.Position && a.Field == b.Field })
}

// problems puts errors of the framework at the fields they are about.
func (c *functionConfig) problems(err error) []manifest.Problem {
	switch e := err.(type) {
	case nil:
		return nil
	case *validation.CompositeError:
		return c.all(e.Errors)
	case interface{ Unwrap() []error }:
		return c.all(e.Unwrap())
	case faults:
		var out []manifest.Problem
		for _, f := range e {
			out = append(out, c.problem(f))
		}
		return out
	case *validation.Validation:
		return []manifest.Problem{c.problem(worded(e, c.root))}
	case interface{ Unwrap() error }:
		if inner := e.Unwrap(); inner != nil {
			return c.problems(inner)
		}
	}
	return []manifest.Problem{c.problem(fault{message: err.Error()})}
}

func (c *functionConfig) all(errs []error) []manifest.Problem {
	var out []manifest.Problem
	for _, err := range errs {
		out = append(out, c.problems(err)...)
	}
	return out
}

func (c *functionConfig) problem(f fault) manifest.Problem {
	path := c.actual(f.path)
	at := c.at(path)
	if f.at.Line > 0 {
		at = manifest.Position{File: path.String(), Line: f.at.Line, Column: f.at.Column}
	}
	return refused(at, path.String(), f.message, f.remedy)[0]
}

// actual drops the index of a document that stands in no list.
func (c *functionConfig) actual(path manifest.Path) manifest.Path {
	if len(path) < 3 || path[1] != "tenant" && path[1] != "peers" {
		return path
	}
	if n := c.root.Get("spec").Get(path[1].(string)); n == nil || n.Kind == manifest.List {
		return path
	}
	return append(path[:2:2], path[3:]...)
}

// at is the place of a field, or of the nearest around it.
func (c *functionConfig) at(path manifest.Path) manifest.Position {
	if !c.known {
		return manifest.Position{File: c.name}
	}
	at, _ := c.root.Find(path)
	return c.standing(at)
}

// standing is a place in the text of the functionConfig as people see it.
func (c *functionConfig) standing(at manifest.Position) manifest.Position {
	return manifest.Position{File: c.name, Line: at.Line - injected(c.root, at.Line), Column: at.Column}
}

// worded says an error of the schema as tenantsmith does.
func worded(e *validation.Validation, root *manifest.Node) fault {
	f := fault{path: dotted(e.Name, root)}
	switch e.Code() {
	case validation.UnallowedPropertyCode:
		f.path, f.message = f.path.Join(fmt.Sprint(e.Value)), "no such field"
		f.remedy = "remove it; `tenantsmith schema fn` prints the fields"
	case validation.RequiredFailCode:
		f.message = "is missing"
	case validation.EnumFailCode:
		f.message = fmt.Sprintf("%v is none of %v", e.Value, e.Values)
	case validation.InvalidTypeCode:
		f.message = strings.TrimPrefix(e.Error(), e.Name+" ")
		if i := strings.Index(f.message, "must be of type"); i >= 0 {
			f.message = f.message[i:]
		}
	default:
		f.message = e.Error()
	}
	return f
}

var steps = strings.NewReplacer("[", ".", "]", "")

// dotted reads a path of the framework: steps and indices, the latter also in brackets, with dots between them.
func dotted(name string, root *manifest.Node) manifest.Path {
	var path manifest.Path
	n := root
	for step := range strings.SplitSeq(steps.Replace(name), ".") {
		if step == "" {
			continue
		}
		i, err := strconv.Atoi(step)
		if err == nil && n != nil && n.Kind == manifest.List && i < len(n.Items) {
			path, n = append(path, i), n.Items[i]
			continue
		}
		path, n = append(path, step), n.Get(step)
	}
	return path
}
