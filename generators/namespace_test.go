package generators

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A namespace has the labels of the platform's sensor only where its tenant takes part, and they
// never weaken Pod Security.
func TestDetectionLabels(t *testing.T) {
	for _, takesPart := range []bool{true, false} {
		tenant := sample("premium")
		e := &tenant.Environments[0]
		platform := *e.Platform
		platform.Detection = map[string]string{"falco.example.com/watch": "true", "pod-security.kubernetes.io/enforce": "privileged"}
		e.Platform = &platform
		e.Spec.Security.RuntimeDetection = takesPart
		var labels map[string]any
		for _, o := range Generate(tenant, e) {
			if o.Kind() == "Namespace" {
				labels = o.Tree["metadata"].(map[string]any)["labels"].(map[string]any)
			}
		}
		_, watched := labels["falco.example.com/watch"]
		require.Equal(t, takesPart, watched)
		require.Equal(t, "restricted", labels["pod-security.kubernetes.io/enforce"])
	}
}
