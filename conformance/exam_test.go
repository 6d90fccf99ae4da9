package conformance

import (
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/kubernetes/scheme"
)

// What is counted.
const (
	rolloutsJudged  = "Rollouts accepted by the controller's validation, with all that they name"
	templatesJudged = "AnalysisTemplates accepted by the controller's validation"
	queriesParsed   = "PromQL queries parsed"
	verdictsTested  = "verdicts on no data, NaN, good and bad as claimed"
	customJudged    = "custom resources accepted by their CRDs"
	builtInJudged   = "built-in objects decoded strictly"
)

// always are the counts that no exam leaves at zero.
var always = []string{rolloutsJudged, templatesJudged, queriesParsed, verdictsTested, customJudged, builtInJudged}

// exam judges the objects of a namespace in every way there is, and counts.
func (l laws) exam(t *testing.T, s set) {
	for _, o := range s.objects {
		id := s.name + ": " + o.GetKind() + " " + o.GetName()
		assert.NoError(t, judgeMetadata(o), id)
		if scheme.Scheme.Recognizes(o.GroupVersionKind()) {
			assert.NoError(t, judgeBuiltIn(o), id)
			count(t, builtInJudged, 1)
			continue
		}
		assert.NoError(t, l.judgeCustom(o), id)
		count(t, customJudged, 1)
		examKind(t, s, o, id)
	}
}

// examKind judges what only some kinds have.
func examKind(t *testing.T, s set, o *unstructured.Unstructured, id string) {
	switch o.GetKind() {
	case "Rollout":
		var r v1alpha1.Rollout
		if assert.NoError(t, decode(o, &r), id) {
			assert.NoError(t, judgeRollout(s, &r), id)
		}
		count(t, rolloutsJudged, 1)
	case "AnalysisTemplate":
		n, err := judgeTemplate(o)
		assert.NoError(t, err, id)
		count(t, templatesJudged, 1)
		count(t, queriesParsed, n.queries)
		count(t, verdictsTested, n.verdicts)
	case "ScaledObject":
		n, err := judgeTriggers(o)
		assert.NoError(t, err, id)
		count(t, queriesParsed, n)
	}
}
