package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// KEDAAPI is the API of KEDA.
const KEDAAPI = "keda.sh/v1alpha1"

// ScaledObject scales a workload by what happens outside of it. KEDA makes a
// HorizontalPodAutoscaler of it, and starts and stops the last pod itself.
type ScaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ScaledObjectSpec `json:"spec"`
}

// ScaledObjectSpec is what is scaled, between which numbers, by what.
type ScaledObjectSpec struct {
	ScaleTargetRef  ScaleTarget     `json:"scaleTargetRef"`
	CooldownPeriod  int32           `json:"cooldownPeriod"`
	MinReplicaCount int32           `json:"minReplicaCount"`
	MaxReplicaCount int32           `json:"maxReplicaCount"`
	Advanced        ScalingAdvanced `json:"advanced"`
	Triggers        []ScaleTrigger  `json:"triggers"`
}

// ScaleTarget is the workload that is scaled.
type ScaleTarget struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
}

// ScalingAdvanced holds what goes into the HorizontalPodAutoscaler as it is.
type ScalingAdvanced struct {
	HorizontalPodAutoscaler ScalingAutoscaler `json:"horizontalPodAutoscalerConfig"`
}

// ScalingAutoscaler is the name and the pace of the HorizontalPodAutoscaler.
type ScalingAutoscaler struct {
	Name     string          `json:"name"`
	Behavior ScalingBehavior `json:"behavior"`
}

// ScalingBehavior is the pace of scaling down.
type ScalingBehavior struct {
	ScaleDown ScalingRules `json:"scaleDown"`
}

// ScalingRules say how long the load has to be lower.
type ScalingRules struct {
	StabilizationWindowSeconds int32 `json:"stabilizationWindowSeconds"`
}

// ScaleTrigger is one thing to scale by. Its metadata are the scaler's own words, all of them texts.
type ScaleTrigger struct {
	Type              string             `json:"type"`
	MetricType        string             `json:"metricType,omitempty"`
	Metadata          map[string]string  `json:"metadata"`
	AuthenticationRef *AuthenticationRef `json:"authenticationRef,omitempty"`
}

// AuthenticationRef names a TriggerAuthentication of the namespace.
type AuthenticationRef struct {
	Name string `json:"name"`
}

// TriggerAuthentication gives a trigger settings that are secret.
type TriggerAuthentication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              TriggerAuthenticationSpec `json:"spec"`
}

// TriggerAuthenticationSpec lists the settings that come from Secrets.
type TriggerAuthenticationSpec struct {
	SecretTargetRef []SecretParameter `json:"secretTargetRef"`
}

// SecretParameter is a setting of a trigger that is a key of a Secret.
type SecretParameter struct {
	Parameter string `json:"parameter"`
	Name      string `json:"name"`
	Key       string `json:"key"`
}
