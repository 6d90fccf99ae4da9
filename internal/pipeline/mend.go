package pipeline

import (
	"slices"
	"sort"
	"strconv"
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

// mend is a field of the resolved tenant and a value that ends a shortage.
type mend struct {
	path  manifest.Path
	value string
}

// explain is the finding about a shortage: at the line of the first mend, or at the workload where
// nothing mends it.
func (m mender) explain(s shortage, cert Certificate, built []overlay.Built, tree *overlay.Tree) manifest.Problem {
	p := manifest.Problem{
		Check: s.check, Severity: manifest.High, Message: s.message(), Controls: capacity,
		Tenant: cert.Tenant, Environment: cert.Environment, Remedy: s.remedy(),
	}
	path := m.figure(s.resource)
	if path == nil {
		path = manifest.Path{"spec", "tier"} // whose the quota of objects is
	}
	mends := m.mends(s)
	if len(mends) > 0 {
		var texts []string
		for _, one := range mends {
			texts = append(texts, m.tenant.Field(m.env.Name, one.path)+" to "+one.value)
		}
		path, p.Remedy = mends[0].path, "set "+strings.Join(texts, ", or ")
	}
	p.Position, p.Field = m.tenant.At(m.env.Name, path), m.tenant.Field(m.env.Name, path)
	if p.Object = s.quota; s.greediest != nil {
		p.Object = s.greediest.Key
	}
	for _, b := range built {
		if b.Key() != p.Object {
			continue
		}
		p.APIVersion, p.Output = b.APIVersion(), tree.Output(cert.Environment, b, nil)
		if b.Source != nil {
			p.Position, p.Field = b.Source.Position, ""
		}
	}
	return p
}

// remedy is what helps where no value of a single field does.
func (s shortage) remedy() string {
	if s.check == releaseFits && words[s.resource] != "" {
		return "lower what several services request, or ask the platform team for a higher entitlement or platform spec.releaseHeadroom"
	}
	return "lower what is asked for, or ask the platform team for more"
}

// mends are the proven ways out: fewer pods of the workload that needs most, another strategy for it,
// a higher entitlement.
func (m mender) mends(s shortage) []mend {
	var out []mend
	if s.greediest != nil {
		if service := manifest.ParsePath(s.greediest.Subject); len(service) >= 3 && service[1] == "services" {
			out = append(out, m.fewerPods(s, service[:3])...)
			out = append(out, m.rolling(s, service[:3])...)
		}
	}
	if m.figure(s.resource) == nil {
		return out
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
	case s.greediest.Key.Name != name: // the second version of a test
		path = service.Join("release", "replicas")
		most = int(valueOf(svc.Release.Replicas))
	case svc.Autoscaling != nil:
		path, most, least = service.Join("autoscaling", "max"), int(svc.Autoscaling.Max), max(int(svc.Autoscaling.Min), 1)
	case svc.Replicas != nil:
		most = int(*svc.Replicas)
	}
	if s.greediest.Key.Name == name {
		least = max(least, int(valueOf(svc.Release.Replicas))) // a test cannot have more pods than its service
	}
	// Search finds the first of a row that holds; the row runs from most pods to fewest.
	steps := max(most-least, 0)
	i := sort.Search(steps, func(i int) bool { return m.holds(s, path, int64(most-1-i)) })
	if i == steps {
		return nil
	}
	return []mend{{path, strconv.Itoa(most - 1 - i)}}
}

func valueOf(n *int32) int32 {
	if n == nil {
		return 0
	}
	return *n
}

// rolling is the strategy that needs least. It is no mend where the release says more, which rolling
// would not know, nor where any environment of the tenant demands steps.
func (m mender) rolling(s shortage, service manifest.Path) []mend {
	release := service.Join("release")
	path := release.Join("strategy")
	name, _ := service[2].(string)
	svc := m.env.Spec.Services[name]
	if s.check == steadyFits || svc.Release.Strategy == "rolling" || svc.Critical && m.demandsProgress() || m.saysMore(release) {
		return nil
	}
	if !slices.Contains(m.env.Tier.Allows.Strategies, "rolling") || !m.holds(s, path, "rolling") {
		return nil
	}
	return []mend{{path, "rolling"}}
}

// saysMore reports whether people wrote more of a release than its strategy.
func (m mender) saysMore(release manifest.Path) bool {
	return slices.ContainsFunc(m.tenant.Leaves(m.env.Name), func(leaf schemas.Leaf) bool {
		within := len(leaf.Path) > len(release) && slices.Equal(leaf.Path[:len(release)], release)
		return within && leaf.Path[len(release)] != "strategy"
	})
}

func (m mender) demandsProgress() bool {
	return slices.ContainsFunc(m.env.Platform.Environments, func(e schemas.PlatformEnvironment) bool {
		has := func(own schemas.Environment) bool { return own.Name == e.Name }
		return e.RequiresProgressive && slices.ContainsFunc(m.tenant.Environments, has)
	})
}

// more searches the least entitlement that fits, in steps that people write, up to the tier's most.
func (m mender) more(s shortage) []mend {
	path := m.figure(s.resource)
	now, most, step := m.bound(path)
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
	i := sort.Search(count, func(i int) bool {
		v := value(i)
		return m.holds(s, path, written(path, v))
	})
	if i == count {
		return nil
	}
	v := value(i)
	return []mend{{path, v.String()}}
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
func (m mender) bound(path manifest.Path) (now, most, step resource.Quantity) {
	spec, tier := m.env.Spec.Resources, m.env.Tier
	switch name, _ := path[2].(string); name {
	case "cpu":
		now, most, step = spec.CPU, tier.CPU.Maximum, resource.MustParse("100m")
	case "memory":
		now, most, step = spec.Memory, tier.Memory.Maximum, resource.MustParse("64Mi")
	case "storage":
		now, most, step = spec.Storage, tier.Storage.Maximum, resource.MustParse("1Gi")
	case "devices":
		device, _ := path[3].(string)
		count := func(n int64) resource.Quantity { return *resource.NewQuantity(n, resource.DecimalSI) }
		now, most, step = count(spec.Devices[device]), count(tier.Devices[device]), count(1)
	}
	for _, e := range m.env.Platform.Environments {
		if e.Name == m.env.Name && e.SharePercent != 100 {
			most = resource.MustParse("0") // the share of a figure is the platform's, no tenant can raise it
		}
	}
	return now, most, step
}

// figure is the field of spec.resources that a resource of a quota follows; nil for one that follows none.
func (m mender) figure(name string) manifest.Path {
	path := manifest.Path{"spec", "resources"}
	device, _ := strings.CutPrefix(name, "requests.")
	switch {
	case slices.Contains(m.env.Cluster.Devices, device):
		return path.Join("devices", device)
	case words[name] == "":
		return nil
	case name == "requests.cpu" || name == "limits.cpu":
		return path.Join("cpu")
	case strings.HasSuffix(name, "storage"):
		return path.Join("storage")
	}
	return path.Join("memory")
}

// written is a figure as it stands in the tenant's file: devices are numbers.
func written(path manifest.Path, q resource.Quantity) any {
	if path[2] == "devices" {
		return q.Value()
	}
	return q.String()
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
		return overlay.Place(generators.Whole(m.tenant, e), e.Namespace, e.Name), true
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
	return objectsIn(asIf(tree, e.Name, built)), true
}
