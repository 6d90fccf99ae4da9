package generators

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// The labels that tenantsmith writes and selects by.
const (
	labelName        = "app.kubernetes.io/name"
	labelManagedBy   = "app.kubernetes.io/managed-by"
	labelTenant      = "tenantsmith.dev/tenant"
	labelTier        = "tenantsmith.dev/tier"
	labelEnvironment = "tenantsmith.dev/environment"
	labelClass       = "tenantsmith.dev/data-classification"
	labelTag         = "tags.tenantsmith.dev/" // followed by the tag's key

	managedBy = "tenantsmith"
)

// labels are those of an object's metadata; name is the service it belongs to, empty for none. The
// tier is not among them, so that a change of tier touches the guard rails it changes and nothing
// else; the overlay adds the environment.
func (in input) labels(name string) map[string]string {
	l := map[string]string{labelManagedBy: managedBy, labelTenant: in.tenant.Name}
	if name != "" {
		l[labelName] = name
	}
	for key, value := range in.env.Spec.Tags {
		l[labelTag+key] = value
	}
	return l
}

// podLabels are those of the pods of a service. They hold nothing that a person changes without
// wanting a release: no tag, no tier, no environment.
func (in input) podLabels(name string) map[string]string {
	return map[string]string{labelManagedBy: managedBy, labelName: name, labelTenant: in.tenant.Name}
}

// templateLabels are podLabels and what a cloud tells pods with an identity apart by.
func (in input) templateLabels(name string, s schemas.Service) map[string]string {
	l := in.podLabels(name)
	if s.Identity != "" && in.env.Cluster != nil && in.env.Cluster.Cloud == schemas.Azure {
		l[labelAzure] = "true"
	}
	return l
}

// podsOf selects the pods of a service within a namespace.
func podsOf(service string) metav1.LabelSelector {
	return metav1.LabelSelector{MatchLabels: map[string]string{labelName: service}}
}

// meta is the metadata of an object; service is the one it belongs to, empty for none.
func (in input) meta(name, service string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Labels: in.labels(service)}
}

// kind is the type of an object.
func kind(apiVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
}
