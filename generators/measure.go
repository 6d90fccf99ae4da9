package generators

import (
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// measured is what a new version has to show while it gets requests; nil where nothing measures.
func (in input) measured(name string, s schemas.Service) *v1alpha1.RolloutAnalysis {
	if !in.gated(s) {
		return nil
	}
	return analysisOf(releaseTemplate(name))
}

// beforeSwitch is what a new version has to show before it gets any requests; nil without a measurement.
func (in input) beforeSwitch(name string, s schemas.Service) *v1alpha1.RolloutAnalysis {
	if !in.gated(s) {
		return nil
	}
	return analysisOf(previewTemplate(name))
}
