package generators

import (
	"fmt"
	"slices"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// How long a smoke test may take, in seconds: all its requests together less than its pod, which may
// have to be scheduled and pulled, and that less than the deadline of a release. The Job stays until
// the controller has surely read its end.
const (
	smokeRequest   = 10  // one request
	smokeRetries   = 5   // requests after the first
	smokeRetryTime = 60  // after which no further request begins
	smokeDeadline  = 300 // the Job
	smokeKept      = 600 // after its end

	// smokeUser is nobody in particular: asking takes no file of the image but the program.
	smokeUser = int64(65532)
	// labelSmoke marks the pods of smoke tests with their service. They carry no name, so that no
	// Service, budget or autoscaler takes them for pods of a service.
	labelSmoke = "tenantsmith.dev/smoke-test"
	// nativeSidecar has Istio run its proxy as a sidecar that ends with the pod's own containers.
	nativeSidecar = "sidecar.istio.io/nativeSidecar"
)

func smokeTemplate(service string) string { return fit(service + "-smoke") }

// smokeAccount has a dot, which no name of a service has, so that it is never a service's account.
func smokeAccount(service string) string { return service + ".smoke" }

// smoked reports whether a new version of the service has to answer a request before the switch.
func (in input) smoked(s schemas.Service) bool {
	p := in.env.Platform
	return s.Release.Smoke != nil && p != nil && p.Images.Smoke != "" && smokePort(s) != "" &&
		strategy(s, in.env.Cluster) == blueGreen
}

// smokePort is the port to ask: http where there is such a port, otherwise the first that speaks
// HTTP as curl does, otherwise the service's first.
func smokePort(s schemas.Service) string {
	names := slices.DeleteFunc(s.HTTPPorts(), func(n string) bool {
		if app := s.Ports[n].App; app != "" {
			return app != "http"
		}
		return strings.HasPrefix(n, "grpc") || strings.HasPrefix(n, "h2c")
	})
	if len(names) == 0 || slices.Contains(names, "http") {
		return mainPort(s.Ports)
	}
	return names[0]
}

// smokeTest asks the new version once, by a Job: the controller itself stands outside of the tenant's
// network. A Job that fails aborts the release.
func (in input) smokeTest(name string, s schemas.Service) *v1alpha1.AnalysisTemplate {
	return &v1alpha1.AnalysisTemplate{
		TypeMeta:   kind(rolloutsAPI, "AnalysisTemplate"),
		ObjectMeta: in.meta(smokeTemplate(name), name),
		Spec: v1alpha1.AnalysisTemplateSpec{Metrics: []v1alpha1.Metric{{
			Name:              "smoke",
			Count:             new(intstr.FromInt32(1)),
			FailureLimit:      new(intstr.FromInt32(0)),
			InconclusiveLimit: new(intstr.FromInt32(0)),
			// A Job that the quota refuses may be created a little later.
			ConsecutiveErrorLimit: new(intstr.FromInt32(errorsAllowed)),
			Provider: v1alpha1.MetricProvider{Job: &v1alpha1.JobMetric{
				Metadata: metav1.ObjectMeta{Labels: in.labels("")},
				Spec: batchv1.JobSpec{
					BackoffLimit:            new(int32(1)), // a pod that its node lost
					ActiveDeadlineSeconds:   new(int64(smokeDeadline)),
					TTLSecondsAfterFinished: new(int32(smokeKept)),
					Template:                in.smokePod(name, s),
				},
			}},
		}}},
	}
}

// smokePod has an account of its own, which has no rights and mounts no token: a test must not be
// taken for one of the services.
//
// In a mesh of sidecars it keeps its proxy. Without one a mesh that demands mTLS would refuse its request; with
// an ordinary one the pod would never end.
func (in input) smokePod(name string, s schemas.Service) corev1.PodTemplateSpec {
	pod := corev1.PodTemplateSpec{
		ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{
			labelManagedBy: managedBy, labelTenant: in.tenant.Name, labelSmoke: name,
		}},
		Spec: corev1.PodSpec{
			ServiceAccountName:           smokeAccount(name),
			AutomountServiceAccountToken: new(false),
			EnableServiceLinks:           new(false),
			RestartPolicy:                corev1.RestartPolicyNever,
			SecurityContext: podSecurity(schemas.SecurityContext{
				RunAsUser: new(smokeUser), RunAsGroup: new(smokeUser),
			}),
			Containers: []corev1.Container{in.smokeContainer(name, s)},
		},
	}
	if in.env.Cluster.Sidecars() {
		pod.Annotations = map[string]string{nativeSidecar: "true"}
	}
	return pod
}

func (in input) smokeContainer(name string, s schemas.Service) corev1.Container {
	return corev1.Container{
		Name:            "smoke",
		Image:           in.env.Platform.Images.Smoke,
		ImagePullPolicy: pullPolicy(in.env.Platform.Images.Smoke),
		Command:         []string{"curl"},
		Args:            smokeArgs(name, s),
		Resources: corev1.ResourceRequirements{
			Requests: corev1.ResourceList{"cpu": resource.MustParse("10m"), "memory": resource.MustParse("32Mi")},
			Limits:   corev1.ResourceList{"cpu": resource.MustParse("100m"), "memory": resource.MustParse("32Mi")},
		},
		SecurityContext: containerSecurity(schemas.SecurityContext{}),
	}
}

// smokeArgs ask the Service of the new version and accept every answer below 400. No shell reads
// them; a dollar is doubled, since the kubelet would read $(NAME).
func smokeArgs(name string, s schemas.Service) []string {
	port := smokePort(s)
	scheme := "http"
	if port == "https" {
		scheme = "https"
	}
	path := s.Release.Smoke.Path
	if path == "" {
		path = "/"
	}
	url := fmt.Sprintf("%s://%s:%d%s", scheme, previewService(name), s.Ports[port].Number(), path)
	args := []string{
		"--fail", "--silent", "--show-error", "--globoff", "--output", "/dev/null",
		"--max-time", fmt.Sprint(smokeRequest), "--retry", fmt.Sprint(smokeRetries), "--retry-all-errors",
		"--retry-delay", "2", "--retry-max-time", fmt.Sprint(smokeRetryTime),
	}
	if scheme == "https" {
		args = append(args, "--insecure") // the certificate is not for the preview's name
	}
	return append(args, "--url", strings.ReplaceAll(url, "$", "$$"))
}
