package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const archLabel = "kubernetes.io/arch"

// Serves reports whether pods of a tenant may ask for the pool.
func (p Pool) Serves(tenant string) bool {
	return len(p.Tenants) == 0 || slices.Contains(p.Tenants, tenant)
}

// placement refuses nodes and priorities that the cluster does not have, or not for this tenant.
func (e *resolved) placement(at manifest.Path, p Placement) {
	pool, ok := e.cluster.Pools[p.Pool]
	switch {
	case p.Pool == "":
	case !ok:
		e.missing(at.Join("pool"), "pool", p.Pool, e.poolsOf())
	case !pool.Serves(e.name):
		e.complain(at.Join("pool"), "pool %s of cluster %s is not for this tenant", p.Pool, e.cluster.Name)
	case p.Architecture != "" && pool.Labels[archLabel] != "" && pool.Labels[archLabel] != p.Architecture:
		e.complain(at.Join("architecture"), "the nodes of pool %s are %s", p.Pool, pool.Labels[archLabel])
	}
	if allowed := e.facts.priorityClasses(); p.Priority != "" && !slices.Contains(allowed, p.Priority) {
		e.missing(at.Join("priority"), "class of priority for tenants that is called", p.Priority, allowed)
	}
}

// poolsOf are the pools that the tenant may ask for.
func (e *resolved) poolsOf() []string {
	return slices.DeleteFunc(sortedKeys(e.cluster.Pools), func(name string) bool { return !e.cluster.Pools[name].Serves(e.name) })
}

// priorityClasses are those that pods of tenants may have. Those of the system are nobody's.
func (p *Platform) priorityClasses() []string {
	placement, _ := p.Placement.(map[string]any)
	list, _ := placement["priorityClasses"].([]any)
	var out []string
	for _, v := range list {
		if class, _ := v.(string); class != "" && !strings.HasPrefix(class, "system-") {
			out = append(out, class)
		}
	}
	return out
}

// devices refuses devices of a container that the cluster does not have, or the tenant.
func (e *resolved) devices(at manifest.Path, asked map[string]int64) {
	for _, name := range sortedKeys(asked) {
		if !e.offered(at.Join(name), name) {
			continue
		}
		if has := e.environment.Spec.Resources.Devices[name]; asked[name] > has {
			p := e.complain(at.Join(name), "%d is above the tenant's %d", asked[name], has)
			p.Remedy = fmt.Sprintf("set %s to what its pods need while versions overlap", e.field(manifest.Path{"spec", "resources", "devices", name}))
		}
	}
}

// offered refuses a device that the cluster does not have.
func (e *resolved) offered(at manifest.Path, name string) bool {
	if slices.Contains(e.cluster.Devices, name) {
		return true
	}
	p := e.complain(at, "cluster %s has no device %s%s", e.cluster.Name, name, suggest(name, e.cluster.Devices))
	p.Remedy = fmt.Sprintf("remove %s, or have the device named among those of cluster %s", p.Field, e.cluster.Name)
	return false
}

// entitledDevices judges how many devices the tenant has against what its tier allows in this environment.
func (e *resolved) entitledDevices() {
	at := manifest.Path{"spec", "resources", "devices"}
	asked := e.environment.Spec.Resources.Devices
	for _, name := range sortedKeys(asked) {
		if !e.offered(at.Join(name), name) {
			continue
		}
		most := e.tiers.Get(e.tier.Name).Get("devices").Get(name)
		limit := e.tier.Devices[name] * e.stage.SharePercent / 100
		switch here := at.Join(name); {
		case asked[name] <= limit:
		case most == nil:
			p := e.complain(here, "tier %s has no %s", e.tier.Name, name)
			p.Remedy = fmt.Sprintf("remove %s, or set spec.tier to a tier whose devices name it", p.Field)
		default:
			e.tooMuch(here, fmt.Sprint(asked[name]), fmt.Sprint(limit), most)
		}
	}
}

// judgePools refuses pools that are for nobody we know of as nodes, and devices that are figures of every node.
func (p *platform) judgePools(cluster string) []manifest.Problem {
	var problems []manifest.Problem
	complain := func(at manifest.Path, remedy, format string, args ...any) {
		pos, _ := p.doc.Find(at)
		problem := fault(pos, at.String(), format, args...)
		problem.Remedy = remedy
		problems = append(problems, problem)
	}
	at := manifest.Path{"spec", "clusters", cluster}
	for _, name := range sortedKeys(p.facts.Clusters[cluster].Pools) {
		if len(p.facts.Clusters[cluster].Pools[name].Labels) == 0 {
			complain(at.Join("pools", name, "labels"), "name a label that its nodes have and no others", "pool %s has no labels, and would be every node", name)
		}
	}
	for _, name := range sortedKeys(p.facts.Clusters[cluster].Pools) {
		if pool := p.facts.Clusters[cluster].Pools[name]; len(pool.Tenants) > 0 && pool.Taint == nil {
			complain(at.Join("pools", name, "tenants"), "give the pool a taint", "pool %s has no taint, so that pods of other tenants run there, too", name)
			problems[len(problems)-1].Severity = manifest.Warning
		}
	}
	for i, device := range p.facts.Clusters[cluster].Devices {
		if domain, _, ok := strings.Cut(device, "/"); !ok || domain == "kubernetes.io" || strings.HasSuffix(domain, ".kubernetes.io") {
			complain(at.Join("devices", i), "write it as nodes offer it, such as nvidia.com/gpu", "%s is no device: those have the domain of their maker before the name", device)
		}
	}
	return problems
}
