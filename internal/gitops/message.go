package gitops

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

const (
	// subjectWidth is where git's own tools begin to cut a subject.
	subjectWidth = 72
	// namedTenants bounds how many tenants a message names one by one.
	namedTenants = 50
)

// commitObject is a commit as git stores it, signed where that is asked for.
func (t *target) commitObject(tree, parent plumbing.Hash, message string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	who := fmt.Sprintf("%s <%s> %d %s", ident(t.Author.Name, "tenantsmith"), ident(t.Author.Email, "tenantsmith@localhost"),
		max(t.When.Unix(), 0), t.When.Format("-0700"))
	fmt.Fprintf(&b, "author %s\ncommitter %s\n", who, who)
	head := b.String()
	if t.Sign == nil {
		return []byte(head + "\n" + message), nil
	}
	signature, err := t.Sign([]byte(head + "\n" + message))
	if err != nil {
		return nil, fmt.Errorf("sign the commit: %w", err)
	}
	lines := strings.ReplaceAll(strings.TrimSpace(signature), "\n", "\n ")
	return []byte(head + "gpgsig " + lines + "\n\n" + message), nil
}

// ident keeps a name or address from ending its field early.
func ident(s, none string) string {
	s = strings.Trim(strings.NewReplacer("<", "", ">", "").Replace(printable(s)), " .,:;\"'")
	if s == "" {
		return none
	}
	return s
}

func (t *target) message(changes []Change) string {
	var b strings.Builder
	b.WriteString(cmp.Or(printable(t.Subject), subject(changes)) + "\n\n")
	for _, c := range changes[:min(len(changes), namedTenants)] {
		fmt.Fprintf(&b, "%s: %s\n", c.Tenant, c.counts())
	}
	if more := len(changes) - namedTenants; more > 0 {
		fmt.Fprintf(&b, "and %d more\n", more)
	}
	if reason := paragraphs(t.Reason); reason != "" {
		b.WriteString("\n" + reason + "\n")
	}
	return b.String() + "\n" + t.trailers(changes)
}

// paragraphs is a text of people without what a terminal would act upon.
func paragraphs(text string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		lines = append(lines, strings.TrimRight(printable(strings.ReplaceAll(line, "\t", "    ")), " "))
	}
	return strings.Join(lines, "\n")
}

var trailerKey = pattern.Of(`^[A-Za-z][A-Za-z0-9-]{0,63}$`)

func checkTrailers(trailers []Trailer) error {
	for _, tr := range trailers {
		if !trailerKey().MatchString(tr.Key) || strings.TrimSpace(printable(tr.Value)) == "" {
			return fmt.Errorf("trailer %q: a key has letters, digits and dashes, and a value is not empty", printable(tr.Key))
		}
	}
	return nil
}

func (c Change) counts() string {
	var parts []string
	for _, n := range []struct {
		n    int
		word string
	}{{len(c.Added), "added"}, {len(c.Modified), "changed"}, {len(c.Removed), "removed"}} {
		if n.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.n, n.word))
		}
	}
	if n := len(c.Overwritten); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of them by hand before", n))
	}
	return strings.Join(parts, ", ")
}

// subject names the tenants and environments as long as they fit.
func subject(changes []Change) string {
	var envs []string
	for _, c := range changes {
		envs = append(envs, c.Environments...)
	}
	slices.Sort(envs)
	envs = slices.Compact(envs)
	where := ""
	if len(envs) > 0 {
		where = " (" + strings.Join(envs, ", ") + ")"
	}
	long, short := deeds(changes)
	switch {
	case len(long+where) <= subjectWidth:
		return long + where
	case len(long) <= subjectWidth && len(changes) < 4:
		return long
	case len(short+where) <= subjectWidth:
		return short + where
	default:
		return short
	}
}

// deeds say what is done with which tenants, and with how many.
func deeds(changes []Change) (long, short string) {
	tenants := map[string][]string{}
	for _, c := range changes {
		verb := "render"
		if c.Gone() {
			verb = "remove"
		}
		tenants[verb] = append(tenants[verb], c.Tenant)
	}
	var named, counted []string
	for _, verb := range []string{"render", "remove"} {
		if names := tenants[verb]; len(names) > 0 {
			named = append(named, verb+" "+strings.Join(names, ", "))
			counted = append(counted, verb+" "+Tally(names))
		}
	}
	return "tenants: " + strings.Join(named, "; "), "tenants: " + strings.Join(counted, "; ")
}

// Tally counts tenants, and names the platform beside them.
func Tally(names []string) string {
	n, own := len(names), slices.Contains(names, manifest.PlatformName)
	if own {
		n--
	}
	text := fmt.Sprintf("%d tenants", n)
	if n == 1 {
		text = "1 tenant"
	}
	switch {
	case own && n == 0:
		return "the " + manifest.PlatformName
	case own:
		return text + " and the " + manifest.PlatformName
	}
	return text
}

// trailers are what an audit reads.
func (t *target) trailers(changes []Change) string {
	dirty := ""
	if t.SourceDirty {
		dirty = "true"
	}
	all := []Trailer{{"Source-Commit", t.SourceCommit}, {"Source-Dirty", dirty}, {"Tenantsmith-Version", t.Version}, {baseTrailer, t.base}}
	if len(changes) > namedTenants {
		all = append(all, Trailer{"Tenantsmith-Tenants", fmt.Sprint(len(changes))})
	} else {
		for _, c := range changes {
			all = append(all, Trailer{"Tenantsmith-Tenant", c.Tenant})
		}
		for _, c := range changes {
			if c.Gone() {
				all = append(all, Trailer{"Tenantsmith-Removed", c.Tenant})
			}
		}
	}
	var b strings.Builder
	for _, trailer := range slices.Concat(all, t.Trailers) {
		if value := strings.TrimSpace(printable(trailer.Value)); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", trailer.Key, value)
		}
	}
	return b.String()
}
