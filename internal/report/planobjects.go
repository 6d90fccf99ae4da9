package report

import (
	"reflect"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// A diffLine is a line of a change: + what comes, - what goes, ~ what changes, ± what has to be deleted and
// made again, a space for what stays.
type diffLine struct {
	sign, text string
	depth      int
}

// What of a group, of an object and of a label is shown; the rest is counted.
const (
	mostObjects = 24
	mostFields  = 16
	labelWidth  = 44
	leastValue  = 16
)

var signs = map[plan.Action]string{plan.Added: "+", plan.Removed: "-", plan.Changed: "~", plan.Recreated: "±"}

// objectLines tell what becomes of the objects of a group, in lines of at most a width.
func objectLines(objects []plan.ObjectChange, width int) []diffLine {
	var lines []diffLine
	spaces := oneNamespace(objects)
	shown := 0
	for i := 0; i < len(objects) && shown < mostObjects; i++ {
		o := objects[i]
		if len(o.Fields) > 0 {
			lines = append(lines, diffLine{sign: signs[o.Action], text: fit(objectName(o, spaces), width-2)})
			lines, shown = append(lines, changeLines(o, width-6)...), shown+1
			continue
		}
		first := i
		for i+1 < len(objects) && objects[i+1].Action == o.Action && len(objects[i+1].Fields) == 0 {
			i++
		}
		lines = append(lines, nameLines(objects[first:i+1], spaces, width-2)...)
		shown += i + 1 - first
	}
	if shown < len(objects) {
		lines = append(lines, diffLine{sign: " ", text: words().Plan.MoreObjects.of(len(objects) - shown)})
	}
	return lines
}

// oneNamespace reports whether all objects are of one namespace, or of none.
func oneNamespace(objects []plan.ObjectChange) bool {
	seen := ""
	for _, o := range objects {
		if o.Object.Namespace != "" && seen != "" && o.Object.Namespace != seen {
			return false
		}
		seen = max(seen, o.Object.Namespace)
	}
	return true
}

func objectName(o plan.ObjectChange, short bool) string {
	key, t := o.Object, words().Plan
	if short {
		key.Namespace = ""
	}
	var notes []string
	if o.Action == plan.Recreated {
		notes = append(notes, string(t.Recreate))
	}
	if o.Restarts {
		notes = append(notes, string(t.Restarts))
	}
	text := key.String()
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	return Clean(text)
}

// nameLines are objects that come or go whole, as many on a line as fit.
func nameLines(objects []plan.ObjectChange, short bool, width int) []diffLine {
	var lines []diffLine
	line := ""
	for _, o := range objects {
		name := fit(objectName(o, short), width)
		if line != "" && widthOf(line)+2+widthOf(name) > width {
			lines, line = append(lines, diffLine{sign: signs[o.Action], text: line}), ""
		}
		if line != "" {
			line += ", "
		}
		line += name
	}
	return append(lines, diffLine{sign: signs[objects[0].Action], text: line})
}

// changeLines are the fields of an object, aligned.
func changeLines(o plan.ObjectChange, width int) []diffLine {
	fields := shownFields(o)
	rest := len(fields) - mostFields
	if rest > 0 {
		fields = fields[:mostFields]
	}
	labels := 0
	for i := range fields {
		fields[i].Named = fit(Clean(fields[i].Named), width)
		if n := widthOf(fields[i].Named); n <= labelWidth {
			labels = max(labels, n)
		}
	}
	labels = min(labels, width/2)
	var lines []diffLine
	for _, f := range fields {
		lines = append(lines, fieldLine(f, labels, width)...)
	}
	if rest > 0 {
		lines = append(lines, diffLine{sign: " ", depth: 2, text: words().Plan.MoreFields.of(rest)})
	}
	return lines
}

// fieldLine is a field in one line where it fits, with its value below it where it does not.
func fieldLine(f shownField, labels, width int) []diffLine {
	sign := signs[plan.Changed]
	switch {
	case f.Added:
		sign = signs[plan.Added]
	case f.Removed:
		sign = signs[plan.Removed]
	}
	old, oldText := f.Old.(string)
	new, newText := f.New.(string)
	if oldText && newText && (strings.Contains(old, "\n") || strings.Contains(new, "\n")) {
		return append([]diffLine{{sign: sign, depth: 1, text: f.Named + ":" + hiddenNote(f)}}, inside(lineDiff(old, new), width-2)...)
	}
	label := pad(f.Named+":", labels+1) + " "
	if room := width - widthOf(label); room >= 2*leastValue || labels >= widthOf(f.Named) {
		return []diffLine{{sign: sign, depth: 1, text: label + values(f, room)}}
	}
	return []diffLine{{sign: sign, depth: 1, text: fit(f.Named+":", width)}, {sign: " ", depth: 2, text: values(f, width-2)}}
}

func inside(lines []diffLine, width int) []diffLine {
	for i := range lines {
		lines[i].depth, lines[i].text = 2, fit(lines[i].text, width)
	}
	return lines
}

// values are what was and what is, each cut to its share of the room.
func values(f shownField, room int) string {
	said := hiddenNote(f)
	room = max(room-widthOf(said), 2*leastValue)
	switch {
	case f.Added:
		return fit(briefly(f.New), room) + said
	case f.Removed:
		return fit(briefly(f.Old), room) + said
	}
	return fromTo(f.Old, f.New, room) + said
}

// fromTo is a value before and after; one that is short leaves its room to the other. What looks the same because
// it is hidden is told once.
func fromTo(old, new any, room int) string {
	if reflect.DeepEqual(old, new) {
		return fit(briefly(new), room)
	}
	a, b := bothBriefly(old, new)
	if widthOf(a)+widthOf(b)+3 > room {
		a, b = withoutCommon(a, b, room-3)
	}
	half := (room - 3) / 2
	left := max(half, room-3-widthOf(b))
	right := max(half, room-3-widthOf(a))
	return fit(a, left) + " → " + fit(b, right)
}

// contextWidth is how much of what two values have in common is kept before their difference at least.
const contextWidth = 8

// withoutCommon cuts off how two long values begin alike, as far as they do not fit otherwise.
func withoutCommon(a, b string, room int) (string, string) {
	x, y := []rune(a), []rune(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	context := max(contextWidth, (room-(len(x)-same)-(len(y)-same))/2-1)
	if same <= context+1 {
		return a, b
	}
	return "…" + string(x[same-context:]), "…" + string(y[same-context:])
}

// hiddenNote says what became of a value that is not shown.
func hiddenNote(f shownField) string {
	t := words().Plan
	switch {
	case !f.Hidden:
		return ""
	case f.Added || f.Removed:
		return " " + string(t.Hidden)
	case f.Same:
		return " " + string(t.HiddenSame)
	}
	return " " + string(t.HiddenChanged)
}

// causeText is a field that somebody changed: spec.tier: basic → premium.
func causeText(c plan.Cause, width int) string {
	t, raw := words().Plan, c
	c = shownCause(c)
	if raw.Old == nil && raw.New == nil {
		return Clean(c.Field)
	}
	label := Clean(c.Field) + ": "
	room := max(width-widthOf(label), 2*leastValue)
	switch {
	case c.Old == nil:
		return label + t.CauseAdded.with("value", fit(briefly(c.New), room))
	case c.New == nil:
		return label + t.CauseRemoved.with("value", fit(briefly(c.Old), room))
	}
	text := label + fromTo(c.Old, c.New, room)
	if !reflect.DeepEqual(raw.Old, c.Old) || !reflect.DeepEqual(raw.New, c.New) {
		text += " " + string(t.HiddenChanged)
	}
	return text
}

// riskText is a risk in half a sentence, with the object that it is about.
func riskText(r plan.Risk) string {
	t := words().Plan
	text := t.Risk.with("severity", string(r.Severity), "class", riskWord(r.Class))
	if r.Object != (manifest.Key{}) {
		text += r.Object.String() + ": "
	}
	return Clean(redacted(text + r.Message))
}
