package podsecurity

import (
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
)

// upstream is what the API server asks: each check by itself, and all of them as it does.
type upstream struct {
	checks []check
	all    policy.Evaluator
	// changes are the versions that changed a check, the first ones among them, in order.
	changes []version
}

// check is one of upstream's, alone in its evaluator: beside others it may be overridden, and what it
// says not be heard.
type check struct {
	id    policy.CheckID
	level api.Level
	alone policy.Evaluator
}

func newUpstream() (u upstream, err error) {
	for _, c := range policy.DefaultChecks() {
		alone, err := policy.NewEvaluator([]policy.Check{c}, nil)
		if err != nil {
			return u, err
		}
		u.checks = append(u.checks, check{c.ID, c.Level, alone})
		for _, v := range c.Versions {
			u.changes = append(u.changes, version(v.MinimumVersion.Minor()))
		}
	}
	slices.Sort(u.changes)
	u.changes = slices.Compact(u.changes)
	u.all, err = policy.NewEvaluator(policy.DefaultChecks(), nil)
	return u, err
}

// forbids returns the checks of a level that forbid the pod. Those of the restricted level are all.
func (u upstream) forbids(level api.Level, v version, pod *corev1.Pod) (ids []policy.CheckID) {
	for _, c := range u.checks {
		if (level == api.LevelRestricted || c.level == level) && !admits(c.alone, c.level, v, pod) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

func admits(e policy.Evaluator, level api.Level, v version, pod *corev1.Pod) bool {
	results := e.EvaluatePod(api.LevelVersion{Level: level, Version: v.policy()}, &pod.ObjectMeta, &pod.Spec)
	return policy.AggregateCheckResults(results).Allowed
}

// version is a minor version of Kubernetes and so of the standards.
type version int

// latest stands where nobody names one.
const latest version = -1

func (v version) policy() api.Version {
	if v == latest {
		return api.LatestVersion()
	}
	return api.MajorMinorVersion(1, int(v))
}

// cluster is what a platform file would say.
func (v version) cluster() string {
	if v == latest {
		return ""
	}
	return fmt.Sprintf("v1.%d", int(v))
}

// versions are latest, all up to the last change, and one that is not out yet.
func (u upstream) versions() []version {
	vs := []version{latest}
	for v := range u.changes[len(u.changes)-1] + 2 {
		vs = append(vs, v)
	}
	return vs
}

// turns are latest and the versions on both sides of each change, where mistakes are.
func (u upstream) turns() []version {
	vs := []version{latest}
	for _, v := range u.changes[1:] {
		vs = append(vs, v-1, v)
	}
	return slices.Compact(vs)
}

// complete sets the one default of the API server that the standards look at: a volume that names no
// source is an emptyDir.
func complete(pod *corev1.Pod) *corev1.Pod {
	for i := range pod.Spec.Volumes {
		if source := &pod.Spec.Volumes[i].VolumeSource; *source == (corev1.VolumeSource{}) {
			source.EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
	return pod
}
