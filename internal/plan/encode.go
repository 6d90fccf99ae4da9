package plan

import (
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// plain writes a tree so that equal trees give equal bytes.
func plain(v any) []byte { return encode(nil, v, neutral{}) }

// encode appends a tree with its names made neutral. Every value says its kind and its length, so that no two trees
// give the same bytes.
func encode(b []byte, v any, n neutral) []byte {
	switch x := v.(type) {
	case map[string]any:
		b = binary.AppendUvarint(append(b, 'm'), uint64(len(x)))
		for _, k := range slices.Sorted(maps.Keys(x)) {
			b = encode(appendText(b, k, n), x[k], n)
		}
		return b
	case []any:
		b = binary.AppendUvarint(append(b, 'l'), uint64(len(x)))
		for _, item := range x {
			b = encode(b, item, n)
		}
		return b
	case string:
		return appendText(append(b, 's'), x, n)
	case int64:
		return binary.AppendVarint(append(b, 'i'), x)
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 'f'), math.Float64bits(x))
	case bool:
		return strconv.AppendBool(append(b, 'b'), x)
	case nil:
		return append(b, '0')
	}
	return appendText(append(b, '?'), fmt.Sprintf("%T %v", v, v), neutral{})
}

func appendText(b []byte, s string, n neutral) []byte {
	s = n.text(s)
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// encodePath appends the way to a field of an object. A list element with a name is told by it; one without is told
// by the list alone, for another place may have it elsewhere in the list.
func encodePath(b []byte, p manifest.Path, tree any, n neutral) []byte {
	for i, step := range p {
		switch s := step.(type) {
		case string:
			b = appendText(append(b, '.'), s, n)
			m, _ := tree.(map[string]any)
			tree = m[s]
		case int:
			b = append(b, '#')
			if i == len(p)-1 {
				return b // came or went: its value tells it
			}
			l, _ := tree.([]any)
			tree = nil
			if s >= 0 && s < len(l) {
				tree = l[s]
			}
			m, _ := tree.(map[string]any)
			name, _ := m["name"].(string)
			b = appendText(b, name, n)
		}
	}
	return b
}
