package pipeline

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Certificate is the quota proof of a tenant in an environment.
type Certificate struct {
	Tenant, Environment string
	// Entitled is what may be needed between releases.
	Entitled proof.Demand
	Measured proof.Measurement
	// Lines compare what is needed with every figure of every quota.
	Lines []proof.Line
}

// The proofs, which take the place of checks in selections and findings.
const (
	releaseFits = proof.CheckPeak
	steadyFits  = proof.CheckSteady
	podRefused  = proof.CheckRefused
)

var capacity = []manifest.Control{{Framework: "iso", ID: "A.8.6"}, {Framework: "soc2", ID: "A1.1"}, {Framework: "csf", ID: "PR.IR-04"}}

// prove measures the objects of an environment against its quotas. The findings it returns are about
// objects and have no position yet; those about a quota stand at the line that mends them.
func (c chain) prove(r *Rendered, e *schemas.Environment, built []overlay.Built, objects []manifest.Object) (about []manifest.Problem) {
	m := proof.Measure(objects, generators.Facts(e))
	cert := Certificate{Tenant: r.Tenant.Name, Environment: e.Name, Entitled: entitled(e), Measured: m, Lines: m.Fit(objects)}
	if c.options.Certificates {
		r.Certificates = append(r.Certificates, cert)
	}
	for _, p := range slices.Concat(m.Refused, m.Unbounded) {
		if c.wants(p.Check) {
			p.Tenant, p.Environment, p.Controls = r.Tenant.Name, e.Name, capacity
			about = append(about, p)
		}
	}
	about = append(about, c.unbound(r.Tenant, e)...)
	mender := mender{tenant: r.Tenant, env: e}
	for _, s := range cert.shortages(c.wants) {
		r.problems = append(r.problems, mender.explain(s, cert, built, r.whole()))
	}
	return about
}

// entitled is what a tenant may need between releases.
func entitled(e *schemas.Environment) proof.Demand {
	r := e.Spec.Resources
	out := proof.Demand{"requests.cpu": r.CPU, "requests.memory": r.Memory, "limits.memory": r.Memory, "requests.storage": r.Storage}
	for _, device := range e.Cluster.Devices {
		out["requests."+device] = *resource.NewQuantity(r.Devices[device], resource.DecimalSI)
	}
	return out
}

// shortage is a resource of which there is too little.
type shortage struct {
	check, resource string
	quota           manifest.Key // where a quota is too small
	needed, has     string
	// greediest is the workload that needs most of it; together tells that its release alone would fit.
	greediest *proof.Need
	together  bool
}

// shortages are the resources that pods need more of between releases than the entitlement is, and
// those that releases need more of than a quota admits.
func (c Certificate) shortages(wants func(check string) bool) []shortage {
	var out []shortage
	for _, name := range slices.Sorted(maps.Keys(c.Entitled)) {
		need, has := c.Measured.Steady[name], c.Entitled[name]
		if wants(steadyFits) && need.Cmp(has) > 0 {
			out = append(out, shortage{check: steadyFits, resource: name, needed: need.String(), has: has.String(),
				greediest: greediest(c.Measured.Needs, func(n *proof.Need) resource.Quantity { return n.SteadyDemand[name] })})
		}
	}
	for _, line := range c.Lines {
		if line.Fits || !wants(releaseFits) || slices.ContainsFunc(out, func(s shortage) bool { return s.resource == line.Resource }) {
			continue
		}
		s := shortage{check: releaseFits, quota: line.Quota, resource: line.Resource, needed: line.Peak.String(), has: line.Hard.String()}
		added := func(n *proof.Need) resource.Quantity { return n.Headroom(line.Resource) }
		if s.greediest = greediest(c.Measured.Needs, added); s.greediest != nil {
			alone := line.Steady.DeepCopy()
			alone.Add(added(s.greediest))
			s.together = alone.Cmp(line.Hard) <= 0
		}
		out = append(out, s)
	}
	return withoutTwin(out)
}

// withoutTwin leaves out a shortage of memory that the one of limits stands for: the same pods, the
// same mend.
func withoutTwin(all []shortage) []shortage {
	byLimits := slices.ContainsFunc(all, func(s shortage) bool { return s.resource == "limits.memory" })
	return slices.DeleteFunc(all, func(s shortage) bool { return byLimits && s.resource == "requests.memory" })
}

// greediest is the workload that needs most; none where none needs any.
func greediest(needs []proof.Need, amount func(*proof.Need) resource.Quantity) *proof.Need {
	var best *proof.Need
	var most resource.Quantity
	for i := range needs {
		if q := amount(&needs[i]); q.Cmp(most) > 0 {
			best, most = &needs[i], q
		}
	}
	return best
}

// words says a resource as people do.
var words = map[string]string{
	"requests.cpu": "CPU", "requests.memory": "memory", "limits.memory": "memory by limits", "requests.storage": "storage",
}

func (s shortage) message() string {
	what := cmp.Or(words[s.resource], s.resource)
	if s.greediest == nil {
		return fmt.Sprintf("%s %s needed, quota %s", s.needed, what, s.has)
	}
	name := s.greediest.Key.Name
	switch {
	case s.check == steadyFits:
		return fmt.Sprintf("pods at their most need %s %s, entitled to %s; %s needs most", s.needed, what, s.has, name)
	case s.together:
		return fmt.Sprintf("releases that come together hang: %s %s needed, quota %s; %s needs most", s.needed, what, s.has, name)
	}
	return fmt.Sprintf("release of %s hangs: %s %s needed, quota %s", name, s.needed, what, s.has)
}
