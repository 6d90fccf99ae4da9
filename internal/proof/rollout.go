package proof

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const (
	argoGroup       = "argoproj.io"
	rolloutKind     = argoGroup + "/Rollout"
	experimentKind  = argoGroup + "/Experiment"
	analysisRunKind = argoGroup + "/AnalysisRun"
	knativeGroup    = "serving.knative.dev"
)

func (w *work) rollout() {
	p, t := w.rolloutPod()
	n := w.replicas()
	strategy := get(w.object.Tree, "spec", "strategy")
	canary, switched := get(strategy, "canary"), get(strategy, "blueGreen")
	switch {
	case isMap(switched):
		w.blueGreen(p, t, n, switched)
	case isMap(get(canary, "trafficRouting")):
		w.routed(p, t, n, canary)
	default:
		surge, unavailable := w.fenceposts(canary, n, true)
		w.surge(p, n, surge, canary)
		w.stopping(p, t, min(n, surge+unavailable))
		w.steps(p, canary)
	}
}

// rolloutPod is the pod of the Rollout's own template, or of the object that workloadRef names.
func (w *work) rolloutPod() (pod, any) {
	ref := get(w.object.Tree, "spec", "workloadRef")
	if !isMap(ref) {
		return w.template()
	}
	k := w.target(text(ref, "apiVersion"), text(ref, "kind"), text(ref, "name"))
	o, ok := w.objects[k]
	if !ok {
		w.unbounded(manifest.High, fmt.Sprintf("%s cannot be counted: its pod is that of %s, which is not among the objects", w.key, k), "")
	}
	t := get(o.Tree, "spec", "template")
	if k.Kind == "PodTemplate" {
		t = get(o.Tree, "template")
	}
	there := &work{measurer: w.measurer, object: o, key: k}
	p := there.pod(t, templatePath, w.widened[w.key])
	w.need.Pod = p.demand.demand()
	return p, t
}

// blueGreen runs the new version whole beside the old one, however few pods the preview starts with; it may start with more.
func (w *work) blueGreen(p pod, template any, n int64, strategy any) {
	preview := w.number(0, strategy, "previewReplicaCount")
	w.run(p, n, max(n, preview))
	w.because("both versions whole")
	if preview > n {
		w.because("a preview of %d", preview)
	}
	w.stopping(p, template, n)
	w.keeps(strategy)
	w.atOnce(w.analysis(list(strategy, "prePromotionAnalysis", "templates")), w.analysis(list(strategy, "postPromotionAnalysis", "templates")))
}

// routed keeps the old version whole until the new one is, or larger where a step says so. minPodsPerReplicaSet is never more
// than the replicas. A version that overtakes the new one needs a pod before that one goes: the controller scales nothing down
// that the canary Service selects, and moves the Service to the third version when a pod of it is ready.
func (w *work) routed(p pod, template any, n int64, canary any) {
	most := n
	full := max(1, w.number(100, canary, "trafficRouting", "maxTrafficWeight"))
	for _, step := range list(canary, "steps") {
		scale := get(step, "setCanaryScale")
		most = max(most, w.number(0, scale, "replicas"), share(n, w.number(0, scale, "weight"), full, true))
	}
	third := min(n, 1)
	w.run(p, n, most+third)
	w.because("both versions whole")
	if most > n {
		w.because("a canary of %d", most)
	}
	if third > 0 {
		w.because("a pod of a third")
	}
	w.stopping(p, template, most)
	w.keeps(canary)
	w.steps(p, canary)
}

// keeps judges how long old versions are kept. The controller does not take a delay of nought as one: it never scales the old
// version down.
func (w *work) keeps(strategy any) {
	const field = "scaleDownDelaySeconds"
	delay := w.number(30, strategy, field)
	if delay == 0 {
		w.unbounded(manifest.High, w.key.String()+" keeps every old version whole for ever: scaleDownDelaySeconds is 0",
			"set it to at least 1, or leave it out")
	}
	if deadline := w.number(600, w.object.Tree, "spec", "progressDeadlineSeconds"); delay >= deadline {
		w.assumption("no third version of %s arrives while an old one is kept: it would wait up to %d s for room, and fails after %d s",
			w.key, delay, deadline)
	}
}

// steps adds what the steps of a canary run beside its own pods: experiments, which outlive their step a little, and Jobs.
func (w *work) steps(own pod, canary any) {
	var inline usage
	for i, step := range list(canary, "steps") {
		inline.atLeast(w.analysis(list(step, "analysis", "templates")))
		if e := get(step, "experiment"); isMap(e) {
			at := manifest.Path{"spec", "strategy", "canary", "steps", i, "experiment"}
			w.experimentPods(e, at, &own)
			inline.atLeast(w.analysis(list(e, "analyses")))
		}
	}
	inline.addAll(w.analysis(list(canary, "analysis", "templates")))
	w.atOnce(inline)
}

// atOnce adds Jobs of which only the largest set runs at one time.
func (w *work) atOnce(sets ...usage) {
	var jobs usage
	for _, s := range sets {
		jobs.atLeast(s)
	}
	if n := jobs.pods(); n > 0 {
		w.need.peak.addAll(jobs)
		w.because("%s", plural(n, "a Job of an analysis", "pods of Jobs of analyses"))
	}
}

func plural(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return fmt.Sprintf("%d %s", n, many)
}
