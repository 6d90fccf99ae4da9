package pipeline

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// OutputDigest identifies the rendered files of tenants, and of the platform, by tenant and path in the output, as
// "sha256:" and hexadecimal digits. Sums are the digests of the files' content; records are no part of it, for
// they tell how files came about. A tenant without files is one that goes.
//
// A plan has that of the tenants whose files it changes, and publish makes that of the tenants which it is
// about to change: they are equal where the GitOps repository holds what the base of the plan renders.
func OutputDigest(sums map[string]map[string]string) string {
	h := sha256.New()
	for _, tenant := range slices.Sorted(maps.Keys(sums)) {
		if len(sums[tenant]) == 0 {
			fmt.Fprintf(h, "%s\x00\n", tenant)
		}
		for _, path := range slices.Sorted(maps.Keys(sums[tenant])) {
			fmt.Fprintf(h, "%s\x00%s\x00%s\n", tenant, path, sums[tenant][path])
		}
	}
	return fmt.Sprintf("sha256:%x", h.Sum(nil))
}

// FileSums are the digests of a tenant's rendered files, without its record.
func FileSums(files map[string][]byte) map[string]string { return sumsOf(files) }

func digestOf(pairs []*pair, own map[string]string) string {
	sums := map[string]map[string]string{}
	if own != nil {
		sums[manifest.PlatformName] = own
	}
	for _, pr := range pairs {
		if pr.files != nil {
			sums[pr.name] = pr.files
		}
	}
	return OutputDigest(sums)
}
