package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newWhyCmd(w *workspace) *cobra.Command {
	format, environment, output := "text", "", "manifests"
	cmd := &cobra.Command{
		Use:   "why TENANT FIELD | FILE:LINE",
		Short: "Where a value comes from: a field of a tenant, or a line of the output",
		Long: `Why TENANT FIELD shows every layer that speaks of a field, the strongest first: overrides, the tenant,
the platform's defaults, the tier, the schema; which of them wins, and what bounds it.

Why FILE:LINE goes from a line of the output back to what caused it: the tenant's line, the tier, an
override, the platform file, somebody's patch, or tenantsmith itself. The tenant is rendered in memory;
a line that is another one on the disk is told, and fails.`,
		Example: `  tenantsmith why corner-shop spec.services.web.replicas
  tenantsmith why corner-shop resources --env production --format json`,
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) == 2:
				return w.whyField(w.tenants(args[:1])[0], args[1], environment, format)
			case len(args) == 1 && !strings.ContainsAny(args[0], `:/\.`):
				return fmt.Errorf("which field of %s? For example: tenantsmith why %s spec.resources.cpu; or name a line of the output, FILE:LINE", args[0], args[0])
			case len(args) == 1 && environment != "":
				return errors.New("--env goes with a field: the file of a line tells its environment")
			case len(args) == 1:
				return w.whyLine(args[0], output, format)
			}
			return errors.New("name a tenant and a field, or FILE:LINE of the output")
		},
	}
	f := cmd.Flags()
	f.StringVar(&environment, "env", "", "only this environment")
	f.StringVarP(&output, "output", "o", output, "the `DIR` that the tenants are rendered to, from the platform repository")
	formatFlag(cmd, &format, report.WhyFormats)
	w.trust(cmd)
	return cmd
}

func (w *workspace) whyField(tenant, field, environment, format string) error {
	fsys, release, err := w.platform()
	if err != nil {
		return err
	}
	defer release()
	o, problems, err := pipeline.WhyField(fsys, tenant, field, environment)
	if err := w.unanswered(problems, o == nil, err); err != nil {
		return err
	}
	return report.WriteFieldOrigin(w.out, format, o)
}

// unanswered says why there is no answer; nil where there is one.
func (w *workspace) unanswered(problems []manifest.Problem, none bool, err error) error {
	switch {
	case errors.Is(err, pipeline.ErrNotFound):
		w.say("%s", err)
		return errProblems
	case err != nil:
		return err
	case none:
		r := report.Report{FailOn: manifest.Error}
		for _, p := range problems {
			if p.Severity != manifest.Warning {
				r.Problems = append(r.Problems, p)
			}
		}
		if err := w.problems(r); err != nil {
			return err
		}
		w.say("no answer: this cannot be rendered until the problems above are mended")
		return errProblems
	}
	return nil
}

// whyLine answers for a line of the output as it would be rendered, and compares it with the disk.
func (w *workspace) whyLine(arg, output, format string) error {
	file, line, err := fileLine(arg)
	if err != nil {
		return err
	}
	at := w.outputFile(file, output)
	if info, err := os.Stat(at); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder: name a file of it, and a line", file)
	}
	name, err := filepath.Rel(w.abs(w.output(output)), at)
	name = filepath.ToSlash(name)
	if err != nil || !fs.ValidPath(name) {
		w.say("%s is not below the output folder %s; -o names another", file, output)
		return errProblems
	}
	// The tenant is generated some hundred times, each thrown away at once: collecting less often saves a third.
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	fsys, release, err := w.platform()
	if err != nil {
		return err
	}
	defer release()
	o, problems, err := pipeline.WhyLine(fsys, name, line)
	if err := w.unanswered(problems, o == nil, err); err != nil {
		return err
	}
	o.File = path.Join(filepath.ToSlash(output), name)
	there, err := compare(o, at)
	if err != nil {
		return err
	}
	if err := report.WriteLineOrigin(w.out, format, o); err != nil {
		return err
	}
	switch {
	case !there:
		w.say("%s is not there yet: this is what render would write", o.File)
	case o.Stale:
		w.say("%s:%d is stale: it has %q, and render would write what is shown", o.File, line, strings.TrimSpace(o.OnDisk))
		return errProblems
	}
	return nil
}

// fileLine reads FILE:LINE or FILE:LINE:COLUMN; the column changes nothing.
func fileLine(arg string) (string, int, error) {
	file, last, _ := cutLast(arg)
	line, err := strconv.Atoi(last)
	if rest, before, ok := cutLast(file); ok && err == nil {
		if n, notNumber := strconv.Atoi(before); notNumber == nil {
			file, line = rest, n
		}
	}
	switch {
	case err != nil || file == "":
		return "", 0, fmt.Errorf("%q names no line: use FILE:LINE, or a tenant and a field", arg)
	case line < 1:
		return "", 0, fmt.Errorf("%q: lines count from 1", arg)
	}
	return file, line, nil
}

func cutLast(s string) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

// outputFile is the absolute path of a file of the output: as the shell completes it, from the platform
// repository, or from the output folder. Backslashes part folders where no file is named with them.
func (w *workspace) outputFile(file, output string) string {
	if strings.Contains(file, `\`) && !exists(file) {
		file = strings.ReplaceAll(file, `\`, "/")
	}
	if filepath.IsAbs(file) {
		return filepath.Clean(file)
	}
	from := w.abs(file)
	for _, dir := range []string{w.dir, w.output(output)} {
		if other := w.abs(filepath.Join(dir, file)); !exists(from) && (exists(other) || inOutput(file)) {
			from = other
		}
	}
	if base := w.abs(w.output(output)); !exists(from) && !strings.HasPrefix(from, base+string(filepath.Separator)) {
		return w.abs(filepath.Join(w.dir, file))
	}
	return from
}

// inOutput reports whether a path begins as those in the output do.
func inOutput(file string) bool {
	top, _, _ := strings.Cut(filepath.ToSlash(file), "/")
	return top == "tenants" || top == manifest.PlatformName || slices.Contains(manifest.Engines, top)
}

// compare tells whether the file is on the disk, and notes in the answer if its line is another one there.
func compare(o *report.LineOrigin, at string) (bool, error) {
	data, err := os.ReadFile(at)
	if errors.Is(err, fs.ErrNotExist) || err != nil && strings.Contains(err.Error(), "not a directory") {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	lines := bytes.Split(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n")), []byte("\n"))
	if o.Line > len(lines) || string(lines[o.Line-1]) != o.Text {
		o.Stale = true
		if o.Line <= len(lines) {
			o.OnDisk = string(lines[o.Line-1])
		}
	}
	return true, nil
}
