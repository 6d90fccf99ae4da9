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

// timeZone refuses a name that the database of time zones does not have: the API server would refuse the object.
func (e *resolved) timeZone(at manifest.Path, name string) {
	known := strings.Fields(zoneNames)
	if _, ok := slices.BinarySearch(known, name); ok || name == "" {
		return
	}
	p := e.complain(at, "there is no time zone %s%s", name, suggest(name, known))
	p.Remedy = fmt.Sprintf("set %s to a name of the database of time zones, such as Europe/Berlin", p.Field)
}
