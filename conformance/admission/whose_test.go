package admission

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// difference is something that a check finds and its guard does not, and why. It has to be all that the check finds.
type difference struct{ check, finds, why string }

var differences = []difference{
	{"TS-NET-003", `by several ranges$`, "CEL cannot put ranges of addresses together"},
	{"TS-NET-003", `is no range of addresses$`, "the API server refuses it by itself"},
	{"TS-NET-006", `no host outside that a service declares to call$`, "what a tenant calls stands in its file"},
	{"TS-NET-008", `nothing of the tenant fills a secret`, "a request shows one object, and not the one that fills its secret"},
	{"TS-RBAC-005", `and Flux installs no chart for the tenant$`, "what Flux installs stands in the tenant's file"},
	{"TS-RBAC-010", `which is not among the objects`, "a request shows one object, and not the role that it names"},
	{"TS-NET-010", `no host of the tenant and none that it calls$`, "whose a host is stands in the tenant's file"},
	{"TS-NET-005", `^policy opens egress for 169[.]254[.]169[.]252/32,`, "which services have an identity of the cloud stands in the tenant's file"},
	{"TS-NET-014", `^sidecar sees others/`, "whom a tenant calls stands in its file"},
	{"TS-NET-014", `no Service or domain of the tenant and no host that it calls$`, "whose a host outside is stands in the tenant's file"},
}

// met counts how often each difference was met, by its index.
type met map[int]int

// known are those that all tests have met.
var known = met{}

// excuses reports whether differences explain everything that a check found.
func (m met) excuses(check string, found []string) bool {
	for _, message := range found {
		known := -1
		for i, d := range differences {
			if d.check == check && regexp.MustCompile(d.finds).MatchString(message) {
				known = i
			}
		}
		if known < 0 {
			return false
		}
		m[known]++
	}
	return true
}

// TestWhoseDifferences runs last, and demands that none is listed for nothing.
func TestWhoseDifferences(t *testing.T) {
	if known[0] == 0 {
		t.Skip("for runs of all tests")
	}
	for i, d := range differences {
		require.Positive(t, known[i], "%s differs no more where it finds %s: strike it out", d.check, d.finds)
		require.NotEmpty(t, d.why)
	}
}
