package schemas

import (
	"fmt"
	"maps"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// beside is a container beside that of a service: an init step or a sidecar, with what both can say.
type beside struct {
	at        manifest.Path
	name      string
	step      InitStep
	ports     map[string]Port
	probes    Probes
	isSidecar bool
}

// besides are the further containers of a service, steps in their order and sidecars by name.
func (s Service) besides(path manifest.Path) []beside {
	var out []beside
	for i, step := range s.Init {
		out = append(out, beside{at: path.Join("init", i), name: step.Name, step: step})
	}
	for _, name := range sortedKeys(s.Sidecars) {
		c := s.Sidecars[name]
		out = append(out, beside{at: path.Join("sidecars", name), name: name, ports: c.Ports, probes: c.Probes, isSidecar: true, step: InitStep{
			Image: c.Image, Command: c.Command, Args: c.Args, Env: c.Env, EnvFrom: c.EnvFrom,
			Mounts: c.Mounts, Resources: c.Resources, SecurityContext: c.SecurityContext,
		}})
	}
	return out
}

// pod judges what is in the pods of a service beside its container, and what they demand of the cluster.
func (e *resolved) pod(path manifest.Path, name string, s Service) {
	if at := path.Join("sidecars"); len(s.Sidecars) > 0 && !e.cluster.AtLeast(OldestSidecar) {
		e.complain(at, "needs Kubernetes 1.%d, and cluster %s runs %s", OldestSidecar, e.cluster.Name, e.cluster.Version)
	}
	e.endless(path, s)
	taken := map[string]string{name: "the service's own container", name + "-b": "the container of a second version"}
	if e.cluster.Sidecars() {
		for _, own := range []string{"istio-proxy", "istio-init", "istio-validation"} {
			taken[own] = "a container of the mesh"
		}
	}
	for _, c := range s.besides(path) {
		at := c.at
		if !c.isSidecar {
			at = at.Join("name")
		}
		if other, ok := taken[c.name]; ok {
			e.complain(at, "%s is the name of %s as well", c.name, other)
		}
		taken[c.name] = "another container of the pod"
		e.container(c, s)
	}
	for i, secret := range s.PullSecrets {
		e.secret(path.Join("pullSecrets", i), secret)
	}
	e.memoryVolumes(path, s)
	e.stops(path, s)
	e.placement(path.Join("placement"), s.Placement)
	e.devices(path.Join("resources", "devices"), s.Resources.Devices)
}

// endless refuses pods that have to end beside a proxy of the mesh that does not.
func (e *resolved) endless(path manifest.Path, s Service) {
	if !e.cluster.Sidecars() || e.cluster.AtLeast(OldestSidecar) {
		return
	}
	refuse := func(at manifest.Path) {
		p := e.complain(at, "never ends: before Kubernetes 1.%d the proxy of the mesh goes on running, and cluster %s runs %s", OldestSidecar, e.cluster.Name, e.cluster.Version)
		p.Remedy = "bring the cluster up to date"
	}
	if s.Kind == "job" || s.Kind == "cronjob" {
		refuse(path.Join("kind"))
	}
	for i, step := range s.Init {
		if step.Once {
			refuse(path.Join("init", i, "once"))
		}
	}
}

// container judges what an init step or sidecar says.
func (e *resolved) container(c beside, s Service) {
	if c.step.Image == "" && len(c.step.Command)+len(c.step.Args) == 0 {
		p := e.complain(c.at, "runs what the service runs: it has neither an image nor a command or args of its own")
		p.Remedy = fmt.Sprintf("set %s to what it should run", e.field(c.at.Join("args")))
	}
	known := slices.Collect(maps.Keys(s.Files))
	for _, v := range s.Volumes {
		known = append(known, v.Mount)
	}
	slices.Sort(known)
	for i, mount := range c.step.Mounts {
		if !slices.Contains(known, mount) {
			e.complain(c.at.Join("mounts", i), "the service has nothing mounted at %s%s", mount, suggest(mount, known))
		}
	}
	if c.step.SecurityContext.FSGroup != nil {
		e.complain(c.at.Join("securityContext", "fsGroup"), "is of the whole pod").Remedy = "set that of the service"
	}
	e.containerSecrets(c.at, c.step.Env, c.step.EnvFrom)
	e.requests(c.at, c.step.Resources)
	e.devices(c.at.Join("resources", "devices"), c.step.Resources.Devices)
	e.probePorts(c.at, c.probes, c.ports)
}

// memoryVolumes refuses volumes in memory that take all that the container may have: the kernel would end it before they
// are full.
func (e *resolved) memoryVolumes(path manifest.Path, s Service) {
	var sum resource.Quantity
	for i, v := range s.Volumes {
		if !v.InMemory || v.EmptyDir == nil {
			continue
		}
		sum.Add(*v.EmptyDir)
		if most := s.Resources.Limits.Memory; most != nil && sum.Cmp(*most) >= 0 {
			p := e.complain(path.Join("volumes", i, "emptyDir"), "volumes in memory of %s leave nothing of the container's %s of memory", &sum, most)
			p.Remedy = fmt.Sprintf("raise %s, or lower %s", e.field(path.Join("resources", "limits", "memory")), p.Field)
			return
		}
	}
}

// stops judges what containers do before they stop.
func (e *resolved) stops(path manifest.Path, s Service) {
	e.stop(path.Join("preStop"), s.PreStop, s)
	for _, name := range sortedKeys(s.Sidecars) {
		e.stop(path.Join("sidecars", name, "preStop"), s.Sidecars[name].PreStop, s)
	}
}

func (e *resolved) stop(at manifest.Path, p *PreStop, s Service) {
	const usual = 30 // seconds that Kubernetes gives a pod to stop
	grace := int64(usual)
	if s.TerminationGracePeriod != nil {
		grace = *s.TerminationGracePeriod
	}
	switch {
	case p == nil:
	case (p.Sleep != "") == (len(p.Exec) > 0):
		e.complain(at, "must have exactly one of sleep and exec")
	case p.Sleep == "" || Milliseconds(p.Sleep) == 0:
	case Milliseconds(p.Sleep) > grace*1000:
		found := e.complain(at.Join("sleep"), "%s is longer than the %ds that a pod may take to stop", p.Sleep, grace)
		found.Remedy = fmt.Sprintf("raise %s, or lower %s", e.field(at[:3].Join("terminationGracePeriod")), found.Field)
	case !e.cluster.AtLeast(OldestSleep):
		found := e.complain(at.Join("sleep"), "needs Kubernetes 1.%d, and cluster %s runs %s", OldestSleep, e.cluster.Name, e.cluster.Version)
		found.Remedy = fmt.Sprintf("use %s, with a command that waits", e.field(at.Join("exec")))
	}
}
