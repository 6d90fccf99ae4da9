package gitops

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

const (
	// subjectWidth is where git's own tools begin to cut a subject.
	subjectWidth = 72
	// namedTenants bounds how many tenants a message names one by one.
	namedTenants = 50
)

// commitObject is the commit as git stores it.
func (t *target) commitObject(tree, parent plumbing.Hash, p *plan) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree %s\n", tree)
	if !parent.IsZero() {
		fmt.Fprintf(&b, "parent %s\n", parent)
	}
	who := fmt.Sprintf("%s <%s> %d %s", ident(t.Author.Name, "tenantsmith"), ident(t.Author.Email, "tenantsmith@localhost"),
		max(t.When.Unix(), 0), t.When.Format("-0700"))
	fmt.Fprintf(&b, "author %s\ncommitter %s\n\n", who, who)
	b.WriteString(t.message(p.result(parent).Changed))
	return b.Bytes()
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
	return b.String() + "\n" + t.trailers(changes)
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
	var tenants, envs []string
	for _, c := range changes {
		tenants = append(tenants, c.Tenant)
		envs = append(envs, c.Environments...)
	}
	slices.Sort(envs)
	envs = slices.Compact(envs)
	where := ""
	if len(envs) > 0 {
		where = " (" + strings.Join(envs, ", ") + ")"
	}
	long := "tenants: render " + strings.Join(tenants, ", ")
	switch short := fmt.Sprintf("tenants: render %d tenants", len(tenants)); {
	case len(long+where) <= subjectWidth:
		return long + where
	case len(long) <= subjectWidth && len(tenants) < 4:
		return long
	case len(short+where) <= subjectWidth:
		return short + where
	default:
		return short
	}
}

// trailers are what an audit reads.
func (t *target) trailers(changes []Change) string {
	var b strings.Builder
	for _, trailer := range [][2]string{{"Source-Commit", t.SourceCommit}, {"Tenantsmith-Version", t.Version}} {
		if value := printable(trailer[1]); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", trailer[0], value)
		}
	}
	if len(changes) > namedTenants {
		fmt.Fprintf(&b, "Tenantsmith-Tenants: %d\n", len(changes))
		return b.String()
	}
	for _, c := range changes {
		fmt.Fprintf(&b, "Tenantsmith-Tenant: %s\n", c.Tenant)
	}
	return b.String()
}
