package proof

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// container is one container of a pod, with what admission makes of its resources.
type container struct {
	name             string
	at               manifest.Path
	init, restarts   bool
	requests, limits amounts
}

// pod measures one pod of the template at a path: what the quota counts for it once defaults, LimitRanges and a
// VerticalPodAutoscaler, if any, have changed it.
func (w *work) pod(template any, at manifest.Path, vertical any) pod {
	spec := get(template, "spec")
	cs := w.containers(spec, at)
	level := w.podLevel(spec, cs)
	for i := range cs {
		w.defaults(&cs[i])
		if vertical != nil && !cs[i].init {
			w.widen(&cs[i], vertical)
		}
		w.admit(cs[i], level.set)
	}
	requests, limits := sum(cs, func(c container) amounts { return c.requests }), sum(cs, func(c container) amounts { return c.limits })
	requests.replace(level.requests)
	limits.replace(level.limits)
	exceed(w, "pod ", requests, level.limits, at.Join("spec")) // nobody compares the sums of containers
	overhead := w.amounts(spec, "overhead")
	requests.add(overhead)
	for _, o := range overhead {
		if have := limits.of(o.name); !have.IsZero() {
			limits.raise(o.name, o.q)
		}
	}
	w.bounds("Pod", "pod ", requests, limits, at.Join("spec"))
	p := pod{class: w.class(template, cs, level), demand: counted(requests, limits)}
	w.ephemeralClaims(spec, at, &p.demand)
	return p
}

func (w *work) containers(spec any, at manifest.Path) []container {
	apps, inits := list(spec, "containers"), list(spec, "initContainers")
	cs := make([]container, 0, len(apps)+len(inits))
	read := func(field string, items []any) {
		for i, v := range items {
			c := container{
				name: text(v, "name"), at: at.Join("spec", field, i, "resources"), init: field == "initContainers",
				requests: w.amounts(v, "resources", "requests"), limits: w.amounts(v, "resources", "limits"),
			}
			c.restarts = c.init && text(v, "restartPolicy") == "Always"
			c.requests.fill(c.limits)
			cs = append(cs, c)
		}
	}
	read("containers", apps)
	read("initContainers", inits)
	return cs
}

// sum is what all containers need at once at most: those of the pod and the init containers that keep running, or an init
// container and those before it that keep running, whichever is more.
func sum(cs []container, of func(container) amounts) amounts {
	var total, kept, most amounts
	for _, c := range cs {
		switch {
		case !c.init:
			total.add(of(c))
		case c.restarts:
			total.add(of(c))
			kept.add(of(c))
			most.atLeast(kept)
		default:
			while := kept.copy()
			while.add(of(c))
			most.atLeast(while)
		}
	}
	total.atLeast(most)
	return total
}

// level is what a pod says of itself as a whole.
type level struct {
	set              bool
	requests, limits amounts
}

// podLevel reads spec.resources, with the requests that the API server fills in before admission.
func (w *work) podLevel(spec any, cs []container) level {
	if get(spec, "resources") == nil {
		return level{}
	}
	l := level{requests: w.amounts(spec, "resources", "requests"), limits: w.amounts(spec, "resources", "limits")}
	other := func(a amount) bool { return !levelled(a.name) }
	l.requests, l.limits = slices.DeleteFunc(l.requests, other), slices.DeleteFunc(l.limits, other)
	if len(l.limits) > 0 {
		for _, r := range sum(cs, func(c container) amounts { return c.requests }) {
			if r.name == "cpu" || r.name == "memory" {
				l.requests.fill(amounts{r})
			}
		}
		l.requests.fill(l.limits)
	}
	l.set = len(l.requests)+len(l.limits) > 0
	return l
}

func levelled(name string) bool {
	return name == "cpu" || name == "memory" || strings.HasPrefix(name, "hugepages-")
}

// admit reports why the API server would refuse a container.
func (w *work) admit(c container, levelled bool) {
	subject := fmt.Sprintf("container %q ", c.name)
	exceed(w, subject, c.requests, c.limits, c.at)
	w.bounds("Container", subject, c.requests, c.limits, c.at)
	if levelled {
		return
	}
	for _, r := range w.here().required {
		from, what := c.requests, "request"
		if r.limit {
			from, what = c.limits, "limit"
		}
		if from.index(r.name) < 0 {
			w.refuse(fmt.Sprintf("%shas no %s of %s, which ResourceQuota %s counts", subject, what, r.name, r.quota), c.at)
		}
	}
}

// exceed reports requests above their limits.
func exceed(w *work, subject string, requests, limits amounts, at manifest.Path) {
	for _, r := range requests {
		if limit, ok := limits.get(r.name); ok && r.q.Cmp(limit) > 0 {
			w.refuse(fmt.Sprintf("%srequests %s %s, above its limit %s", subject, r.q.String(), r.name, limit.String()), at)
		}
	}
}

// class says which scoped quotas count the pod, and whether a mesh adds its sidecar.
func (w *work) class(template any, cs []container, l level) class {
	spec := get(template, "spec")
	c := class{
		deadline: get(spec, "activeDeadlineSeconds") != nil,
		priority: text(spec, "priorityClassName"),
		injected: w.facts.Sidecar != nil && !refusesSidecar(template),
	}
	if c.injected {
		w.sizesSidecar(template)
	}
	if runtime := text(spec, "runtimeClassName"); runtime != "" && get(spec, "overhead") == nil {
		w.assumption("RuntimeClass %s adds no overhead to pods", runtime)
	}
	c.bestEffort = !l.set && !c.injected
	for _, container := range cs {
		for _, a := range []amounts{container.requests, container.limits} {
			cpu, memory := a.of("cpu"), a.of("memory")
			c.bestEffort = c.bestEffort && cpu.IsZero() && memory.IsZero()
		}
	}
	return c
}

// resized are the annotations by which a pod takes another sidecar than the platform counts with.
const resized = "sidecar.istio.io/proxy"

// sizesSidecar reports a pod that chooses what its sidecar gets, which the quota was not made for.
func (w *work) sizesSidecar(template any) {
	annotations, _ := get(template, "metadata", "annotations").(map[string]any)
	for name := range annotations {
		rest, ok := strings.CutPrefix(name, resized)
		if ok && (strings.HasPrefix(rest, "CPU") || strings.HasPrefix(rest, "Memory")) {
			w.unbounded(manifest.High, w.key.String()+" sets the resources of its sidecar by annotation, which no quota was made for",
				"remove the annotations that begin with "+resized)
			return
		}
	}
}

// refusesSidecar says whether a pod tells the mesh to leave it alone.
func refusesSidecar(template any) bool {
	const inject = "sidecar.istio.io/inject"
	word := text(template, "metadata", "labels", inject)
	if word == "" {
		word = text(template, "metadata", "annotations", inject)
	}
	network, _ := get(template, "spec", "hostNetwork").(bool)
	return word == "false" || network
}
