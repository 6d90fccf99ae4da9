package adopt

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Schema is the JSON Schema of an account in JSON, in the draft of 2020-12.
//
//go:embed adoptreport.schema.json
var Schema []byte

// Account says what became of each object that was read.
type Account struct {
	APIVersion  string    `json:"apiVersion"`
	Kind        string    `json:"kind"`
	Tenant      string    `json:"tenant"`
	Environment string    `json:"environment"`
	Tier        string    `json:"tier"`
	Summary     Summary   `json:"summary"`
	Objects     []Fate    `json:"objects"`
	Notes       []string  `json:"notes"`
	Findings    []Finding `json:"findings"`
	Files       []Written `json:"files"`
}

// Summary counts objects by what became of them.
type Summary struct {
	Objects    int `json:"objects"`
	Reproduced int `json:"reproduced"`
	Fields     int `json:"fields"`
	Patched    int `json:"patched"`
	Kept       int `json:"kept"`
	Left       int `json:"left"`
}

// Fate is what became of one object. Changed are fields that say other things than before, which tenantsmith decides;
// Added those that it says in addition.
type Fate struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Namespace  string   `json:"namespace,omitempty"`
	Name       string   `json:"name"`
	State      State    `json:"state"`
	Reason     string   `json:"reason,omitempty"`
	Becomes    string   `json:"becomes,omitempty"`
	File       string   `json:"file,omitempty"`
	Changed    []string `json:"changed"`
	Added      []string `json:"added"`
}

// Finding is what a check says of the tenant that was written.
type Finding struct {
	Check    string `json:"check"`
	Severity string `json:"severity"`
	Object   string `json:"object"`
	Message  string `json:"message"`
	Remedy   string `json:"remedy,omitempty"`
}

// Written is a file; its content is told where it is not written.
type Written struct {
	Path    string `json:"path"`
	Content string `json:"content,omitempty"`
}

// Account is that of an adoption that is settled.
func (a *Adoption) Account() *Account {
	out := &Account{
		APIVersion: "tenantsmith.dev/v1alpha1", Kind: "AdoptReport", Tenant: a.Tenant, Environment: a.Environment.Name, Tier: a.Tier.Name,
		Objects: []Fate{}, Notes: append([]string{}, a.Notes...), Findings: []Finding{}, Files: []Written{},
	}
	for _, i := range a.Items {
		out.Objects = append(out.Objects, a.fate(i))
		out.Summary.count(i.State)
	}
	out.Notes = append(out.Notes, a.cutover()...)
	return out
}

func (s *Summary) count(state State) {
	s.Objects++
	switch state {
	case Fields:
		s.Fields++
	case Patched:
		s.Patched++
	case Kept:
		s.Kept++
	default:
		s.Left++
	}
	s.Reproduced = s.Fields + s.Patched + s.Kept
}

func (a *Adoption) fate(i *Item) Fate {
	f := Fate{APIVersion: i.APIVersion(), Kind: i.Kind(), Namespace: i.Namespace(), Name: i.Name(), State: i.State, Reason: i.Reason, Changed: []string{}, Added: []string{}}
	if i.State == Left {
		return f
	}
	f.File = i.File
	if into := i.Into; into.Kind != "" && (into.Kind != i.Kind() || into.Name != i.Name()) {
		f.Becomes = into.Kind + " " + into.Name
	}
	for _, d := range i.Added {
		if d.Was == nil {
			f.Added = append(f.Added, d.Path.String())
		} else {
			f.Changed = append(f.Changed, d.Path.String())
		}
	}
	slices.Sort(f.Added)
	slices.Sort(f.Changed)
	return f
}

// cutover says what it means for what runs that the tenant's objects take its place.
func (a *Adoption) cutover() []string {
	var same, other []string
	for _, i := range a.Items {
		if i.State == Left || i.State == Kept || templateAt(i.Kind()) == nil {
			continue
		}
		if i.Kind() == "CronJob" && i.Into.Name == i.Name() {
			continue // it has no selector, and the next run is of what it is by then
		}
		if i.Into.Kind == i.Kind() && i.Into.Name == i.Name() {
			same = append(same, i.Kind()+" "+i.Name())
		} else {
			other = append(other, fmt.Sprintf("%s %s by %s %s", i.Kind(), i.Name(), i.Into.Kind, i.Into.Name))
		}
	}
	var out []string
	if len(same) > 0 {
		out = append(out, "a selector can never be changed, and these have another one now, so that a cluster refuses to update them in place: delete them first without their pods (--cascade=orphan), or adopt into another namespace: "+strings.Join(same, ", "))
	}
	if len(other) > 0 {
		out = append(out, "these are replaced by objects of another kind or name, which run beside them until the old ones are deleted: "+strings.Join(other, ", "))
	}
	if len(same)+len(other) > 0 {
		out = append(out, "what no call declares is closed: calls to services were read from texts; add those to hosts and addresses outside with spec.services.<name>.calls")
	}
	return out
}

