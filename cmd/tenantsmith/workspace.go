package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/report"
)

// workspace is the platform repository a command works on, and the streams it talks to.
type workspace struct {
	streams
	dir    string
	copies []formatted
	judging
}

// open returns the platform repository. Nothing outside it is ever read or written through it, by no
// symlink either.
func (w *workspace) open() (*os.Root, error) {
	root, err := os.OpenRoot(w.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no directory %s", cmp.Or(w.dir, `"": -C is empty`))
	}
	if err != nil {
		return nil, fmt.Errorf("-C %s: %w", w.dir, plain(err))
	}
	return root, nil
}

// tenants turns arguments into tenant names or files relative to the platform repository: files are
// named as the shell completes them, from the working directory, or from -C.
func (w *workspace) tenants(args []string) []string {
	out := make([]string, 0, len(args))
	for _, a := range args {
		if rel, err := filepath.Rel(w.abs(w.dir), w.abs(a)); err == nil && exists(a) && !strings.HasPrefix(rel, "..") && strings.ContainsAny(a, "./") {
			a = rel
		}
		out = append(out, filepath.ToSlash(a))
	}
	return out
}

func (w *workspace) abs(p string) string {
	abs, err := filepath.Abs(p)
	if err != nil {
		return p
	}
	return abs
}

func exists(p string) bool {
	_, err := os.Lstat(p)
	return err == nil
}

// formatFlag is the format of the result, one of the formats. An unknown one is refused before the command does any work.
func formatFlag(cmd *cobra.Command, format *string, formats []string) {
	cmd.Flags().StringVar(format, "format", *format, strings.Join(formats, ", "))
	beforehand(cmd, func(*cobra.Command) error { return knownFormat(*format, formats) })
}

func knownFormat(format string, formats []string) error {
	if !slices.Contains(formats, format) {
		return fmt.Errorf("unknown format %q: use %s", format, strings.Join(formats, ", "))
	}
	return nil
}

// report prints the problems as the result of the command, the closing sentence for people, and
// turns failing problems into the exit code.
func (w *workspace) report(format string, r report.Report) error {
	w.pointUp(r)
	o := report.Options{Prefix: w.prefix(), Color: colored(w.out), Version: version()}
	shown, pending := r, ""
	if format == "text" {
		shown.Problems, pending = withoutPending(r.Problems)
	}
	if err := report.Write(w.out, format, shown, o); err != nil {
		return err
	}
	if err := w.writeCopies(func(to io.Writer, format string) error {
		return report.Write(to, format, r, report.Options{Prefix: o.Prefix, Version: o.Version})
	}); err != nil {
		return err
	}
	if format == "text" {
		if pending != "" {
			w.tell("%s", pending)
		}
		if r.Summary.Objects > 0 || r.Failing() == 0 { // else no check had anything to look at
			w.unexamined(r.Summary.Skipped, "--format json")
		}
		w.say("%s", report.Counts(r))
	}
	if r.Failing() > 0 {
		return errProblems
	}
	return nil
}

// unexamined says what the run did not look at, in one sentence. More is how to see all of it.
func (w *workspace) unexamined(skipped []report.Skipped, more string) {
	if text := report.Unexamined(skipped, more); text != "" {
		w.tell("not examined: %s", text)
	}
}

// problems prints problems where they are not the result but the reason: on stderr.
func (w *workspace) problems(r report.Report) error {
	w.pointUp(r)
	return report.Write(w.err, "text", r, report.Options{Color: colored(w.err)})
}

// say prints one sentence for people. It may name files and tenants that a pull request brings.
func (w *workspace) say(format string, args ...any) {
	fmt.Fprintf(w.err, "tenantsmith: %s\n", report.Clean(fmt.Sprintf(format, args...)))
}

// tell is say for what may be long: it folds into the width of a terminal.
func (w *workspace) tell(format string, args ...any) {
	fmt.Fprintln(w.err, report.Fold("tenantsmith: "+report.Clean(fmt.Sprintf(format, args...)), width(w.err)))
}

// prefix leads from the workspace of a GitHub job to the platform repository: annotations name files
// from the workspace.
func (w *workspace) prefix() string {
	base := os.Getenv("GITHUB_WORKSPACE")
	if base == "" {
		base = "."
	}
	rel, err := filepath.Rel(w.abs(base), w.abs(w.dir))
	if err != nil || strings.HasPrefix(rel, "..") {
		return ""
	}
	return filepath.ToSlash(rel)
}
