package pipeline

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// placeIn is the place in a person's file that made a field of an object: the field itself where a document about
// the object has it, the last operation that wrote it, otherwise the first document about the object.
func placeIn(t *schemas.Tenant, file string, object manifest.Object, path manifest.Path) manifest.Position {
	at, met := manifest.Position{File: file, Line: 1, Column: 1}, false
	for _, x := range t.Extras {
		if x.File != file {
			continue
		}
		for _, doc := range x.Documents {
			if !isOf(doc, object) {
				continue
			}
			if found, whole := placeOf(doc, path); whole {
				return found
			}
			if !met {
				at, met = doc.Position, true
			}
		}
	}
	return at
}

// isOf reports whether a document patches an object, by its target or by its own identity.
func isOf(doc *manifest.Node, object manifest.Object) bool {
	says := func(n *manifest.Node, want string) bool { return n == nil || n.Value == want }
	if target := doc.Get("target"); target != nil {
		return says(target.Get("kind"), object.Kind()) && says(target.Get("name"), object.Name())
	}
	return says(doc.Get("kind"), object.Kind()) && says(doc.Get("metadata").Get("name"), object.Name())
}

// placeOf finds a field in a document: what is merged, or a list of operations.
func placeOf(doc *manifest.Node, path manifest.Path) (manifest.Position, bool) {
	if doc.Get("target") == nil {
		return doc.Find(path)
	}
	body := doc.Get("patch")
	if body == nil || body.Kind != manifest.List {
		return body.Find(path)
	}
	for _, op := range slices.Backward(body.Items) {
		if rest, ok := wrote(op, path); ok {
			if value := op.Get("value"); value != nil && len(rest) > 0 {
				if at, whole := value.Find(rest); whole {
					return at, true
				}
			}
			return op.Position, true
		}
	}
	return body.Position, false
}

// wrote reports whether an operation changed a field, something above it or below it, and the way from what it
// changed to the field.
func wrote(op *manifest.Node, path manifest.Path) (rest manifest.Path, ok bool) {
	pointer := op.Get("path")
	if pointer == nil || says(op, "test") {
		return nil, false
	}
	text, _ := pointer.Value.(string)
	for i, step := range strings.Split(strings.TrimPrefix(text, "/"), "/") {
		if i == len(path) {
			return nil, true
		}
		step = strings.ReplaceAll(strings.ReplaceAll(step, "~1", "/"), "~0", "~")
		if step != "-" && step != fmt.Sprint(path[i]) {
			return nil, false
		}
		rest = path[i+1:]
	}
	return rest, true
}

func says(op *manifest.Node, kind string) bool {
	n := op.Get("op")
	return n != nil && n.Value == kind
}

// undone finds the patch that took away what a check misses, where the object that it tells about is not the one that
// was patched: the first of a kind that the check is about.
func (o *origin) undone(check string) (manifest.Position, string, bool) {
	kinds := o.judges(check)
	for _, b := range o.patched {
		if !slices.Contains(kinds, b.Kind()) {
			continue
		}
		for _, c := range manifest.Diff(o.now.objects[identify(b.Object)].Tree, b.Tree) {
			if len(c.Path) > 0 && c.Path[0] != "metadata" { // placing changes metadata
				return placeIn(o.tenant, b.Extra, b.Object, c.Path), c.Path.String(), true
			}
		}
	}
	return manifest.Position{}, "", false
}
