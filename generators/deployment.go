package generators

import (
	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// deployment runs a service on a cluster without Argo Rollouts. It can only replace pod by pod.
func (in input) deployment(name string, s schemas.Service) *appsv1.Deployment {
	over, under := surge(s)
	return &appsv1.Deployment{
		TypeMeta:   kind("apps/v1", "Deployment"),
		ObjectMeta: in.meta(name, name),
		Spec: appsv1.DeploymentSpec{
			Replicas: in.replicas(s),
			Selector: &metav1.LabelSelector{MatchLabels: in.workloadSelector(name)},
			Template: in.podTemplate(name, s),
			Strategy: appsv1.DeploymentStrategy{
				Type:          appsv1.RollingUpdateDeploymentStrategyType,
				RollingUpdate: &appsv1.RollingUpdateDeployment{MaxSurge: over, MaxUnavailable: under},
			},
			MinReadySeconds:         minReadySeconds,
			RevisionHistoryLimit:    new(historyLimit),
			ProgressDeadlineSeconds: new(deadline(s)),
		},
	}
}
