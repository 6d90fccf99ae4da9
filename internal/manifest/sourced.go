package manifest

import (
	"bytes"
	"encoding/json"
	"slices"
)

// The lines of a record's source, and the line that they stand behind, as Bytes writes them. Of a thousand tenants
// few records change: what is known of their text saves reading and writing them all.
var (
	versionLine = []byte("\n  \"version\": ")
	sourceLines = [][]byte{[]byte("\n  \"source\": "), []byte("\n  \"sourceTime\": ")}
)

// Sourced is a record, as Bytes writes it, that names the commit it comes from and the time of that; what is empty
// is left out.
func Sourced(record []byte, source, when string) []byte {
	if record = Unsourced(record); source == "" && when == "" {
		return record
	}
	at := bytes.Index(record, versionLine)
	if at < 0 {
		return record
	}
	at += 1 + max(bytes.IndexByte(record[at+1:], '\n'), 0)
	var lines []byte
	for i, value := range []string{source, when} {
		if text, err := json.Marshal(value); err == nil && value != "" {
			lines = slices.Concat(lines, sourceLines[i], text, []byte(","))
		}
	}
	return slices.Concat(record[:at], lines, record[at:])
}

// Unsourced is a record, as Bytes writes it, without its source.
func Unsourced(record []byte) []byte {
	for _, begin := range sourceLines {
		if at := bytes.Index(record[:min(len(record), 1<<10)], begin); at >= 0 {
			if end := bytes.IndexByte(record[at+1:], '\n'); end >= 0 {
				record = slices.Concat(record[:at], record[at+1+end:])
			}
		}
	}
	return record
}
