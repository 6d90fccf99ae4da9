package schemas

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// lineOfJSON is how many bytes a value may have to stand in one line.
const lineOfJSON = 120

// encode writes a schema: what fits into a line in one, all else an entry a line.
func encode(v any) ([]byte, error) {
	var flat bytes.Buffer
	e := json.NewEncoder(&flat)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("write the schema: %w", err)
	}
	var out bytes.Buffer
	writeJSON(&out, bytes.TrimSpace(flat.Bytes()), 0)
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// writeJSON writes JSON without spaces, below so many tabs.
func writeJSON(out *bytes.Buffer, flat []byte, depth int) {
	if len(flat) <= lineOfJSON || flat[0] != '{' && flat[0] != '[' {
		out.Write(flat)
		return
	}
	out.WriteByte(flat[0])
	for i, entry := range entriesOf(flat[1 : len(flat)-1]) {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteString("\n" + strings.Repeat("\t", depth+1))
		if flat[0] == '{' {
			end := endOf(entry) + 1
			out.Write(entry[:end])
			out.WriteByte(' ')
			entry = entry[end:]
		}
		writeJSON(out, entry, depth+1)
	}
	out.WriteString("\n" + strings.Repeat("\t", depth))
	out.WriteByte(flat[len(flat)-1])
}

// entriesOf parts what stands between brackets.
func entriesOf(flat []byte) [][]byte {
	var entries [][]byte
	depth, start := 0, 0
	for i := 0; i < len(flat); i++ {
		switch flat[i] {
		case '"':
			i += endOf(flat[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth == 0 {
				entries, start = append(entries, flat[start:i]), i+1
			}
		}
	}
	return append(entries, flat[start:])
}

// endOf is the length of the text that JSON begins with.
func endOf(flat []byte) int {
	for i := 1; i < len(flat); i++ {
		switch flat[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(flat)
}
