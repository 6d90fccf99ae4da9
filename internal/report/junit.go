package report

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The form is what CI servers have in common, in the words of the schema of Jenkins.
type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Cases    []junitCase `xml:"testcase"`
	Out      string      `xml:"system-out,omitempty"`
}

type junitCase struct {
	Name    string     `xml:"name,attr"`
	Class   string     `xml:"classname,attr"`
	Failure *junitNote `xml:"failure"`
	Skipped *junitNote `xml:"skipped"`
	Out     string     `xml:"system-out,omitempty"`
}

type junitNote struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// writeJUnit prints a suite for each tenant in each environment, one for the files of each tenant and
// one for what belongs to nobody, with a case for each check that was asked. The last says, too, what
// was not examined.
func writeJUnit(w io.Writer, r Report) error {
	doc := junitSuites{Name: "tenantsmith"}
	found := map[Place][]manifest.Problem{}
	for _, p := range r.Problems {
		at := Place{p.Tenant, p.Environment}
		found[at] = append(found[at], p)
	}
	examined := map[Place]bool{}
	for _, at := range r.Examined {
		examined[at] = true
	}
	for _, at := range r.places() {
		s := r.suite(at, found[at], examined[at])
		doc.Suites = append(doc.Suites, s)
		doc.Tests, doc.Failures = doc.Tests+s.Tests, doc.Failures+s.Failures
	}
	out, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	_, err = io.WriteString(w, xml.Header+string(out)+"\n")
	return err
}

// places are those that were examined, those with problems, and nobody, sorted.
func (r Report) places() []Place {
	out := append([]Place{{}}, r.Examined...)
	for _, p := range r.Problems {
		out = append(out, Place{p.Tenant, p.Environment})
	}
	slices.SortFunc(out, func(a, b Place) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.Environment, b.Environment))
	})
	return slices.Compact(out)
}

func (r Report) suite(at Place, found []manifest.Problem, examined bool) junitSuite {
	byCheck := map[string][]manifest.Problem{}
	for _, p := range found {
		byCheck[checkOf(p)] = append(byCheck[checkOf(p)], p)
	}
	s := junitSuite{Name: r.suiteName(at)}
	rules := r.asked(at, examined)
	for _, rule := range append(rules, strangers(found, rules)...) {
		c := r.junitCase(rule, byCheck[rule.ID])
		c.Class = strings.ReplaceAll(s.Name, "/", ".")
		s.Cases, s.Tests = append(s.Cases, c), s.Tests+1
		if c.Failure != nil {
			s.Failures++
		}
		if c.Skipped != nil {
			s.Skipped++
		}
	}
	if at == (Place{}) {
		for _, skipped := range r.Summary.Skipped {
			s.Out += skipped.String() + "\n"
		}
	}
	return s
}

// asked are the checks of a place: the schemas of files, the rules of objects.
func (r Report) asked(at Place, examined bool) []Rule {
	var rules []Rule
	if at.Environment == "" {
		rules = append(rules, stranger(schemaCheck))
	}
	if examined && (at.Environment != "" || at.Tenant == "") {
		for _, rule := range r.Rules {
			if !slices.Contains(r.Unasked[at], rule.ID) {
				rules = append(rules, rule)
			}
		}
	}
	return rules
}

func (r Report) suiteName(at Place) string {
	switch {
	case at.Environment != "":
		return Clean(at.Tenant + "/" + at.Environment)
	case at.Tenant != "":
		return Clean(at.Tenant)
	case r.Manifests:
		return string(words().JUnit.Manifests)
	}
	return string(words().JUnit.Platform)
}

// junitCase fails with the findings at or above the bound, is skipped when all are waived, and passes
// otherwise. CI servers show one failure of a case, so there is one for all.
func (r Report) junitCase(rule Rule, found []manifest.Problem) junitCase {
	c := junitCase{Name: Clean(strings.TrimSpace(rule.ID + " " + rule.Title))}
	var failing, waived, below []manifest.Problem
	for _, p := range found {
		switch {
		case r.fails(p):
			failing = append(failing, p)
		case p.Waiver != "":
			waived = append(waived, p)
		default:
			below = append(below, p)
		}
	}
	switch {
	case len(failing) > 0:
		c.Failure = &junitNote{Message: summed(failing, place(failing[0])+failing[0].Message), Type: string(failing[0].Severity), Text: inText(failing)}
		c.Out = inText(slices.Concat(below, waived))
	case len(waived) > 0 && len(below) == 0:
		c.Skipped = &junitNote{Message: summed(waived, waived[0].Waiver), Text: inText(waived)}
	default:
		c.Out = inText(slices.Concat(below, waived))
	}
	return c
}

// summed is the message of the first of several findings, and how many more there are.
func summed(ps []manifest.Problem, message string) string {
	if rest := len(ps) - 1; rest > 0 {
		message = words().JUnit.More.of(rest, "message", message)
	}
	return cut(Clean(message), messageLimit)
}

// inText are the findings as people read them.
func inText(ps []manifest.Problem) string {
	var b bytes.Buffer
	for _, p := range ps {
		writeProblem(&b, []manifest.Problem{p}, Options{})
	}
	return b.String()
}
