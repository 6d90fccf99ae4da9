package pipeline

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/report"
)

// NotAsked are checks that were asked nowhere, one entry for all that lack the same. What they lack comes by their ids;
// tenants says how a caller names the tenant that some of them need.
func NotAsked(lacks map[string]string, tenants string) []report.Skipped {
	lacking := map[string][]string{}
	for id, need := range lacks {
		lacking[need] = append(lacking[need], id)
	}
	reasons := map[string]string{
		OfTenants: tenants, OfChanges: "no change was given",
		OfPlatform: "there is no platform file",
		OfFleet:    "looks at all tenants, not at manifests",
	}
	var out []report.Skipped
	for _, need := range slices.Sorted(maps.Keys(lacking)) {
		slices.Sort(lacking[need])
		out = append(out, report.Skipped{What: strings.Join(lacking[need], ", "), Reason: cmp.Or(reasons[need], lack(need)), Checks: len(lacking[need])})
	}
	return out
}

// lack says of a field that it is not there, or not what it has to be.
func lack(need string) string {
	if field, values, ok := strings.Cut(need, ": "); ok {
		return field + " is not " + values
	}
	return need + " is not set"
}
