package generators

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// What a measurement looks like. The rates look back over four scrapes, and the first measurement
// waits until that window has seen the new version only. Together they last less than the deadline
// of a release, which runs on while a switch is measured.
const (
	rateWindow      = "2m"
	firstMeasure    = "3m"
	measureInterval = "30s"
	measureCount    = 10
	failuresAllowed = 2
	holdAfter       = 3   // measurements without data
	leastTraffic    = 0.1 // requests a second, below which there is no data

	operatorPrometheus = "prometheus"
	defaultMonitoring  = "monitoring"
	prometheusPort     = 9090
	// longestMeasured is the longest name whose pods still carry the whole hash of their version:
	// 58 characters less two dashes and a hash of ten.
	longestMeasured = 46
)

// analyses make the AnalysisTemplates that releases are measured by. There is none without
// Prometheus: releases then take time instead.
func analyses(in input) []object {
	var out []object
	for name, s := range in.running() {
		if !in.gated(s) {
			continue
		}
		hold := s.Release.Gate.NoData != "pass"
		out = append(out, of(name, in.analysisTemplate(releaseTemplate(name), name, s, hold)))
		if strategy(s, in.env.Cluster) == blueGreen {
			out = append(out, of(name, in.analysisTemplate(previewTemplate(name), name, s, false)))
		}
	}
	return out
}

func releaseTemplate(service string) string { return fit(service + "-release") }
func previewTemplate(service string) string { return fit(service + "-preview") }

// gated reports whether releases of the service are measured: somebody asked for it, there are
// requests to measure, and something measures them.
func (in input) gated(s schemas.Service) bool {
	gate := s.Release.Gate
	return gate != nil && (gate.SuccessRate != nil || gate.P99 != "") && len(s.Ports) > 0 &&
		strategy(s, in.env.Cluster) != rolling && in.env.Cluster.Has(operatorPrometheus)
}

// analysisOf measures the new version by a template of the namespace.
func analysisOf(template string) *v1alpha1.RolloutAnalysis {
	return &v1alpha1.RolloutAnalysis{
		Templates: []v1alpha1.AnalysisTemplateRef{{TemplateName: template}},
		Args: []v1alpha1.AnalysisRunArgument{
			{Name: "hash", ValueFrom: &v1alpha1.ArgumentValueFrom{PodTemplateHashValue: new(v1alpha1.Latest)}},
			{Name: "namespace", ValueFrom: &v1alpha1.ArgumentValueFrom{
				FieldRef: &v1alpha1.FieldRef{FieldPath: "metadata.namespace"},
			}},
		},
	}
}

func (in input) analysisTemplate(name, service string, s schemas.Service, hold bool) *v1alpha1.AnalysisTemplate {
	t := &v1alpha1.AnalysisTemplate{
		TypeMeta:   kind(rolloutsAPI, "AnalysisTemplate"),
		ObjectMeta: in.meta(name, service),
		Spec:       v1alpha1.AnalysisTemplateSpec{Args: []v1alpha1.Argument{{Name: "hash"}, {Name: "namespace"}}},
	}
	pods := podMatcher(service)
	if rate := s.Release.Gate.SuccessRate; rate != nil {
		t.Spec.Metrics = append(t.Spec.Metrics,
			in.metric("success-rate", successRate(pods), ">=", "<", fraction(*rate), hold))
	}
	if p99 := s.Release.Gate.P99; p99 != "" {
		t.Spec.Metrics = append(t.Spec.Metrics,
			in.metric("p99-seconds", latency(pods), "<=", ">", decimal(float64(milliseconds(p99))/1000), hold))
	}
	return t
}

// metric passes above and fails below a bound, or the other way round. Both conditions are written,
// so that no data and no number are neither: they are inconclusive, and enough of them hold the
// release.
func (in input) metric(name, query, good, bad, bound string, hold bool) v1alpha1.Metric {
	inconclusive := measureCount
	if hold {
		inconclusive = holdAfter
	}
	return v1alpha1.Metric{
		Name:              name,
		InitialDelay:      firstMeasure,
		Interval:          measureInterval,
		Count:             new(intstr.FromInt32(measureCount)),
		FailureLimit:      new(intstr.FromInt32(failuresAllowed)),
		InconclusiveLimit: new(intstr.FromInt(inconclusive)),
		SuccessCondition:  fmt.Sprintf("len(result) == 1 && result[0] %s %s", good, bound),
		FailureCondition:  fmt.Sprintf("len(result) == 1 && result[0] %s %s", bad, bound),
		Provider: v1alpha1.MetricProvider{Prometheus: &v1alpha1.PrometheusMetric{
			Address: in.prometheus(), Query: query,
		}},
	}
}

func (in input) prometheus() string {
	namespace := defaultMonitoring
	if p := in.env.Platform; p != nil && p.Namespaces.Monitoring != "" {
		namespace = p.Namespaces.Monitoring
	}
	return fmt.Sprintf("http://prometheus-operated.%s.svc:%d", namespace, prometheusPort)
}

// podMatcher finds the series of the new version's pods, whose names begin with those of the service
// and its hash. Names of pods are cut, so for a long name the hash has to be a label of its own.
func podMatcher(service string) string {
	if len(service) > longestMeasured {
		return `namespace="{{args.namespace}}",rollouts_pod_template_hash="{{args.hash}}"`
	}
	return `namespace="{{args.namespace}}",pod=~"` + service + `-{{args.hash}}-.*"`
}

// successRate is the share of requests that were answered without an error of the server, from 0 to
// 1; empty below the least traffic.
func successRate(pods string) string {
	return expand(`1 - ((sum(rate(http_requests_total{PODS,code=~"5.."}[WINDOW])) or on() vector(0)) / `+
		`(sum(rate(http_requests_total{PODS}[WINDOW])) > LEAST))`, pods)
}

// latency is what 99 of 100 requests take at most, in seconds; empty below the least traffic.
func latency(pods string) string {
	return expand(`histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{PODS}[WINDOW]))) `+
		`and on() (sum(rate(http_request_duration_seconds_count{PODS}[WINDOW])) > LEAST)`, pods)
}

func expand(query, pods string) string {
	return strings.NewReplacer("PODS", pods, "WINDOW", rateWindow, "LEAST", decimal(leastTraffic)).Replace(query)
}

// fraction writes percent as a number from 0 to 1, without the noise of binary fractions.
func fraction(percent float64) string { return decimal(math.Round(percent*1e6) / 1e8) }

func decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// milliseconds reads a whole number with a unit (ms, s, m, h, d); anything else is 0.
func milliseconds(duration string) int64 {
	digits := strings.TrimRight(duration, "mshd")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	switch duration[len(digits):] {
	case "ms":
		return n
	case "s":
		return n * 1000
	case "m":
		return n * 60 * 1000
	case "h":
		return n * 60 * 60 * 1000
	case "d":
		return n * 24 * 60 * 60 * 1000
	}
	return 0
}
