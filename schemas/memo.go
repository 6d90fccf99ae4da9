package schemas

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"math"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Memo remembers the documents in which the schemas found nothing wrong, so that a second load which meets
// one of them again need not ask. It is for loads of two revisions of one repository and is safe for
// concurrent use; nil remembers nothing.
type Memo struct {
	mu   sync.Mutex
	good map[verdict]bool
}

// verdict names a document and what judged it.
type verdict [sha256.Size]byte

// NewMemo returns a memo that remembers nothing yet.
func NewMemo() *Memo { return &Memo{good: map[verdict]bool{}} }

func (m *Memo) knows(v verdict) bool {
	if m == nil {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.good[v]
}

func (m *Memo) keep(v verdict) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.good[v] = true
}

// verdictOf identifies the schemas, the layer and the document. Positions do not count: what is right is
// right at any line.
func verdictOf(schemas, layer string, doc *manifest.Node) verdict {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00", schemas, layer)
	writeNode(h, doc)
	return verdict(h.Sum(nil))
}

// writeNode writes a document so that no two write the same: every piece begins with its kind, and texts
// with their length.
func writeNode(h hash.Hash, n *manifest.Node) {
	switch n.Kind {
	case manifest.Map:
		writeCount(h, 'm', len(n.Fields))
		for i := range n.Fields {
			writeText(h, n.Fields[i].Key)
			writeNode(h, n.Fields[i].Value)
		}
	case manifest.List:
		writeCount(h, 'l', len(n.Items))
		for _, item := range n.Items {
			writeNode(h, item)
		}
	default:
		writeScalar(h, n.Value)
	}
}

func writeScalar(h hash.Hash, v any) {
	switch v := v.(type) {
	case string:
		writeText(h, v)
	case int64:
		writeCount(h, 'i', int(v))
	case float64:
		writeCount(h, 'f', int(math.Float64bits(v)))
	default:
		fmt.Fprintf(h, "%T %v\n", v, v)
	}
}

func writeText(h hash.Hash, s string) {
	writeCount(h, 's', len(s))
	h.Write([]byte(s))
}

func writeCount(h hash.Hash, kind byte, n int) {
	var b [9]byte
	b[0] = kind
	binary.LittleEndian.PutUint64(b[1:], uint64(n))
	h.Write(b[:])
}
