package function

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// filePath is the file that an object was read from, as the orchestrator says; kustomize does where
// buildMetadata has originAnnotations.
func filePath(n *manifest.Node) string {
	if file := annotation(n, "internal.config.kubernetes.io/path", "config.kubernetes.io/path"); file != "" {
		return file
	}
	for line := range strings.Lines(annotation(n, "config.kubernetes.io/origin")) {
		if file, ok := strings.CutPrefix(line, "path: "); ok {
			return strings.TrimSpace(file)
		}
	}
	return ""
}

// annotation is the first of some annotations that is there.
func annotation(n *manifest.Node, keys ...string) string {
	for _, key := range keys {
		if s, ok := scalar(n.Get("metadata").Get("annotations").Get(key)); ok && s != "" {
			return s
		}
	}
	return ""
}

// orchestrated reports whether an annotation is one that orchestrators add on the way to a function.
func orchestrated(key string) bool {
	group, name, _ := strings.Cut(key, "/")
	switch group {
	case "internal.config.kubernetes.io", "config.k8s.io", "kustomize.config.k8s.io":
		return true
	}
	return group == "config.kubernetes.io" && slices.Contains([]string{"index", "path", "id", "origin"}, name)
}

// injected counts the lines above a line that only hold annotations of orchestrators.
func injected(n *manifest.Node, line int) int {
	meta := n.Get("metadata")
	if meta == nil {
		return 0
	}
	count := 0
	for _, f := range meta.Fields {
		if f.Key != "annotations" || f.Value.Line <= f.Line {
			continue
		}
		for _, a := range f.Value.Fields {
			if orchestrated(a.Key) && a.Line < line {
				count++
			}
		}
		if f.Line < line && count == len(f.Value.Fields) {
			count++
		}
	}
	return count
}

// rewritten reports whether kustomize wrote a functionConfig anew, so that its lines are not those of a file: it
// sorts all maps, drops comments and adds an annotation.
func rewritten(n *manifest.Node, text []byte) bool {
	return annotation(n, "config.kubernetes.io/local-config") != "" && filePath(n) == "" && !bytes.Contains(text, []byte("#")) && sorted(n)
}

func sorted(n *manifest.Node) bool {
	in := slices.IsSortedFunc(n.Fields, func(a, b manifest.Field) int { return strings.Compare(a.Key, b.Key) })
	for _, f := range n.Fields {
		// Annotations are appended behind those that were there.
		in = in && (f.Key == "annotations" || sorted(f.Value))
	}
	for _, item := range n.Items {
		in = in && sorted(item)
	}
	return in
}
