package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Controls breaks what tenants render, one mutation after the other, and says which checks object. Each
// mutation is tried on one tenant and environment after the other until its check objects. What is wrong
// with the files of people is in the problems; tenants that have some are not tried.
func Controls(ctx context.Context, fsys fs.FS, o Options) (*report.ControlProofs, []manifest.Problem, error) {
	fleet, err := schemas.Load(fsys, schemas.Options{Tenants: o.Tenants})
	if err != nil {
		return nil, nil, err
	}
	proofs, err := prover{fleet: fleet, options: o}.prove(ctx, fsys)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return nil, append(fleet.Problems, faults...), nil
	}
	return proofs, fleet.Problems, err
}

// prover tries mutations on the subjects of a fleet.
type prover struct {
	fleet    *schemas.Fleet
	options  Options
	engine   *policies.Engine
	subjects []policies.Subject
}

func (p prover) prove(ctx context.Context, fsys fs.FS) (*report.ControlProofs, error) {
	var err error
	if p.engine, err = compile(fsys, p.fleet.Platform, true); err != nil {
		return nil, err
	}
	rules, err := p.engine.Selected(p.options.Checks)
	if err != nil {
		return nil, err
	}
	mutations, err := policies.Mutations(fsys, rules)
	if err != nil {
		return nil, err
	}
	if err := p.render(); err != nil {
		return nil, err
	}
	out := &report.ControlProofs{Checks: []report.ControlProof{}}
	for _, rule := range rules {
		proof := report.ControlProof{ID: rule.ID, Title: rule.Title, Severity: rule.Severity, Source: "tenantsmith", File: rule.MutationFile(), Mutations: []report.Mutant{}}
		if !rule.Own {
			proof.Source = rule.File
		}
		for _, m := range mutations[rule.ID] {
			mutant, err := p.try(ctx, rule, m)
			if err != nil {
				return nil, err
			}
			proof.Mutations = append(proof.Mutations, mutant)
		}
		out.Add(proof)
	}
	return out, nil
}

// render makes a subject of every tenant in every environment.
func (p *prover) render() error {
	known := newKnown(p.fleet.Platform, p.options.day())
	var fleet []policies.Member
	for _, t := range p.fleet.Tenants {
		tree, problems := overlay.New(sourceOf(t))
		p.fleet.Problems = append(p.fleet.Problems, problems...)
		for i := range t.Environments {
			if tree == nil || len(problems) > 0 {
				break
			}
			e := &t.Environments[i]
			built, found := tree.Build(e.Name)
			if err := fault(found); err != nil {
				return err
			}
			if p.fleet.Problems = append(p.fleet.Problems, found...); len(found) > 0 {
				continue
			}
			objects := make([]manifest.Object, len(built))
			for i, b := range built {
				objects[i] = b.Object
			}
			fleet = append(fleet, member(t.Name, e, objects))
			p.subjects = append(p.subjects, policies.Subject{Context: known.facts(t.Name, e), Objects: objects, Self: len(fleet) - 1})
		}
	}
	for i := range p.subjects {
		p.subjects[i].Fleet = fleet
	}
	return nil
}

// fault is a problem that is one of ours.
func fault(problems []manifest.Problem) error {
	for _, p := range problems {
		if p.Check == overlay.Fault {
			return errors.New(p.Message)
		}
	}
	return nil
}

// patience is how many tenants in an environment are broken by a mutation that the check lets pass before
// that is the answer.
const patience = 20

// try applies the mutation to one subject after the other until the check objects. Where it can be
// applied nowhere, the mutant says what the first of them lacks.
func (p prover) try(ctx context.Context, rule policies.Rule, m policies.Mutation) (report.Mutant, error) {
	out := report.Mutant{Name: m.Name, File: m.File, Line: m.Line, Verdict: report.NotApplicable, Why: "no tenant was rendered"}
	applied := 0
	for i, s := range p.subjects {
		a, err := p.engine.Try(ctx, rule, m, s)
		if err != nil {
			return out, err
		}
		if a.Why != "" {
			if i == 0 {
				out.Why = fmt.Sprintf("%s in %s: %s", s.Context.Tenant, s.Context.Environment, a.Why)
			}
			continue
		}
		if applied++; applied == 1 || len(a.Found) > 0 {
			out.Verdict, out.Why, out.Tenant, out.Environment, out.Object = report.MutantMissed, "", s.Context.Tenant, s.Context.Environment, ""
			if a.Object.Kind != "" {
				out.Object = a.Object.String()
			}
		}
		if out.Tried += a.Tried; len(a.Found) > 0 {
			out.Verdict, out.Finding = report.Caught, a.Found[0].Message
		}
		out.Alone = len(a.Found) == 0 && (a.Alone || out.Alone)
		if len(a.Found) > 0 || applied == patience {
			break
		}
	}
	return out, nil
}
