package conformance

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faults are planted one at a time; each is for one of the judges.
var faults = []struct{ right, wrong, says string }{
	{"setWeight: 20", "setWeight: 120", "SetWeight needs to be between"},
	{"duration: 10m", "duration: 1d", "Duration needs to be greater than 0"},
	{"cpu: 100m", "cpu: 4x", "quantities must match"},
	{"matchLabels: {app: web}", "matchLabels: {app: shop}", "does not match template"},
	{"stableService: web", "stableService: shop", "no Service shop"},
	{"selector: {app: web}\n  ports", "selector: {app: shop}\n  ports", "unmatch label"},
	{"templateName: web-release", "templateName: web-preview", "no AnalysisTemplate"},
	{", args: [{name: service, value: web-canary}]", "", "args.service was not resolved"},
	{"{virtualService: {name: web}}", "{virtualService: {name: shop}}", "no VirtualService shop"},
	{"host: web-canary}, weight: 0", "host: elsewhere}, weight: 0", "canary"},
	{"argoproj-labs/gatewayAPI", "argoproj-labs/gateway", "no plugin"},
	{"{httpRoute: web}", "{httpRoute: shop}", "no HTTPRoute shop"},
	{"{name: web-canary, port: 81, weight: 0}", "{name: elsewhere, port: 81}", "no rule of HTTPRoute web splits"},
	{"value: /shop", "value: shop", "must be an absolute path"},
	{"weight: 100}", "wieght: 100}", "unknown fields"},
	{"hosts: [web]", "hosts: web", "must be of type array"},
	{"  scaleTargetRef: {name: web}\n", "", "scaleTargetRef: Required"},
	{"sum(requests_total)", "sum(requests_total", "unclosed left parenthesis"},
	{`updateMode: "Off"`, `updateMode: Never`, "Unsupported value"},
	{"maxReplicas: 3", "maxReplicas: 1", "minReplicas"},
	{"port: 80}", "prot: 80}", "unknown field"},
	{"port: 80}", "port: 0}", "must be between 1 and 65535"},
	{"metadata: {name: web}", "metadata: {name: Web}", "RFC 1123"},
	{"sum(rate(", "sum(rat(", "unknown function"},
	{"failureLimit: 2", "failureLimit: 20", "failureLimit"},
	{"successCondition: len(result) == 1 && result[0]", "successCondition: result[0]", "nothing is Error"},
	{"      failureCondition: len(result) == 1 && result[0] < 0.99\n", "", "nothing is Failed"},
	{"result[0] < 0.99", "result[0] < 0.98", "bad is Inconclusive"},
	{"result[0] < 0.99", "result[0] <= 0.99", "good is Failed"},
}

// TestJudges plants faults in a release that all judges accept: they would see them in ours.
func TestJudges(t *testing.T) {
	l := readCRDs(t)
	data, err := os.ReadFile("testdata/release.yaml")
	require.NoError(t, err)
	judge := func(text string) error {
		s, all := set{"release", parse(t, []byte(text))}, []error{}
		for _, o := range s.objects {
			_, err := l.judge(s, o)
			all = append(all, err)
		}
		return errors.Join(all...)
	}
	require.NoError(t, judge(string(data)))
	for _, f := range faults {
		require.Contains(t, string(data), f.right)
		assert.ErrorContains(t, judge(strings.Replace(string(data), f.right, f.wrong, 1)), f.says, "%s in place of %s", f.wrong, f.right)
		count(t, "planted faults found", 1)
	}
	counted(t, len(faults), "planted faults found")
}
