package generators

import (
	"cmp"
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// waivedAnnotation begins the annotations by which the API server knows what is waived; the id of the check follows.
const waivedAnnotation = "waived.tenantsmith.dev/"

// namespace makes the Namespace of the tenant in an environment, which enforces its Pod
// Security level. The base has none: it stands in no namespace.
//
// Neither Argo CD nor Flux may delete it by itself, for the tenant's data goes with it: Argo CD asks
// a person, Flux leaves it.
func namespace(in input) []object {
	if in.env.Name == "" {
		return nil
	}
	meta := metav1.ObjectMeta{
		Name:        in.env.Namespace,
		Labels:      in.namespaceLabels(),
		Annotations: map[string]string{argoOptions: askFirst, fluxPrune: "disabled"},
	}
	if in.env.Spec.DisplayName != "" {
		meta.Annotations["tenantsmith.dev/display-name"] = in.env.Spec.DisplayName
	}
	if in.env.Existing() && in.engine() == "flux" {
		meta.Annotations[fluxApply] = "Merge" // what people gave the Namespace with kubectl stays
	}
	for check, about := range in.env.Waived {
		meta.Annotations[waivedAnnotation+check] = strings.Join(about, " ")
	}
	return []object{{
		owner:   manifest.OwnerPlatform,
		subject: manifest.Path{"spec", "environments", in.env.Name}.String(),
		outer:   true,
		typed:   &corev1.Namespace{TypeMeta: kind("v1", "Namespace"), ObjectMeta: meta},
	}}
}

// namespaceLabels are what the cluster goes by: who the tenant is, how sensitive its data, whether
// images are verified and running containers watched, the mesh, the Pod Security level, which guards are in audit. Those
// of the platform never replace ours.
func (in input) namespaceLabels() map[string]string {
	labels := map[string]string{}
	guards := in.env.Spec.Guards
	if p := in.env.Platform; p != nil {
		if !guards.Audits(schemas.GuardAdmission) {
			maps.Copy(labels, p.Images.Verification.Labels)
		}
		if in.env.Spec.Security.RuntimeDetection {
			maps.Copy(labels, p.Detection)
		}
	}
	maps.Copy(labels, in.labels(""))
	labels[labelTier] = in.env.Spec.Tier
	labels[labelEnvironment] = in.env.Name
	if !guards.Audits(schemas.GuardMesh) {
		in.joinMesh(labels)
	}
	if class := in.env.Spec.Compliance.DataClassification; class != "" {
		labels[labelClass] = class
	}
	in.podSecurity(labels)
	for _, guard := range guards.Audited() {
		labels[manifest.GuardLabel+guard] = schemas.Audit
	}
	return labels
}

// joinMesh makes the namespace one of the mesh.
func (in input) joinMesh(labels map[string]string) {
	switch c := in.env.Cluster; { // never both: Istio would leave such a pod alone, or take it twice
	case c.Sidecars():
		labels["istio-injection"] = "enabled"
	case c.IsAmbient():
		labels["istio.io/dataplane-mode"] = schemas.Ambient
	}
}

// podSecurity has the API server refuse pods that the level of the tenant does, and warn of those that the restricted
// one would. In audit it only warns.
func (in input) podSecurity(labels map[string]string) {
	levels := map[string]string{"enforce": cmp.Or(in.env.Spec.PodSecurity, "restricted"), "audit": "restricted", "warn": "restricted"}
	if in.env.Spec.Guards.Audits(schemas.GuardAdmission) {
		delete(levels, "enforce")
	}
	for mode, level := range levels {
		labels["pod-security.kubernetes.io/"+mode] = level
		labels["pod-security.kubernetes.io/"+mode+"-version"] = securityVersion(in.env.Cluster.Version)
	}
}

// securityVersion is the Pod Security version of a Kubernetes version, v1.34 of v1.34.2: the rules a
// tenant is judged by change when the platform says so, not when somebody upgrades the cluster.
func securityVersion(kubernetes string) string {
	parts := strings.SplitN(kubernetes, ".", 3)
	if len(parts) < 2 {
		return "latest"
	}
	return parts[0] + "." + parts[1]
}
