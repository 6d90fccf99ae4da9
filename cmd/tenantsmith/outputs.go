package main

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// output is the complete set of files of a tenant, or of what belongs to none.
type output struct {
	owner string
	files map[string][]byte
}

// outputs are what a run brings an output to: the tenants that nothing holds back, and the platform's own files where
// the run is about them and there are any.
func outputs(res *pipeline.Result) []output {
	var out []output
	for _, r := range res.Tenants {
		if r.Files != nil {
			out = append(out, output{r.Tenant.Name, r.Files})
		}
	}
	if res.Own.Due && len(res.Own.Files) > 0 {
		out = append(out, output{manifest.PlatformName, res.Own.Files})
	}
	return out
}
