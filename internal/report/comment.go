package report

import (
	"slices"
	"strconv"
	"strings"
)

// What a comment of GitHub takes is counted in characters, of which a text never has more than bytes. The
// room is for what others add below.
const (
	commentLimit = 65536
	commentRoom  = 1536
)

// A comment is Markdown that never has more bytes than its limit: what is added is there as a whole, or not at
// all.
type comment struct {
	strings.Builder
	limit int
}

func (c *comment) left() int { return c.limit - c.Len() }

// add takes the block if there is room for it.
func (c *comment) add(block string) bool {
	if len(block) > c.left() {
		return false
	}
	c.WriteString(block)
	return true
}

// A fold is a part of a comment that a reader opens. It shows as many of its items as there is room for, and
// counts the others.
type fold struct {
	title phrase
	// count is told in the title.
	count int
	// lead stands before the items, such as the head of a table.
	lead  string
	items []item
	// more says how many items are left out.
	more func(n int) string
}

// item is a piece of Markdown, and what is said where the whole of it has no room.
type item struct{ full, brief string }

// fill is the fold in at most that many bytes, empty if there is no room for one item. Left is how many items
// are left out.
func (f fold) fill(room int) (text string, left int) {
	title := words().Plan.Part.with("title", heading(f.title), "n", strconv.Itoa(f.count))
	head, foot := "\n<details><summary>"+title+"</summary>\n\n"+f.lead, "\n</details>\n"
	room -= len(head) + len(foot) + len(f.more(len(f.items)))
	var body strings.Builder
	taken, brief := 0, false
	for _, it := range f.items {
		text := it.full
		if brief || len(text) > room-body.Len() {
			text, brief = it.brief, true
		}
		if text == "" || len(text) > room-body.Len() {
			break
		}
		body.WriteString(text)
		taken++
	}
	if taken == 0 {
		return "", len(f.items)
	}
	if left = len(f.items) - taken; left > 0 {
		body.WriteString(f.more(left))
	}
	return head + body.String() + foot, left
}

// addFolds shares the room among the parts: one that needs less than its share leaves the rest to the others.
// It returns how many parts have no room at all.
func (c *comment) addFolds(folds []fold) (missing int) {
	needs := make([]int, len(folds))
	order := make([]int, len(folds))
	for i, f := range folds {
		text, _ := f.fill(c.left())
		needs[i], order[i] = len(text), i
	}
	slices.SortStableFunc(order, func(a, b int) int { return needs[a] - needs[b] })
	texts, room := make([]string, len(folds)), c.left()
	for i, at := range order {
		texts[at], _ = folds[at].fill(room / (len(order) - i))
		room -= len(texts[at])
	}
	for _, text := range texts {
		if text == "" || !c.add(text) {
			missing++
		}
	}
	return missing
}

// fenced shows lines as a block of code whose fence none of them can close. A comment of HTML would be one to
// those who look for it in the source.
func fenced(language string, lines []string) string {
	text := strings.ReplaceAll(strings.Join(lines, "\n"), "<!--", "<! --")
	longest, run := 0, 0
	for _, r := range text {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", max(longest+1, 3))
	return fence + language + "\n" + text + "\n" + fence
}
