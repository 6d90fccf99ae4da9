package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// callees are two services and a job, and the policies of a case.
func callees(t *testing.T, policies string) []manifest.Object {
	var b strings.Builder
	for _, name := range []string{"api", "job", "web"} {
		ports := "[{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]"
		if name == "job" {
			ports = "[]"
		}
		fmt.Fprintf(&b, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: %[1]s, namespace: acme-production}\n"+
			"spec: {template: {metadata: {labels: {app: %[1]s}}, spec: {serviceAccountName: %[1]s, containers: [{name: main, ports: %[2]s}]}}}\n---\n", name, ports)
	}
	return objects(t, b.String()+policies)
}

const inNamespace = ", namespace: acme-production}"

// TestClosedCalls: a call between workloads that worked and no longer does is told, whichever policy ends it.
func TestClosedCalls(t *testing.T) {
	network := func(name, spec string) string {
		return "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " + name + inNamespace + "\nspec: " + spec + "\n---\n"
	}
	mesh := func(name, spec string) string {
		return "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: " + name + inNamespace + "\nspec: " + spec + "\n---\n"
	}
	deny := network("deny", "{podSelector: {}, policyTypes: [Ingress, Egress]}")
	same := network("same", "{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {}}]}], egress: [{to: [{podSelector: {}}]}]}")
	declared := network("out", "{podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: api}}}], ports: [{port: http}]}]}") +
		network("in", "{podSelector: {matchLabels: {app: api}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}")
	let := func(who, port string) string {
		return mesh("api", "{selector: {matchLabels: {app: api}}, rules: [{from: [{source: {principals: [td/ns/acme-production/sa/"+who+"]}}], to: [{operation: {ports: ['"+port+"']}}]}]}")
	}
	for name, c := range map[string]struct{ old, new, want string }{
		"all that was open": {deny + same, deny,
			"job, web can no longer connect to api at port 8080/TCP, port 53/UDP\napi, job can no longer connect to web at port 8080/TCP, port 53/UDP\n"},
		"all but the declared": {deny + same, deny + declared,
			"job can no longer connect to api at port 8080/TCP, port 53/UDP\nweb can no longer connect to api at port 53/UDP\napi, job can no longer connect to web at port 8080/TCP, port 53/UDP\n"},
		"one way in":              {deny + declared, deny + strings.Replace(declared, "matchLabels: {app: web}}}], ports: [{port: 8080", "matchLabels: {app: job}}}], ports: [{port: 8080", 1), "web can no longer connect to api at port 8080/TCP\n"},
		"the first":               {"", deny, "job, web can no longer connect to api at port 8080/TCP, port 53/UDP\napi, job can no longer connect to web at port 8080/TCP, port 53/UDP\n"},
		"nothing closes":          {deny + declared, deny + same, ""},
		"a name for a number":     {deny + declared, deny + strings.Replace(declared, "port: 8080", "port: http", 1), ""},
		"a caller of the mesh":    {let("web", "8080"), let("job", "8080"), "web can no longer connect to api at port 8080/TCP\n"},
		"a port of the mesh":      {let("web", "8080"), let("web", "53"), "web can no longer connect to api at port 8080/TCP\n"},
		"the mesh lets in nobody": {"", mesh("deny", "{}"), "job, web can no longer connect to api at port 8080/TCP, port 53/UDP\napi, job can no longer connect to web at port 8080/TCP, port 53/UDP\n"},
		"a condition is not read": {let("web", "8080"), mesh("api", "{selector: {matchLabels: {app: api}}, rules: [{when: [{key: a, values: [b]}]}]}"), ""},
	} {
		p := change(callees(t, c.old), callees(t, c.new))
		got := ""
		for _, r := range risksOf(p) {
			if r.Class == ClosedPath {
				require.Equal(t, manifest.Medium, r.Severity)
				got += r.Message + "\n"
			}
		}
		require.ElementsMatch(t, strings.Split(strings.TrimSpace(c.want), "\n"), strings.Split(strings.TrimSpace(got), "\n"), name)
		require.Empty(t, risksOf(change(callees(t, c.old), callees(t, c.old))), name)
	}
}
