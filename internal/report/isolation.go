package report

import (
	"fmt"
	"io"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// IsolationFormats are those of the proof of isolation.
var IsolationFormats = []string{"text", "json"}

// The verdicts of a channel.
const (
	ChannelProven    = "proven"
	ChannelBroken    = "broken"     // there is a counterexample
	ChannelNotProven = "not proven" // there is a doubt, or nothing to look at
)

// IsolationProof says by which channels tenants are apart. It names several tenants: it is for the platform team.
// docs/isolation.md describes the JSON form.
type IsolationProof struct {
	Places      int          `json:"places"`
	Pairs       int          `json:"pairs"`
	Channels    []Channel    `json:"channels"`
	Examples    []Example    `json:"counterexamples"`
	Doubts      []DoubtAt    `json:"doubts"`
	Agreed      []AgreedCall `json:"agreed"`
	Assumptions []string     `json:"assumptions"`
	Missing     []string     `json:"notExamined"`
}

// Channel is a way by which one tenant could reach another. Examined is false where there is nothing of it to look at.
type Channel struct {
	Name     string `json:"name"`
	Verdict  string `json:"verdict"`
	Examined bool   `json:"examined"`
	Why      string `json:"why"`
	// Cut says that more counterexamples were found than are listed.
	Cut bool `json:"cut"`
}

// Example is a way from one tenant to another. Pairs counts the ordered pairs with the same causes.
type Example struct {
	Channel string         `json:"channel"`
	From    ExamplePlace   `json:"from"`
	To      ExamplePlace   `json:"to"`
	Pairs   int            `json:"pairs"`
	Message string         `json:"message"`
	Causes  []ExampleCause `json:"causes"`
	Why     string         `json:"whyNotStopped"`
}

// ExamplePlace is a tenant in an environment.
type ExamplePlace struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Namespace   string `json:"namespace"`
}

// ExampleCause is a field of an object that opens a way, and the line that a person wrote it by.
type ExampleCause struct {
	Tenant string `json:"tenant"`
	Object string `json:"object"`
	Path   string `json:"path"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
	Field  string `json:"field"`
}

// DoubtAt is what keeps a channel from being proven at a place.
type DoubtAt struct {
	Channel     string `json:"channel"`
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	Message     string `json:"message"`
}

// AgreedCall is a call between tenants that both declare.
type AgreedCall struct {
	Environment string `json:"environment"`
	From        string `json:"from"`
	Caller      string `json:"caller"`
	To          string `json:"to"`
	Service     string `json:"service"`
}

// Failed reports whether an examined channel is not proven, or a tenant was not examined.
func (p *IsolationProof) Failed() bool {
	return len(p.Examples)+len(p.Doubts)+len(p.Missing) > 0
}

// Sentence sums the proof up.
func (p *IsolationProof) Sentence() string {
	h := words().Isolation
	unexamined := 0
	for _, c := range p.Channels {
		if !c.Examined {
			unexamined++
		}
	}
	result := h.ProvenBut.of(unexamined)
	if unexamined == 0 {
		result = string(h.ProvenAll)
	}
	switch {
	case len(p.Examples) > 0:
		result = h.Counterexamples.of(len(p.Examples))
	case len(p.Doubts) > 0:
		result = h.Doubts.of(len(p.Doubts))
	case len(p.Missing) > 0:
		result = string(h.NotProven)
	}
	return h.Sentence.of(p.Places, "pairs", h.Pairs.of(p.Pairs), "result", result)
}

// WriteIsolation writes the proof in one of the IsolationFormats.
func WriteIsolation(w io.Writer, format string, p *IsolationProof, o Options) error {
	if format == "json" {
		return writeIndented(w, struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			*IsolationProof
		}{"tenantsmith.dev/v1alpha1", "IsolationProof", p})
	}
	h := words().Isolation
	verdicts := map[string]phrase{ChannelProven: h.Proven, ChannelBroken: h.Broken, ChannelNotProven: h.NotProven}
	rows := [][]string{heads(h.Channel, h.Verdict, h.Why)}
	for _, c := range p.Channels {
		rows = append(rows, []string{c.Name, string(verdicts[c.Verdict]), Clean(c.Why)})
	}
	if err := writeTable(w, rows, 2, o.Width); err != nil {
		return err
	}
	for _, line := range p.lines() {
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// lines are the text below the table.
func (p *IsolationProof) lines() []string {
	h := words().Isolation
	var out []string
	for _, e := range p.Examples {
		alike := ""
		if e.Pairs > 1 {
			alike = h.Alike.of(e.Pairs - 1)
		}
		out = append(out, h.Example.with("channel", e.Channel, "from", Clean(e.From.String()), "to", Clean(e.To.String()), "message", Clean(e.Message), "alike", alike))
		for _, c := range e.Causes {
			at := manifest.Position{File: c.File, Line: c.Line, Column: c.Column}
			out = append(out, "    "+h.Field.with("position", Clean(at.String()), "field", Clean(c.Field), "object", Clean(c.Object+" "+c.Path)))
		}
		out = append(out, "    "+h.Unstopped.with("why", Clean(e.Why)))
	}
	for _, c := range p.Channels {
		if c.Cut {
			out = append(out, h.Cut.with("channel", c.Name))
		}
	}
	for _, d := range p.Doubts {
		out = append(out, h.Doubt.with("channel", d.Channel, "tenant", d.Tenant, "environment", d.Environment, "message", Clean(d.Message)))
	}
	for _, name := range p.Missing {
		out = append(out, h.Missing.with("tenant", Clean(name)))
	}
	for _, a := range p.Agreed {
		out = append(out, h.Agreed.with("environment", a.Environment, "caller", a.Caller, "from", a.From, "service", a.Service, "to", a.To))
	}
	for _, a := range p.Assumptions {
		out = append(out, string(words().Label.Assumes)+": "+Clean(a))
	}
	return out
}

func (p ExamplePlace) String() string { return p.Tenant + "/" + p.Environment }
