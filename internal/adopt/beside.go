package adopt

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
)

// besideDoc says a container beside the service's: what it mounts it names by the paths of the service's own mounts.
func (a *Adoption) besideDoc(s *service, c corev1.Container) (fields, bool) {
	f := containerDoc(c)
	f.set("env", a.envDoc(c))
	f.set("envFrom", a.envFromDoc(c))
	var mounts []any
	own := s.container().VolumeMounts
	for _, m := range c.VolumeMounts {
		if !slices.ContainsFunc(own, func(o corev1.VolumeMount) bool {
			return o.Name == m.Name && o.MountPath == m.MountPath && o.SubPath == m.SubPath
		}) || a.volumeDoc(s, m) == nil {
			return nil, false
		}
		mounts = append(mounts, m.MountPath)
	}
	f.set("mounts", mounts)
	f.set("resources", resourcesDoc(c.Resources))
	f.set("securityContext", securityDoc(s.pod.SecurityContext, c.SecurityContext))
	return f, true
}

// initDoc says the steps before a service. One that fields cannot say takes all of them out: their order counts.
func (a *Adoption) initDoc(s *service) []any {
	var out []any
	for _, c := range s.pod.InitContainers {
		if native(c) {
			continue
		}
		f, ok := a.besideDoc(s, c)
		if !ok || c.Lifecycle != nil {
			return nil
		}
		out = append(out, append(fields{{"name", c.Name}}, f...))
	}
	return out
}

// native reports whether an init container is a sidecar: it goes on running.
func native(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// sidecarsDoc says the other containers of the pods.
func (a *Adoption) sidecarsDoc(s *service) fields {
	var out fields
	beside := slices.Clone(s.pod.InitContainers)
	beside = slices.DeleteFunc(beside, func(c corev1.Container) bool { return !native(c) })
	for i, c := range s.pod.Containers {
		if i != s.main {
			beside = append(beside, c)
		}
	}
	for _, c := range beside {
		f, ok := a.besideDoc(s, c)
		if !ok {
			continue
		}
		other := &service{source: s.source, pod: corev1.PodSpec{Containers: []corev1.Container{c}}}
		other.findPorts()
		if len(other.ports) > 1 || len(other.ports) == 1 && c.Ports[0].Name == "" {
			for i := range other.ports {
				if c.Ports[i].Name == "" {
					other.ports[i].name = fmt.Sprintf("p%d", other.ports[i].number) // http is the service's
				}
			}
		}
		f.set("ports", other.portDoc())
		f.set("probes", other.probesDoc(c))
		out.keep(c.Name, f)
	}
	return out
}
