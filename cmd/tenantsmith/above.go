package main

import (
	"os"
	"path/filepath"

	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// pointUp names the platform repository that a run in one of its folders meant.
func (w *workspace) pointUp(r report.Report) {
	for i := range r.Problems {
		if r.Problems[i].Remedy != schemas.ElsewhereRemedy {
			continue
		}
		if dir := w.above(); dir != "" {
			r.Problems[i].Remedy = "the platform repository is " + dir + ": go there, or add -C " + dir
		}
	}
}

// above is the nearest folder above that has a platform file, from the working directory; empty if none has.
func (w *workspace) above() string {
	for dir := w.abs(w.dir); dir != filepath.Dir(dir); {
		dir = filepath.Dir(dir)
		info, err := os.Stat(filepath.Join(dir, "tenantsmith.yaml"))
		if err != nil || info.IsDir() {
			continue
		}
		if rel, err := filepath.Rel(w.abs("."), dir); err == nil {
			return filepath.ToSlash(rel)
		}
		return filepath.ToSlash(dir)
	}
	return ""
}
