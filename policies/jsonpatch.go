package policies

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// operation is one of a JSON patch (RFC 6902). Copy and move are left out: whoever breaks an object
// says what he writes into it.
type operation struct {
	op    string
	path  []string // unescaped
	value any
}

// operations are those that a patch may have.
var operations = []string{"add", "remove", "replace", "test"}

// readPointer reads a JSON pointer.
func readPointer(text string) ([]string, error) {
	if len(text) < 2 || text[0] != '/' {
		return nil, errors.New("a path leads to a field, as in /spec/replicas")
	}
	steps := strings.Split(text[1:], "/")
	for i, s := range steps {
		steps[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(s)
	}
	return steps, nil
}

// apply returns the tree with the operations applied in turn. The tree itself stays as it is.
func apply(patch []operation, tree any) (any, error) {
	for _, o := range patch {
		var err error
		if tree, err = o.at(tree, o.path); err != nil {
			return nil, fmt.Errorf("%s %s: %w", o.op, o.pointer(), err)
		}
	}
	return tree, nil
}

func (o operation) pointer() string {
	var b strings.Builder
	for _, s := range o.path {
		b.WriteString("/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
	}
	return b.String()
}

var errAbsent = errors.New("there is nothing")

// at applies the operation below the tree, where the steps lead.
func (o operation) at(tree any, steps []string) (any, error) {
	if len(steps) == 0 {
		if o.op == "test" && !same(tree, o.value) {
			return nil, errors.New("the value is another")
		}
		return o.value, nil
	}
	switch v := tree.(type) {
	case map[string]any:
		return o.inMap(v, steps)
	case []any:
		return o.inList(v, steps)
	}
	return nil, errAbsent
}

func (o operation) inMap(m map[string]any, steps []string) (any, error) {
	key, last := steps[0], len(steps) == 1
	inner, there := m[key]
	if !there && (!last || o.op != "add") {
		return nil, errAbsent
	}
	m = maps.Clone(m)
	if last && o.op == "remove" {
		delete(m, key)
		return m, nil
	}
	var err error
	m[key], err = o.at(inner, steps[1:])
	return m, err
}

func (o operation) inList(l []any, steps []string) (any, error) {
	adds := o.op == "add" && len(steps) == 1
	i, err := strconv.Atoi(steps[0])
	if steps[0] == "-" {
		i, err = len(l), nil
	}
	if err != nil || i < 0 || i > len(l) || i == len(l) && !adds {
		return nil, errAbsent
	}
	l = slices.Clone(l)
	switch {
	case adds:
		return slices.Insert(l, i, o.value), nil
	case len(steps) == 1 && o.op == "remove":
		return slices.Delete(l, i, i+1), nil
	}
	l[i], err = o.at(l[i], steps[1:])
	return l, err
}

// same compares values by what JSON writes, in which 1 is 1 whatever type holds it.
func same(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