// WriteJSON writes the account as one JSON document.
func (a *Account) WriteJSON(to io.Writer) error {
	data, err := json.MarshalIndent(a, "", "  ")
	if err != nil {
		return err
	}
	_, err = to.Write(append(data, '\n'))
	return err
}

var words = map[State]string{Fields: "by fields", Patched: "with a patch", Kept: "kept as it was", Left: "left over"}

// WriteText writes the account for people: a table of objects, what tenantsmith says in addition, what is to be done.
func (a *Account) WriteText(to io.Writer) error {
	t := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	for _, f := range a.Objects {
		fmt.Fprintf(t, "%s %s\t%s\t%s\n", f.Kind, f.Name, words[f.State], f.remark())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	a.equalBut(&b)
	if len(a.Notes) > 0 {
		b.WriteString("\n")
	}
	for _, n := range a.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	a.judged(&b)
	b.WriteString("\n" + a.Summary.String() + "\n")
	_, err := io.WriteString(to, b.String())
	return err
}

func (f Fate) remark() string {
	parts := []string{}
	if f.Becomes != "" {
		parts = append(parts, "becomes "+f.Becomes)
	}
	if f.Reason != "" {
		parts = append(parts, f.Reason)
	}
	if f.File != "" {
		parts = append(parts, f.File)
	}
	return strings.Join(parts, "; ")
}

// equalBut tells what tenantsmith says in addition or otherwise, once for the objects of which it is the same.
func (a *Account) equalBut(b *strings.Builder) {
	said := map[string][]string{}
	for _, f := range a.Objects {
		text := listed("changed", f.Changed) + listed("added", f.Added)
		if text != "" {
			said[text] = append(said[text], f.Kind+" "+f.Name)
		}
	}
	texts := sortedKeys(said)
	slices.SortFunc(texts, func(x, y string) int { return strings.Compare(said[x][0], said[y][0]) })
	for _, text := range texts {
		fmt.Fprintf(b, "\nEqual but for what tenantsmith says: %s\n%s", strings.Join(said[text], ", "), text)
	}
}

// inPods shortens a path into a pod to what everybody reads.
var inPods = pattern.Of(`^spec\.(template|jobTemplate\.spec\.template)\.(spec\.)?(containers\.([a-z0-9-]+)\.)?`)

// portIn is which port of a list is meant.
var portIn = pattern.Of(`\["[0-9]+/[A-Z]+"\]`)

func listed(what string, paths []string) string {
	if len(paths) == 0 {
		return ""
	}
	short := make([]string, len(paths))
	for i, p := range paths {
		p = portIn().ReplaceAllString(p, "")
		short[i] = inPods().ReplaceAllStringFunc(p, func(s string) string {
			if strings.Contains(s, "containers.") {
				return "container "
			}
			return "pod "
		})
	}
	slices.Sort(short)
	return fmt.Sprintf("  %s: %s\n", what, strings.Join(slices.Compact(short), ", "))
}

// judged tells the findings, one check after the other.
func (a *Account) judged(b *strings.Builder) {
	type check struct{ severity, id string }
	objects, said := map[check][]string{}, map[check]Finding{}
	var order []check
	for _, f := range a.Findings {
		c := check{f.Severity, f.Check}
		if objects[c] == nil {
			order, said[c] = append(order, c), f
		}
		objects[c] = append(objects[c], f.Object)
	}
	if len(order) > 0 {
		b.WriteString("\nThe checks say of the tenant as it is, for a waiver each or to be mended (docs/waivers.md):\n")
	}
	for _, c := range order {
		names := slices.Compact(objects[c])
		fmt.Fprintf(b, "  %s %s: %s: %s\n", c.severity, c.id, strings.Join(names, ", "), said[c].Message)
		if said[c].Remedy != "" {
			fmt.Fprintf(b, "      fix: %s\n", said[c].Remedy)
		}
	}
}

// String is the rate in one sentence.
func (s Summary) String() string {
	percent := 100
	if s.Objects > 0 {
		percent = 100 * s.Reproduced / s.Objects
	}
	return fmt.Sprintf("%d of %d objects reproduced (%d %%): %d by fields, %d with patches, %d kept; %d left over",
		s.Reproduced, s.Objects, percent, s.Fields, s.Patched, s.Kept, s.Left)
}

// Namespace is the one that most workloads of the objects stand in, or the one that was asked for.
func Namespace(objects []manifest.Object, asked string) string {
	a := Adoption{Input: Input{Namespace: asked}}
	for _, o := range objects {
		a.Items = append(a.Items, &Item{Object: o})
	}
	a.place()
	return a.namespace
}
