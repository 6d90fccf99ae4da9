package conformance

import (
	"fmt"

	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	appsvalidation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/autoscaling"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	autoscalingvalidation "k8s.io/kubernetes/pkg/apis/autoscaling/validation"
	"k8s.io/kubernetes/pkg/apis/batch"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	batchvalidation "k8s.io/kubernetes/pkg/apis/batch/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	corevalidation "k8s.io/kubernetes/pkg/apis/core/validation"
	"k8s.io/kubernetes/pkg/apis/networking"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	networkingvalidation "k8s.io/kubernetes/pkg/apis/networking/validation"
	"k8s.io/kubernetes/pkg/apis/policy"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	policyvalidation "k8s.io/kubernetes/pkg/apis/policy/validation"
	"k8s.io/kubernetes/pkg/apis/rbac"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	rbacvalidation "k8s.io/kubernetes/pkg/apis/rbac/validation"
)

// strict reads objects of Kubernetes itself; what it does not know is an error.
var strict = json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme.Scheme, scheme.Scheme, json.SerializerOptions{Strict: true})

// judgeBuiltIn takes an object the way that a create takes: strict decoding, defaults, validation.
func judgeBuiltIn(o *unstructured.Unstructured) error {
	o = o.DeepCopy()
	if o.GetNamespace() == "" && o.GetKind() != "Namespace" {
		o.SetNamespace("placed-later")
	}
	data, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	if _, _, err := strict.Decode(data, nil, nil); err != nil {
		return err
	}
	object, err := runtime.Decode(legacyscheme.Codecs.UniversalDecoder(), data)
	if err != nil {
		return err
	}
	errs, known := validate(object)
	if !known {
		return fmt.Errorf("kind %s has no validation here", o.GetKind())
	}
	return errs.ToAggregate()
}

// validate asks Kubernetes' own validation, as the API server does; pods only have what every cluster
// allows.
func validate(object runtime.Object) (errs field.ErrorList, known bool) {
	switch o := object.(type) {
	case *core.Namespace:
		return corevalidation.ValidateNamespace(o), true
	case *core.Service:
		if o.Spec.ClusterIP == core.ClusterIPNone {
			o.Spec.ClusterIPs = []string{core.ClusterIPNone} // the API server writes this before it validates
		}
		return corevalidation.ValidateServiceCreate(o), true
	case *core.ServiceAccount:
		return corevalidation.ValidateServiceAccount(o), true
	case *core.ConfigMap:
		return corevalidation.ValidateConfigMap(o), true
	case *core.ResourceQuota:
		return corevalidation.ValidateResourceQuota(o), true
	case *core.LimitRange:
		return corevalidation.ValidateLimitRange(o), true
	case *core.PersistentVolumeClaim:
		return corevalidation.ValidatePersistentVolumeClaim(o, corevalidation.PersistentVolumeClaimSpecValidationOptions{}), true
	case *apps.Deployment:
		return appsvalidation.ValidateDeployment(o, corevalidation.PodValidationOptions{}), true
	case *apps.StatefulSet:
		return appsvalidation.ValidateStatefulSet(o, corevalidation.PodValidationOptions{}), true
	case *batch.Job:
		// The API server makes the selector of a Job itself, as that of each run of a CronJob.
		return batchvalidation.ValidateJobTemplateSpec(&batch.JobTemplateSpec{Spec: o.Spec}, nil, corevalidation.PodValidationOptions{}), true
	case *batch.CronJob:
		return batchvalidation.ValidateCronJobCreate(o, corevalidation.PodValidationOptions{}), true
	case *autoscaling.HorizontalPodAutoscaler:
		return autoscalingvalidation.ValidateHorizontalPodAutoscaler(o, autoscalingvalidation.HorizontalPodAutoscalerSpecValidationOptions{MinReplicasLowerBound: 1}), true
	case *policy.PodDisruptionBudget:
		return policyvalidation.ValidatePodDisruptionBudget(o, policyvalidation.PodDisruptionBudgetValidationOptions{}), true
	case *networking.NetworkPolicy:
		return networkingvalidation.ValidateNetworkPolicy(o, networkingvalidation.NetworkPolicyValidationOptions{}), true
	case *networking.Ingress:
		return networkingvalidation.ValidateIngressCreate(o), true
	case *rbac.Role:
		return rbacvalidation.ValidateRole(o), true
	case *rbac.RoleBinding:
		return rbacvalidation.ValidateRoleBinding(o), true
	}
	return nil, false
}

// judgeMetadata holds for every object; the names of roles may hold more.
func judgeMetadata(o *unstructured.Unstructured) error {
	name := validation.NameIsDNSSubdomain
	if o.GroupVersionKind().Group == rbac.GroupName {
		name = func(string, bool) []string { return nil }
	}
	return validation.ValidateObjectMetaAccessor(o, o.GetNamespace() != "", name, field.NewPath("metadata")).ToAggregate()
}
