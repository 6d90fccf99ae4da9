package proof

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// measurer holds what workloads look up in the other objects.
type measurer struct {
	facts     Facts
	objects   map[manifest.Key]manifest.Object
	scaled    map[manifest.Key]int64 // the most replicas an autoscaler asks for, by its target
	widened   map[manifest.Key]any   // the tree of the VerticalPodAutoscaler, by its target
	runs      map[manifest.Key]int64 // how many runs of a CronJob there may be at once
	templates map[jobsAt]usage       // the Jobs of analysis templates
	out       Measurement
}

// work is the measuring of one object.
type work struct {
	*measurer
	object manifest.Object
	key    manifest.Key
	need   Need
	// namespace is where the pods run, where the object itself has none.
	namespace string
	why       []string

	steadyClaims, peakClaims amounts
}

func newMeasurer(objects []manifest.Object, f Facts) *measurer {
	m := &measurer{
		facts: f, objects: make(map[manifest.Key]manifest.Object, len(objects)),
		scaled: map[manifest.Key]int64{}, widened: map[manifest.Key]any{}, runs: map[manifest.Key]int64{}, templates: map[jobsAt]usage{},
		out: Measurement{
			Steady: Demand{}, Peak: Demand{}, SteadySidecars: Demand{}, Sidecars: Demand{}, spaces: map[string]*space{},
		},
	}
	for _, o := range objects {
		k := o.Key()
		m.objects[k] = o
		switch {
		case k.Group == "" && k.Kind == "LimitRange":
			s := m.space(k.Namespace)
			s.limits = append(s.limits, m.work(o).limitRange())
		case k.Group == "" && k.Kind == "ResourceQuota":
			m.work(o).require()
		case k.Group == "autoscaling" && k.Kind == "HorizontalPodAutoscaler", k.Group == "keda.sh" && k.Kind == "ScaledObject":
			m.work(o).scaler()
		case k.Group == "autoscaling.k8s.io" && k.Kind == "VerticalPodAutoscaler":
			m.work(o).vertical()
		}
	}
	if f.Sidecar != nil {
		m.out.sidecar = counted(listed(f.Sidecar.Requests), listed(f.Sidecar.Limits))
	}
	return m
}

func listed(m map[string]quantity) amounts {
	var a amounts
	for name, q := range m {
		a.set(name, q)
	}
	return a
}

func (m *measurer) work(o manifest.Object) *work {
	return &work{measurer: m, object: o, key: o.Key()}
}

// here is the namespace that the object's pods run in.
func (w *work) here() *space {
	if w.key.Namespace == "" {
		return w.space(w.namespace)
	}
	return w.space(w.key.Namespace)
}

func (m *measurer) space(namespace string) *space {
	s := m.out.spaces[namespace]
	if s == nil {
		s = &space{steady: make(amounts, 0, 32), peak: make(amounts, 0, 32)}
		m.out.spaces[namespace] = s
	}
	return s
}

func (m *measurer) assumption(format string, args ...any) {
	m.out.Assumptions = append(m.out.Assumptions, fmt.Sprintf(format, args...))
}

// unreadable reports a value that is no number; unbounded a workload without a bound.
func (w *work) unreadable(field string, v any) {
	switch v.(type) {
	case map[string]any, []any:
		v = "a map or a list"
	}
	w.unbounded(manifest.High, fmt.Sprintf("%s cannot be counted: %.100s is no number that Kubernetes accepts: %.60s",
		w.key, field, fmt.Sprint(v)), "")
}

func (w *work) unbounded(severity manifest.Severity, message, remedy string) {
	w.out.Unbounded = append(w.out.Unbounded, w.problem(severity, CheckPeak, message, remedy, manifest.Path{"spec"}))
}

// scaler notes the most replicas that an autoscaler asks for.
func (w *work) scaler() {
	ref, field, most := get(w.object.Tree, "spec", "scaleTargetRef"), "maxReplicas", int64(1)
	version, kind := text(ref, "apiVersion"), text(ref, "kind")
	if w.key.Kind == "ScaledObject" {
		field, most = "maxReplicaCount", 100
		if kind == "" {
			version, kind = "apps/v1", "Deployment"
		}
	}
	target := w.target(version, kind, text(ref, "name"))
	w.scaled[target] = max(w.scaled[target], w.number(most, w.object.Tree, "spec", field), w.paused())
}

// paused is the number of pods at which KEDA holds a workload, whatever its maximum.
func (w *work) paused() int64 {
	n, _ := strconv.ParseInt(text(w.object.Tree, "metadata", "annotations", "autoscaling.keda.sh/paused-replicas"), 10, 32)
	return n
}

// target is the key of an object in the same namespace.
func (w *work) target(version, kind, name string) manifest.Key {
	group, _, ok := strings.Cut(version, "/")
	if !ok {
		group = ""
	}
	return manifest.Key{Group: group, Kind: kind, Namespace: w.key.Namespace, Name: name}
}

// replicas is the most pods that the workload wants between releases: an autoscaler's maximum, or its own word. Both, where it
// has both, since each applying of the object says the number again.
func (w *work) replicas() int64 {
	n, scaled := w.scaled[w.key]
	if scaled && get(w.object.Tree, "spec", "replicas") == nil {
		return n
	}
	return max(n, w.number(1, w.object.Tree, "spec", "replicas"))
}
