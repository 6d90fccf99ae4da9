package gitops

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"strconv"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
)

// pack collects new objects as git's pack format version 2 wants them: whole objects, no deltas. Each
// object is compressed as it comes, so that only compressed bytes are kept.
type pack struct {
	body  arena
	zip   *zlib.Writer
	index []idxfile.Entry
	known map[plumbing.Hash]bool
}

func newPack() *pack {
	p := &pack{known: make(map[plumbing.Hash]bool)}
	p.zip = zlib.NewWriter(&p.body)
	return p
}

const packHeader = 12

// add takes an object in, unless the pack has it.
func (p *pack) add(kind plumbing.ObjectType, content []byte) (plumbing.Hash, error) {
	hash := hashObject(kind, content)
	return hash, p.put(kind, hash, content)
}

// put is add for a caller that knows the hash.
func (p *pack) put(kind plumbing.ObjectType, hash plumbing.Hash, content []byte) error {
	if p.known[hash] {
		return nil
	}
	p.known[hash] = true
	offset := packHeader + p.body.size
	p.body.crc = 0
	p.body.append(objectHeader(kind, len(content)))
	p.zip.Reset(&p.body)
	if _, err := p.zip.Write(content); err != nil {
		return err
	}
	if err := p.zip.Close(); err != nil {
		return err
	}
	p.index = append(p.index, idxfile.Entry{Hash: hash, CRC32: p.body.crc, Offset: uint64(offset)})
	return nil
}

// objectHeader holds kind and size: four bits of the size in the first byte, seven in each further.
func objectHeader(kind plumbing.ObjectType, size int) []byte {
	head := []byte{byte(kind)<<4 | byte(size&15)}
	for size >>= 4; size > 0; size >>= 7 {
		head[len(head)-1] |= 0x80
		head = append(head, byte(size&127))
	}
	return head
}

// sealed is a finished pack.
type sealed struct {
	parts    [][]byte
	index    []idxfile.Entry
	checksum plumbing.Hash
}

func (p *pack) seal() sealed {
	head := binary.BigEndian.AppendUint32([]byte("PACK"), 2)
	head = binary.BigEndian.AppendUint32(head, uint32(len(p.index)))
	s := sealed{parts: append([][]byte{head}, p.body.chunks...), index: p.index}
	sum := sha1.New()
	for _, part := range s.parts {
		sum.Write(part)
	}
	s.checksum = plumbing.Hash(sum.Sum(nil))
	s.parts = append(s.parts, s.checksum[:])
	return s
}

// reader gives the pack as one stream.
func (s sealed) reader() io.Reader {
	readers := make([]io.Reader, len(s.parts))
	for i, part := range s.parts {
		readers[i] = bytes.NewReader(part)
	}
	return io.MultiReader(readers...)
}

// writeTo writes the pack and its index: path with the endings .pack and .idx.
func (s sealed) writeTo(path string) error {
	pack, err := os.OpenFile(path+".pack", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return err
	}
	_, err = io.Copy(pack, s.reader())
	if err := errors.Join(err, pack.Close()); err != nil {
		return err
	}
	index, err := os.OpenFile(path+".idx", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o400)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(index)
	return errors.Join(s.writeIndex(w), w.Flush(), index.Close())
}

// writeIndex writes the pack's index, version 2.
func (s sealed) writeIndex(w io.Writer) error {
	var iw idxfile.Writer
	if err := iw.OnHeader(uint32(len(s.index))); err != nil {
		return err
	}
	for _, e := range s.index {
		iw.Add(e.Hash, e.Offset, e.CRC32)
	}
	if err := iw.OnFooter(s.checksum); err != nil {
		return err
	}
	idx, err := iw.Index()
	if err != nil {
		return err
	}
	_, err = idxfile.NewEncoder(w).Encode(idx)
	return err
}

// hashObject is the name git gives the object.
func hashObject(kind plumbing.ObjectType, content []byte) plumbing.Hash {
	head := make([]byte, 0, 32)
	head = append(head, kind.String()...)
	head = append(head, ' ')
	head = strconv.AppendInt(head, int64(len(content)), 10)
	sum := sha1.New()
	sum.Write(append(head, 0))
	sum.Write(content)
	return plumbing.Hash(sum.Sum(nil))
}

// arena keeps bytes in chunks, so that growing never copies, and counts them.
type arena struct {
	chunks [][]byte
	size   int64
	crc    uint32
}

const chunkSize = 1 << 20

func (a *arena) Write(b []byte) (int, error) {
	a.append(b)
	return len(b), nil
}

func (a *arena) append(b []byte) {
	a.crc = crc32.Update(a.crc, crc32.IEEETable, b)
	a.size += int64(len(b))
	for len(b) > 0 {
		last := len(a.chunks) - 1
		if last < 0 || len(a.chunks[last]) == chunkSize {
			a.chunks = append(a.chunks, make([]byte, 0, chunkSize))
			last++
		}
		n := min(len(b), chunkSize-len(a.chunks[last]))
		a.chunks[last] = append(a.chunks[last], b[:n]...)
		b = b[n:]
	}
}
