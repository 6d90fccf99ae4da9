package pipeline

import (
	"fmt"
	"sort"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// mender searches values of the tenant's own fields with which a shortage is gone, and proves each by
// rendering and measuring the tenant with it.
type mender struct {
	tenant *schemas.Tenant
	env    *schemas.Environment
}

// mend is a field and a value that ends a shortage.
type mend struct {
	path manifest.Path
	text string
}

// explain is the finding about a shortage: at the line of the first mend, or at the workload where
// nothing mends it.
func (m mender) explain(s shortage, cert Certificate, built []overlay.Built, tree *overlay.Tree) manifest.Problem {
	p := manifest.Problem{
		Check: s.check, Severity: manifest.High, Message: s.message(), Controls: capacity,
		Tenant: cert.Tenant, Environment: cert.Environment,
	}
	path := manifest.Path{"spec", "resources", figure(s.resource)}
	if s.greediest != nil {
		p.Object = s.greediest.Key
		for _, b := range built {
			if b.Key() == p.Object {
				p.APIVersion, p.Output = b.APIVersion(), tree.Output(cert.Environment, b, nil)
			}
		}
	}
	mends := m.mends(s)
	var texts []string
	for _, one := range mends {
		texts = append(texts, one.text)
	}
	if len(mends) > 0 {
		path, p.Remedy = mends[0].path, "set "+strings.Join(texts, ", or ")
	} else {
		p.Remedy = "no single field mends it: lower what several services request, or ask the platform team for a higher entitlement or platform spec.releaseHeadroom"
	}
	p.Position, p.Field = m.tenant.At(m.env.Name, path), path.String()
	return p
}

// mends are the proven ways out: fewer pods of the workload that needs most, another strategy for it,
// a higher entitlement.
func (m mender) mends(s shortage) []mend {
	var out []mend
	if s.greediest != nil {
		service := manifest.ParsePath(s.greediest.Subject)
		if len(service) >= 3 && service[1] == "services" {
			out = append(out, m.fewerPods(s, service[:3])...)
			out = append(out, m.rolling(s, service[:3])...)
		}
	}
	return append(out, m.more(s)...)
}

// fewerPods searches the greatest number of pods that fits.
func (m mender) fewerPods(s shortage, service manifest.Path) []mend {
	name, _ := service[2].(string)
	svc, ok := m.env.Spec.Services[name]
	if !ok {
		return nil
	}
	path, most, least := service.Join("replicas"), 1, 1
	switch {
	case svc.Autoscaling != nil:
		path, most, least = service.Join("autoscaling", "max"), int(svc.Autoscaling.Max), max(int(svc.Autoscaling.Min), 1)
	case svc.Replicas != nil:
		most = int(*svc.Replicas)
	}
	// Search finds the first of a row that holds; the row runs from most pods to fewest.
	steps := most - least
	i := sort.Search(steps, func(i int) bool { return m.holds(s, path, int64(most-1-i)) })
	if i == steps {
		return nil
	}
	return []mend{{path, fmt.Sprintf("%s to %d", path, most-1-i)}}
}

// rolling is the strategy that needs least.
func (m mender) rolling(s shortage, service manifest.Path) []mend {
	path := service.Join("release", "strategy")
	name, _ := service[2].(string)
	if svc := m.env.Spec.Services[name]; s.check == steadyFits || svc.Release.Strategy == "rolling" || svc.Critical && m.demandsProgress() {
		return nil
	}
	if !m.holds(s, path, "rolling") {
		return nil
	}
	return []mend{{path, fmt.Sprintf("%s to rolling", path)}}
}

func (m mender) demandsProgress() bool {
	for _, e := range m.env.Platform.Environments {
		if e.Name == m.env.Name {
			return e.RequiresProgressive
		}
	}
	return false
}

// more searches the least entitlement that fits, in steps that people write, up to the tier's most.
func (m mender) more(s shortage) []mend {
	name := figure(s.resource)
	now, most, step := m.bound(name)
	if step.IsZero() {
		return nil
	}
	value := func(i int) resource.Quantity {
		q := resource.Quantity{Format: step.Format}
		q.Add(step)
		q.Mul(units(now, step) + int64(i) + 1)
		return q
	}
	count := int(max(units(most, step)-units(now, step), 0))
	path := manifest.Path{"spec", "resources", name}
	i := sort.Search(count, func(i int) bool {
		v := value(i)
		return m.holds(s, path, v.String())
	})
	if i == count {
		return nil
	}
	v := value(i)
	return []mend{{path, fmt.Sprintf("%s to %s", path, v.String())}}
}

// units is how many whole steps are in q.
func units(q, step resource.Quantity) int64 {
	if step.MilliValue() == 0 {
		return 0
	}
	if step.MilliValue() < 1000 {
		return q.MilliValue() / step.MilliValue()
	}
	return q.Value() / step.Value()
}

// bound is what the tenant has of a figure, the most its tier has in this environment, and the step
// in which people write it.
func (m mender) bound(name string) (now, most, step resource.Quantity) {
	spec, tier := m.env.Spec.Resources, m.env.Tier
	switch name {
	case "cpu":
		now, most, step = spec.CPU, tier.CPU.Maximum, resource.MustParse("100m")
	case "memory":
		now, most, step = spec.Memory, tier.Memory.Maximum, resource.MustParse("64Mi")
	case "storage":
		now, most, step = spec.Storage, tier.Storage.Maximum, resource.MustParse("1Gi")
	}
	for _, e := range m.env.Platform.Environments {
		if e.Name == m.env.Name && e.SharePercent != 100 {
			most = resource.MustParse("0") // the share of a figure is the platform's, no tenant can raise it
		}
	}
	return now, most, step
}

// figure is the field of spec.resources that a resource of a quota follows.
func figure(name string) string {
	switch {
	case name == "requests.cpu" || name == "limits.cpu":
		return "cpu"
	case strings.HasSuffix(name, "storage"):
		return "storage"
	}
	return "memory"
}

// holds renders the tenant with another value and proves that the shortage is gone.
func (m mender) holds(s shortage, path manifest.Path, value any) bool {
	e, ok := m.tenant.With(m.env.Name, path, value)
	if !ok {
		return false
	}
	objects, ok := m.objects(e)
	if !ok {
		return false
	}
	measured := proof.Measure(objects, generators.Facts(e))
	if has, bounded := entitled(e)[s.resource]; bounded {
		if steady := measured.Steady[s.resource]; steady.Cmp(has) > 0 {
			return false
		}
	}
	for _, line := range measured.Fit(objects) {
		if line.Resource == s.resource && !line.Fits {
			return false
		}
	}
	return true
}

// objects are those of the tenant with another environment, people's patches among them.
func (m mender) objects(e *schemas.Environment) ([]manifest.Object, bool) {
	if len(m.tenant.Extras) == 0 {
		return overlay.Place(generators.Generate(m.tenant, e), e.Namespace, e.Name), true
	}
	changed := *m.tenant
	changed.Environments = append([]schemas.Environment(nil), m.tenant.Environments...)
	for i := range changed.Environments {
		if changed.Environments[i].Name == e.Name {
			changed.Environments[i] = *e
		}
	}
	tree, _ := overlay.New(sourceOf(&changed))
	if tree == nil {
		return nil, false
	}
	built, problems := tree.Build(e.Name)
	for _, p := range problems {
		if p.Severity.AtLeast(manifest.High) {
			return nil, false
		}
	}
	out := make([]manifest.Object, len(built))
	for i, b := range built {
		out[i] = b.Object
	}
	return out, true
}
