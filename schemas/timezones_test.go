package schemas

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Windows, triggers and cron jobs ask the same list. It has the old names too, and no name of whoever asks.
func TestTimeZones(t *testing.T) {
	for _, name := range []string{"UTC", "Etc/UTC", "Europe/Berlin", "America/Argentina/ComodRivadavia", "Asia/Calcutta", "CST6CDT", "Etc/GMT+5"} {
		require.True(t, isZone(name), name)
	}
	for _, name := range []string{"", "Local", "local", "europe/berlin", "Europe/Bern/../Berlin", "Factory", "Europe"} {
		require.False(t, isZone(name), name)
	}
}
