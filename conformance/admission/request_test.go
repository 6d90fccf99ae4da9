package admission

import (
	"maps"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admission/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/authentication/user"
)

// request is what somebody asks of the API server.
type request struct {
	*admission.VersionedAttributes
	objects   []runtime.Object // the one that is meant and the one that was
	namespace corev1.Namespace
}

func (r request) asked() *admissionv1.AdmissionRequest {
	return cel.CreateAdmissionRequest(r.Attributes, metav1.GroupVersionResource(r.GetResource()), metav1.GroupVersionKind(r.VersionedKind))
}

// kinds are the kinds that the API server itself knows, so that it drops what they do not have and refuses what has
// another type.
var kinds = scheme()

func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		corev1.AddToScheme, appsv1.AddToScheme, batchv1.AddToScheme, discoveryv1.AddToScheme, networkingv1.AddToScheme, rbacv1.AddToScheme,
	} {
		if err := add(s); err != nil {
			panic(err)
		}
	}
	return s
}

// versions are those of kinds whose vectors name none.
var versions = map[string]string{
	"CronJob": "batch/v1", "Job": "batch/v1", "Deployment": "apps/v1", "StatefulSet": "apps/v1", "ReplicaSet": "apps/v1",
	"Rollout": "argoproj.io/v1alpha1", "AnalysisTemplate": "argoproj.io/v1alpha1", "AnalysisRun": "argoproj.io/v1alpha1", "Experiment": "argoproj.io/v1alpha1",
	"NetworkPolicy": "networking.k8s.io/v1", "Ingress": "networking.k8s.io/v1", "Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
	"EndpointSlice": "discovery.k8s.io/v1", "ExternalSecret": "external-secrets.io/v1", "SealedSecret": "bitnami.com/v1alpha1",
	"VirtualService": "networking.istio.io/v1", "DestinationRule": "networking.istio.io/v1", "ServiceEntry": "networking.istio.io/v1", "Sidecar": "networking.istio.io/v1",
	"EnvoyFilter": "networking.istio.io/v1alpha3", "WasmPlugin": "extensions.istio.io/v1alpha1", "ProxyConfig": "networking.istio.io/v1beta1",
	"EnvoyPatchPolicy": "gateway.envoyproxy.io/v1alpha1", "EnvoyExtensionPolicy": "gateway.envoyproxy.io/v1alpha1",
	"SnippetsFilter": "gateway.nginx.org/v1alpha1", "SnippetsPolicy": "gateway.nginx.org/v1alpha1", "PeerAuthentication": "security.istio.io/v1",
	"HTTPRoute": "gateway.networking.k8s.io/v1", "GRPCRoute": "gateway.networking.k8s.io/v1", "TLSRoute": "gateway.networking.k8s.io/v1",
	"TCPRoute": "gateway.networking.k8s.io/v1alpha2", "UDPRoute": "gateway.networking.k8s.io/v1alpha2", "ReferenceGrant": "gateway.networking.k8s.io/v1beta1",
	"Gateway": "gateway.networking.k8s.io/v1", "ScaledJob": "keda.sh/v1alpha1",
}

// plural is the resource of a kind.
func plural(kind string) string {
	name := strings.ToLower(kind)
	switch {
	case strings.HasSuffix(name, "endpoints"):
		return name
	case strings.HasSuffix(name, "y") && !strings.HasSuffix(name, "gateway"):
		return strings.TrimSuffix(name, "y") + "ies"
	case strings.HasSuffix(name, "s"):
		return name + "es"
	}
	return name + "s"
}

