package overlay

import (
	"slices"

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
