package proof

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// jobPods is how many pods a Job runs at once.
func (w *work) jobPods(spec any) int64 {
	n := w.number(1, spec, "parallelism")
	switch {
	case get(spec, "completions") != nil:
		return min(n, w.number(1, spec, "completions"))
	case get(spec, "parallelism") == nil:
		return 1
	}
	return n // a queue, which ends when its pods say so
}

// PhaseLabel marks what stands before a release, and the Jobs that run there.
const PhaseLabel = "tenantsmith.dev/phase"

// job runs beside everything else, but for a step of a release: it is part of the peak alone. The step of the version
// before has ended by then.
func (w *work) job() {
	p, _ := w.template()
	n := w.jobPods(get(w.object.Tree, "spec"))
	if text(w.object.Tree, "metadata", "labels", PhaseLabel) != "" {
		w.run(p, 0, n)
		w.because("a step before the release")
		return
	}
	w.run(p, n, 0)
}

func (w *work) cronJob() {
	at := manifest.Path{"spec", "jobTemplate", "spec"}
	job := get(w.object.Tree, "spec", "jobTemplate", "spec")
	p := w.pod(get(job, "template"), at.Join("template"), nil)
	w.need.Pod = p.demand.demand()
	runs := w.overlap(job)
	w.runs[w.key] = runs
	w.run(p, w.jobPods(job)*runs, 0)
}

// overlap is how many runs of a CronJob there may be at once.
func (w *work) overlap(job any) int64 {
	switch text(w.object.Tree, "spec", "concurrencyPolicy") {
	case "Forbid":
		return 1
	case "Replace":
		w.because("a run that stops beside the next")
		return 2
	}
	if get(job, "activeDeadlineSeconds") == nil {
		w.unbounded(manifest.Low, w.key.String()+
			" may run without bound beside itself: it allows overlapping runs and sets no activeDeadlineSeconds",
			"set concurrencyPolicy to Forbid, or jobTemplate.spec.activeDeadlineSeconds")
		w.because("one run beside the next, of as many as may be")
		return 2
	}
	deadline := w.number(0, job, "activeDeadlineSeconds") + w.number(30, job, "template", "spec", "terminationGracePeriodSeconds")
	n := deadline/shortest(text(w.object.Tree, "spec", "schedule")) + 1
	if n > 1 {
		w.because("%d runs that overlap until their deadline", n)
	}
	return n
}

// scaledJob is KEDA's: one Job a piece of work, up to a number.
func (w *work) scaledJob() {
	job := get(w.object.Tree, "spec", "jobTargetRef")
	p := w.pod(get(job, "template"), manifest.Path{"spec", "jobTargetRef", "template"}, nil)
	w.need.Pod = p.demand.demand()
	w.run(p, w.jobPods(job)*w.number(100, w.object.Tree, "spec", "maxReplicaCount"), 0)
}
