package audit

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// inputs holds the files of a commit of the platform repository against those that the record was made from.
func (w *walk) inputs(c change, hash string, files *gitops.Commit) {
	for _, name := range slices.Sorted(maps.Keys(w.record.Inputs)) {
		switch data, err := fs.ReadFile(files, name); {
		case err != nil:
			w.note(c, report.SourceDiffers, name, fmt.Sprintf("the record names this input, and %s of the platform repository does not have it", hash))
		case manifest.Digest(data) != w.record.Inputs[name]:
			w.note(c, report.SourceDiffers, name, fmt.Sprintf("the input is not as %s of the platform repository has it", hash))
		}
	}
}
