package generators

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// pool is the one that pods ask for; empty without one.
func (in input) pool(p schemas.Placement) schemas.Pool {
	if in.env.Cluster == nil {
		return schemas.Pool{}
	}
	return in.env.Cluster.Pools[p.Pool]
}

// nodeSelector chooses the nodes of a pool, and those that can run the image.
func (in input) nodeSelector(p schemas.Placement) map[string]string {
	out := maps.Clone(in.pool(p).Labels)
	if p.Architecture == "" {
		return out
	}
	if out == nil {
		out = map[string]string{}
	}
	out[corev1.LabelArchStable] = p.Architecture
	return out
}

// tolerations are of the one taint that keeps others away from the pool, with its value: without one it would be that
// of every pool with the key.
func (in input) tolerations(p schemas.Placement) []corev1.Toleration {
	taint := in.pool(p).Taint
	if taint == nil {
		return nil
	}
	effect := corev1.TaintEffectNoSchedule
	if taint.Effect != "" {
		effect = corev1.TaintEffect(taint.Effect)
	}
	return []corev1.Toleration{{Key: taint.Key, Operator: corev1.TolerationOpEqual, Value: taint.Value, Effect: effect}}
}

// spread keeps the pods of a service on different nodes and in different zones, as far as that does
// not keep them from running, or where the tenant says so even then. A service of one pod has it, too: another number
// of pods must not be another pod, which would be a release. Where pods wait rather, nodes that they may never run on, for
// a taint or because they are being drained, do not count: such a node would have no pod for ever, and none would get a
// second one, that of a release among them.
func (in input) spread(name string, s schemas.Spread) []corev1.TopologySpreadConstraint {
	var out []corev1.TopologySpreadConstraint
	for _, by := range [][2]string{{corev1.LabelHostname, s.Node}, {corev1.LabelTopologyZone, s.Zone}} {
		constraint := corev1.TopologySpreadConstraint{
			MaxSkew:           1,
			TopologyKey:       by[0],
			WhenUnsatisfiable: corev1.ScheduleAnyway,
			LabelSelector:     &metav1.LabelSelector{MatchLabels: in.workloadSelector(name)},
		}
		if by[1] == "require" {
			constraint.WhenUnsatisfiable, constraint.NodeTaintsPolicy = corev1.DoNotSchedule, new(corev1.NodeInclusionPolicyHonor)
		}
		out = append(out, constraint)
	}
	return out
}

// pullSecrets open the registries of all images of a pod.
func pullSecrets(names []string) []corev1.LocalObjectReference {
	var out []corev1.LocalObjectReference
	for _, name := range names {
		out = append(out, corev1.LocalObjectReference{Name: name})
	}
	return out
}
