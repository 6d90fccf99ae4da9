package manifest

import (
	"encoding/json"
	"sync"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

func p[T any](v T) *T { return &v }

func typed(kind, version string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: version}
}

func podSpec() corev1.PodSpec {
	return corev1.PodSpec{
		ServiceAccountName: "web", AutomountServiceAccountToken: p(false),
		SecurityContext: &corev1.PodSecurityContext{RunAsNonRoot: p(true), SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault}},
		Containers: []corev1.Container{{
			Name: "web", Image: "ghcr.io/example/web:1", Command: []string{"/app"}, Args: []string{"on"},
			Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
			Env:   []corev1.EnvVar{{Name: "CACHE", Value: "on"}, {Name: "DB", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{LocalObjectReference: corev1.LocalObjectReference{Name: "db"}, Key: "uri"}}}},
			Resources: corev1.ResourceRequirements{
				Requests: corev1.ResourceList{"cpu": resource.MustParse("0.5"), "memory": resource.MustParse("256Mi")},
				Limits:   corev1.ResourceList{"memory": resource.MustParse("512Mi")},
			},
			VolumeMounts:   []corev1.VolumeMount{{Name: "tmp", MountPath: "/tmp"}},
			ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromString("http")}}, PeriodSeconds: 10},
			SecurityContext: &corev1.SecurityContext{
				ReadOnlyRootFilesystem: p(true), AllowPrivilegeEscalation: p(false), Capabilities: &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}},
			},
		}},
		Volumes: []corev1.Volume{{Name: "tmp", VolumeSource: corev1.VolumeSource{EmptyDir: &corev1.EmptyDirVolumeSource{}}}},
	}
}

func deployment() *appsv1.Deployment {
	return &appsv1.Deployment{
		TypeMeta: typed("Deployment", "apps/v1"), ObjectMeta: metav1.ObjectMeta{Name: "web", Labels: map[string]string{"app.kubernetes.io/name": "web"}},
		Spec: appsv1.DeploymentSpec{
			Replicas: p[int32](0), Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}},
			Template: corev1.PodTemplateSpec{Spec: podSpec()},
		},
	}
}

func TestFromTypedDeployment(t *testing.T) {
	require.Equal(t, `apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    app.kubernetes.io/name: web
  name: web
spec:
  replicas: 0
  selector:
    matchLabels:
      app: web
  template:
    spec:
      automountServiceAccountToken: false
      containers:
      - args:
        - "on"
        command:
        - /app
        env:
        - name: CACHE
          value: "on"
        - name: DB
          valueFrom:
            secretKeyRef:
              key: uri
              name: db
        image: ghcr.io/example/web:1
        name: web
        ports:
        - containerPort: 8080
          name: http
        readinessProbe:
          httpGet:
            path: /ready
            port: http
          periodSeconds: 10
        resources:
          limits:
            memory: 512Mi
          requests:
            cpu: 500m
            memory: 256Mi
        securityContext:
          allowPrivilegeEscalation: false
          capabilities:
            drop:
            - ALL
          readOnlyRootFilesystem: true
        volumeMounts:
        - mountPath: /tmp
          name: tmp
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
      serviceAccountName: web
      volumes:
      - emptyDir: {}
        name: tmp
`, string(Marshal(FromTyped(deployment()))))
}

