package generators

import (
	"fmt"
	"math"
	"strconv"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// What a measurement looks like. The rates look back over four scrapes, and the first measurement
// waits until that window has seen the new version only. Together, one restart of Prometheus in their
// midst included, they last less than the deadline of a release, which runs on while a switch is
// measured.
const (
	rateWindow      = "2m"
	firstMeasure    = "3m"
	measureInterval = "30s"
	measureCount    = 10
	failuresAllowed = 2
	holdAfter       = 3   // measurements without data
	errorsAllowed   = 10  // in a row; the controller asks again after ten seconds
	queryTimeout    = 10  // seconds
	leastTraffic    = 0.1 // requests a second, below which there is no data
)

// analyses make the AnalysisTemplates that releases are measured by. There is none without
// Prometheus: releases then take time instead. A smoke test needs nothing but the service.
func analyses(in input) []object {
	var out []object
	for name, s := range in.running() {
		if in.gated(s) {
			out = append(out, of(name, in.gateTemplate(releaseTemplate(name), name, s, in.holds(s))))
			if strategy(s, in.env.Cluster) == blueGreen {
				out = append(out, of(name, in.gateTemplate(previewTemplate(name), name, s, false)))
			}
		}
		if in.smoked(s) {
			out = append(out, of(name, in.smokeTest(name, s)))
		}
	}
	return out
}

func releaseTemplate(service string) string { return fit(service + "-release") }
func previewTemplate(service string) string { return fit(service + "-preview") }

// gateTemplate measures what the gate of a service asks for. A gate that is only tried out measures
// the same, and its metrics decide nothing.
func (in input) gateTemplate(name, service string, s schemas.Service, hold bool) *v1alpha1.AnalysisTemplate {
	m, gate := in.series(service, s), s.Release.Gate
	t := &v1alpha1.AnalysisTemplate{
		TypeMeta:   kind(rolloutsAPI, "AnalysisTemplate"),
		ObjectMeta: in.meta(name, service),
	}
	for _, arg := range m.args {
		t.Spec.Args = append(t.Spec.Args, v1alpha1.Argument{Name: arg})
	}
	if rate := gate.SuccessRate; rate != nil {
		t.Spec.Metrics = append(t.Spec.Metrics,
			in.metric("success-rate", m.successRate(), ">=", "<", fraction(*rate), hold))
	}
	if p99 := gate.P99; p99 != "" {
		t.Spec.Metrics = append(t.Spec.Metrics,
			in.metric("p99-seconds", m.p99(), "<=", ">", decimal(float64(schemas.Milliseconds(p99))/1000), hold))
	}
	if gate.DryRun {
		for _, metric := range t.Spec.Metrics {
			t.Spec.DryRun = append(t.Spec.DryRun, v1alpha1.DryRun{MetricName: metric.Name})
		}
	}
	return t
}

// metric passes above and fails below a bound, or the other way round. Both conditions are written,
// so that no data and no number are neither: they are inconclusive, and enough of them hold the
// release, unless all of them may be.
func (in input) metric(name, query, good, bad, bound string, hold bool) v1alpha1.Metric {
	inconclusive := measureCount
	if hold {
		inconclusive = holdAfter
	}
	return v1alpha1.Metric{
		Name:                  name,
		InitialDelay:          firstMeasure,
		Interval:              measureInterval,
		Count:                 new(intstr.FromInt32(measureCount)),
		FailureLimit:          new(intstr.FromInt32(failuresAllowed)),
		InconclusiveLimit:     new(intstr.FromInt(inconclusive)),
		ConsecutiveErrorLimit: new(intstr.FromInt32(errorsAllowed)),
		SuccessCondition:      fmt.Sprintf("len(result) == 1 && result[0] %s %s", good, bound),
		FailureCondition:      fmt.Sprintf("len(result) == 1 && result[0] %s %s", bad, bound),
		Provider: v1alpha1.MetricProvider{Prometheus: &v1alpha1.PrometheusMetric{
			Address: in.prometheus(), Query: query, Timeout: new(int64(queryTimeout)),
		}},
	}
}

// fraction writes percent as a number from 0 to 1, without the noise of binary fractions.
func fraction(percent float64) string { return decimal(math.Round(percent*1e6) / 1e8) }

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
