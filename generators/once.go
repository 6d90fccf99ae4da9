package generators

import (
	"cmp"
	"fmt"
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
			out = append(out, in.onceJob(name, s, step, len(s.Once())-i)...)
		}
	}
	return out
}

// onceJob is the Job of a step, and its files. It is a Job as that of a service of kind job, but for what it owes to the
// service: its pods have the account, the name, and so the network of the service.
func (in input) onceJob(name string, s schemas.Service, step schemas.InitStep, phase int) []object {
	own := stepService(s, step)
	pod := in.endingPod(name, own)
	stepPod(&pod, name, step, own)
	spec := in.run(pod, own)
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

// stepService is the step as a service whose pods end: with its own words, and those of the service where it has none.
func stepService(s schemas.Service, step schemas.InitStep) schemas.Service {
	own := s
	own.Kind, own.Image = "job", cmp.Or(step.Image, s.Image)
	own.Command, own.Args, own.Env, own.EnvFrom = step.Command, step.Args, step.Env, step.EnvFrom
	own.Resources = stepResources(s.Resources, step.Resources)
	own.SecurityContext = stepSecurity(s.SecurityContext, step.SecurityContext)
	own.Ports, own.Probes, own.PreStop, own.Init, own.Expose = nil, schemas.Probes{}, nil, nil, nil
	own.Deadline, own.Retries = cmp.Or(step.Deadline, stepDeadline), step.Retries
	own.Parallelism, own.Completions = nil, nil
	own.Files, own.Volumes = map[string]string{}, nil
	for path, content := range s.Files {
		if slices.Contains(step.Mounts, path) {
			own.Files[path] = content
		}
	}
	for _, v := range s.Volumes {
		if slices.Contains(step.Mounts, v.Mount) {
			own.Volumes = append(own.Volumes, v)
		}
	}
	return own
}

// stepResources are those of the step; of what it says nothing, neither request nor limit, those of the service.
func stepResources(service, step schemas.ContainerResources) schemas.ContainerResources {
	if step.Requests.CPU == nil && step.Limits.CPU == nil {
		step.Requests.CPU, step.Limits.CPU = service.Requests.CPU, service.Limits.CPU
	}
	if step.Requests.Memory == nil && step.Limits.Memory == nil {
		step.Requests.Memory, step.Limits.Memory = service.Requests.Memory, service.Limits.Memory
	}
	return step
}

// stepSecurity runs the step as the users of the service unless it says otherwise. What the service's container may
// beyond the default is not the step's.
func stepSecurity(service, step schemas.SecurityContext) schemas.SecurityContext {
	return schemas.SecurityContext{
		ReadOnlyRootFilesystem: step.ReadOnlyRootFilesystem, AddCapabilities: step.AddCapabilities,
		RunAsNonRoot: cmp.Or(step.RunAsNonRoot, service.RunAsNonRoot), RunAsUser: cmp.Or(step.RunAsUser, service.RunAsUser),
		RunAsGroup: cmp.Or(step.RunAsGroup, service.RunAsGroup), FSGroup: cmp.Or(step.FSGroup, service.FSGroup),
	}
}

// stepPod makes the pod of a service that of a step. It keeps the name of the service, by which NetworkPolicies and
// the mesh tell what it may call, and loses the tenant's label, without which no workload, Service, budget or autoscaler
// takes it for a pod of the service.
func stepPod(pod *corev1.PodTemplateSpec, name string, step schemas.InitStep, own schemas.Service) {
	delete(pod.Labels, labelTenant)
	pod.Labels[labelStep] = step.Name
	pod.Spec.Containers[0].Name = step.Name
	for i := range pod.Spec.Volumes {
		if v := &pod.Spec.Volumes[i]; v.Name == filesVolumeName {
			v.ConfigMap.Name = stepFiles(name, step, own)
		}
	}
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

func phaseName(phase int) string { return fmt.Sprintf("before-%d", phase) }

// phaseOf is the phase in which a service's volume is needed: that of the first step that mounts it; zero is that of
// the workloads.
func (in input) phaseOf(s schemas.Service, mount string) int {
	if in.sleeps() || !runs(s) {
		return 0
	}
	once := s.Once()
	first := slices.IndexFunc(once, func(step schemas.InitStep) bool { return slices.Contains(step.Mounts, mount) })
	if first < 0 {
		return 0
	}
	return len(once) - first
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
