package overlay

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Folder writes complete objects as files of their own in a folder of the output, named as those of a base are. The
// source is what their headers name.
func Folder(source, dir string, objects []manifest.Object) map[string][]byte {
	members := make([]*member, len(objects))
	for i, o := range objects {
		members[i] = &member{Object: o}
	}
	out := make(map[string][]byte, len(objects))
	for i, name := range fileNames(members) {
		out[dir+"/"+name] = emit(source, objects[i].Tree)
	}
	return out
}

// Stream writes complete objects as one file, in their order; nil where there are none.
func Stream(source string, objects []manifest.Object) []byte {
	var out []byte
	for i, o := range objects {
		if i == 0 {
			out = emit(source, o.Tree)
			continue
		}
		out = manifest.AppendYAML(append(out, "---\n"...), o.Tree)
	}
	return slices.Clip(out)
}

// PlainAt returns what stands at a line of a file that [Folder] or [Stream] wrote of objects. It reports false for the
// header, for what parts objects, and for what is no line of the file.
func PlainAt(file string, data []byte, objects []manifest.Object, line int) (Spot, bool) {
	docs, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	lines := strings.Split(string(data), "\n")
	if len(problems) > 0 || line < 1 || line >= len(lines) || lines[line-1] == "---" {
		return Spot{}, false
	}
	var out Spot
	found := false
	for _, doc := range docs {
		walk(doc, nil, func(p manifest.Path, at manifest.Position) {
			if at.Line <= line {
				out = Spot{Position: at, Path: slices.Clone(p), Value: scalarAt(doc, p), Role: RoleObject, Field: slices.Clone(p), Placed: true}
				out.Object, found = objectOf(doc, objects), true
			}
		})
	}
	return out, found && out.Object != nil
}

// objectOf is the object that a document holds.
func objectOf(doc *manifest.Node, objects []manifest.Object) *manifest.Object {
	tree, _ := doc.Tree().(map[string]any)
	key := manifest.Object{Tree: tree}.Key()
	for i := range objects {
		if objects[i].Key() == key {
			o := objects[i]
			o.Outer = true // it is complete as it is
			return &o
		}
	}
	return nil
}
