package schemas

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A route of the Gateway API has room for 64 paths to a port and 128 in all, half of that where a
// release or a test needs each of them twice.
func TestRouteRoom(t *testing.T) {
	const twice = ", since a release by abTest adds a copy of each rule"
	for _, test := range []struct {
		router, release string
		ports           int
		paths           int
		want            string
	}{
		{"gateway-api", "rolling", 1, 64, ""},
		{"gateway-api", "rolling", 1, 65, "expose[64].host: an HTTPRoute has room for 64 paths to a port of a host and service"},
		{"gateway-api", "rolling", 2, 128, ""},
		{"gateway-api", "rolling", 3, 129, "expose[128].host: an HTTPRoute has room for 128 paths of a host and service"},
		{"gateway-api", "abTest, match: {header: x, value: b}, duration: 1h", 8, 64, ""},
		{"gateway-api", "abTest, match: {header: x, value: b}, duration: 1h", 8, 65, "expose[64].host: an HTTPRoute has room for 64 paths of a host and service" + twice},
		{"gateway-api", "abTest, match: {header: x, value: b}, duration: 3h, image: \"a.io/a:2.0\"", 9, 9, "expose[8].host: an HTTPRoute has room for 8 ports of a host and service" + twice},
		{"istio", "rolling", 1, 129, ""},
	} {
		var ports, expose []string
		for i := range test.ports {
			ports = append(ports, fmt.Sprintf("http-%d: %d", i, 8000+i))
		}
		for i := range test.paths {
			expose = append(expose, fmt.Sprintf("{host: a.example.com, path: /%d, port: http-%d}", i, i%test.ports))
		}
		fleet := loaded(t, map[string]string{
			"tenantsmith.yaml": platformWith("  baseDomain: example.com\n  clusters: {main: {operators: [rollouts], router: " + test.router + "}}\n"),
			"tenants/acme.yaml": tenantWith("acme", "premium", "{production: {}}",
				"  services: {web: {image: \"a.io/a:1.0\", ports: {"+strings.Join(ports, ", ")+"}, expose: ["+strings.Join(expose, ", ")+"], release: {strategy: "+test.release+"}}}\n"),
		})
		var got []string
		for _, p := range fleet.Problems {
			got = append(got, strings.TrimPrefix(p.Field, "spec.services.web.")+": "+p.Message)
		}
		require.Equal(t, test.want, strings.Join(got, "\n"), test)
	}
}
