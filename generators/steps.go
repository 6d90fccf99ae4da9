package generators

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// steps are what a canary or an A/B test does now.
func (in input) steps(name string, s schemas.Service) []v1alpha1.CanaryStep {
	if in.sleeps() {
		return asleep()
	}
	return in.awakeSteps(name, s)
}

// awakeSteps are what a canary or an A/B test does before the new version gets everything. A manual one
// ends with a pause that only a person ends.
func (in input) awakeSteps(name string, s schemas.Service) []v1alpha1.CanaryStep {
	var out []v1alpha1.CanaryStep
	if strategy(s, in.env.Cluster) == abTest {
		out = in.testSteps(name, s)
	} else if out = in.ownSteps(name, s); len(out) == 0 {
		out = in.weightSteps(name, s)
	}
	if manual(s) && !waits(out[len(out)-1]) {
		out = append(out, v1alpha1.CanaryStep{Pause: &v1alpha1.RolloutPause{}})
	}
	return out
}

// waits reports whether a step ends only when a person says so.
func waits(s v1alpha1.CanaryStep) bool { return s.Pause != nil && s.Pause.Duration == nil }

func (in input) weightSteps(name string, s schemas.Service) []v1alpha1.CanaryStep {
	shares := weights(s)
	if routed(s, in.env.Cluster) {
		shares = ascending(s.Release.Weights)
	}
	var out []v1alpha1.CanaryStep
	for _, weight := range shares {
		out = append(out, v1alpha1.CanaryStep{SetWeight: new(weight)}, in.wait(name, s))
	}
	return out
}

// testSteps start the new version, give it the chosen requests and measure it. Where the route for
// them is not there always, a step adds it: only after there are pods, or it would be taken away again.
func (in input) testSteps(name string, s schemas.Service) []v1alpha1.CanaryStep {
	out := []v1alpha1.CanaryStep{{SetCanaryScale: &v1alpha1.SetCanaryScale{Replicas: new(testReplicas(s))}}}
	if in.tested(name, s) == "" {
		header, value := wanted(s.Release.Match)
		out = append(out, v1alpha1.CanaryStep{SetHeaderRoute: &v1alpha1.SetHeaderRoute{
			Name: testRoute(name), Match: []v1alpha1.HeaderRoutingMatch{{HeaderName: header, HeaderValue: &value}},
		}})
	}
	out = append(out, pause(testDuration(s)))
	if a := in.measured(name, s); a != nil {
		out = append(out, v1alpha1.CanaryStep{Analysis: a})
	}
	return out
}

// testDuration is how long a test lasts, in the words of Rollouts, which know no days and take less
// than a second for nothing.
func testDuration(s schemas.Service) string {
	seconds := schemas.Milliseconds(s.Release.Duration) / 1000
	switch {
	case seconds == 0:
		return stepPause
	case seconds%3600 == 0:
		return strconv.FormatInt(seconds/3600, 10) + "h"
	case seconds%60 == 0:
		return strconv.FormatInt(seconds/60, 10) + "m"
	}
	return strconv.FormatInt(seconds, 10) + "s"
}

func pause(duration string) v1alpha1.CanaryStep {
	return v1alpha1.CanaryStep{Pause: &v1alpha1.RolloutPause{Duration: new(intstr.FromString(duration))}}
}

// ownSteps are those that a person wrote, as far as the router of this cluster can do them.
func (in input) ownSteps(name string, s schemas.Service) []v1alpha1.CanaryStep {
	var out []v1alpha1.CanaryStep
	for _, raw := range s.Release.Steps {
		if step, ok := decodeStep(raw); ok && can(step, s.Router(in.env.Cluster)) {
			out = append(out, in.complete(name, s, step))
		}
	}
	return out
}

// decodeStep reads a step that the schema has judged: one of two actions would be ignored.
func decodeStep(raw map[string]any) (v1alpha1.CanaryStep, bool) {
	var step v1alpha1.CanaryStep
	data, err := json.Marshal(raw)
	if err != nil || len(raw) != 1 {
		return step, false
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return step, d.Decode(&step) == nil
}

// can reports whether a router does a step. Without one the controller refuses the whole Rollout; the
// plugin of the Gateway API takes mirrors and does nothing.
func can(s v1alpha1.CanaryStep, router string) bool {
	switch router {
	case schemas.NoRouter:
		return s.SetCanaryScale == nil && s.SetHeaderRoute == nil && s.SetMirrorRoute == nil
	case schemas.GatewayAPI:
		return s.SetMirrorRoute == nil
	}
	return true
}

// complete makes a person's step one that the controller accepts and that means what it says.
func (in input) complete(name string, s schemas.Service, step v1alpha1.CanaryStep) v1alpha1.CanaryStep {
	switch {
	case step.Pause != nil && step.Pause.Duration != nil:
		step.Pause.Duration = new(intstr.FromString(withUnit(step.Pause.Duration.String())))
	case step.Analysis != nil:
		return in.completeAnalysis(name, s, step)
	case step.Experiment != nil:
		step.Experiment.Duration = v1alpha1.DurationString(withUnit(string(step.Experiment.Duration)))
		if !routed(s, in.env.Cluster) {
			for i := range step.Experiment.Templates {
				step.Experiment.Templates[i].Weight = nil
			}
		}
	}
	return step
}

// completeAnalysis gives our own template its arguments. Where nothing measures, there is none, and the
// release takes time instead.
func (in input) completeAnalysis(name string, s schemas.Service, step v1alpha1.CanaryStep) v1alpha1.CanaryStep {
	ours := func(t v1alpha1.AnalysisTemplateRef) bool { return t.TemplateName == releaseTemplate(name) }
	a := step.Analysis
	if !slices.ContainsFunc(a.Templates, ours) {
		return step
	}
	if own := in.measured(name, s); own != nil {
		a.Args = arguments(own.Args, a.Args)
		return step
	}
	a.Templates = slices.DeleteFunc(a.Templates, ours)
	if len(a.Templates) == 0 {
		return pause(stepPause)
	}
	return step
}

// arguments are those of our template and, for others beside it, those that a person gives. Ours
// say what is measured, which is not for the steps to change.
func arguments(ours, given []v1alpha1.AnalysisRunArgument) []v1alpha1.AnalysisRunArgument {
	out := slices.Clone(ours)
	for _, arg := range given {
		if !slices.ContainsFunc(ours, func(own v1alpha1.AnalysisRunArgument) bool { return own.Name == arg.Name }) {
			out = append(out, arg)
		}
	}
	return out
}

// withUnit is a duration with its unit: without one it is seconds.
func withUnit(duration string) string {
	if strings.Trim(duration, "0123456789") == "" {
		return duration + "s"
	}
	return duration
}

// managed are the routes that the steps add, each once: the controller removes what is named here.
func managed(steps []v1alpha1.CanaryStep) []v1alpha1.MangedRoutes {
	var out []v1alpha1.MangedRoutes
	for _, s := range steps {
		var route v1alpha1.MangedRoutes
		switch {
		case s.SetHeaderRoute != nil:
			route.Name = s.SetHeaderRoute.Name
		case s.SetMirrorRoute != nil:
			route.Name = s.SetMirrorRoute.Name
		default:
			continue
		}
		if !slices.Contains(out, route) {
			out = append(out, route)
		}
	}
	return out
}
