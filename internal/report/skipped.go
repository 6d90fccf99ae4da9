package report

import "strings"

// What people read of what a run did not look at: all of it where that takes two lines, otherwise the first things, and
// how many checks.
const (
	mostUnexamined = 170
	mostThings     = 2
)

// Skipped is something that was not examined, and why.
type Skipped struct {
	What   string `json:"what"`
	Reason string `json:"reason"`
	// Checks is how many checks What names; 0 for a thing that no check looked at.
	Checks int `json:"-"`
}

func (s Skipped) String() string {
	return Clean(words().Counts.Skipped.with("what", s.What, "reason", s.Reason))
}

// Unexamined says what a run did not look at, in a line or two; empty for nothing. More is how to see all of it.
func Unexamined(skipped []Skipped, more string) string {
	t, checks, most := words().Unexamined, 0, Skipped{}
	var all, things []string
	for _, s := range skipped {
		text := t.One.with("what", s.What, "reason", s.Reason)
		if all = append(all, text); s.Checks == 0 {
			things = append(things, text)
		}
		if checks += s.Checks; s.Checks > most.Checks {
			most = s
		}
	}
	if text := strings.Join(all, "; "); len(text) <= mostUnexamined {
		return Clean(text)
	}
	shown := things[:min(len(things), mostThings)]
	parts := append(shown[:len(shown):len(shown)], some(t.Things, len(things)-len(shown))...)
	if 2*most.Checks > checks {
		parts = append(parts, t.Mostly.of(checks, "reason", most.Reason))
	} else {
		parts = append(parts, some(t.Checks, checks)...)
	}
	if more != "" {
		parts = append(parts, t.More.with("how", more))
	}
	return Clean(strings.Join(parts, "; "))
}
