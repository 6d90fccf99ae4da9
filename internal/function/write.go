package function

import (
	"bytes"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// write returns the list with objects added and results. Every byte of the other items stays as it came, comments
// and annotations among them, as long as the list is written in lines; a list in one line (JSON) keeps its
// values.
func (l *resourceList) write(added []manifest.Object, results []any) []byte {
	replaced := l.replaced(added)
	trees := make([]any, len(added))
	for i, o := range added {
		trees[i] = o.Tree
		if j := slices.Index(replaced, i); j >= 0 {
			trees[i] = placed(o.Tree, l.items()[j])
		}
	}
	want := l.tree(trees, replaced, results)
	text := l.splice(trees, replaced, results)
	if _, ok := means(text, want); ok {
		return text
	}
	return manifest.Marshal(want)
}

// replaced has for each item the index of the object that takes its place, or -1: a function that runs twice
// adds nothing twice.
func (l *resourceList) replaced(added []manifest.Object) []int {
	byKey := make(map[manifest.Key]int, len(added))
	for i, o := range added {
		byKey[o.Key()] = i
	}
	out := make([]int, len(l.items()))
	for i, item := range l.items() {
		out[i] = -1
		if tree, ok := item.Tree().(map[string]any); ok {
			if j, ok := byKey[manifest.Object{Tree: tree}.Key()]; ok {
				out[i] = j
			}
		}
	}
	return out
}

// placed is an object in the place of an item: with the annotations that say where it came from.
func placed(tree map[string]any, item *manifest.Node) map[string]any {
	kept := map[string]any{}
	if given := item.Get("metadata").Get("annotations"); given != nil {
		for _, f := range given.Fields {
			if group, _, _ := strings.Cut(f.Key, "/"); group == "config.kubernetes.io" || group == "internal.config.kubernetes.io" {
				kept[f.Key] = f.Value.Tree()
			}
		}
	}
	if len(kept) == 0 {
		return tree
	}
	tree = maps.Clone(tree)
	meta, _ := tree["metadata"].(map[string]any)
	meta = maps.Clone(meta)
	if own, ok := meta["annotations"].(map[string]any); ok {
		maps.Copy(kept, own)
	}
	meta["annotations"], tree["metadata"] = kept, meta
	return tree
}

// tree is the list to write.
func (l *resourceList) tree(added []any, replaced []int, results []any) map[string]any {
	tree := l.root.Tree().(map[string]any)
	items, _ := tree["items"].([]any)
	var kept []any
	for i, item := range items {
		if replaced[i] < 0 {
			kept = append(kept, item)
		}
	}
	if kept = append(kept, added...); kept == nil {
		kept = []any{}
	}
	tree["items"] = kept
	if results != nil {
		tree["results"] = results
	}
	return tree
}

// splice writes the list by lines. It returns nil, or what does not mean the same, for forms that it does not
// know.
func (l *resourceList) splice(added []any, replaced []int, results []any) []byte {
	fields := l.root.Fields
	if !inLines(fields) {
		return nil
	}
	pad := fields[0].Column - 1
	out := slices.Clone(l.lines[:fields[0].Line-1])
	seen := false
	for i, f := range fields {
		end := len(l.lines)
		if i+1 < len(fields) {
			end = fields[i+1].Line - 1
		}
		lines := l.lines[f.Line-1 : end]
		switch {
		case f.Key == "items":
			seen = true
			out = append(out, l.itemLines(lines, f, added, replaced)...)
		case f.Key != "results" || results == nil:
			out = append(out, lines...)
		}
	}
	out = trimmed(out)
	if !seen {
		out = append(out, shifted(map[string]any{"items": added}, pad)...)
	}
	if results != nil {
		out = append(out, shifted(map[string]any{"results": results}, pad)...)
	}
	return append(bytes.Join(out, []byte("\n")), '\n')
}

func inLines(fields []manifest.Field) bool {
	for i, f := range fields {
		if f.Column != fields[0].Column || i > 0 && f.Line <= fields[i-1].Line {
			return false
		}
	}
	return len(fields) > 0
}

// itemLines are those of the items that stay, and of the added ones behind them.
func (l *resourceList) itemLines(lines [][]byte, f manifest.Field, added []any, replaced []int) [][]byte {
	items := f.Value.Items
	if len(added) == 0 && len(items) > 0 {
		return lines
	}
	if len(items) == 0 {
		return shifted(map[string]any{"items": added}, f.Column-1)
	}
	first := l.begin(items[0]) - f.Line
	if first <= 0 {
		return nil
	}
	out := slices.Clone(lines[:first])
	for i, item := range items {
		end := len(lines)
		if i+1 < len(items) {
			end = l.begin(items[i+1]) - f.Line
		}
		if replaced[i] < 0 {
			out = append(out, lines[l.begin(item)-f.Line:end]...)
		}
	}
	return append(trimmed(out), shifted(added, indentation(lines[first]))...)
}

// trimmed drops empty lines at the end.
func trimmed(lines [][]byte) [][]byte {
	for len(lines) > 0 && len(bytes.TrimSpace(lines[len(lines)-1])) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

// shifted is a tree as lines that begin with a number of blanks.
func shifted(tree any, blanks int) [][]byte {
	lines := splitLines(bytes.TrimSuffix(manifest.Marshal(tree), []byte("\n")))
	for i, line := range lines {
		if len(line) > 0 {
			lines[i] = append(bytes.Repeat([]byte(" "), blanks), line...)
		}
	}
	return lines
}
