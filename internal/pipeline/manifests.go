package pipeline

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Judged is what [CheckManifests] found.
type Judged struct {
	// Tenant and Environment are those whose objects they are said to be; empty for nobody's.
	Tenant, Environment string
	// Others are the tenant's environments where it has none of the name that was asked for.
	Others []string

	Problems []manifest.Problem
	FailOn   manifest.Severity
	// Rules are the checks that were asked.
	Rules []Rule
	// Unasked are the checks that could not be asked, with what they lack: "tenant", or a field of the
	// platform file.
	Unasked map[string]string
}

// CheckManifests asks the policies about objects of any origin. With one tenant and an environment in
// the options they are judged as that tenant's, otherwise as nobody's.
func CheckManifests(ctx context.Context, fsys fs.FS, objects []manifest.Object, o Options) (*Judged, error) {
	fleet, err := fleetOf(fsys, o.Tenants)
	if err != nil {
		return nil, err
	}
	engine, err := compile(fsys, fleet.Platform, true)
	if faults, ok := errors.AsType[policies.Errors](err); ok {
		return &Judged{Problems: faults, FailOn: bound(o.FailOn, fleet)}, nil
	}
	if err != nil {
		return nil, err
	}
	chosen, err := choose(engine, o.Checks)
	if err != nil {
		return nil, err
	}
	out := &Judged{FailOn: bound(o.FailOn, fleet)}
	known := newKnown(fleet.Platform, o.day())
	in := policies.Input{Checks: chosen.policies, Context: known.context()}
	out.Problems = append(out.Problems, fleet.Problems...)
	t, e := addressee(fleet, o)
	if e != nil {
		out.Tenant, out.Environment = t.Name, e.Name
		in.Context = known.facts(t.Name, e)
		in.Brought, objects = completed(t, e, objects)
	} else if len(fleet.Tenants) == 1 && len(o.Tenants) == 1 {
		out.Others = environments(fleet.Tenants[0])
	}
	if in.Objects = objects; len(objects) == 0 {
		return out, nil // nothing can be asked of nothing
	}
	found := proven(objects, e, chosen)
	if e != nil && chosen.all {
		found = append(found, undelivered(t, e, objects, in.Brought)...)
	}
	for _, p := range found {
		p.Tenant, p.Environment = out.Tenant, out.Environment
		out.Problems = append(out.Problems, p)
	}
	out.Rules = chosen.proven()
	if !chosen.asks() {
		return out, nil
	}
	selected, err := engine.Selected(chosen.policies)
	if err != nil {
		return nil, err
	}
	out.count(engine, selected, in.Context, e)
	waivers, err := judgeWaivers(fleet, engine, o.Now)
	if err != nil {
		return nil, err
	}
	findings, err := engine.Check(ctx, in)
	if e != nil && err == nil {
		findings, err = beyond(ctx, engine, in, t, e, findings)
		out.accept(findings, waivers, in.Objects, chosen)
	}
	out.Problems = append(out.Problems, theirs(findings, in)...)
	return out, err
}

// beyond leaves out of the findings what the tenant's file shows without the objects that were read: it stands there,
// where check tells of it, and nobody can mend it in these files. A guard in audit is such a finding.
func beyond(ctx context.Context, engine *policies.Engine, in policies.Input, t *schemas.Tenant, e *schemas.Environment, found []manifest.Problem) ([]manifest.Problem, error) {
	if !slices.ContainsFunc(found, nowhere) {
		return found, nil
	}
	in.Objects = overlay.Place(generators.Whole(t, e), e.Namespace, e.Name)
	in.Brought = make([]bool, len(in.Objects))
	without, err := engine.Check(ctx, in)
	return slices.DeleteFunc(found, func(p manifest.Problem) bool {
		return nowhere(p) && slices.ContainsFunc(without, func(q manifest.Problem) bool {
			return p.Check == q.Check && p.Object == q.Object && p.Field == q.Field && p.Message == q.Message && p.Path.String() == q.Path.String()
		})
	}), err
}

// nowhere reports whether a finding stands in none of the files that were read.
func nowhere(p manifest.Problem) bool { return p.File == "" }

// accept marks the findings that the tenant's waivers are about, and adds what is wrong with those.
func (j *Judged) accept(found []manifest.Problem, waivers []*waiver, objects []manifest.Object, chosen selection) {
	services := map[manifest.Key]string{}
	servicesOf(objects, services)
	for _, w := range waivers {
		w.accept(found, services)
		if chosen.tells(w) {
			j.Problems = append(j.Problems, w.problems...)
		}
	}
}

// fleetOf is the platform with the tenants that were named; without any only the platform is read.
func fleetOf(fsys fs.FS, tenants []string) (*schemas.Fleet, error) {
	if len(tenants) > 0 {
		return schemas.Load(fsys, schemas.Options{Tenants: tenants})
	}
	platform, problems, err := schemas.LoadPlatform(fsys)
	problems = slices.DeleteFunc(problems, func(p manifest.Problem) bool { return p.Message == schemas.NotRendered })
	return &schemas.Fleet{Platform: platform, Problems: problems}, err
}

