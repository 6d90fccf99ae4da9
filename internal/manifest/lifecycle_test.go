package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStays(t *testing.T) {
	for _, c := range []struct{ lifecycle, until, today, want string }{
		{"", "", "2027-02-01", "its lifecycle is active, not offboarding"},
		{"active", "2027-01-31", "2027-02-01", "its lifecycle is active, not offboarding"},
		{"\x1b[2J", "2027-01-31", "2027-02-01", "its lifecycle is active, not offboarding"},
		{"suspended", "", "2027-02-01", "its lifecycle is suspended, not offboarding"},
		{"offboarding", "", "2027-02-01", "its record has no day until which it is kept"},
		{"offboarding", "0", "2027-02-01", "its record has no day until which it is kept"},
		{"offboarding", "2027-01-31", "2027-01-31", "it is kept until the end of 2027-01-31"},
		{"offboarding", "2027-01-31", "", "it is kept until the end of 2027-01-31"},
		{"offboarding", "2027-01-31", "2027-02-01", ""},
	} {
		r := &Record{Lifecycle: c.lifecycle, Until: c.until}
		require.Equal(t, c.want, r.Stays(c.today), "%+v", c)
	}
}
