package manifest

import (
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

var errUnreadable = errors.New("not readable as YAML")

// sentence puts one message of the library into words for people. Its text is found in the message.
type sentence struct {
	text, message, remedy string
	// open has the characters that open the construct: then the message names the line that has one of them, not
	// that at which reading stopped.
	open string
	// late is what the library's line lacks: its scanner counts from 1, its parser from 0.
	late int
}

func sentences() []sentence {
	const indent, quotes, brackets = "indent it like the lines beside it; quote text that holds special characters", `"'`, "[{"
	const escape = `write \\ for a backslash, or use single quotes`
	return []sentence{
		{"could not find expected ':'", "a key without a colon", "write key: value; quote text that goes over several lines", "", 0},
		{"mapping values are not allowed", "unexpected colon", "check the indentation; quote text that holds a colon and a blank", "", 0},
		{"mapping keys are not allowed", "unexpected question mark", "quote text that begins with one", "", 0},
		{"block sequence entries are not allowed", "a list cannot begin here", "write the list in the lines below its key", "", 0},
		{"did not find expected key", "this line does not fit into the map around it", indent, "", 0},
		{"did not find expected '-' indicator", "this line does not fit into the list around it", indent, "", 0},
		{"did not find expected ',' or ']'", "a list in brackets lacks a comma or its end", "close it with ], or quote the text", brackets, 1},
		{"did not find expected ',' or '}'", "a map in braces lacks a comma or its end", "close it with }, or quote the text", brackets, 1},
		{"did not find expected node content", "a value is missing or begins with a special character", "write the value, or quote it", "", 0},
		{"did not find expected alphabetic or numeric", "text that begins with * or & is read as a reference", "quote it", "*&", 0},
		{"unknown anchor", "text that begins with * is read as a reference", "quote it", "*", 0},
		{"found a tab character", "a tab used as indentation", "indent with spaces", "", 0},
		{"found character that cannot start any token", "a value cannot begin with this character", "quote it", "", 0},
		{"found unexpected end of stream", "a quote opened here is never closed", "close it", quotes, 0},
		{"found unexpected document indicator", "a quote opened here is not closed before the document ends", "close it", quotes, 0},
		{"found unknown escape character", "unknown escape in double quotes", escape, "", 0},
		{"did not find expected hexdecimal number", "broken escape in double quotes", escape, "", 0},
		{"found invalid Unicode character escape", "escape for a character that does not exist", "write the character itself", "", 0},
		{"exceeded max depth", "too many maps and lists stand in each other", "write it flatter", "", 0},
		{"did not find expected <document start>", "text after the end of the document", "check the indentation of this line", "", 0},
		{"found incompatible YAML document", "a %YAML line is neither needed nor understood", "remove it", "%", 0},
		{"did not find expected comment or line break", "text after | or >, or after a directive", "begin the text in the next line", "", 0},
		{"directive", "broken directive", "remove the line that begins with %", "%", 0},
		{"expected '>'", "broken tag", "quote text that begins with !", "!", 0},
		{"tag", "broken tag", "quote text that begins with !", "!", 0},
		{"indentation indicator", "the number after | or > must be 1 to 9", "remove it", "", 0},
	}
}

func sentenceFor(text string) sentence {
	for _, s := range sentences() {
		if strings.Contains(text, s.text) {
			return s
		}
	}
	return sentence{message: "not readable as YAML", remedy: "check indentation, quotes and brackets"}
}

var libraryLine = pattern.Of(`^yaml: line (\d+): `)

// syntax reports the error that the library stopped at.
func (r *reader) syntax(data []byte, err error) {
	s := sentenceFor(err.Error())
	at := Position{File: r.file, Line: stopped(data)}
	if s.open != "" {
		at.Line = r.opening(s, err, at.Line)
	}
	body := r.src.line(at.Line)
	blanks := len(body) - len(bytes.TrimLeft(body, " "))
	if bytes.HasPrefix(body[blanks:], []byte("\t")) {
		s = sentenceFor("found a tab character")
	}
	at.Column = 1 + blanks
	if i := bytes.IndexAny(body, s.open); s.open != "" && i >= 0 {
		at.Column = 1 + utf8.RuneCount(body[:i])
	}
	r.add(kindSyntax, at, s.message, s.remedy)
}

// opening finds the line at which a construct opens. The library tells it, unless that is the first line; then it
// tells the last one.
func (r *reader) opening(s sentence, err error, stop int) int {
	told := 1
	if m := libraryLine().FindStringSubmatch(err.Error()); m != nil {
		told, _ = strconv.Atoi(m[1])
		told += s.late
	}
	for _, line := range []int{told, stop, 1} {
		if bytes.ContainsAny(r.src.line(line), s.open) {
			return line
		}
	}
	return stop
}

// stopped returns the line that the library cannot read. Its own account often names the beginning of the
// construct instead, and is one short. So the file is given to it once more in single lines, and the last line it
// asked for is where it stopped, but for what it looks ahead.
func stopped(data []byte) int {
	lines := &lineReader{rest: data}
	dec := yaml.NewDecoder(lines)
	for {
		if _, err := decode(dec); err != nil {
			break
		}
	}
	last := max(lines.given, 1)
	if len(data) > preciseUpTo {
		return last
	}
	for k := last - 1; k >= 0 && k >= last-4; k-- {
		if readable(head(data, k)) {
			return k + 1
		}
	}
	return last
}

// preciseUpTo is the size in bytes of files that are worth reading again for the exact line.
const preciseUpTo = 64 << 10

func readable(data []byte) bool {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	for {
		if _, err := decode(dec); err != nil {
			return errors.Is(err, io.EOF)
		}
	}
}

// head returns the first n lines.
func head(data []byte, n int) []byte {
	end := 0
	for ; n > 0; n-- {
		i := bytes.IndexByte(data[end:], '\n')
		if i < 0 {
			return data
		}
		end += i + 1
	}
	return data[:end]
}

// lineReader gives one line a read, and counts them.
type lineReader struct {
	rest  []byte
	given int
	half  bool
}

func (l *lineReader) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	line := l.rest
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(p, line)
	if !l.half {
		l.given++
	}
	l.half = n < len(line)
	l.rest = l.rest[n:]
	return n, nil
}
