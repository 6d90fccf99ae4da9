package schemas

import (
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// cronLine is an expression of five fields as KEDA reads it; its week ends with day 6.
var cronLine = pattern.Of("^" + strings.Join([]string{
	cronField("[0-5]?[0-9]"), cronField("1?[0-9]|2[0-3]"), cronField("0?[1-9]|[12][0-9]|3[01]"),
	cronField("0?[1-9]|1[0-2]|(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"),
	cronField("[0-6]|(?i:sun|mon|tue|wed|thu|fri|sat)"),
}, " ") + "$")

// cronField is a list of values, ranges and steps.
func cronField(value string) string {
	one := fmt.Sprintf("(?:[*?]|(?:%s)(?:-(?:%s))?)(?:/[1-9][0-9]?)?", value, value)
	return one + "(?:," + one + ")*"
}

// cronTimes judges when a cron trigger begins and ends.
func (e *resolved) cronTimes(at manifest.Path, metadata map[string]string) {
	if zone := metadata["timezone"]; !isZone(zone) {
		p := e.complain(at.Join("timezone"), "%q is no name of the IANA database", short(zone))
		p.Remedy = fmt.Sprintf("set %s to UTC, or to a name such as Europe/Berlin", p.Field)
	}
	for _, key := range []string{"start", "end"} {
		if !cronLine().MatchString(metadata[key]) {
			p := e.complain(at.Join(key), "%q is no schedule of five fields: minute hour day month weekday", short(metadata[key]))
			p.Remedy = fmt.Sprintf("set %s to a schedule such as 0 8 * * *", p.Field)
		}
	}
	if metadata["start"] == metadata["end"] {
		p := e.complain(at.Join("end"), "is the same as the start")
		p.Remedy = fmt.Sprintf("set %s to a later time", p.Field)
	}
}
