package schemas

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// zoneNames are the names of the IANA database of time zones, one a line, in order.
//
//go:embed timezones.txt
var zoneNames string

// isZone reports whether there is a time zone of that name. The one of whoever asks is none.
func isZone(name string) bool {
	_, ok := slices.BinarySearch(strings.Fields(zoneNames), name)
	return ok
}

// timeZone refuses a name that the database of time zones does not have: the API server would refuse the object.
func (e *resolved) timeZone(at manifest.Path, name string) {
	if name == "" || isZone(name) {
		return
	}
	p := e.complain(at, "there is no time zone %s%s", name, suggest(name, strings.Fields(zoneNames)))
	p.Remedy = fmt.Sprintf("set %s to a name of the database of time zones, such as Europe/Berlin", p.Field)
}
