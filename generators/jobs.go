package generators

import (
	"cmp"
	"maps"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// What a run has where the tenant says nothing, in seconds and numbers. No run hangs for ever: its deadline counts from
// its start, time in which its pods wait for room included. A cron job that could not start, since its tenant slept or
// the cluster was busy, makes up for the last run alone, and only within an hour; the controller itself looks every 10
// seconds, and warns of more than a hundred runs that it missed.
const (
	runDeadline   = int64(6 * 3600)
	runRetries    = int32(3)
	startDeadline = int64(3600)
	runsKept      = int32(3) // of each outcome
)

// concurrency is what happens to a run that is due while another runs, in the words of the API.
var concurrency = map[string]batchv1.ConcurrencyPolicy{
	"": batchv1.ForbidConcurrent, "forbid": batchv1.ForbidConcurrent, "replace": batchv1.ReplaceConcurrent, "allow": batchv1.AllowConcurrent,
}

// jobs make the object that runs each service whose pods end: a Job for each version, or a CronJob.
func jobs(in input) []object {
	var out []object
	for _, name := range in.services() {
		switch s := in.env.Spec.Services[name]; s.Kind {
		case "job":
			out = append(out, of(name, in.job(name, s)))
		case "cronjob":
			out = append(out, of(name, in.cronJob(name, s)))
		}
	}
	return out
}

// job runs once for each version: a Job cannot be changed, so another pod is another Job, and the GitOps engine removes
// the old one. It has no time after which it goes by itself: the engine would make it again, and it would run again.
func (in input) job(name string, s schemas.Service) *batchv1.Job {
	spec := in.run(in.endingPod(name, s), s)
	return &batchv1.Job{TypeMeta: kind("batch/v1", "Job"), ObjectMeta: in.meta(jobName(name, spec), name), Spec: spec}
}

// cronJob starts a run whenever the schedule says so. Its ended runs go by its limits of history.
func (in input) cronJob(name string, s schemas.Service) *batchv1.CronJob {
	run := in.run(in.endingPod(name, s), s)
	run.Suspend = nil // that of the CronJob starts none
	return &batchv1.CronJob{
		TypeMeta:   kind("batch/v1", "CronJob"),
		ObjectMeta: in.meta(name, name),
		Spec: batchv1.CronJobSpec{
			Schedule:                   s.Schedule,
			TimeZone:                   new(cmp.Or(s.TimeZone, "Etc/UTC")),
			StartingDeadlineSeconds:    new(cmp.Or(wholeSeconds(s.StartingDeadline), startDeadline)),
			ConcurrencyPolicy:          concurrency[s.Concurrency],
			Suspend:                    in.suspended(),
			SuccessfulJobsHistoryLimit: new(or(s.History.Succeeded, runsKept)),
			FailedJobsHistoryLimit:     new(or(s.History.Failed, runsKept)),
			JobTemplate:                batchv1.JobTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: in.podLabels(name)}, Spec: run},
		},
	}
}

// run is one run of a pod until it succeeds. A pod that the cluster takes away is started again without counting as a
// try, and no pod starts before the one it replaces has ended: two never work on the same thing.
func (in input) run(pod corev1.PodTemplateSpec, s schemas.Service) batchv1.JobSpec {
	return batchv1.JobSpec{
		Parallelism:           s.Parallelism,
		Completions:           s.Completions,
		ActiveDeadlineSeconds: new(cmp.Or(wholeSeconds(s.Deadline), runDeadline)),
		BackoffLimit:          new(or(s.Retries, runRetries)),
		PodReplacementPolicy:  new(batchv1.Failed),
		PodFailurePolicy: &batchv1.PodFailurePolicy{Rules: []batchv1.PodFailurePolicyRule{{
			Action:          batchv1.PodFailurePolicyActionIgnore,
			OnPodConditions: []batchv1.PodFailurePolicyOnPodConditionsPattern{{Type: corev1.DisruptionTarget, Status: corev1.ConditionTrue}},
		}}},
		Suspend:  in.suspended(),
		Template: pod,
	}
}

// suspended is true for a tenant that sleeps, and nothing otherwise: who suspends a run by hand may do so.
func (in input) suspended() *bool {
	if !in.sleeps() {
		return nil
	}
	return new(true)
}

// endingPod is the pod of a service whose pods end. One that failed stays, with its logs, and another takes its place.
// Pods are spread only where several run at once. In a mesh of sidecars the proxy ends with the container.
func (in input) endingPod(name string, s schemas.Service) corev1.PodTemplateSpec {
	pod := in.podTemplate(name, s)
	pod.Spec.RestartPolicy = corev1.RestartPolicyNever
	pod.Spec.Containers[0].ReadinessProbe = nil // nobody sends it requests
	if or(s.Parallelism, 1) == 1 {
		pod.Spec.TopologySpreadConstraints = nil
	}
	if in.env.Cluster.Sidecars() {
		pod.Annotations = maps.Clone(pod.Annotations)
		if pod.Annotations == nil {
			pod.Annotations = map[string]string{}
		}
		pod.Annotations[nativeSidecar] = "true"
	}
	return pod
}

// jobName ends in a digest of what a Job cannot be changed in, as it is written.
func jobName(prefix string, spec batchv1.JobSpec) string {
	spec = batchv1.JobSpec{Completions: spec.Completions, PodFailurePolicy: spec.PodFailurePolicy, Template: spec.Template}
	return fit(prefix + "-" + digest(string(manifest.Marshal(manifest.FromTyped(spec)))))
}

// wholeSeconds are those of a duration, rounded up; zero where there is none.
func wholeSeconds(duration string) int64 { return (schemas.Milliseconds(duration) + 999) / 1000 }
