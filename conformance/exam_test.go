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
	builtInJudged   = "built-in objects accepted by strict decoding and validation of Kubernetes"
)

// always are the counts that no exam leaves at zero.
var always = []string{rolloutsJudged, templatesJudged, queriesParsed, verdictsTested, customJudged, builtInJudged}

// watched are the kinds that are counted one by one: a strategy, a router or a scaler stands behind
// each, and the matrix has all of them.
var watched = []string{
	"Rollout", "AnalysisTemplate", "VirtualService", "DestinationRule", "HTTPRoute", "Ingress",
	"HorizontalPodAutoscaler", "VerticalPodAutoscaler", "ScaledObject", "PeerAuthentication", "AuthorizationPolicy", "Sidecar",
}

// shapes are all ways to release.
func shapes() []string {
	all := []string{shaped("blueGreen", "none"), shaped("abTest", "istio"), shaped("abTest", "gateway-api")}
	for _, router := range []string{"none", "istio", "gateway-api"} {
		all = append(all, shaped("canary", router))
	}
	return append(all, shaped("rolling", "none"))
}

func ofKind(kind string) string { return "of kind " + kind }

// countedAll fails a test that did not meet every kind and every way to release.
func countedAll(t *testing.T) {
	counted(t, 1, always...)
	counted(t, 1, shapes()...)
	for _, kind := range watched {
		counted(t, 1, ofKind(kind))
	}
}

// exam judges the objects of a namespace and counts what passes.
func (l laws) exam(t *testing.T, s set) {
	for _, o := range s.objects {
		passed, err := l.judge(s, o)
		if !assert.NoError(t, err, "%s: %s %s", s.name, o.GetKind(), o.GetName()) {
			continue
		}
		for what, n := range passed {
			count(t, what, n)
		}
		if slices.Contains(watched, o.GetKind()) {
			count(t, ofKind(o.GetKind()), 1)
		}
	}
}

// judge asks everybody who has a word about an object, and says what was asked.
func (l laws) judge(s set, o *unstructured.Unstructured) (map[string]int, error) {
	if err := judgeMetadata(o); err != nil {
		return nil, err
	}
	if scheme.Scheme.Recognizes(o.GroupVersionKind()) {
		return map[string]int{builtInJudged: 1}, judgeBuiltIn(o)
	}
	if err := l.judgeCustom(o); err != nil {
		return nil, err
	}
	switch o.GetKind() {
	case "Rollout":
		var r v1alpha1.Rollout
		if err := decode(o, &r); err != nil {
			return nil, err
		}
		return map[string]int{customJudged: 1, rolloutsJudged: 1, shape(&r): 1}, judgeRollout(s, &r)
	case "AnalysisTemplate":
		n, err := judgeTemplate(o)
		return map[string]int{customJudged: 1, templatesJudged: 1, queriesParsed: n.queries, verdictsTested: n.verdicts}, err
	case "ScaledObject":
		n, err := judgeTriggers(o)
		return map[string]int{customJudged: 1, queriesParsed: n}, err
	}
	return map[string]int{customJudged: 1}, nil
}

// shape is how a Rollout releases. A test is one whose steps give no share of all requests: it has
// its own by a header.
func shape(r *v1alpha1.Rollout) string {
	canary := r.Spec.Strategy.Canary
	if canary == nil {
		return shaped("blueGreen", "none")
	}
	strategy := "rolling"
	if len(canary.Steps) > 0 {
		strategy = "abTest"
	}
	for _, step := range canary.Steps {
		if step.SetWeight != nil {
			strategy = "canary"
		}
	}
	return shaped(strategy, splitter(canary))
}

func shaped(strategy, router string) string {
	return "Rollouts of which are " + strategy + ", split by " + router
}

// splitter is the router that a Rollout drives.
func splitter(c *v1alpha1.CanaryStrategy) string {
	switch tr := c.TrafficRouting; {
	case tr == nil:
		return "none"
	case tr.Istio != nil:
		return "istio"
	case tr.Plugins[gatewayPlugin] != nil:
		return "gateway-api"
	}
	return "nothing that we know"
}