// count tells the checks that are asked from those that lack something.
func (j *Judged) count(engine *policies.Engine, rules []policies.Rule, ctx policies.Context, e *schemas.Environment) {
	j.Unasked = map[string]string{}
	for _, u := range engine.Unasked(ctx) {
		j.Unasked[u.ID] = field(u.Needs, e)
	}
	for _, rule := range rules {
		if rule.Of(policies.FleetScope, policies.PlatformScope, policies.ChangeScope) {
			j.Unasked[rule.ID] = OfFleet
		}
	}
	maps.Copy(j.Unasked, unchanged(rules))
	asked := slices.DeleteFunc(slices.Clone(rules), func(r policies.Rule) bool { return j.Unasked[r.ID] != "" })
	maps.DeleteFunc(j.Unasked, func(id, _ string) bool {
		return !slices.ContainsFunc(rules, func(r policies.Rule) bool { return r.ID == id })
	})
	j.Rules = append(j.Rules, asked...)
}

// addressee is the tenant and environment whose objects they are said to be; nil for nobody's.
func addressee(fleet *schemas.Fleet, o Options) (*schemas.Tenant, *schemas.Environment) {
	if len(o.Tenants) == 0 {
		return nil, nil
	}
	for _, t := range fleet.Tenants {
		for i := range t.Environments {
			if e := &t.Environments[i]; e.Name == o.Environment {
				return t, e
			}
		}
	}
	return nil, nil
}

// completed are the objects as they would stand in the tenant's namespace: in it where they name none,
// and beside what tenantsmith renders there, as if its guards in audit were enforced. The flags tell which of them were
// brought: all but those that are what tenantsmith renders.
func completed(t *schemas.Tenant, e *schemas.Environment, objects []manifest.Object) ([]bool, []manifest.Object) {
	own, phased := map[manifest.Key]manifest.Object{}, map[manifest.Key]manifest.Object{}
	rendered := overlay.Place(generators.Whole(t, e), e.Namespace, e.Name)
	for _, o := range rendered {
		own[o.Key()] = o
	}
	for _, o := range overlay.Place(generators.Generate(t, e), e.Namespace, e.Name) {
		phased[o.Key()] = o
	}
	out, flags, seen := slices.Clone(objects), make([]bool, len(objects)), map[manifest.Key]bool{}
	for i, o := range out {
		same, ok := own[o.Key()]
		if ok && (manifest.Equal(same.Tree, o.Tree) || manifest.Equal(phased[o.Key()].Tree, o.Tree)) {
			same.Source = o.Source
			out[i] = same
		} else {
			flags[i] = true
			if o.Namespace() == "" {
				out[i] = overlay.Place(out[i:i+1], e.Namespace, e.Name)[0]
			}
		}
		seen[out[i].Key()] = true
	}
	beside := slices.DeleteFunc(rendered, func(o manifest.Object) bool { return seen[o.Key()] })
	return append(flags, make([]bool, len(beside))...), append(out, beside...)
}

// proven measures objects of any origin, each namespace against its own quotas. A namespace without
// one has nothing to prove.
func proven(objects []manifest.Object, e *schemas.Environment, chosen selection) []manifest.Problem {
	byNamespace := map[string][]manifest.Object{}
	for _, o := range objects {
		byNamespace[o.Namespace()] = append(byNamespace[o.Namespace()], o)
	}
	var out []manifest.Problem
	for _, namespace := range slices.Sorted(maps.Keys(byNamespace)) {
		cert := Certificate{}
		var known proof.Facts
		if e != nil && e.Namespace == namespace {
			cert.Entitled, known = entitled(e), generators.Facts(e)
		}
		all := byNamespace[namespace]
		cert.Measured = proof.Measure(all, known)
		if cert.Lines = cert.Measured.Fit(all); len(cert.Lines) == 0 {
			continue
		}
		for _, p := range cert.problems(chosen.wants, all, known) {
			if chosen.wants(p.Check) {
				out = append(out, standing(p, all))
			}
		}
	}
	return out
}

// problems are what the certificate of the objects shows, without a line to mend it at.
func (c Certificate) problems(wants func(check string) bool, objects []manifest.Object, known proof.Facts) []manifest.Problem {
	out := slices.Concat(c.Measured.Refused, c.Measured.Unbounded)
	for _, s := range c.shortages(wants) {
		p := manifest.Problem{Check: s.check, Severity: manifest.High, Message: s.message(),
			Remedy: "lower the pods or what they request, or raise the quota"}
		if s.greediest == nil {
			p.Remedy = "bring fewer, or smaller ones, or raise the quota"
		}
		if s.greediest != nil {
			p.Object = s.greediest.Key
		}
		if !isBrought(objects, p.Object) {
			p.Object = s.beyond(objects, known)
		}
		out = append(out, p)
	}
	for i := range out {
		out[i].Controls = capacity
	}
	return out
}

// standing puts a problem where its object stands in a file.
func standing(p manifest.Problem, objects []manifest.Object) manifest.Problem {
	for _, o := range objects {
		if o.Key() == p.Object && o.Source != nil {
			p.Position, _ = o.Source.Find(p.Path)
			p.APIVersion = o.APIVersion()
		}
	}
	return p
}
