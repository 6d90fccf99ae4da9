package main

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newProveIsolationCmd(w *workspace) *cobra.Command {
	format := "text"
	cmd := &cobra.Command{
		Use:   "isolation [TENANT|FILE...]",
		Short: "Prove that no tenant reaches another",
		Long: `Isolation judges every ordered pair of tenants that share a cluster, in all environments, and of
environments of one tenant that share one: by network policies, RBAC, routes, the nodes' own files and networks, secret stores, volumes, reserved nodes,
backups, what the GitOps engine applies, and objects in namespaces of others. A channel is proven, or there is a counterexample: the fields of the objects that open it, the
lines that made them, and why nothing else stops it. Given tenants limit it to pairs with one of them.

Labels of pods are not known: where some pod could get through, there is a counterexample. Calls that
both tenants declare are no counterexample. A channel of which nothing is rendered, such as a mesh, is listed
as not proven, and what the proof rests on is printed. The result names several tenants: it is for the platform team.`,
		Example: `  tenantsmith prove isolation
  tenantsmith prove isolation acme-corp
  tenantsmith prove isolation --format json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			fsys, release, err := w.platform()
			if err != nil {
				return err
			}
			defer release()
			o, done := w.ready(pipeline.Options{Tenants: w.tenants(args)})
			res, err := pipeline.Isolation(cmd.Context(), fsys, o)
			done()
			if err != nil {
				return err
			}
			return w.reportIsolation(format, res)
		},
	}
	formatFlag(cmd, &format, report.IsolationFormats)
	w.flags(cmd)
	return cmd
}

// reportIsolation prints the proof, and on stderr what kept tenants from being judged.
func (w *workspace) reportIsolation(format string, res *pipeline.Isolated) error {
	broken, err := w.obstacles(res.Problems)
	if err != nil {
		return err
	}
	p := isolationProof(res)
	if err := report.WriteIsolation(w.out, format, p, report.Options{Width: width(w.out)}); err != nil {
		return err
	}
	w.say("%s", p.Sentence())
	if broken || p.Failed() {
		return errProblems
	}
	return nil
}

func isolationProof(res *pipeline.Isolated) *report.IsolationProof {
	p := &report.IsolationProof{
		Places: res.Places, Pairs: res.Pairs, Examples: []report.Example{}, Doubts: []report.DoubtAt{}, Agreed: []report.AgreedCall{},
		Assumptions: res.Assumptions, Missing: append([]string{}, res.Unrendered...),
	}
	for i, b := range res.Breaches {
		e := report.Example{Channel: b.Channel, From: examplePlace(b.From), To: examplePlace(b.To), Pairs: b.Pairs, Message: b.Message, Why: b.Why, Causes: []report.ExampleCause{}}
		for _, l := range res.Lines[i] {
			e.Causes = append(e.Causes, report.ExampleCause{
				Tenant: l.Tenant, Object: l.Object.String(), Path: l.Path.String(), File: l.File, Line: l.Line, Column: l.Column, Field: l.Field,
			})
		}
		p.Examples = append(p.Examples, e)
	}
	for _, d := range res.Doubts {
		p.Doubts = append(p.Doubts, report.DoubtAt(d))
	}
	for _, a := range res.Agreed {
		p.Agreed = append(p.Agreed, report.AgreedCall(a))
	}
	p.Channels = channels(res)
	return p
}

func examplePlace(p proof.Place) report.ExamplePlace {
	return report.ExamplePlace{Tenant: p.Tenant, Environment: p.Environment, Namespace: p.Namespace}
}

// channels are the verdicts, those of channels that nothing looks at among them.
func channels(res *pipeline.Isolated) []report.Channel {
	var out []report.Channel
	for _, name := range res.Examined {
		c := report.Channel{Name: name, Verdict: report.ChannelProven, Examined: true, Cut: slices.Contains(res.Cut, name)}
		switch {
		case slices.ContainsFunc(res.Breaches, func(b proof.Breach) bool { return b.Channel == name }):
			c.Verdict, c.Why = report.ChannelBroken, "see the counterexamples"
		case slices.ContainsFunc(res.Doubts, func(d proof.Doubt) bool { return d.Channel == name }):
			c.Verdict, c.Why = report.ChannelNotProven, "see the doubts"
		case len(res.Unrendered) > 0:
			c.Verdict, c.Why = report.ChannelNotProven, "some tenants cannot be rendered"
		case name == proof.Mesh && res.Meshed == 0:
			c.Verdict, c.Examined, c.Why = report.ChannelNotProven, false, "not examined: no place takes part in a mesh"
		case name == proof.Mesh:
			c.Why = fmt.Sprintf("places that take part in a mesh: %d of %d", res.Meshed, res.Places)
		}
		out = append(out, c)
	}
	for _, u := range res.Unexamined {
		out = append(out, report.Channel{Name: u[0], Verdict: report.ChannelNotProven, Why: "not examined: " + u[1]})
	}
	return out
}
