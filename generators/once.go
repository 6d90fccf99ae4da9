package generators

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	// labelPhase marks what has to stand, and Jobs that have to succeed, before the workloads: before-1 is the last such
	// phase, before-2 the one before it.
	labelPhase = proof.PhaseLabel
	// labelStep marks the pods of a step that runs once.
	labelStep = "tenantsmith.dev/step"
	// stepDeadline is how long such a step may take.
	stepDeadline = "15m"
)

// onceSteps make a Job for each step that runs once for each version, before any pod of the service. There is none
// while the tenant sleeps: no pod starts then, and whoever waits for a Job that does not start waits for ever. When it
// wakes, the steps of its version run again.
func onceSteps(in input) []object {
	if in.sleeps() {
		return nil
	}
	var out []object
	for name, s := range in.running() {
		for i, step := range s.Once() {
			out = append(out, in.onceJob(name, s, step, in.level(name)+len(s.Once())-i)...)
		}
	}
	return out
}

// onceJob is the Job of a step, and its files. It is a Job as that of a service of kind job, but for what it owes to the
// service: its pods have the account, the name, and so the network of the service.
func (in input) onceJob(name string, s schemas.Service, step schemas.InitStep, phase int) []object {
	own := stepService(s, step)
	spec := in.run(in.stepPod(name, s, step, own), own)
	job := &batchv1.Job{TypeMeta: kind("batch/v1", "Job"), ObjectMeta: in.meta(jobName(name+"-"+step.Name, spec), name), Spec: spec}
	in.inPhase(&job.ObjectMeta, phase)
	subject := servicePath(name, "init", slices.IndexFunc(s.Init, func(other schemas.InitStep) bool { return other.Name == step.Name }))
	out := []object{{owner: manifest.OwnerWorkload, subject: subject, typed: job}}
	if len(own.Files) > 0 {
		files := in.filesMap(name, own)
		files.Name, files.Annotations = stepFiles(name, step, own), nil
		in.inPhase(&files.ObjectMeta, phase)
		out = append(out, object{owner: manifest.OwnerWorkload, subject: subject, typed: files})
	}
	return out
}

// stepService is the service as one whose pods end, with what its step and its sidecars mount.
func stepService(s schemas.Service, step schemas.InitStep) schemas.Service {
	own, mounted := s, s.StepMounts(step)
	own.Kind, own.Ports, own.Probes, own.Init = "job", nil, schemas.Probes{}, nil
	own.Deadline, own.Retries = cmp.Or(step.Deadline, stepDeadline), step.Retries
	own.Parallelism, own.Completions = nil, nil
	own.Files = maps.Clone(s.Files)
	maps.DeleteFunc(own.Files, func(path, _ string) bool { return !slices.Contains(mounted, path) })
	own.Volumes = slices.DeleteFunc(slices.Clone(s.Volumes), func(v schemas.Volume) bool { return !slices.Contains(mounted, v.Mount) })
	return own
}

// stepPod is the pod of a step: the container of the step in place of that of the service, beside the same sidecars. It
// keeps the name of the service, by which NetworkPolicies and the mesh tell what it may call, and loses the tenant's
// label, without which no workload, Service, budget or autoscaler takes it for a pod of the service.
func (in input) stepPod(name string, s schemas.Service, step schemas.InitStep, own schemas.Service) corev1.PodTemplateSpec {
	pod := in.endingPod(name, own)
	delete(pod.Labels, labelTenant)
	pod.Labels[labelStep] = step.Name
	pod.Spec.Containers = []corev1.Container{in.stepContainer(s, step)}
	for i := range pod.Spec.Volumes {
		if v := &pod.Spec.Volumes[i]; v.Name == filesVolumeName {
			v.ConfigMap.Name = stepFiles(name, step, own)
		}
	}
	return pod
}

// stepFiles is the ConfigMap of a step's files. It is not that of the service: other files must not be another Job.
func stepFiles(name string, step schemas.InitStep, own schemas.Service) string {
	return filesName(name+"-"+step.Name, own.Files)
}

// inPhase puts an object before the workloads, by a wave for Argo CD, and by a label, by which Flux has a Kustomization
// for each phase.
func (in input) inPhase(meta *metav1.ObjectMeta, phase int) {
	if phase == 0 {
		return
	}
	meta.Labels[labelPhase] = phaseName(phase)
	if in.engine() != "flux" {
		if meta.Annotations == nil {
			meta.Annotations = map[string]string{}
		}
		meta.Annotations[argoWave] = strconv.Itoa(-phase)
	}
}

// level is the phase of a service itself: zero for what comes with the workloads. A StatefulSet comes before the steps of
// the services that call it, with its Services and files: a step that migrates a database of the tenant's own would wait
// for it for ever. What such a set calls to become ready comes with it. Services of other kinds are not waited for: their
// releases may take hours, or a person.
func (in input) level(name string) int { return in.levelBut(name, nil) }

// levelBut leaves out the services on the way here, so that those that call each other end.
func (in input) levelBut(name string, way []string) int {
	if in.sleeps() || !isSet(in.env.Spec.Services[name]) {
		return 0
	}
	most, way := 0, append(slices.Clip(way), name)
	for caller, s := range in.running() {
		if slices.Contains(way, caller) || !slices.ContainsFunc(s.Calls, func(c schemas.Call) bool { return in.isOwn(c) && c.Service == name }) {
			continue
		}
		level := in.levelBut(caller, way)
		if n := len(s.Once()); n > 0 {
			level += n + 1
		}
		most = max(most, level)
	}
	return most
}

func phaseName(phase int) string { return fmt.Sprintf("before-%d", phase) }

// phaseOf is the phase in which a claim is needed: that of the first step in whose pod it is mounted; zero is that of
// the workloads.
func (in input) phaseOf(claim string) int {
	most := 0
	if in.sleeps() {
		return most
	}
	for name, s := range in.running() {
		for i, step := range s.Once() {
			if slices.ContainsFunc(stepService(s, step).Volumes, func(v schemas.Volume) bool { return v.Claim != nil && in.claimOf(name, v) == claim }) {
				most = max(most, in.level(name)+len(s.Once())-i)
			}
		}
	}
	return most
}

// phases are those of some objects, in their order: the highest number is first.
func phases(objects []manifest.Object) []int {
	var out []int
	for _, o := range objects {
		number, ok := strings.CutPrefix(text(o.Tree, "metadata", "labels", labelPhase), "before-")
		if n, err := strconv.Atoi(number); ok && err == nil && !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}
