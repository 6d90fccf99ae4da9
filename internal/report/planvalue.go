package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// briefly writes a value in one line: texts as they are, what has parts as JSON.
func briefly(v any) string {
	switch v := v.(type) {
	case string:
		if v == "" || strings.TrimSpace(v) != v && strings.Count(strings.TrimSpace(v), "\n") == 0 {
			return Clean(strconv.Quote(strings.ToValidUTF8(v, "\ufffd")))
		}
		if lines := strings.Split(strings.TrimSpace(v), "\n"); len(lines) > 1 {
			return words().Plan.Lines.of(len(lines), "text", Clean(lines[0]))
		}
		return Clean(v)
	case nil:
		return "null"
	case map[string]any, []any:
		return Clean(asJSON(v))
	}
	return Clean(fmt.Sprint(v))
}

func asJSON(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}

// bothBriefly writes two values so that they are told apart: "1" is not 1.
func bothBriefly(old, new any) (string, string) {
	a, b := briefly(old), briefly(new)
	if a == b {
		a, b = Clean(asJSON(old)), Clean(asJSON(new))
	}
	return a, b
}

// beside is how many lines around a change are shown, most how many lines of one value.
const (
	beside    = 1
	mostLines = 16
	// mostCells bounds the work that finding the shortest difference may be.
	mostCells = 1 << 18
)

// lineDiff is the difference of two texts, each line with its sign; what is left out is counted.
func lineDiff(old, new string) []diffLine {
	if strings.HasSuffix(old, "\n") && strings.HasSuffix(new, "\n") {
		old, new = strings.TrimSuffix(old, "\n"), strings.TrimSuffix(new, "\n")
	}
	a, b := strings.Split(old, "\n"), strings.Split(new, "\n")
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	from := max(head-beside, 0)
	lines := signed(" ", a[from:head])
	lines = append(lines, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	lines = append(lines, signed(" ", a[len(a)-tail:min(len(a)-tail+beside, len(a))])...)
	if more := len(lines) - mostLines; more > 1 {
		lines = append(lines[:mostLines:mostLines], diffLine{sign: " ", text: words().Plan.MoreLines.of(more)})
	}
	return lines
}

func signed(sign string, texts []string) []diffLine {
	var out []diffLine
	for _, text := range texts {
		out = append(out, diffLine{sign: sign, text: Clean(text)})
	}
	return out
}

// middle tells what goes and comes; lines that stay are told as such, if the texts are small enough to find
// them.
func middle(a, b []string) []diffLine {
	if len(a)*len(b) > mostCells {
		return append(signed("-", a), signed("+", b)...)
	}
	// common[i][j] is how many lines a[i:] and b[j:] have in common.
	common := make([][]int, len(a)+1)
	for i := range common {
		common[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	var out []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, signed(" ", a[i:i+1])...)
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			out = append(out, signed("-", a[i:i+1])...)
			i++
		default:
			out = append(out, signed("+", b[j:j+1])...)
			j++
		}
	}
	return out
}
