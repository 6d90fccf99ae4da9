package conformance

import (
	"fmt"
	"math"
	"regexp"
	"strconv"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	analysisutil "github.com/argoproj/argo-rollouts/utils/analysis"
	"github.com/argoproj/argo-rollouts/utils/evaluate"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/sirupsen/logrus"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// promql reads queries as Prometheus does with no feature flag set.
var promql = parser.NewParser(parser.Options{})

// examined is how much of an AnalysisTemplate was.
type examined struct{ queries, verdicts int }

// judgeTemplate fills in the arguments of an AnalysisTemplate as a run does and judges its metrics:
// upstream's validation, the queries, and what each condition says of data that we know.
func judgeTemplate(o *unstructured.Unstructured) (n examined, err error) {
	var template v1alpha1.AnalysisTemplate
	if err := decode(o, &template); err != nil {
		return n, err
	}
	metrics, err := resolved(template.Spec)
	if err != nil {
		return n, err
	}
	if err := analysisutil.ValidateMetrics(metrics); err != nil {
		return n, err
	}
	for _, m := range metrics {
		switch {
		case m.Provider.Job != nil:
			continue // what its pods do decides; there is no condition to evaluate
		case m.Provider.Prometheus == nil:
			return n, fmt.Errorf("metric %s is measured by nothing that we know", m.Name)
		}
		if _, err := promql.ParseExpr(m.Provider.Prometheus.Query); err != nil {
			return n, fmt.Errorf("metric %s: %w", m.Name, err)
		}
		n.queries++
		if err := judgeConditions(m); err != nil {
			return n, err
		}
		n.verdicts += 4
	}
	return n, nil
}

// resolved are the metrics with every argument filled in.
func resolved(spec v1alpha1.AnalysisTemplateSpec) ([]v1alpha1.Metric, error) {
	filled, some := make([]v1alpha1.Argument, len(spec.Args)), "some-value"
	for i, arg := range spec.Args {
		filled[i] = v1alpha1.Argument{Name: arg.Name, Value: &some}
		if arg.Value != nil {
			filled[i].Value = arg.Value
		}
	}
	var out []v1alpha1.Metric
	for _, m := range spec.Metrics {
		r, err := analysisutil.ResolveMetricArgs(m, filled)
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

// bound finds the figure of a success condition, and on which side of it success is.
var bound = regexp.MustCompile(`result\[0\] (>=|<=) ([0-9.]+)$`)

// judgeConditions has upstream evaluate what Prometheus may answer: no series, no number, a figure
// that just passes and one that just does not.
func judgeConditions(m v1alpha1.Metric) error {
	found := bound.FindStringSubmatch(m.SuccessCondition)
	if found == nil {
		return fmt.Errorf("metric %s: success condition %q names no figure", m.Name, m.SuccessCondition)
	}
	good, err := strconv.ParseFloat(found[2], 64)
	if err != nil {
		return err
	}
	bad := math.Nextafter(good, math.Inf(1))
	if found[1] == ">=" {
		bad = math.Nextafter(good, math.Inf(-1))
	}
	for _, c := range []struct {
		name   string
		result []float64
		want   v1alpha1.AnalysisPhase
	}{
		{"nothing", []float64{}, v1alpha1.AnalysisPhaseInconclusive},
		{"NaN", []float64{math.NaN()}, v1alpha1.AnalysisPhaseInconclusive},
		{"good", []float64{good}, v1alpha1.AnalysisPhaseSuccessful},
		{"bad", []float64{bad}, v1alpha1.AnalysisPhaseFailed},
	} {
		got, err := evaluate.EvaluateResult(c.result, m, *logrus.NewEntry(logrus.StandardLogger()))
		if err != nil || got != c.want {
			return fmt.Errorf("metric %s: %s is %s, not %s (%v)", m.Name, c.name, got, c.want, err)
		}
	}
	return nil
}

// judgeTriggers parses the queries by which KEDA scales.
func judgeTriggers(o *unstructured.Unstructured) (queries int, err error) {
	triggers, _, err := unstructured.NestedSlice(o.Object, "spec", "triggers")
	if err != nil {
		return 0, err
	}
	for _, trigger := range triggers {
		fields, _ := trigger.(map[string]any)
		query, ok, _ := unstructured.NestedString(fields, "metadata", "query")
		if fields["type"] != "prometheus" || !ok {
			continue
		}
		if _, err := promql.ParseExpr(query); err != nil {
			return queries, err
		}
		queries++
	}
	return queries, nil
}
