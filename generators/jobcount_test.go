package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// The quota has room for the Jobs that are kept, and for those of the version before.
func TestQuotaHasRoomForJobs(t *testing.T) {
	jobs := func(services map[string]schemas.Service) int64 {
		in := serving(services, "rollouts")
		in.env.Tier = tiers()["premium"] // room for 3 services more
		for _, o := range Generate(in.tenant, in.env) {
			if o.Kind() == "ResourceQuota" && o.Name() == "objects" {
				n, ok := at(t, o, "spec.hard").(map[string]any)["count/jobs.batch"].(string)
				require.True(t, ok)
				q := *size(n)
				return q.Value()
			}
		}
		return 0
	}
	kept := nightly()
	kept.History = schemas.RunHistory{Succeeded: new(int32(10)), Failed: new(int32(10))}
	many := migrating()
	many.Init = nil
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		many.Init = append(many.Init, schemas.InitStep{Name: name, Once: true})
	}
	require.EqualValues(t, 8+30, jobs(map[string]schemas.Service{"a": nightly()}), "eight a service are enough")
	require.EqualValues(t, 21+30, jobs(map[string]schemas.Service{"a": kept}), "twenty that ended, and one that runs")
	require.EqualValues(t, 10+30, jobs(map[string]schemas.Service{"a": many}), "five steps, and those of the version before")
	require.EqualValues(t, 8+30, jobs(map[string]schemas.Service{"a": once()}))
}
