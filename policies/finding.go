package policies

import (
	"errors"
	"fmt"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// finding is what a rule says, read from its set deny.
type finding struct {
	message string
	path    manifest.Path
	// field is in the tenant's file; nil where the finding is about an object only.
	field          manifest.Path
	object, member *int
}

func readFinding(v ast.Value) (finding, error) {
	var f finding
	o, ok := v.(ast.Object)
	if !ok {
		return f, errors.New("a finding has no message")
	}
	message, _ := part(o, "message").(ast.String)
	if f.message = string(message); f.message == "" {
		return f, errors.New("a finding has no message")
	}
	steps, ok := part(o, "path").(*ast.Array)
	if !ok {
		return f, errors.New("a finding has no path")
	}
	var err error
	if f.path, err = readPath(steps); err != nil {
		return f, err
	}
	if steps, ok := part(o, "field").(*ast.Array); ok {
		f.field, err = readPath(steps)
	}
	f.object, f.member = index(part(o, "object")), index(part(o, "member"))
	return f, err
}

func readPath(steps *ast.Array) (manifest.Path, error) {
	var path manifest.Path
	err := steps.Iter(func(step *ast.Term) error {
		switch s := step.Value.(type) {
		case ast.String:
			path = append(path, string(s))
		case ast.Number:
			n, ok := s.Int()
			if !ok {
				return fmt.Errorf("a finding's path holds %s", s)
			}
			path = append(path, n)
		default:
			return errors.New("a finding's path holds more than text and numbers")
		}
		return nil
	})
	return path, err
}

// part is a field of a finding, nil where it is absent.
func part(o ast.Object, name string) ast.Value {
	if t := o.Get(ast.InternedTerm(name)); t != nil {
		return t.Value
	}
	return nil
}

func index(v ast.Value) *int {
	n, ok := v.(ast.Number)
	if !ok {
		return nil
	}
	i, ok := n.Int()
	if !ok {
		return nil
	}
	return &i
}
