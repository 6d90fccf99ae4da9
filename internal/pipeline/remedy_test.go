package pipeline

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

var fieldInText = regexp.MustCompile(`(platform )?spec\.[A-Za-z<>.]*[A-Za-z>]`)

// TestRemedies: every field that a check tells people to set exists.
func TestRemedies(t *testing.T) {
	engine, err := policies.Compile(nil)
	require.NoError(t, err)
	named := 0
	for _, rule := range engine.Rules() {
		require.NotEmpty(t, rule.Remedy, rule.ID)
		for _, field := range fieldInText.FindAllString(rule.Remedy, -1) {
			named++
			if path, ok := strings.CutPrefix(field, "platform "); ok {
				_, known := schemas.Doc("platform", path)
				require.True(t, known, "%s: the platform file has no %s", rule.ID, path)
				continue
			}
			_, known := schemas.Doc("tenant", field)
			require.True(t, known, "%s: tenants have no %s", rule.ID, field)
		}
	}
	require.Greater(t, named, 10)
}

// No remedy names a field of services where an object has none.
func TestRemediesOfObjects(t *testing.T) {
	engine, err := policies.Compile(nil)
	require.NoError(t, err)
	var told []string
	for _, rule := range engine.Rules() {
		for kind, at := range map[string]string{"Deployment": "spec.template.spec.containers[1].securityContext", "Service": "spec.externalName"} {
			got := ofObject(rule.Remedy, manifest.Key{Kind: kind}, manifest.ParsePath(at))
			require.NotContains(t, got, ofServices, rule.ID)
			require.NotEmpty(t, got, rule.ID)
			if got != rule.Remedy {
				told = append(told, rule.ID+" "+kind+": "+got)
			}
		}
	}
	for _, want := range []string{
		"TS-POD-008 Deployment: set spec.template.spec.containers[1].securityContext.runAsNonRoot to true",
		"TS-POD-024 Deployment: set spec.template.spec.containers[1].securityContext.runAsGroup and spec.template.spec.securityContext.fsGroup above 0, or leave them out",
		"TS-POD-017 Deployment: remove the host",
		"TS-RBAC-014 Deployment: mount no token",
		"TS-ROL-102 Deployment: mend the field in the object",
		"TS-NET-009 Service: leave the routes to the platform's gateway; only the platform team can put a firewall before it, by platform spec.clusters.<name>.waf",
		"TS-NET-006 Service: mend spec.externalName of the Service",
		"TS-POD-016 Service: mend spec.externalName of the Service",
	} {
		require.Contains(t, told, want)
	}
	require.Equal(t, "set spec.jobTemplate.spec.template.spec.containers[].image to another", ofObject("set spec.services.<name>.image to another", manifest.Key{Kind: "CronJob"}, nil))
	require.Equal(t, "choose spec.storageClassName", ofObject("choose spec.services.<name>.volumes[].class", manifest.Key{Kind: "PersistentVolumeClaim"}, nil))
	require.Equal(t, "mend the Rollout", ofObject("set spec.services.<name>.release.gate", manifest.Key{Kind: "Rollout"}, nil))
}