// What is empty and means something stays; what is noise goes.
func TestFromTypedEmpties(t *testing.T) {
	policy := FromTyped(&networkingv1.NetworkPolicy{
		TypeMeta: typed("NetworkPolicy", "networking.k8s.io/v1"), ObjectMeta: metav1.ObjectMeta{Name: "deny"},
		Spec: networkingv1.NetworkPolicySpec{
			PolicyTypes: []networkingv1.PolicyType{"Ingress"},
			Ingress:     []networkingv1.NetworkPolicyIngressRule{{From: []networkingv1.NetworkPolicyPeer{{PodSelector: &metav1.LabelSelector{}}}}, {}},
		},
	})
	require.Equal(t, map[string]any{
		"podSelector": map[string]any{}, "policyTypes": []any{"Ingress"},
		"ingress": []any{map[string]any{"from": []any{map[string]any{"podSelector": map[string]any{}}}}, map[string]any{}},
	}, policy["spec"])

	rollout := FromTyped(&v1alpha1.Rollout{
		TypeMeta: typed("Rollout", "argoproj.io/v1alpha1"),
		Spec: v1alpha1.RolloutSpec{Strategy: v1alpha1.RolloutStrategy{Canary: &v1alpha1.CanaryStrategy{
			Steps: []v1alpha1.CanaryStep{{SetWeight: p[int32](10)}, {Pause: &v1alpha1.RolloutPause{}}, {Pause: &v1alpha1.RolloutPause{Duration: p(intstr.FromString("5m"))}}},
		}}},
		Status: v1alpha1.RolloutStatus{Phase: "Healthy"},
	})
	require.NotContains(t, rollout, "status")
	steps, _ := ParsePath("spec.strategy.canary.steps").Lookup(rollout)
	require.Equal(t, []any{map[string]any{"setWeight": int64(10)}, map[string]any{"pause": map[string]any{}}, map[string]any{"pause": map[string]any{"duration": "5m"}}}, steps)
	selector, ok := ParsePath("spec.selector").Lookup(rollout)
	require.False(t, ok, selector)

	analysis := FromTyped(&v1alpha1.AnalysisTemplate{
		TypeMeta: typed("AnalysisTemplate", "argoproj.io/v1alpha1"),
		Spec:     v1alpha1.AnalysisTemplateSpec{Metrics: []v1alpha1.Metric{{Name: "ok", Provider: v1alpha1.MetricProvider{Prometheus: &v1alpha1.PrometheusMetric{Address: "http://p"}}}}},
	})
	provider, _ := ParsePath("spec.metrics[0].provider").Lookup(analysis)
	require.Equal(t, map[string]any{"prometheus": map[string]any{"address": "http://p"}}, provider)

	// Lists that are required and nil would be null.
	role := FromTyped(&rbacv1.Role{TypeMeta: typed("Role", "rbac.authorization.k8s.io/v1")})
	require.Equal(t, map[string]any{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role"}, role)
	require.Equal(t, []any{}, FromTyped(&rbacv1.Role{Rules: []rbacv1.PolicyRule{}})["rules"])
	require.NotContains(t, FromTyped(&corev1.ConfigMap{Data: map[string]string{}}), "data")
}

func TestFromTypedValues(t *testing.T) {
	type inner struct {
		A string `json:"a"`
		B int    `json:"b"`
	}
	type Embedded struct {
		E string `json:"e"`
		A string `json:"a"`
	}
	type object struct {
		Embedded `json:",inline"`
		*Pointed
		A        string           `json:"a"`
		Number   int64            `json:"number,string"`
		Float    float64          `json:"float"`
		Narrow   float32          `json:"narrow"`
		Bytes    []byte           `json:"bytes"`
		Map      map[string]inner `json:"map"`
		Numbers  map[int]string   `json:"numbers"`
		Any      any              `json:"any"`
		Skipped  string           `json:"-"`
		Unnamed  string
		hidden   string
		Raw      runtime.RawExtension `json:"raw"`
		NoRaw    runtime.RawExtension `json:"noRaw"`
		Time     metav1.Time          `json:"time"`
		Duration metav1.Duration      `json:"duration,omitempty"`
		Quantity resource.Quantity    `json:"quantity"`
		Zero     inner                `json:"zero,omitzero"`
		Kept     inner                `json:"kept"`
		Uint     uint64               `json:"uint"`
		List     []*inner             `json:"list"`
		Array    [2]bool              `json:"array"`
		Status   string               `json:"status"`
	}
	_ = object{hidden: ""}.hidden
	require.Equal(t, map[string]any{
		"e": "e", "a": "outer", "number": "7", "float": 2.5, "narrow": 0.1, "bytes": "aGk=", "map": map[string]any{"x": map[string]any{"a": "", "b": int64(1)}},
		"numbers": map[string]any{"3": "c"}, "any": map[string]any{"a": "y", "b": int64(0)}, "Unnamed": "",
		"raw": map[string]any{"k": []any{int64(1), 1.5, nil}}, "quantity": "4", "kept": map[string]any{"a": "", "b": int64(0)},
		"uint": float64(1<<64 - 1), "list": []any{nil, map[string]any{"a": "", "b": int64(2)}}, "array": []any{true, false},
	}, FromTyped(object{
		Embedded: Embedded{E: "e", A: "hidden"}, A: "outer", Number: 7, Float: 2.5, Narrow: 0.1, Bytes: []byte("hi"), Map: map[string]inner{"x": {B: 1}},
		Numbers: map[int]string{3: "c"}, Any: &inner{A: "y"}, Skipped: "s", Raw: runtime.RawExtension{Raw: []byte(`{"k": [1, 1.5, null]}`)},
		Quantity: resource.MustParse("4000m"), Uint: 1<<64 - 1, List: []*inner{nil, {B: 2}}, Array: [2]bool{true, false}, Status: "gone",
	}))
	require.Panics(t, func() { FromTyped("text") })
	require.Panics(t, func() { FromTyped(struct{ C chan int }{C: make(chan int)}) })
}

// Pointed is embedded by pointer, which is nil in the test.
type Pointed struct {
	P string `json:"p"`
}

func objects() []any {
	hpa := &autoscalingv2.HorizontalPodAutoscaler{TypeMeta: typed("HorizontalPodAutoscaler", "autoscaling/v2"), ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	hpa.Spec = autoscalingv2.HorizontalPodAutoscalerSpec{MinReplicas: p[int32](1), MaxReplicas: 4, Metrics: []autoscalingv2.MetricSpec{{
		Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu", Target: autoscalingv2.MetricTarget{Type: "Utilization", AverageUtilization: p[int32](70)}},
	}}}
	pdb := &policyv1.PodDisruptionBudget{TypeMeta: typed("PodDisruptionBudget", "policy/v1"), Spec: policyv1.PodDisruptionBudgetSpec{MaxUnavailable: p(intstr.FromInt32(1))}}
	service := &corev1.Service{TypeMeta: typed("Service", "v1"), ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	service.Spec.Ports = []corev1.ServicePort{{Name: "http", Port: 80, TargetPort: intstr.FromString("http")}}
	quota := &corev1.ResourceQuota{TypeMeta: typed("ResourceQuota", "v1"), Spec: corev1.ResourceQuotaSpec{Hard: corev1.ResourceList{"requests.cpu": resource.MustParse("4"), "pods": resource.MustParse("20")}}}
	return []any{deployment(), hpa, pdb, service, quota}
}

// Beside what is dropped, the tree is what encoding/json makes of the object.
func TestFromTypedAgreesWithJSON(t *testing.T) {
	for _, o := range objects() {
		data, err := json.Marshal(o)
		require.NoError(t, err)
		var want map[string]any
		require.NoError(t, json.Unmarshal(data, &want))
		delete(want, "status")
		data, err = json.Marshal(FromTyped(o))
		require.NoError(t, err)
		var got map[string]any
		require.NoError(t, json.Unmarshal(data, &got))
		require.Equal(t, pruned(want), pruned(got))
	}
}

// pruned drops nulls and empty maps, where both ways differ on purpose.
func pruned(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k, inner := range x {
			m, ok := pruned(inner).(map[string]any)
			if inner == nil || ok && len(m) == 0 {
				delete(x, k)
			}
		}
	case []any:
		for i := range x {
			x[i] = pruned(x[i])
		}
	}
	return v
}

// Many goroutines meet a type for the first time at once, and share quantities.
func TestFromTypedParallel(t *testing.T) {
	shared := objects()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, o := range shared {
				FromTyped(o)
			}
		})
	}
	wg.Wait()
}

