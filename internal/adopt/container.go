package adopt

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// containerDoc says what every container may say. Whatever has no field is left to the comparison, which makes a patch
// of it.
func containerDoc(c corev1.Container) fields {
	var f fields
	f.set("image", c.Image)
	f.set("command", texts(c.Command))
	f.set("args", texts(c.Args))
	return f
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

// resourcesDoc says requests, limits and devices.
func resourcesDoc(r corev1.ResourceRequirements) fields {
	var f, devices fields
	f.set("requests", compute(r.Requests))
	f.set("limits", compute(r.Limits))
	for _, name := range slices.Sorted(maps.Keys(r.Limits)) {
		if q := r.Limits[name]; strings.Contains(string(name), "/") {
			devices.set(string(name), q.Value())
		}
	}
	f.set("devices", devices)
	return f
}

func compute(l corev1.ResourceList) fields {
	var f fields
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if q, ok := l[name]; ok {
			f.set(string(name), amountOf(tree{string(name): q.String()}, string(name)))
		}
	}
	return f
}

// securityDoc says what the container may do today. A default that is stricter than that would change it, so that it is
// said to be off; checks tell what that means.
func securityDoc(pod *corev1.PodSecurityContext, c *corev1.SecurityContext) fields {
	p, s := corev1.PodSecurityContext{}, corev1.SecurityContext{}
	if pod != nil {
		p = *pod
	}
	if c != nil {
		s = *c
	}
	var f fields
	if !yes(s.ReadOnlyRootFilesystem) {
		f.keep("readOnlyRootFilesystem", false)
	}
	if !yes(first(s.RunAsNonRoot, p.RunAsNonRoot)) {
		f.keep("runAsNonRoot", false)
	}
	for _, id := range []struct {
		key string
		is  *int64
	}{{"runAsUser", first(s.RunAsUser, p.RunAsUser)}, {"runAsGroup", first(s.RunAsGroup, p.RunAsGroup)}, {"fsGroup", p.FSGroup}} {
		if id.is != nil {
			f.keep(id.key, *id.is)
		}
	}
	if s.Capabilities != nil && slices.ContainsFunc(s.Capabilities.Drop, func(c corev1.Capability) bool { return strings.EqualFold(string(c), "ALL") }) {
		var add []any
		for _, capability := range s.Capabilities.Add {
			add = append(add, strings.TrimPrefix(strings.ToUpper(string(capability)), "CAP_"))
		}
		f.set("addCapabilities", add)
	}
	return f
}

func yes(b *bool) bool { return b != nil && *b }

func first[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// preStopDoc says what a container does before it stops.
func preStopDoc(l *corev1.Lifecycle) fields {
	var f fields
	switch {
	case l == nil || l.PreStop == nil:
	case l.PreStop.Exec != nil:
		f.set("exec", texts(l.PreStop.Exec.Command))
	case l.PreStop.Sleep != nil:
		f.set("sleep", strconv.FormatInt(l.PreStop.Sleep.Seconds, 10)+"s")
	}
	return f
}
