package generators

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// perPodSteps are the init steps of a service that run in every of its pods, in order. The others run once, as Jobs.
func perPodSteps(s schemas.Service) []schemas.InitStep {
	var out []schemas.InitStep
	for _, step := range s.Init {
		if !step.Once {
			out = append(out, step)
		}
	}
	return out
}

// initContainers are what starts before the container of a service: its sidecars by name, which go on running, then
// its steps in their order, so that a step may talk to a sidecar.
func (in input) initContainers(s schemas.Service) []corev1.Container {
	var out []corev1.Container
	for _, name := range slices.Sorted(maps.Keys(s.Sidecars)) {
		out = append(out, in.sidecarContainer(name, s, s.Sidecars[name]))
	}
	for _, step := range perPodSteps(s) {
		out = append(out, in.stepContainer(s, step))
	}
	return out
}

// stepContainer runs an init step of a service, in its pods or in a pod of its own: it has the step's name, no ports
// and no probes, and mounts those of the service's volumes that the step names.
func (in input) stepContainer(s schemas.Service, step schemas.InitStep) corev1.Container {
	return further(step.Name, s, schemas.Service{
		Image: step.Image, Command: step.Command, Args: step.Args, Env: step.Env, EnvFrom: step.EnvFrom,
		Resources: step.Resources, SecurityContext: step.SecurityContext,
	}, step.Mounts)
}

// sidecarContainer runs as long as the pod. It is asked only what it says: one that listens to its own pod alone
// would never answer the kubelet.
func (in input) sidecarContainer(name string, s schemas.Service, c schemas.Sidecar) corev1.Container {
	out := further(name, s, schemas.Service{
		Image: c.Image, Command: c.Command, Args: c.Args, Env: c.Env, EnvFrom: c.EnvFrom,
		Resources: c.Resources, SecurityContext: c.SecurityContext, Ports: c.Ports,
	}, c.Mounts)
	out.RestartPolicy = new(corev1.ContainerRestartPolicyAlways)
	out.ReadinessProbe = probe(c.Probes.Ready, c.Ports)
	out.LivenessProbe = probe(c.Probes.Live, c.Ports)
	out.StartupProbe = probe(c.Probes.Startup, c.Ports)
	if c.PreStop != nil {
		out.Lifecycle = preStop(c.PreStop)
	}
	return out
}

// further is a container beside that of the service, with its image and resources where it says none. Devices are only
// its own.
func further(name string, s, own schemas.Service, paths []string) corev1.Container {
	own.Resources = own.Resources.Or(s.Resources)
	image := cmp.Or(own.Image, s.Image)
	return corev1.Container{
		Name:            name,
		Image:           image,
		ImagePullPolicy: pullPolicy(image),
		Command:         own.Command,
		Args:            own.Args,
		Ports:           containerPorts(own.Ports),
		EnvFrom:         envFrom(own.EnvFrom),
		Env:             env(own.Env),
		Resources:       resources(own.Resources),
		VolumeMounts:    mountsAt(s, paths),
		SecurityContext: furtherSecurity(own.SecurityContext),
	}
}

// mountsAt are those of the service's mounts at the paths.
func mountsAt(s schemas.Service, paths []string) []corev1.VolumeMount {
	return slices.DeleteFunc(mounts(s), func(m corev1.VolumeMount) bool { return !slices.Contains(paths, m.MountPath) })
}

// furtherSecurity is the restricted profile, and whom the container runs as where that is not whom the pod does.
func furtherSecurity(c schemas.SecurityContext) *corev1.SecurityContext {
	out := containerSecurity(c)
	out.RunAsNonRoot, out.RunAsUser, out.RunAsGroup = c.RunAsNonRoot, c.RunAsUser, c.RunAsGroup
	return out
}
