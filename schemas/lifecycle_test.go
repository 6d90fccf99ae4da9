package schemas

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// leaving is what follows on the environments of a tenant that leaves as a whole.
const leaving = "\n  lifecycle: offboarding\n  offboarding: {after: 2027-01-31}"

// The stage of a tenant is that of its liveliest environment; it is kept until the last day of all.
func TestLifecycle(t *testing.T) {
	for _, c := range []struct{ spec, stage, until string }{
		{"{development: {}, production: {}}", "active", ""},
		{"{development: {lifecycle: suspended}, production: {}}", "active", ""},
		{"{development: {lifecycle: suspended}, production: {lifecycle: suspended}}", "suspended", ""},
		{"{development: {lifecycle: suspended}, production: {lifecycle: offboarding, offboarding: {after: 2027-01-31}}}", "suspended", ""},
		{"{development: {lifecycle: offboarding, offboarding: {after: 2027-03-01}}, production: {lifecycle: offboarding, offboarding: {after: 2027-01-31}}}", "offboarding", "2027-03-01"},
		{"{development: {}, production: {}}" + leaving, "offboarding", "2027-01-31"},
		{"{development: {lifecycle: suspended}, production: {}}" + leaving, "suspended", ""},
		{"{development: {lifecycle: active}, production: {}}" + leaving, "active", ""},
		{"{development: {lifecycle: suspended, offboarding: null}, production: {offboarding: {after: 2027-02-01}}}" + leaving, "suspended", ""},
	} {
		fleet, err := Load(fstest.MapFS{"tenants/acme.yaml": {Data: []byte(leavingFile(c.spec))}}, Options{})
		require.NoError(t, err)
		require.Empty(t, fleet.Problems, c.spec)
		stage, until := fleet.Tenants[0].Lifecycle()
		require.Equal(t, []string{c.stage, c.until}, []string{stage, until}, c.spec)
	}
	stage, until := (&Tenant{}).Lifecycle()
	require.Equal(t, []string{"active", ""}, []string{stage, until})
}

func TestLeavingOnADayThatIs(t *testing.T) {
	fleet, err := Load(fstest.MapFS{"tenants/acme.yaml": {Data: []byte(leavingFile("{production: {lifecycle: offboarding, offboarding: {after: 2027-02-30}}}"))}}, Options{})
	require.NoError(t, err)
	require.Equal(t, []string{"acme"}, fleet.Held)
	require.Equal(t, "there is no such day as 2027-02-30", fleet.Problems[0].Message)
	require.Equal(t, "spec.environments.production.offboarding.after", fleet.Problems[0].Field)
}

func leavingFile(environments string) string {
	return "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata: {name: acme}\nspec:\n  tier: free\n" +
		"  owners: [{group: admins, role: admin}]\n  environments: " + environments + "\n"
}
