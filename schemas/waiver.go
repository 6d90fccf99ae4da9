package schemas

import (
	"fmt"
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Waiver accepts findings of a tenant for a time. The fields are documented in waiver.cue.
type Waiver struct {
	Name         string         `json:"-"`
	File         string         `json:"-"`
	Sum          string         `json:"-"` // of File (sha256, hex)
	Checks       []string       `json:"checks"`
	Tenant       string         `json:"tenant"`
	Environments []string       `json:"environments"`
	Services     []string       `json:"services"`
	Objects      []WaivedObject `json:"objects"`
	Fields       []string       `json:"fields"`
	Reason       string         `json:"reason"`
	RequestedBy  string         `json:"requestedBy"`
	ApprovedBy   string         `json:"approvedBy"`
	Ticket       string         `json:"ticket"`
	// Created and Expires are the first and the last day on which it holds, at midnight UTC.
	Created time.Time `json:"-"`
	Expires time.Time `json:"-"`

	doc *manifest.Node
}

// WaivedObject is an object of the tenant; an empty group stands for any.
type WaivedObject struct {
	Kind  string `json:"kind"`
	Name  string `json:"name"`
	Group string `json:"group"`
}

// At returns where a field of the waiver stands, or else the nearest one above it.
func (w *Waiver) At(p manifest.Path) manifest.Position {
	at, _ := lowest(w.doc, p)
	return at
}

// waivers reads the waivers of the chosen tenants, and the files that were asked for by name. What is
// wrong with one that names a tenant is that tenant's problem, and comes back by its name.
func (l *load) waivers(chosen, files []string) (map[string][]manifest.Problem, error) {
	out, names := map[string][]manifest.Problem{}, map[string]bool{}
	for _, file := range l.layout.waivers {
		src, _, problems, err := read(l.fsys, file, manifest.TenantLimits)
		if err != nil {
			return nil, err
		}
		var doc *manifest.Node
		if !hasErrors(problems) && len(src.docs) > 0 {
			doc = src.docs[0]
		}
		tenant := waivedTenant(doc)
		if !slices.Contains(files, file) && !slices.Contains(chosen, tenant) {
			continue
		}
		if names[stem(file)] {
			problems = append(problems, fault(manifest.Position{File: file}, "", "is a second waiver of the name %s", stem(file)))
		}
		names[stem(file)] = true
		if doc != nil {
			problems = append(problems, l.waiver(src, doc)...)
		}
		if slices.Contains(chosen, tenant) {
			out[tenant] = append(out[tenant], problems...)
			continue
		}
		l.fleet.Problems = append(l.fleet.Problems, problems...)
	}
	return out, nil
}

// waivedBy is the tenant that a waiver's file names; empty where it cannot be read, which is told with its problems.
func (l *load) waivedBy(file string) string {
	src, _, problems, err := read(l.fsys, file, manifest.TenantLimits)
	if err != nil || hasErrors(problems) || len(src.docs) == 0 {
		return ""
	}
	return waivedTenant(src.docs[0])
}

func waivedTenant(doc *manifest.Node) string {
	if n := doc.Get("spec").Get("tenant"); n != nil {
		return text(n.Value)
	}
	return ""
}

// waiver judges one waiver and takes it into the fleet when nothing is wrong with it.
func (l *load) waiver(src source, doc *manifest.Node) []manifest.Problem {
	file := src.name
	if problems := header(doc, "Waiver"); len(problems) > 0 {
		return problems
	}
	misnamed := named(doc, stem(file), true)
	problems := slices.DeleteFunc(l.checker.session().input("Waiver", doc), func(p manifest.Problem) bool {
		return len(misnamed) > 0 && p.Position == misnamed[0].Position
	})
	problems = append(problems, misnamed...)
	if problems = append(problems, l.waived(doc)...); len(problems) > 0 {
		return problems
	}
	w := &Waiver{Name: stem(file), File: file, Sum: fmt.Sprintf("%x", src.sum), doc: doc}
	spec := doc.Get("spec")
	problems = append(decode(spec, w), narrow(w)...)
	for key, day := range map[string]*time.Time{"created": &w.Created, "expires": &w.Expires} {
		var err error
		n := spec.Get(key)
		if *day, err = time.Parse(time.DateOnly, text(n.Value)); err != nil {
			problems = append(problems, fault(n.Position, "spec."+key, "there is no such day as %s", shown(n)))
		}
	}
	if len(problems) == 0 {
		l.fleet.Waivers = append(l.fleet.Waivers, w)
	}
	return problems
}

// waived judges what a waiver is about.
func (l *load) waived(doc *manifest.Node) []manifest.Problem {
	var problems []manifest.Problem
	spec := doc.Get("spec")
	if n := spec.Get("tenant"); n != nil && l.layout.folders[text(n.Value)] == nil {
		problems = append(problems, fault(n.Position, "spec.tenant", "there is no tenant %s%s", shown(n), suggest(shown(n), l.layout.names())))
	}
	known := l.environmentNames()
	for i, n := range itemsOf(spec.Get("environments")) {
		if !slices.Contains(known, text(n.Value)) {
			path := manifest.Path{"spec", "environments", i}
			problems = append(problems, fault(n.Position, path.String(), "the platform has no environment %s%s", shown(n), suggest(shown(n), known)))
		}
	}
	return problems
}

// narrow demands that a waiver is about something smaller than a tenant: whoever grants it says what
// may fail, and nothing else may.
func narrow(w *Waiver) []manifest.Problem {
	if len(w.Services)+len(w.Objects)+len(w.Fields) == 0 {
		p := fault(w.At(manifest.Path{"spec"}), "spec", "waives the checks of the whole tenant")
		p.Remedy = "name the services, objects or fields that may fail"
		return []manifest.Problem{p}
	}
	var problems []manifest.Problem
	for i, field := range w.Fields {
		at := manifest.Path{"spec", "fields", i}
		switch path := manifest.ParsePath(field); {
		case path.String() != field:
			problems = append(problems, fault(w.At(at), at.String(), "%s is no field; write it as findings print it", field))
		case boundless(path):
			problems = append(problems, fault(w.At(at), at.String(), "%s is everything; write the field that the finding names", field))
		}
	}
	return problems
}

// boundless reports whether a field is all of an object, of its pods, of a tenant, or of a tenant in an environment.
func boundless(p manifest.Path) bool {
	if len(p) >= 3 && p[0] == "spec" && p[1] == "environments" {
		p = append(manifest.Path{"spec"}, p[3:]...)
	}
	switch p.String() {
	case "spec", "metadata", "spec.services", "spec.environments", "spec.template", "spec.template.spec":
		return true
	}
	return false
}
