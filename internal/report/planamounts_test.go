package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// TestAmountsInOneUnit: what changes is read at one glance.
func TestAmountsInOneUnit(t *testing.T) {
	for _, c := range []struct{ old, new, text string }{
		{"1927", "1934930m", "1927 → 1934.93"},
		{"500m", "2", "0.5 → 2"},
		{"100m", "250m", "100m → 250m"},
		{"1Gi", "1536Mi", "1Gi → 1.5Gi"},
		{"1Gi", "1000Mi", "1024Mi → 1000Mi"},
		{"1Gi", "1G", "1Gi → 1G"},
		{"2", "0", "2 → 0"},
		{"0", "500m", "0 → 500m"},
		{"2", "", "2 → none"},
		{"2k", "2500", "2k → 2.5k"},
		{"-1500m", "2", "-1.5 → 2"},
	} {
		a := plan.Amount{}
		for text, to := range map[string]**resource.Quantity{c.old: &a.Old, c.new: &a.New} {
			if text != "" {
				q := resource.MustParse(text)
				*to = &q
			}
		}
		require.Equal(t, c.text, amountText(a))
	}
}
