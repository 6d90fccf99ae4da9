package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IstioExtensionsAPI is the API of what Istio's proxies are extended by.
const IstioExtensionsAPI = "extensions.istio.io/v1alpha1"

// WasmPlugin has proxies of its namespace run a filter.
type WasmPlugin struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              WasmPluginSpec `json:"spec"`
}

// WasmPluginSpec is for the proxies in pods with the labels. The phase is before which of Istio's own filters it runs;
// with FAIL_CLOSE requests are refused while it does not run.
type WasmPluginSpec struct {
	Selector     WasmSelector `json:"selector"`
	URL          string       `json:"url"`
	Phase        string       `json:"phase"`
	FailStrategy string       `json:"failStrategy"`
	PluginConfig Coraza       `json:"pluginConfig"`
}

// WasmSelector chooses pods.
type WasmSelector struct {
	MatchLabels map[string]string `json:"matchLabels"`
}
