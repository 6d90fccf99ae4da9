package main

import (
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// terminal reports whether people watch the stream, on something that can do more than print. Under
// pre-commit nobody does: it shows what a hook printed when the hook has ended.
func terminal(s any) bool {
	f, ok := s.(*os.File)
	return ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb" && os.Getenv("PRE_COMMIT") != "1"
}

// colored reports whether text may have colours: on a terminal, or elsewhere if somebody asks for them
// (CLICOLOR_FORCE), and never where somebody asks for none (NO_COLOR).
func colored(s io.Writer) bool {
	if os.Getenv("NO_COLOR") != "" {
		return false
	}
	if force := os.Getenv("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return terminal(s)
}

// width is how many characters fit in a line: what COLUMNS says, else what the terminal has; 0 where
// lines may be as long as they are, as in a file or a pipe.
func width(s io.Writer) int {
	if n, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	if f, ok := s.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil {
			return n
		}
	}
	return 0
}
