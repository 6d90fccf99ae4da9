package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	oscal "github.com/defenseunicorns/go-oscal/src/types/oscal-1-1-3"
	"github.com/google/uuid"
)

// oscalSpace is the namespace of our properties and ids.
const oscalSpace = "https://tenantsmith.dev/ns/oscal"

// writeOSCAL writes assessment results of OSCAL: one result a tenant. The same report has the same ids;
// subjects and risks keep theirs in later reports.
func writeOSCAL(w io.Writer, c *Compliance) error {
	day, err := time.Parse(time.DateOnly, c.Now)
	if err != nil {
		return fmt.Errorf("OSCAL needs the day of the report: %w", err)
	}
	sum := sha256.New()
	short, lists := c.split()
	if err := compact.write(sum, short, lists...); err != nil {
		return err
	}
	a := assessment{report: c, day: day, run: hex.EncodeToString(sum.Sum(nil))}
	return indented.write(w, oscal.OscalCompleteSchema{AssessmentResults: a.document()}, long{"results", 3, a.results()})
}

// assessment makes the parts of a document.
type assessment struct {
	report *Compliance
	day    time.Time
	// run tells this report from every other.
	run string
}

// lasting is the id of something that later reports speak of, too.
func (a assessment) lasting(names ...string) string {
	space := uuid.NewSHA1(uuid.NameSpaceURL, []byte(oscalSpace))
	return uuid.NewSHA1(space, []byte(strings.Join(append([]string{a.report.Platform}, names...), "\x00"))).String()
}

// id is that of something in this report.
func (a assessment) id(names ...string) string { return a.lasting(append(names, a.run)...) }

// document is the whole without its results.
func (a assessment) document() *oscal.AssessmentResults {
	t, c := words().Compliance, a.report
	return &oscal.AssessmentResults{
		UUID: a.id("document"),
		Metadata: oscal.Metadata{
			Title: string(t.Headline), LastModified: a.day, Version: c.Now, OscalVersion: oscal.Version, Remarks: string(t.Lead),
			Parties: listed(a.parties()), Roles: &[]oscal.Role{{ID: attestor, Title: heading(t.By)}},
		},
		ImportAp:   oscal.ImportAp{Href: "#" + a.id("plan")},
		BackMatter: &oscal.BackMatter{Resources: listed(a.resources())}, Results: []oscal.Result{},
	}
}

// results are one a tenant.
func (a assessment) results() iter.Seq[any] {
	return func(yield func(any) bool) {
		tenants := a.tenants()
		for _, tenant := range tenants {
			if !yield(a.result(tenant)) {
				return
			}
		}
		if len(tenants) == 0 {
			yield(a.none())
		}
	}
}

// resources are the plan, which is the run itself, and the files that it read.
func (a assessment) resources() []oscal.Resource {
	t, c := words().OSCAL, a.report
	out := []oscal.Resource{{
		UUID: a.id("plan"), Title: t.PlanTitle.with("version", c.Version, "policies", c.Policies), Description: string(t.Plan),
		Props:   listed(properties("version", c.Version, "schemas", c.Schemas, "policies", c.Policies)),
		Remarks: strings.Join(c.unexamined(), "\n"),
	}}
	for _, in := range c.inputs() {
		out = append(out, oscal.Resource{
			UUID: a.id("input", in[0]), Title: in[0], Description: string(t.Input),
			Rlinks: &[]oscal.ResourceLink{{Href: link(in[0], 0), Hashes: &[]oscal.Hash{{Algorithm: "SHA-256", Value: in[1]}}}},
		})
	}
	return out
}

// assessed is a tenant with all of its frameworks.
type assessed struct {
	name         string
	environments []string
	frameworks   []Framework // each with this tenant's controls
}

func (a assessment) tenants() []*assessed {
	var out []*assessed
	byName := map[string]*assessed{}
	for _, f := range a.report.Frameworks {
		for _, t := range f.Tenants {
			if byName[t.Tenant] == nil {
				byName[t.Tenant] = &assessed{name: t.Tenant, environments: t.Environments}
				out = append(out, byName[t.Tenant])
			}
			f.Controls = t.Controls
			byName[t.Tenant].frameworks = append(byName[t.Tenant].frameworks, f)
		}
	}
	return out
}

// none is the result of a report without tenants: a document has one at least.
func (a assessment) none() oscal.Result {
	none := string(words().Compliance.None)
	return oscal.Result{
		UUID: a.id("result"), Title: none, Description: none, Start: a.day,
		ReviewedControls: oscal.ReviewedControls{ControlSelections: []oscal.AssessedControls{{Description: none}}},
	}
}

// properties are pairs of names and values; OSCAL knows no empty value.
func properties(pairs ...string) []oscal.Property {
	var out []oscal.Property
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := strings.TrimSpace(Clean(pairs[i+1])); value != "" {
			out = append(out, oscal.Property{Name: pairs[i], Ns: oscalSpace, Value: value})
		}
	}
	return out
}

// listed leaves out empty lists, as OSCAL does.
func listed[T any](list []T) *[]T {
	if len(list) == 0 {
		return nil
	}
	return &list
}
