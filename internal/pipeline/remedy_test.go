package pipeline

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

var fieldInText = regexp.MustCompile(`(platform )?spec\.[A-Za-z<>.]*[A-Za-z>]`)

// TestRemedies: every field that a check tells people to set exists.
func TestRemedies(t *testing.T) {
	engine, err := policies.Compile(nil)
	require.NoError(t, err)
	named := 0
	for _, rule := range engine.Rules() {
		require.NotEmpty(t, rule.Remedy, rule.ID)
		for _, field := range fieldInText.FindAllString(rule.Remedy, -1) {
			named++
			if path, ok := strings.CutPrefix(field, "platform "); ok {
				_, known := schemas.Doc("platform", path)
				require.True(t, known, "%s: the platform file has no %s", rule.ID, path)
				continue
			}
			require.True(t, schemas.HasField(field), "%s: tenants have no %s", rule.ID, field)
		}
	}
	require.Greater(t, named, 10)
}
