package schemas

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// cronRuns are when a schedule comes, as the parser of Kubernetes reads it. Days that begin with a star, or that are
// read from none, are days of the week or of the month alone.
type cronRuns struct {
	days, months, weekdays     []bool
	anyDay, anyWeekday, always bool
}

// scheduleField is a field of a schedule: its least and greatest value, and the names of values from the least on.
type scheduleField struct {
	least, most int
	names       []string
}

var scheduleFields = [5]scheduleField{
	{0, 59, nil}, {0, 23, nil}, {1, 31, nil},
	{1, 12, strings.Fields("jan feb mar apr may jun jul aug sep oct nov dec")},
	{0, 6, strings.Fields("sun mon tue wed thu fri sat")},
}

var cronNames = []string{"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}

// readCron reads a schedule exactly as Kubernetes does, false where that refuses it.
func readCron(schedule string) (cronRuns, bool) {
	if strings.HasPrefix(schedule, "@") {
		every, ok := strings.CutPrefix(schedule, "@every ")
		if ok {
			_, err := time.ParseDuration(every)
			return cronRuns{always: true}, err == nil
		}
		return cronRuns{always: true}, slices.Contains(cronNames, schedule)
	}
	fields := strings.Fields(schedule)
	if len(fields) != len(scheduleFields) {
		return cronRuns{}, false
	}
	var values [len(scheduleFields)][]bool
	var any [len(scheduleFields)]bool
	for i, field := range fields {
		var ok bool
		if values[i], any[i], ok = scheduleFields[i].read(field); !ok {
			return cronRuns{}, false
		}
	}
	return cronRuns{days: values[2], months: values[3], weekdays: values[4], anyDay: any[2], anyWeekday: any[4]}, true
}

// read are the values of a field, and whether it is a star.
func (p scheduleField) read(field string) (values []bool, star, ok bool) {
	values = make([]bool, p.most+1)
	for item := range strings.FieldsFuncSeq(field, func(r rune) bool { return r == ',' }) {
		first, last, step, every, ok := p.span(item)
		if !ok {
			return nil, false, false
		}
		star = star || every
		for v := first; v <= last; v += step {
			values[v] = true
		}
	}
	return values, star, true
}

// span is one item of a list: 5, 1-5, * or ?, with a step or without.
func (p scheduleField) span(item string) (first, last, step int, star, ok bool) {
	span, by, stepped := strings.Cut(item, "/")
	low, high, ranged := strings.Cut(span, "-")
	step = 1
	if star = low == "*" || low == "?"; star {
		first, last = p.least, p.most
	} else {
		first = p.number(low)
		if last = first; ranged {
			last = p.number(high)
		} else if stepped {
			last = p.most
		}
	}
	if stepped {
		step = wholeNumber(by)
	}
	star = star && step == 1
	return first, last, step, star, first >= p.least && last <= p.most && first <= last && step > 0 && strings.Count(span, "-") < 2
}

// number is a value or the number of its name; negative for what is neither.
func (p scheduleField) number(text string) int {
	if i := slices.Index(p.names, strings.ToLower(text)); i >= 0 {
		return p.least + i
	}
	return wholeNumber(text)
}

func wholeNumber(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

// never reports whether no day is one of the schedule: a day of the month that no month has, and no weekday beside.
func (c cronRuns) never() bool {
	if c.always {
		return false
	}
	day := slices.Index(c.days, true)
	longest := -1
	for month, is := range c.months {
		if is {
			longest = max(longest, []int{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month])
		}
	}
	comes := day >= 0 && day <= longest
	weekly := longest > 0 && slices.Contains(c.weekdays, true)
	if c.anyDay || c.anyWeekday { // both have to hold
		return !comes || !weekly
	}
	return !comes && !weekly
}