var (
	engine = &user.DefaultInfo{Name: "system:serviceaccount:argocd:argocd-application-controller", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:argocd", "system:authenticated"}}
	person = &user.DefaultInfo{Name: "ada@example.com", Groups: []string{"acme-admins", "system:authenticated"}}
	pods   = &user.DefaultInfo{Name: "system:serviceaccount:kube-system:replicaset-controller", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"}}
	mesh   = &user.DefaultInfo{Name: "system:serviceaccount:cert-manager:cert-manager", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:cert-manager", "system:authenticated"}}
	own    = &user.DefaultInfo{Name: "system:serviceaccount:acme-production:gitops", Groups: []string{"system:serviceaccounts", "system:serviceaccounts:acme-production", "system:authenticated"}}
	root   = &user.DefaultInfo{Name: "kubernetes-admin", Groups: []string{"system:masters"}}
)

// home is the namespace of the tenant as the cluster has it.
func home() corev1.Namespace {
	return corev1.Namespace{ObjectMeta: metav1.ObjectMeta{
		Name: "acme-production", Labels: map[string]string{"tenantsmith.dev/tenant": "acme", "tenantsmith.dev/environment": "production"},
	}}
}

// ask is a request of somebody in the tenant's namespace. The error says why the API server does not understand the
// object; whom it tells that, no policy is asked.
func ask(who user.Info, operation admission.Operation, given, old map[string]any) (request, error) {
	r := request{namespace: home()}
	object, err := served(given)
	if err != nil {
		return r, err
	}
	oldObject, err := served(old)
	if err != nil {
		return r, err
	}
	some := object
	if some == nil {
		some = oldObject
	}
	r.objects = slices.DeleteFunc([]runtime.Object{object, oldObject}, func(o runtime.Object) bool { return o == nil })
	kind := some.GetObjectKind().GroupVersionKind()
	resource := schema.GroupVersionResource{Group: kind.Group, Version: kind.Version, Resource: plural(kind.Kind)}
	about, err := meta.Accessor(some)
	if err != nil {
		return r, err
	}
	namespace := r.namespace.Name
	if kind.Kind == "Namespace" {
		namespace = about.GetName()
	}
	r.VersionedAttributes = &admission.VersionedAttributes{
		Attributes:    admission.NewAttributesRecord(object, oldObject, kind, namespace, about.GetName(), resource, "", operation, nil, false, who),
		VersionedKind: kind, VersionedObject: admission.NewLazyObject(object), VersionedOldObject: admission.NewLazyObject(oldObject),
	}
	return r, nil
}

// within is the request in another namespace.
func (r request) within(namespace string) request {
	a := r.Attributes
	if a.GetNamespace() == home().Name {
		attributes := *r.VersionedAttributes
		attributes.Attributes = admission.NewAttributesRecord(a.GetObject(), a.GetOldObject(), a.GetKind(), namespace, a.GetName(), a.GetResource(), a.GetSubresource(), a.GetOperation(), nil, false, a.GetUserInfo())
		r.VersionedAttributes = &attributes
	}
	return r
}

// served is the object as the API server has it once it was read.
func served(tree map[string]any) (runtime.Object, error) {
	if tree == nil {
		return nil, nil
	}
	tree = maps.Clone(tree)
	if kind, _ := tree["kind"].(string); tree["apiVersion"] == nil && versions[kind] != "" {
		tree["apiVersion"] = versions[kind]
	} else if tree["apiVersion"] == nil {
		tree["apiVersion"] = "v1"
	}
	if tree["metadata"] == nil {
		tree["metadata"] = map[string]any{}
	}
	u := &unstructured.Unstructured{Object: runtime.DeepCopyJSON(tree)}
	typed, err := kinds.New(u.GroupVersionKind())
	if err != nil {
		drop(u.Object)
		return u, nil // of a custom resource
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(tree, typed); err != nil {
		return nil, err
	}
	typed.GetObjectKind().SetGroupVersionKind(u.GroupVersionKind())
	return typed, nil
}

// drop removes what is null, as the API server does with fields of custom resources.
func drop(tree any) {
	switch v := tree.(type) {
	case map[string]any:
		maps.DeleteFunc(v, func(_ string, value any) bool { return value == nil })
		for _, value := range v {
			drop(value)
		}
	case []any:
		for _, value := range v {
			drop(value)
		}
	}
}
