package gitops

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// yielding is the record as if what people made of its files were ours, so that it may go, and which files
// those are, sorted.
func (h *headReader) yielding(old *manifest.Record) (*manifest.Record, []string, error) {
	taken := *old
	taken.Files = maps.Clone(old.Files)
	var edited []string
	for _, file := range slices.Sorted(maps.Keys(old.Files)) {
		data, exists, err := h.read(file)
		if err != nil {
			return nil, nil, err
		}
		if digest := manifest.Digest(data); exists && digest != old.Files[file] {
			taken.Files[file] = digest
			edited = append(edited, file)
		}
	}
	return &taken, edited, nil
}

// choices says what can become of a hand edit in a GitOps repository; of a tenant that goes nothing is rendered.
func choices(tenant string, goes bool, problems []manifest.Problem) []manifest.Problem {
	for i := range problems {
		if problems[i].Message == manifest.HandEdited {
			problems[i].Remedy = fmt.Sprintf("publish with --adopt %s to keep the change as a patch, with --overwrite %s to drop it", tenant, tenant)
			switch {
			case goes && tenant == manifest.PlatformName:
				problems[i].Remedy = "publish with --overwrite platform to remove it with the rest"
			case goes:
				problems[i].Remedy = fmt.Sprintf("publish with --overwrite %s to remove it with the tenant, or bring the tenant's file back", tenant)
			case !manifest.Patchable(tenant, problems[i].File):
				problems[i].Remedy = fmt.Sprintf("%s, and publish with --overwrite %s", manifest.Move(tenant, problems[i].File), tenant)
			}
		}
	}
	return problems
}
