package conformance

import (
	"slices"
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

// watched are the kinds that are counted one by one: a strategy, a router or a scaler stands behind
// each, and the matrix has all of them.
var watched = []string{
	"Rollout", "AnalysisTemplate", "VirtualService", "DestinationRule", "HTTPRoute", "Ingress",
	"HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject",
}

func ofKind(kind string) string { return "of kind " + kind }

// exam judges the objects of a namespace in every way there is, and counts what passes.
func (l laws) exam(t *testing.T, s set) {
	for _, o := range s.objects {
		id := s.name + ": " + o.GetKind() + " " + o.GetName()
		judge, what := l.judgeCustom, customJudged
		if scheme.Scheme.Recognizes(o.GroupVersionKind()) {
			judge, what = judgeBuiltIn, builtInJudged
		}
		if !assert.NoError(t, judgeMetadata(o), id) || !assert.NoError(t, judge(o), id) {
			continue
		}
		count(t, what, 1)
		if slices.Contains(watched, o.GetKind()) {
			count(t, ofKind(o.GetKind()), 1)
		}
		examKind(t, s, o, id)
	}
}

// examKind judges what only some kinds have.
func examKind(t *testing.T, s set, o *unstructured.Unstructured, id string) {
	switch o.GetKind() {
	case "Rollout":
		var r v1alpha1.Rollout
		if assert.NoError(t, decode(o, &r), id) && assert.NoError(t, judgeRollout(s, &r), id) {
			count(t, rolloutsJudged, 1)
		}
	case "AnalysisTemplate":
		n, err := judgeTemplate(o)
		if assert.NoError(t, err, id) {
			count(t, templatesJudged, 1)
			count(t, queriesParsed, n.queries)
			count(t, verdictsTested, n.verdicts)
		}
	case "ScaledObject":
		n, err := judgeTriggers(o)
		if assert.NoError(t, err, id) {
			count(t, queriesParsed, n)
		}
	}
}
