package schemas

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// cronPart is a field of a schedule as Argo CD reads it: what may stand there, and words for numbers from the least on.
type cronPart struct {
	name        string
	least, most int
	words       []string
}

var cronParts = []cronPart{
	{"minute", 0, 59, nil}, {"hour", 0, 23, nil}, {"day", 1, 31, nil},
	{"month", 1, 12, []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}},
	{"weekday", 0, 6, []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}},
}

// longest are the days of the months, in the years that have most of them.
var longest = []int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// judgeWindow refuses what Argo CD cannot read in a window, and one that never opens.
func judgeWindow(w SyncWindow, complain func(field, remedy, format string, args ...any)) {
	if w.TimeZone != "" && !isZone(w.TimeZone) {
		complain("timeZone", "set it to a name of the IANA database, such as Europe/Berlin, or remove it for UTC", "there is no time zone %s", w.TimeZone)
	}
	fields := strings.Fields(w.Schedule)
	if len(fields) != len(cronParts) {
		return // the schema has told
	}
	values := make([][]int, len(fields))
	for i, field := range fields {
		var wrong string
		if values[i], wrong = cronParts[i].values(field); wrong != "" {
			complain("schedule", "write "+cronParts[i].choice(), "Argo CD cannot read the %s of %s: %s", cronParts[i].name, w.Schedule, wrong)
			return
		}
	}
	// With a day and a weekday, either opens the window.
	if slices.Contains(strings.Split(fields[4], ","), "*") && !comes(values[2], values[3]) {
		complain("schedule", "choose a day that one of the months has", "the window never opens: no such month has a day %d", values[2][0])
	}
}

// comes reports whether one of the months has one of the days.
func comes(days, months []int) bool {
	return slices.ContainsFunc(months, func(m int) bool { return slices.Min(days) <= longest[m-1] })
}

// values are the numbers that a field stands for, ascending, or what is wrong with it.
func (c cronPart) values(field string) (all []int, wrong string) {
	for part := range strings.SplitSeq(field, ",") {
		span, step, stepped := strings.Cut(part, "/")
		from, to, isRange := strings.Cut(span, "-")
		low, high := c.least, c.most
		if span != "*" {
			low = c.number(from)
			if high = low; isRange {
				high = c.number(to)
			} else if stepped {
				high = c.most
			}
		}
		by := 1
		if stepped {
			by, _ = strconv.Atoi(step)
		}
		switch {
		case low < c.least || high < c.least || by < 1:
			return nil, span + " is none"
		case low > high:
			return nil, from + " comes after " + to
		}
		for n := low; n <= high; n += by {
			all = append(all, n)
		}
	}
	slices.Sort(all)
	return all, ""
}

// number is what a word or digits of a field stand for, -1 for nothing.
func (c cronPart) number(word string) int {
	if i := slices.Index(c.words, strings.ToUpper(word)); i >= 0 {
		return c.least + i
	}
	if n, err := strconv.Atoi(word); err == nil && n >= c.least && n <= c.most {
		return n
	}
	return -1
}

// choice says what may stand in a field.
func (c cronPart) choice() string {
	words := ""
	if n := len(c.words); n > 0 {
		words = fmt.Sprintf(", or %s to %s", c.words[0], c.words[n-1])
	}
	return fmt.Sprintf("%d to %d%s, ranges with the lower one first", c.least, c.most, words)
}

// judgeWindows judges those of an environment, by its place in the file.
func (p *platform) judgeWindows(env int, windows []SyncWindow) []manifest.Problem {
	var problems []manifest.Problem
	for i, w := range windows {
		judgeWindow(w, func(field, remedy, format string, args ...any) {
			at := manifest.Path{"spec", "environments", env, "syncWindows", i, field}
			pos, _ := p.doc.Find(at)
			problem := fault(pos, at.String(), format, args...)
			problem.Remedy = remedy
			problems = append(problems, problem)
		})
	}
	return problems
}
