package overlay

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// readPatch reads one document of a patch file: an object to merge, or a map of target and patch.
func readPatch(x *manifest.Extra, doc *manifest.Node) (*personal, []manifest.Problem) {
	p := &personal{extra: x, doc: doc}
	var found *manifest.Problem
	switch {
	case doc.Kind == manifest.List:
		found = at(doc, nil, "a list of operations does not say what it patches",
			"write a map: target with kind and name, and the list under patch")
	case doc.Kind != manifest.Map:
		found = at(doc, nil, "a patch is expected: an object to merge, or a map of target and patch", "")
	case doc.Get("target") != nil || doc.Get("patch") != nil:
		found = p.readTargeted()
	default:
		found = p.readMerge(doc)
	}
	if found == nil {
		found = p.judge()
	}
	if found != nil {
		return nil, []manifest.Problem{*found}
	}
	return p, nil
}

// readMerge reads an object whose own identity is the target.
func (p *personal) readMerge(doc *manifest.Node) *manifest.Problem {
	if found := checkResource(doc); found != nil {
		return found
	}
	tree := doc.Tree().(map[string]any)
	o := manifest.Object{Tree: tree}
	p.body = tree
	p.doc = doc
	p.target = target{apiVersion: o.APIVersion(), kind: o.Kind(), namespace: o.Namespace(), name: o.Name()}
	p.target.at, _ = doc.Find(manifest.Path{"metadata", "name"})
	return nil
}

func (p *personal) readTargeted() *manifest.Problem {
	for i := range p.doc.Fields {
		if key := p.doc.Fields[i].Key; key != "target" && key != "patch" {
			return at(p.doc, manifest.Path{key}, "is not taken beside target and patch", "")
		}
	}
	if found := p.readTarget(); found != nil {
		return found
	}
	return p.readBody()
}

func (p *personal) readTarget() *manifest.Problem {
	node := p.doc.Get("target")
	if node == nil || node.Kind != manifest.Map {
		return at(p.doc, manifest.Path{"target"}, "says which object is patched: a map with kind and name", "")
	}
	fields := map[string]*string{
		"group": &p.target.group, "version": &p.target.version, "kind": &p.target.kind,
		"namespace": &p.target.namespace, "name": &p.target.name,
	}
	for i := range node.Fields {
		f := &node.Fields[i]
		path := manifest.Path{"target", f.Key}
		to, known := fields[f.Key]
		if !known {
			return at(p.doc, path, "is not taken; a target has group, version, kind, namespace and name", "")
		}
		s, isString := f.Value.Value.(string)
		if !isString {
			return at(p.doc, path, "must be a string", "")
		}
		*to = s
	}
	if p.target.kind == "" {
		return at(p.doc, manifest.Path{"target", "kind"}, "is required", "")
	}
	p.target.at, _ = p.doc.Find(manifest.Path{"target", "name"})
	return nil
}

// readBody takes the patch as YAML or, as kustomize writes it, as YAML in a string.
func (p *personal) readBody() *manifest.Problem {
	node := p.doc.Get("patch")
	if node != nil {
		if text, ok := node.Value.(string); ok && node.Kind == manifest.Scalar {
			docs, problems := manifest.Parse(p.extra.File, []byte(text), manifest.ManifestLimits)
			if len(problems) > 0 || len(docs) != 1 {
				reason := "exactly one document is expected"
				if len(problems) > 0 {
					reason = problems[0].Message
				}
				return at(p.doc, manifest.Path{"patch"}, "cannot be read: "+reason, "")
			}
			node = docs[0]
			stamp(node, p.doc.Get("patch").Position)
		}
	}
	if node == nil || node.Kind == manifest.Scalar {
		return at(p.doc, manifest.Path{"patch"}, "is a list of JSON 6902 operations, or an object to merge", "")
	}
	p.body, p.doc, p.within = node.Tree(), node, manifest.Path{"patch"}
	return nil
}

