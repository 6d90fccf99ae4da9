package schemas

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// source is a file that was read. Its bytes are gone: only their sum and what was parsed stay.
type source struct {
	name string
	sum  [sha256.Size]byte
	docs []*manifest.Node
}

// listing is what a directory holds, hidden names left out, in the order of names.
type listing struct {
	files, dirs []string
	problems    []manifest.Problem
}

// list reads a directory. Links and devices are problems, a directory that is not there is empty.
func list(fsys fs.FS, dir string) (listing, error) {
	var out listing
	entries, err := fs.ReadDir(fsys, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, fmt.Errorf("read %s: %w", dir, err)
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir():
			out.dirs = append(out.dirs, name)
		case e.Type().IsRegular():
			out.files = append(out.files, name)
		default:
			out.problems = append(out.problems, fault(manifest.Position{File: name}, "", "is %s, and only regular files are read", irregular(e.Type())))
		}
	}
	return out, nil
}

func irregular(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeIrregular != 0:
		return "neither a file nor a folder, such as a submodule of git"
	}
	return "a device"
}

// modeOf says what a single name is, without following it: "" when nothing is there. It looks at
// every directory on the way, since a linked directory leads out of the repository as well as a link
// does.
func modeOf(fsys fs.FS, name string) (fs.FileMode, bool, error) {
	var mode fs.FileMode
	for i := 0; i <= len(name); i++ {
		if i < len(name) && name[i] != '/' {
			continue
		}
		info, err := fs.Lstat(fsys, name[:i])
		if errors.Is(err, fs.ErrNotExist) {
			return 0, false, nil
		}
		if err != nil {
			return 0, false, fmt.Errorf("look at %s: %w", name[:i], err)
		}
		if mode = info.Mode().Type(); !mode.IsDir() && i < len(name) {
			break
		}
	}
	return mode, true, nil
}

// read parses a file within limits; the size is judged before a byte is read. The bytes come back
// for those who need them (people's patches, and the search in tenants that were not asked for).
func read(fsys fs.FS, name string, lim manifest.Limits) (source, []byte, []manifest.Problem, error) {
	data, problems, err := readBytes(fsys, name, lim.File)
	if data == nil {
		return source{name: name}, nil, problems, err
	}
	docs, problems := manifest.Parse(name, data, lim)
	return source{name: name, sum: sha256.Sum256(data), docs: docs}, data, problems, nil
}

// readBytes returns nil for a file that is larger than limit, with the problem.
func readBytes(fsys fs.FS, name string, limit int) ([]byte, []manifest.Problem, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if info.Size() > int64(limit) {
		return nil, []manifest.Problem{tooLarge(name, info.Size(), limit)}, nil
	}
	var buf bytes.Buffer
	buf.Grow(int(info.Size()) + bytes.MinRead)
	// A file may grow while it is read.
	n, err := buf.ReadFrom(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", name, err)
	}
	if n > int64(limit) {
		return nil, []manifest.Problem{tooLarge(name, n, limit)}, nil
	}
	return buf.Bytes(), nil, nil
}

func tooLarge(name string, size int64, limit int) manifest.Problem {
	return fault(manifest.Position{File: name}, "", "is %d KiB large, and at most %d KiB are read", (size+1023)/1024, limit/1024)
}

// isYAML reports whether a file is one that people write for us.
func isYAML(name string) bool {
	ext := path.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// stem is the name of a file without directory and extension.
func stem(name string) string {
	base := path.Base(name)
	return strings.TrimSuffix(base, path.Ext(base))
}

// fault is a problem that holds a tenant (or the platform) back.
func fault(at manifest.Position, field, format string, args ...any) manifest.Problem {
	return manifest.Problem{
		Check: "schema", Severity: manifest.Error, Position: at, Field: field, Message: fmt.Sprintf(format, args...),
	}
}

// caution is a problem that holds nothing back.
func caution(at manifest.Position, field, format string, args ...any) manifest.Problem {
	p := fault(at, field, format, args...)
	p.Severity = manifest.Warning
	return p
}

// digest identifies files by name and bytes.
func digest(files []source) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%s\x00%x\n", f.name, f.sum)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
