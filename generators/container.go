package generators

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// stopDelay is how many seconds a pod goes on answering after it was told to stop: until then some
// nodes still send it requests.
const stopDelay = 5

// container is that of the service in its pod; it has the service's name.
func (in input) container(name string, s schemas.Service) corev1.Container {
	return corev1.Container{
		Name:            name,
		Image:           s.Image,
		ImagePullPolicy: pullPolicy(s.Image),
		Command:         s.Command,
		Args:            s.Args,
		Ports:           containerPorts(s.OwnPorts()),
		EnvFrom:         envFrom(s.EnvFrom),
		Env:             env(s.Env),
		Resources:       resources(s.Resources),
		VolumeMounts:    mounts(s),
		ReadinessProbe:  readiness(s),
		LivenessProbe:   probe(s.Probes.Live, s.OwnPorts()),
		StartupProbe:    probe(s.Probes.Startup, s.OwnPorts()),
		Lifecycle:       in.lifecycle(s),
		SecurityContext: containerSecurity(s.SecurityContext),
	}
}

// pullPolicy asks the registry every time unless the image is pinned by its digest: the tag may have
// moved, and what a node has may be another tenant's, who had the right to pull it.
func pullPolicy(image string) corev1.PullPolicy {
	if strings.Contains(image, "@") {
		return corev1.PullIfNotPresent
	}
	return corev1.PullAlways
}

func containerSecurity(c schemas.SecurityContext) *corev1.SecurityContext {
	out := &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(false),
		ReadOnlyRootFilesystem:   new(or(c.ReadOnlyRootFilesystem, true)),
		Capabilities:             &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
	}
	for _, capability := range slices.Compact(slices.Sorted(slices.Values(c.AddCapabilities))) {
		out.Capabilities.Add = append(out.Capabilities.Add, corev1.Capability(capability))
	}
	return out
}

func containerPorts(ports map[string]schemas.Port) []corev1.ContainerPort {
	var out []corev1.ContainerPort
	for _, name := range slices.Sorted(maps.Keys(ports)) {
		out = append(out, corev1.ContainerPort{
			Name: name, ContainerPort: ports[name].Port, Protocol: protocol(ports[name]),
		})
	}
	return out
}

// protocol is written always, because lists of ports are merged by number and protocol.
func protocol(p schemas.Port) corev1.Protocol {
	if p.Protocol == "" {
		return corev1.ProtocolTCP
	}
	return corev1.Protocol(strings.ToUpper(p.Protocol))
}

// env are the variables sorted by name, but for those that others name as $(NAME), which come before them: Kubernetes
// replaces what stands above, and leaves the rest as it is written.
func env(values map[string]schemas.EnvValue) []corev1.EnvVar {
	var out []corev1.EnvVar
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		value, known := values[name]
		if !known || done[name] {
			return
		}
		done[name] = true
		for _, found := range reference.FindAllStringSubmatch(value.Value, -1) {
			add(found[1])
		}
		out = append(out, envVar(name, value))
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		add(name)
	}
	return out
}

// reference is a variable in the value of another one; $$ is a dollar sign.
var reference = regexp.MustCompile(`\$\$|\$\(([^()]*)\)`)

func envFrom(all []schemas.EnvFrom) []corev1.EnvFromSource {
	var out []corev1.EnvFromSource
	for _, e := range all {
		out = append(out, corev1.EnvFromSource{Prefix: e.Prefix, SecretRef: &corev1.SecretEnvSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: e.Secret},
		}})
	}
	return out
}

func envVar(name string, v schemas.EnvValue) corev1.EnvVar {
	switch {
	case v.Secret != "":
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{
			LocalObjectReference: corev1.LocalObjectReference{Name: v.Secret}, Key: v.Key,
		}}}
	case v.Field != "":
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
			FieldRef: &corev1.ObjectFieldSelector{FieldPath: v.Field},
		}}
	case v.Resource != "":
		return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{
			ResourceFieldRef: &corev1.ResourceFieldSelector{Resource: v.Resource},
		}}
	}
	return corev1.EnvVar{Name: name, Value: v.Value}
}

// resources are what a container asks for and may use. Without a limit of its own it may use the
// memory that it asks for: what the LimitRange would fill in is that of other services.
func resources(r schemas.ContainerResources) corev1.ResourceRequirements {
	if r.Limits.Memory == nil {
		r.Limits.Memory = r.Requests.Memory
	}
	return corev1.ResourceRequirements{Requests: resourceList(r.Requests, r.Devices), Limits: resourceList(r.Limits, r.Devices)}
}

// resourceList has the devices among what is requested and among the limits: no device is shared.
func resourceList(r schemas.ComputeResources, devices map[string]int64) corev1.ResourceList {
	if r.CPU == nil && r.Memory == nil && len(devices) == 0 {
		return nil
	}
	out := corev1.ResourceList{}
	for name, n := range devices {
		out[corev1.ResourceName(name)] = *resource.NewQuantity(n, resource.DecimalSI)
	}
	if r.CPU != nil {
		out[corev1.ResourceCPU] = r.CPU.DeepCopy()
	}
	if r.Memory != nil {
		out[corev1.ResourceMemory] = r.Memory.DeepCopy()
	}
	return out
}

// lifecycle lets a pod that answers requests wait before it stops, at most half of the time it has, where the tenant
// says nothing and the cluster can: an older one would refuse the pod.
func (in input) lifecycle(s schemas.Service) *corev1.Lifecycle {
	if s.PreStop != nil {
		return preStop(s.PreStop)
	}
	seconds := min(stopDelay, grace(s)/2)
	answers := s.Kind == "service" || isSet(s) && len(s.Ports) > 0
	if !answers || seconds == 0 || !in.env.Cluster.AtLeast(schemas.OldestSleep) {
		return nil
	}
	return slept(seconds)
}

// preStop is what the tenant says; no time is nothing at all.
func preStop(p *schemas.PreStop) *corev1.Lifecycle {
	switch seconds := schemas.Milliseconds(p.Sleep) / 1000; {
	case len(p.Exec) > 0:
		return &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: &corev1.ExecAction{Command: p.Exec}}}
	case seconds > 0:
		return slept(seconds)
	}
	return nil
}

func slept(seconds int64) *corev1.Lifecycle {
	return &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Sleep: &corev1.SleepAction{Seconds: seconds}}}
}
