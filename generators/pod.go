package generators

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// podTemplate is the pod of a service. Every change of it is a release, so it holds only what the
// service says: no tag, no tier, no environment, no version of this tool.
func (in input) podTemplate(name string, s schemas.Service) corev1.PodTemplateSpec {
	return corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: in.templateLabels(name, s), Annotations: in.proxied(s)},
		Spec: corev1.PodSpec{
			ServiceAccountName:            in.first(name),
			AutomountServiceAccountToken:  new(s.KubernetesAPI),
			EnableServiceLinks:            new(false),
			TerminationGracePeriodSeconds: new(grace(s)),
			SecurityContext:               podSecurity(s.SecurityContext),
			TopologySpreadConstraints:     in.spread(name, s.Placement.Spread),
			NodeSelector:                  in.nodeSelector(s.Placement),
			Tolerations:                   in.tolerations(s.Placement),
			PriorityClassName:             s.Placement.Priority,
			InitContainers:                in.initContainers(s),
			Containers:                    []corev1.Container{in.container(name, s)},
			ImagePullSecrets:              pullSecrets(s.PullSecrets),
			Volumes:                       in.volumes(name, s),
		},
	}
}

// proxied are what the mesh reads of a pod; nil without any. What starts before the service's container may
// call others only beside a proxy that has started before it.
func (in input) proxied(s schemas.Service) map[string]string {
	out := in.merged(s)
	if in.env.Cluster.Sidecars() && len(s.Sidecars)+len(perPodSteps(s)) > 0 && in.env.Cluster.AtLeast(schemas.OldestSidecar) {
		if out == nil {
			out = map[string]string{}
		}
		out[nativeSidecar] = "true"
	}
	return out
}

// merged has the sidecar show the pod's metrics beside its own, at a port that takes plain text:
// whoever scrapes them need not be part of the mesh. A port of the pod itself takes none.
func (in input) merged(s schemas.Service) map[string]string {
	p, ok := s.Ports[metricsPort]
	if !ok || p.Protocol == "UDP" || !in.env.Cluster.Sidecars() {
		return nil
	}
	return map[string]string{"prometheus.io/scrape": "true", "prometheus.io/port": fmt.Sprint(p.Port)}
}

// grace is how many seconds a pod may take to stop.
func grace(s schemas.Service) int64 {
	if s.TerminationGracePeriod == nil {
		return defaultGrace
	}
	return max(*s.TerminationGracePeriod, 0)
}

// podSecurity is the restricted profile, save what the tenant asks otherwise; whether it may is for
// the checks to say.
func podSecurity(c schemas.SecurityContext) *corev1.PodSecurityContext {
	out := &corev1.PodSecurityContext{
		RunAsNonRoot:   new(or(c.RunAsNonRoot, true)),
		RunAsUser:      c.RunAsUser,
		RunAsGroup:     c.RunAsGroup,
		FSGroup:        c.FSGroup,
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if c.FSGroup != nil {
		// Without this, every start of a pod visits every file of its volumes.
		out.FSGroupChangePolicy = new(corev1.FSGroupChangeOnRootMismatch)
	}
	return out
}

func or[T any](value *T, fallback T) T {
	if value == nil {
		return fallback
	}
	return *value
}
