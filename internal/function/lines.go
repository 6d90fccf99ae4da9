package function

import (
	"bytes"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// splitLines cuts text into lines, ends left out.
func splitLines(text []byte) [][]byte {
	lines := bytes.Split(text, []byte("\n"))
	for i := range lines {
		lines[i] = bytes.TrimSuffix(lines[i], []byte("\r"))
	}
	return lines
}

// indentation is the number of blanks that a line begins with.
func indentation(line []byte) int { return len(line) - len(bytes.TrimLeft(line, " ")) }

// own are the lines that belong to a value in block style which begins in line first (from 0) and stands in a
// column (from 1). Empty lines and comments end no value; those further left are not its own, and are empty.
func own(lines [][]byte, first, column int) [][]byte {
	var out [][]byte
	for _, line := range lines[first:] {
		n := indentation(line)
		switch {
		case n >= column-1:
			out = append(out, line)
		case n == len(line) || line[n] == '#':
			out = append(out, nil)
		default:
			return out
		}
	}
	return out
}

// outdented is the text of a value as if it were a file: the line behind its key is the first, and nothing
// stands left of it. It is nil for values that stand beside their key.
func outdented(lines [][]byte, key manifest.Position, value *manifest.Node) []byte {
	if value.Line <= key.Line {
		return nil
	}
	out := own(lines, key.Line, value.Column)
	for i := range out {
		out[i] = out[i][min(value.Column-1, len(out[i])):]
	}
	return append(bytes.Join(out, []byte("\n")), '\n')
}

// alone is the text of a value in the columns that it has in its file, with nothing around it: what stands before it in
// its first line is its key, or the dash of a list.
func alone(lines [][]byte, value *manifest.Node) []byte {
	first := lines[value.Line-1]
	column := min(value.Column-1, len(first))
	out := append(bytes.Repeat([]byte(" "), column), first[column:]...)
	for _, line := range own(lines, value.Line, value.Column) {
		out = append(append(out, '\n'), line...)
	}
	return append(out, '\n')
}

// means reports whether a text reads as a tree: how one cut out of another stands for what it was cut
// from. YAML has more forms than lines can tell, and those who call this have another way then.
func means(text []byte, tree any) (*manifest.Node, bool) {
	if text == nil {
		return nil, false
	}
	docs, problems := manifest.Parse("", text, limits)
	if len(problems) > 0 || len(docs) != 1 || !manifest.Equal(docs[0].Tree(), tree) {
		return nil, false
	}
	return docs[0], true
}