func BenchmarkFromTyped(b *testing.B) {
	o := deployment()
	b.ReportAllocs()
	for b.Loop() {
		FromTyped(o)
	}
}

func rollout() *v1alpha1.Rollout {
	return &v1alpha1.Rollout{
		TypeMeta: typed("Rollout", "argoproj.io/v1alpha1"), ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: v1alpha1.RolloutSpec{
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}, Template: corev1.PodTemplateSpec{Spec: podSpec()},
			Strategy: v1alpha1.RolloutStrategy{Canary: &v1alpha1.CanaryStrategy{Steps: []v1alpha1.CanaryStep{{SetWeight: p[int32](10)}, {Pause: &v1alpha1.RolloutPause{}}}}},
		},
	}
}

// The spec of a Rollout marshals itself; its pods come out like those of a Deployment.
func TestFromTypedRollout(t *testing.T) {
	deployed, _ := ParsePath("spec.template").Lookup(FromTyped(deployment()))
	rolled, _ := ParsePath("spec.template").Lookup(FromTyped(rollout()))
	require.Equal(t, deployed, rolled)
}

func BenchmarkFromTypedRollout(b *testing.B) {
	o := rollout()
	b.ReportAllocs()
	for b.Loop() {
		FromTyped(o)
	}
}

func BenchmarkMarshal(b *testing.B) {
	tree := FromTyped(deployment())
	var buf []byte
	b.ReportAllocs()
	for b.Loop() {
		buf = AppendYAML(buf[:0], tree)
	}
	b.SetBytes(int64(len(buf)))
}
