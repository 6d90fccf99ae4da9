package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fingerprintKey names how fingerprints are made; another way needs another name. It is not
// primaryLocationLineHash, which GitHub's upload makes itself from the text of the line, warning
// about every other value that it finds there.
const fingerprintKey = "tenantsmith/v1"

// fingerprints tell each group from the others by what it is about and not by where it stands, so that
// a finding stays the same when lines move. Equal ones are numbered from 1.
func fingerprints(groups [][]manifest.Problem) []string {
	out := make([]string, len(groups))
	seen := map[string]int{}
	for i, g := range groups {
		about := fingerprint(g[0])
		seen[about]++
		out[i] = about + ":" + strconv.Itoa(seen[about])
	}
	return out
}

// fingerprint leaves the environment out: one that is added or mended leaves the finding in the others
// what it was. Nobody's objects are told apart by namespace and file, and what is about no field by its
// message.
func fingerprint(p manifest.Problem) string {
	parts := []string{checkOf(p), p.Tenant, p.Object.Group, p.Object.Kind, p.Object.Name, cmp.Or(p.Path.String(), p.Field)}
	if p.Tenant == "" {
		parts = append(parts, p.Object.Namespace, p.File)
	}
	if alone := p.Alone(); alone != "" {
		parts = append(parts, alone)
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:16])
}
