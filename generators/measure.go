package generators

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	operatorPrometheus = "prometheus"
	defaultMonitoring  = "monitoring"
	prometheusPort     = 9090
	// longestMeasured is the longest name whose pods still carry the whole hash of their version:
	// 58 characters less two dashes and a hash of ten.
	longestMeasured = 46

	noDataHolds = "hold"
)

// The arguments that templates ask for.
const (
	argHash      = "hash"
	argNamespace = "namespace"
)

// gated reports whether releases of the service are measured: somebody asked for it, there are
// requests to measure, and something measures them.
func (in input) gated(s schemas.Service) bool {
	gate := s.Release.Gate
	return gate != nil && (gate.SuccessRate != nil || gate.P99 != "") && len(s.Ports) > 0 &&
		strategy(s, in.env.Cluster) != rolling && in.env.Cluster.Has(operatorPrometheus)
}

// measured decides whether a new version that answers requests goes on; nil where nothing measures
// it, and the release takes time instead.
func (in input) measured(name string, s schemas.Service) *v1alpha1.RolloutAnalysis {
	if !in.gated(s) {
		return nil
	}
	return analysisOf(in.series(name, s).args, releaseTemplate(name))
}

// beforeSwitch decides whether a new version that nobody uses yet gets the requests; nil where that
// is not asked.
func (in input) beforeSwitch(name string, s schemas.Service) *v1alpha1.RolloutAnalysis {
	var templates, args []string
	if in.smoked(s) {
		templates = append(templates, smokeTemplate(name))
	}
	if in.gated(s) {
		templates = append(templates, previewTemplate(name))
		args = in.series(name, s).args
	}
	if len(templates) == 0 {
		return nil
	}
	return analysisOf(args, templates...)
}

// analysisOf runs templates of the namespace as one, with the arguments that they ask for.
func analysisOf(args []string, templates ...string) *v1alpha1.RolloutAnalysis {
	out := &v1alpha1.RolloutAnalysis{}
	for _, t := range templates {
		out.Templates = append(out.Templates, v1alpha1.AnalysisTemplateRef{TemplateName: t})
	}
	for _, a := range args {
		out.Args = append(out.Args, v1alpha1.AnalysisRunArgument{Name: a, ValueFrom: argumentValue(a)})
	}
	return out
}

func argumentValue(name string) *v1alpha1.ArgumentValueFrom {
	if name == argHash {
		return &v1alpha1.ArgumentValueFrom{PodTemplateHashValue: new(v1alpha1.Latest)}
	}
	return &v1alpha1.ArgumentValueFrom{FieldRef: &v1alpha1.FieldRef{FieldPath: "metadata.namespace"}}
}

// series are the metrics that count the requests to the new version of a service.
type series struct {
	requests, status, latency string   // a counter, its label of the status, a histogram
	perSecond                 int64    // what the histogram counts in a second: 1, or 1000 for milliseconds
	version                   string   // the matchers of the new version
	args                      []string // what the matchers ask for
}

// series are those of Istio where it sends the requests to one of two Services: every caller's proxy
// counts them, also those that never reached a pod. It tells versions apart by the Service alone,
// for the workload of both is the Rollout. Where there is one Service for both versions (after a
// switch, or without a router), and for the Gateway API, which has no metrics of its own, the
// service's own metrics tell them apart by the pods.
func (in input) series(name string, s schemas.Service) series {
	if in.splitByService(s) {
		return istioSeries(canaryService(name))
	}
	return in.ownSeries(name)
}

// ownSeries are the metrics that the pods of a service write themselves.
func (in input) ownSeries(name string) series {
	m := in.env.Cluster.Metrics
	return series{
		requests: cmp.Or(m.Requests, "http_requests_total"), status: cmp.Or(m.Status, "code"),
		latency: cmp.Or(m.Latency, "http_request_duration_seconds"), perSecond: 1,
		version: podMatcher(name), args: []string{argHash, argNamespace},
	}
}

// splitByService reports whether Istio sends each version of the service its requests by a Service of
// its own.
func (in input) splitByService(s schemas.Service) bool {
	way := strategy(s, in.env.Cluster)
	return s.Router(in.env.Cluster) == schemas.Istio && way != rolling && way != blueGreen
}

func istioSeries(service string) series {
	return series{
		requests: "istio_requests_total", status: "response_code",
		latency: "istio_request_duration_milliseconds", perSecond: 1000,
		version: `reporter="source",destination_service_name="` + service +
			`",destination_service_namespace="{{args.namespace}}"`,
		args: []string{argNamespace},
	}
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
func (m series) successRate() string {
	return m.expand(`1 - ((sum(rate(REQUESTS{VERSION,STATUS=~"5.."}[WINDOW])) or on() vector(0)) / ` +
		`(sum(rate(REQUESTS{VERSION}[WINDOW])) > LEAST))`)
}

// p99 is what 99 of 100 requests take at most, in seconds; empty below the least traffic.
func (m series) p99() string {
	quantile := `histogram_quantile(0.99, sum by (le) (rate(LATENCY_bucket{VERSION}[WINDOW])))`
	if m.perSecond != 1 {
		quantile += fmt.Sprintf(" / %d", m.perSecond)
	}
	return m.expand(quantile + ` and on() (sum(rate(LATENCY_count{VERSION}[WINDOW])) > LEAST)`)
}

func (m series) expand(query string) string {
	return strings.NewReplacer("REQUESTS", m.requests, "STATUS", m.status, "LATENCY", m.latency, "VERSION", m.version,
		"WINDOW", rateWindow, "LEAST", decimal(leastTraffic)).Replace(query)
}

// prometheus is the address of the server that releases are measured by.
func (in input) prometheus() string {
	if address := in.env.Cluster.Metrics.Address; address != "" {
		return address
	}
	namespace := defaultMonitoring
	if p := in.env.Platform; p != nil && p.Namespaces.Monitoring != "" {
		namespace = p.Namespaces.Monitoring
	}
	return fmt.Sprintf("http://prometheus-operated.%s.svc:%d", namespace, prometheusPort)
}

// holds reports whether a release without data waits for a person: the service says so, or else its
// tier, and where nobody says anything it does.
func (in input) holds(s schemas.Service) bool {
	var tier string
	if in.env.Tier != nil {
		tier = in.env.Tier.NoData
	}
	return cmp.Or(s.Release.Gate.NoData, tier, noDataHolds) == noDataHolds
}