// stamp gives every node of a text in a string the position of that string, the nearest that is
// known.
func stamp(n *manifest.Node, pos manifest.Position) {
	n.Position = pos
	for i := range n.Fields {
		n.Fields[i].Position = pos
		stamp(n.Fields[i].Value, pos)
	}
	for _, item := range n.Items {
		stamp(item, pos)
	}
}

// at reports a problem in the body.
func (p *personal) at(path manifest.Path, message, remedy string) *manifest.Problem {
	found := at(p.doc, path, message, remedy)
	found.Field = p.within.Join(path...).String()
	return found
}

// judge refuses what a patch may not do, wherever it goes.
func (p *personal) judge() *manifest.Problem {
	if found := unfit(p.doc, p.within); found != nil {
		return found
	}
	ops, ok := p.body.([]any)
	if !ok {
		return p.judgeMerge()
	}
	for i := range ops {
		if found := p.judgeOperation(i, ops[i]); found != nil {
			return found
		}
	}
	if len(ops) == 0 {
		return p.at(nil, "no operation stands here", "")
	}
	return nil
}

func (p *personal) judgeMerge() *manifest.Problem {
	tree := p.body.(map[string]any)
	if _, ok := tree["$patch"]; ok {
		return p.at(manifest.Path{"$patch"}, "a patch cannot delete or replace a whole object",
			"remove the field of the tenant that makes it")
	}
	if metadata, ok := tree["metadata"]; ok {
		m, isMap := metadata.(map[string]any)
		_, directive := m["$patch"]
		if !isMap || directive {
			return p.at(manifest.Path{"metadata"}, "must stay: it says which object this is", "")
		}
	}
	for _, field := range kept {
		if path := (manifest.Path{"metadata", field}); p.extra.Owner == manifest.OwnerWorkload && has(tree, path) {
			return p.at(path, "decides when the object goes, which is for the cluster to say", "remove it")
		}
	}
	return p.checkNulls()
}

// fixed are the fields that say which object it is.
var fixed = []string{"/apiVersion", "/kind", "/metadata", "/metadata/name", "/metadata/namespace", "", "/"}

func (p *personal) judgeOperation(i int, op any) *manifest.Problem {
	m, _ := op.(map[string]any)
	kind, _ := m["op"].(string)
	if !slices.Contains([]string{"add", "remove", "replace", "test", "move", "copy"}, kind) {
		return p.at(manifest.Path{i, "op"}, "is add, remove, replace, move, copy or test", "")
	}
	for _, key := range []string{"path", "from"} {
		pointer, ok := m[key].(string)
		if !ok && (key == "path" || kind == "move" || kind == "copy") {
			return p.at(manifest.Path{i, key}, "is required: a JSON pointer such as /spec/replicas", "")
		}
		for _, step := range steps(pointer) {
			if steers(step) {
				return p.at(manifest.Path{i, key}, "is an order to kustomize and not taken", "remove it")
			}
		}
		writes := kind != "test" && (key == "path" || kind == "move")
		if s := steps(pointer); writes && p.extra.Owner == manifest.OwnerWorkload && len(s) > 1 && s[0] == "metadata" && slices.Contains(kept, s[1]) {
			return p.at(manifest.Path{i, key}, "decides when the object goes, which is for the cluster to say", "remove it")
		}
		if ok && writes && slices.Contains(fixed, pointer) {
			return p.at(manifest.Path{i, key}, fmt.Sprintf("a patch cannot change %s: it says which object this is",
				strings.ReplaceAll(strings.TrimPrefix(pointer, "/"), "/", ".")), "")
		}
	}
	return nil
}

// content returns the patch as it is written for one object. kustomize wants an identity in every
// object that it merges, also where a target says what is meant.
func (p *personal) content(m *member) any {
	tree, ok := p.body.(map[string]any)
	if !ok {
		return p.body
	}
	out, metadata := cloneMap(tree), cloneMap(tree["metadata"])
	out["apiVersion"], out["kind"] = m.APIVersion(), m.Kind()
	metadata["name"] = m.Name()
	delete(metadata, "namespace")
	out["metadata"] = metadata
	return out
}
