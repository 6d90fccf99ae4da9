package proof

import (
	"slices"
	"strconv"
	"strings"
)

const (
	minute = 60
	hour   = 60 * minute
)

// shortest is a lower bound in seconds of the time between two runs of a schedule. What it cannot read may run every minute.
func shortest(schedule string) int64 {
	switch schedule {
	case "@hourly":
		return hour
	case "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually":
		return 23 * hour // the day on which clocks go forward
	}
	fields := strings.Fields(schedule)
	if len(fields) != 5 {
		return minute
	}
	minutes, ok := values(fields[0], 60)
	hours, also := values(fields[1], 24)
	switch {
	case !ok || !also:
		return minute
	case len(minutes) > 1:
		return gap(minutes, 60) * minute
	case len(hours) > 1:
		return max(gap(hours, 24)-1, 1) * hour
	}
	return 23 * hour
}

// values are what a field of a schedule matches, ascending.
func values(field string, end int64) ([]int64, bool) {
	var out []int64
	for part := range strings.SplitSeq(field, ",") {
		span, every, stepped := strings.Cut(part, "/")
		step := int64(1)
		if stepped {
			n, err := strconv.ParseInt(every, 10, 32)
			if err != nil || n < 1 {
				return nil, false
			}
			step = n
		}
		first, last, ok := bounds(span, end, stepped)
		if !ok {
			return nil, false
		}
		for v := first; v <= last; v += step {
			out = append(out, v)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out, len(out) > 0
}

// bounds are the ends of "*", "5", "5-10"; with a step "5" goes on to the end.
func bounds(span string, end int64, stepped bool) (first, last int64, ok bool) {
	if span == "*" || span == "?" {
		return 0, end - 1, true
	}
	from, to, ranged := strings.Cut(span, "-")
	first, err := strconv.ParseInt(from, 10, 32)
	last = first
	switch {
	case err != nil:
		return 0, 0, false
	case ranged:
		last, err = strconv.ParseInt(to, 10, 32)
	case stepped:
		last = end - 1
	}
	return first, last, err == nil && 0 <= first && first <= last && last < end
}

// gap is the least distance between neighbours, the last and the first included.
func gap(vs []int64, end int64) int64 {
	least := vs[0] + end - vs[len(vs)-1]
	for i := 1; i < len(vs); i++ {
		least = min(least, vs[i]-vs[i-1])
	}
	return least
}
