package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// EnvoyGatewayAPI is the API of Envoy Gateway.
const EnvoyGatewayAPI = "gateway.envoyproxy.io/v1alpha1"

// EnvoyExtensionPolicy has Envoy Gateway put filters before routes of its namespace.
type EnvoyExtensionPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              EnvoyExtensionPolicySpec `json:"spec"`
}

// EnvoyExtensionPolicySpec names the routes, and the filters that their requests pass.
type EnvoyExtensionPolicySpec struct {
	TargetRefs []EnvoyTarget `json:"targetRefs"`
	Wasm       []EnvoyWasm   `json:"wasm"`
}

// EnvoyTarget is a route of the policy's namespace.
type EnvoyTarget struct {
	Group string `json:"group"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}

// EnvoyWasm is a filter. Unless FailOpen, requests are refused while it does not run.
type EnvoyWasm struct {
	Name     string        `json:"name"`
	Code     EnvoyWasmCode `json:"code"`
	Config   Coraza        `json:"config"`
	FailOpen bool          `json:"failOpen"`
}

// EnvoyWasmCode is where the filter comes from.
type EnvoyWasmCode struct {
	Type  string         `json:"type"`
	Image EnvoyWasmImage `json:"image"`
}

// EnvoyWasmImage is an image with the filter in it; a digest in the URL is held to.
type EnvoyWasmImage struct {
	URL string `json:"url"`
}
