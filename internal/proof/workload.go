package proof

import (
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// slow is the grace in seconds above which pods that stop are counted beside those that take their place: the quota charges
// them until their grace ends, and a refused ReplicaSet tries again with growing delays.
const slow = 120

// measures are the ways to count, by group and kind.
var measures = map[string]func(*work){
	"apps/Deployment":           (*work).deployment,
	"apps/StatefulSet":          (*work).statefulSet,
	"apps/ReplicaSet":           (*work).fixed,
	"apps/DaemonSet":            (*work).daemonSet,
	"/ReplicationController":    (*work).fixed,
	"/Pod":                      (*work).single,
	"/PersistentVolumeClaim":    (*work).volumeClaim,
	"batch/Job":                 (*work).job,
	"batch/CronJob":             (*work).cronJob,
	"keda.sh/ScaledJob":         (*work).scaledJob,
	rolloutKind:                 (*work).rollout,
	experimentKind:              (*work).experiment,
	analysisRunKind:             (*work).analysisRun,
	clusterKind:                 (*work).cluster,
	"postgresql.cnpg.io/Pooler": (*work).pooler,
}

// measure counts the object; false if it is no workload. A kind that we do not know and that holds a pod is told.
func (w *work) measure() bool {
	count, ok := measures[w.key.Group+"/"+w.key.Kind]
	if !ok {
		if list(w.object.Tree, "spec", "template", "spec", "containers") != nil && w.key.Group != knativeGroup {
			w.assumption("not examined: %s", w.key)
		}
		return false
	}
	count(w)
	w.need.Why = strings.Join(w.why, ", ")
	return true
}

var templatePath = manifest.Path{"spec", "template"}

// template measures the pod of spec.template.
func (w *work) template() (pod, any) {
	t := get(w.object.Tree, "spec", "template")
	p := w.pod(t, templatePath, w.widened[w.key])
	w.need.Pod = p.demand.demand()
	return p, t
}

// run is n pods at all times, and surge more at the peak.
func (w *work) run(p pod, n, surge int64) {
	w.need.steady.add(p, n)
	w.need.peak.add(p, n+surge)
}

func (w *work) because(format string, args ...any) {
	w.why = append(w.why, fmt.Sprintf(format, args...))
}

// stopping adds the largest batch of pods that stop at once where they take long to.
func (w *work) stopping(p pod, template any, batch int64) {
	grace := w.number(30, template, "spec", "terminationGracePeriodSeconds")
	if grace <= slow || batch <= 0 {
		return
	}
	w.need.peak.add(p, batch)
	w.because("%d pods that take up to %d s to stop", batch, grace)
}

func (w *work) deployment() {
	p, t := w.template()
	n := w.replicas()
	if text(w.object.Tree, "spec", "strategy", "type") == "Recreate" {
		w.run(p, n, 0)
		return
	}
	bounds := get(w.object.Tree, "spec", "strategy", "rollingUpdate")
	surge, unavailable := w.fenceposts(bounds, n, false)
	w.surge(p, n, surge, bounds)
	w.stopping(p, t, min(n, surge+unavailable))
}

// surge is a rolling release.
func (w *work) surge(p pod, n, surge int64, bounds any) {
	w.run(p, n, surge)
	if surge > 0 {
		w.because("surge of %s", amountOf(get(bounds, "maxSurge")))
	}
}

// amountOf writes a surge as people do.
func amountOf(v any) string {
	switch x := v.(type) {
	case nil:
		return "25 %"
	case string:
		return fmt.Sprintf("%.20s %%", strings.TrimSuffix(x, "%"))
	}
	return fmt.Sprint(v)
}

// fenceposts are how many pods a rolling release may start above the wanted number, and stop below it.
func (w *work) fenceposts(bounds any, n int64, bare bool) (surge, unavailable int64) {
	surge = w.portion(get(bounds, "maxSurge"), n, true, bare, "maxSurge")
	unavailable = w.portion(get(bounds, "maxUnavailable"), n, false, bare, "maxUnavailable")
	if surge == 0 && unavailable == 0 {
		unavailable = 1
	}
	return surge, min(unavailable, n)
}

// statefulSet replaces a pod after it has stopped, so it never has more than it wants. Each pod keeps its claims.
func (w *work) statefulSet() {
	p, _ := w.template()
	n := w.replicas()
	w.run(p, n, 0)
	for i, c := range list(w.object.Tree, "spec", "volumeClaimTemplates") {
		w.claim(&w.steadyClaims, get(c, "spec"), n, manifest.Path{"spec", "volumeClaimTemplates", i})
	}
	w.peakClaims = w.steadyClaims
}

func (w *work) fixed() {
	p, _ := w.template()
	w.run(p, w.replicas(), 0)
}

func (w *work) single() {
	p := w.pod(w.object.Tree, nil, w.widened[w.key])
	w.need.Pod = p.demand.demand()
	w.run(p, 1, 0)
}

func (w *work) daemonSet() {
	w.template()
	w.unbounded(manifest.High, w.key.String()+" runs on every node: its pods cannot be counted",
		"use a Deployment with a number of replicas")
}

func (w *work) volumeClaim() {
	w.claim(&w.steadyClaims, get(w.object.Tree, "spec"), 1, manifest.Path{"spec"})
	w.peakClaims = w.steadyClaims
}
