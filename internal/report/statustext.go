package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// writeStatusTable prints a line for each tenant.
func writeStatusTable(w io.Writer, s FleetStatus, o Options) error {
	rows := [][]string{{"TENANT", "LIFECYCLE", "TIER", "ENVIRONMENTS", "SERVICES", "PUBLISHED", "STATE"}}
	for _, t := range s.Tenants {
		services := "-"
		if t.Tier != "" {
			services = fmt.Sprint(len(t.Services))
		}
		rows = append(rows, []string{
			Clean(t.Tenant), dash(t.Lifecycle), dash(t.Tier), dash(strings.Join(t.Environments, ", ")), services, t.published(), t.state(),
		})
	}
	return writeTable(w, rows, 2, o.Width)
}

func dash(s string) string { return cmp.Or(Clean(s), "-") }

// published names the commit of the platform repository.
func (t *TenantStatus) published() string {
	if t.Published == nil {
		return "-"
	}
	return cmp.Or(Clean(t.Published.Source)[:min(len(Clean(t.Published.Source)), 12)], "uncommitted")
}

// state is what there is to say about the tenant, in a few words.
func (t *TenantStatus) state() string {
	var parts []string
	for _, state := range t.States {
		switch state {
		case Edited:
			state += ": " + Plural(len(t.Edited)+len(t.Missing), "file")
		case Strange:
			state += ": " + Plural(len(t.Strange), "file")
		case Outdated, Behind:
			state += ": " + Plural(len(t.Stale), "file")
		case OnHold:
			state += " until " + moment(*t.Hold)
		}
		parts = append(parts, state)
	}
	return strings.Join(parts, ", ")
}

func moment(h StatusHold) string { return h.Until.UTC().Format("2006-01-02 15:04 UTC") }

// writeStatusDetails prints a paragraph for each tenant.
func writeStatusDetails(w io.Writer, s FleetStatus, o Options) error {
	for i, t := range s.Tenants {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintln(w, Clean(t.Tenant)); err != nil {
			return err
		}
		if err := writeTable(w, t.details(), 2, o.Width); err != nil {
			return err
		}
	}
	return nil
}

// stage is the lifecycle, with the day on which it ends.
func (t *TenantStatus) stage() string {
	if t.Until == "" {
		return t.Lifecycle
	}
	return t.Lifecycle + ", kept until the end of " + t.Until
}

// details are the rows of a tenant's paragraph; what it does not have is left out.
func (t *TenantStatus) details() [][]string {
	var rows [][]string
	add := func(word string, values ...string) {
		for _, v := range values {
			if v != "" {
				rows, word = append(rows, []string{"  " + word, Clean(v)}), ""
			}
		}
	}
	add("state", t.state())
	add("lifecycle", t.stage())
	add("tier", t.Tier)
	add("environments", strings.Join(t.Environments, ", "))
	add("services", strings.Join(t.Services, ", "))
	if t.Published != nil {
		add("published", fmt.Sprintf("%s, by tenantsmith %s", t.published(), t.Published.Version))
	}
	if t.Hold != nil {
		add("hold", t.Hold.words())
	}
	add("problem", t.Problems...)
	add("hand-edited", slices.Concat(t.Edited, suffixed(t.Missing, " (removed)"))...)
	add("stale", t.Stale...)
	add("not ours", t.foreign()...)
	if t.Published != nil {
		add("failed checks", t.failures()...)
		add("waivers", t.Published.Waivers...)
	}
	return rows
}

// foreign are the files that are not its own, with what an engine does with them.
func (t *TenantStatus) foreign() []string {
	out := slices.Clone(t.Foreign)
	for _, s := range t.Strange {
		if i := slices.Index(out, s.File); i >= 0 {
			out[i] += " (" + s.Means + ")"
		}
	}
	return out
}

func suffixed(list []string, end string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = s + end
	}
	return out
}

func (h *StatusHold) words() string {
	why := h.Ticket
	if h.Reason != "" {
		why += ": " + h.Reason
	}
	verb := map[bool]string{true: "until", false: "over since"}[h.Active]
	return fmt.Sprintf("%s %s, by %s (%s)", verb, moment(*h), h.By, why)
}

func (t *TenantStatus) failures() []string {
	var out []string
	for _, f := range t.Published.FailedChecks {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s in %s", f.Check, f.Severity, f.Object, f.Environment)))
	}
	return out
}
