package policies

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fake is put together of parts, so that nobody's scanner takes this file for a leak.
var (
	fakeKey     = "AKI" + "AQYLPMN5HHHFPZAM2"
	fakeWord    = "hunt" + "er2-of-acme"
	fakeWebhook = "https://hooks.slack" + ".com/services/T0AAAAAAA/B0AAAAAAA/" + strings.Repeat("aB3d", 6)
)

// Each place where people put secrets, and the check that objects.
func TestSecretsAreFoundInPlace(t *testing.T) {
	const pod = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: acme-production}, spec: {template: {spec: {%}}}}"
	within := func(spec string) string { return strings.Replace(pod, "%", spec, 1) }
	for text, want := range map[string]string{
		within("containers: [{name: web, env: [{name: AWS_SECRET_ACCESS_KEY, value: '" + fakeWord + "'}]}]"):                                                   "TS-SEC-002 spec.template.spec.containers[0].env[0].value",
		within("initContainers: [{name: web, args: [--password, " + fakeWord + "]}]"):                                                                          "TS-SEC-002 spec.template.spec.initContainers[0].args[1]",
		within("containers: [{name: web, command: [sh, -c, 'curl -u a:b --token " + fakeWord + "']}]"):                                                         "TS-SEC-002 spec.template.spec.containers[0].command[2]",
		within("containers: [{name: web, lifecycle: {preStop: {exec: {command: [x, " + fakeKey + "]}}}}]"):                                                     "TS-SEC-002 spec.template.spec.containers[0].lifecycle.preStop.exec.command[1]",
		within("containers: [{name: web, livenessProbe: {httpGet: {httpHeaders: [{name: X-Api-Key, value: '" + fakeWord + "'}]}}}]"):                           "TS-SEC-002 spec.template.spec.containers[0].livenessProbe.httpGet.httpHeaders[0].value",
		"{apiVersion: argoproj.io/v1alpha1, kind: AnalysisTemplate, metadata: {name: a}, spec: {args: [{name: api-token, value: '" + fakeWord + "'}]}}":        "TS-SEC-002 spec.args[0].value",
		"{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec: {triggers: [{type: redis, metadata: {password: '" + fakeWord + "'}}]}}": "TS-SEC-002 spec.triggers[0].metadata.password",
		"{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {application.properties: \"spring.datasource.password=" + fakeWord + "\"}}":              "TS-SEC-003 data[\"application.properties\"]",
		"{apiVersion: v1, kind: Service, metadata: {name: a, annotations: {example.com/hook: '" + fakeWebhook + "'}}}":                                         "TS-SEC-004 metadata.annotations[\"example.com/hook\"]",
		"{apiVersion: v1, kind: Service, metadata: {name: a, annotations: {example.com/url: 'https://ada:" + fakeWord + "@example.com'}}}":                     "TS-SEC-004 metadata.annotations[\"example.com/url\"]",
	} {
		problems := check(t, Input{Context: acme(), Brought: []bool{false}, Objects: []manifest.Object{object(t, text)}, Checks: []string{"TS-SEC"}})
		require.Len(t, problems, 1, "%s: %s", text, told(problems))
		require.Equal(t, want, problems[0].Check+" "+problems[0].Path.String())
		silent(t, told(problems))
	}
}

// The tenant's file is judged where no object shows what is in it.
func TestSecretsAreFoundInTheFile(t *testing.T) {
	spec := func(lifecycle string) Document {
		return NewDocument(map[string]any{
			"lifecycle": lifecycle,
			"services": map[string]any{"web": map[string]any{
				"env": map[string]any{"TOKEN": fakeWord, "DB_SECRET": map[string]any{"secret": "db", "key": "uri"}},
			}},
			"delivery":   map[string]any{"repository": "https://ada:" + fakeWord + "@git.example.com/shop.git"},
			"extensions": map[string]any{"pager": map[string]any{"apiKey": fakeWord}, "ticket": "SEC-1"},
			"compliance": map[string]any{"record": map[string]any{"agreement": "as in " + fakeWebhook}},
		})
	}
	said := func(lifecycle string) []string {
		c := acme()
		c.Spec = spec(lifecycle)
		problems := check(t, Input{Context: c, Checks: []string{"TS-SEC-004"}})
		silent(t, told(problems))
		var fields []string
		for _, p := range problems {
			fields = append(fields, p.Field)
		}
		return fields
	}
	always := []string{"spec.compliance.record.agreement", "spec.delivery.repository", "spec.extensions.pager.apiKey"}
	require.ElementsMatch(t, always, said("active"), "an object shows the rest")
	require.ElementsMatch(t, append(slices.Clone(always), "spec.services.web.env.TOKEN"), said("suspended"))
}

func silent(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{fakeKey, fakeWord, fakeWebhook} {
		require.NotContains(t, text, secret)
	}
}
