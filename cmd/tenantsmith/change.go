package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// maxChange is more than any file about a change may have: enough to see that one has too much.
const maxChange = 4 << 20

// change reads the file that a trusted job wrote about a change; without a name there is none. What is
// wrong with the file is the job's fault and nobody's who reads the findings.
func (w *workspace) change(file string) (*pipeline.Change, error) {
	if file == "" {
		return nil, nil
	}
	if !filepath.IsAbs(file) {
		file = filepath.Join(w.dir, file)
	}
	if err := w.outside("--change", file); err != nil {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, w.unusable("--change", file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxChange))
	if err != nil {
		return nil, w.unusable("--change", file, err)
	}
	change, problems, err := pipeline.ReadChange(w.named(file), data)
	if err == nil && len(problems) > 0 {
		err = errors.Join(w.problems(report.Report{Problems: problems}), errors.New("--change: the file does not describe a change; `tenantsmith schema change` says what it holds"))
	}
	return change, err
}

// workTree is the work tree of git around a folder, both absolute; empty where there is none.
func workTree(dir string) string {
	for !exists(filepath.Join(dir, ".git")) {
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	return dir
}

// outside refuses a file that the change itself could bring: one in the platform repository, or in the
// work tree of git around it, whatever links lead there.
func (w *workspace) outside(flag, file string) error {
	if _, err := os.Stat(file); err != nil {
		return w.unusable(flag, file, err)
	}
	at, err := filepath.EvalSymlinks(w.abs(file))
	if err != nil {
		return w.unusable(flag, file, err)
	}
	tree, err := filepath.EvalSymlinks(w.abs(w.dir))
	if err != nil {
		return fmt.Errorf("no directory %s", w.dir)
	}
	tree = cmp.Or(workTree(tree), tree)
	if rel, err := filepath.Rel(tree, at); err == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return fmt.Errorf("%s %s lies in the repository, where the change itself could have written it; let CI write it elsewhere, such as $RUNNER_TEMP", flag, w.named(file))
	}
	return nil
}
