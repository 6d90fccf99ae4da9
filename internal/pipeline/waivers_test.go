package pipeline

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func granted(checks, scope, created, expires string) string {
	return "apiVersion: tenantsmith.dev/v1alpha1\nkind: Waiver\nmetadata: {name: w}\nspec:\n  tenant: acme\n" +
		"  checks: [" + checks + "]\n  " + scope + "\n  reason: the vendor mends it with the next release\n" +
		"  requestedBy: jane\n  approvedBy: sam\n  ticket: SEC-1\n  created: " + created + "\n  expires: " + expires + "\n"
}

func date(t *testing.T, s string) time.Time {
	day, err := time.Parse(time.DateOnly, s)
	require.NoError(t, err)
	return day.Add(23 * time.Hour)
}

// houseRule is a check of the platform's own about a Namespace.
func houseRule(severity string) map[string]string {
	return map[string]string{
		"tenantsmith.yaml": "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: p}\nspec:\n  extend: {policies: [rules]}\n",
		"rules/acme_001/acme_001.rego": "# METADATA\n# title: A tenant names its team\n# custom:\n#   id: ACME-001\n#   severity: " + severity +
			"\n#   scope: object\n#   waivable: true\n#   remedy: set spec.tags.team\npackage checks.acme_001\n\ndeny contains finding if {\n" +
			"\tinput.object.kind == \"Namespace\"\n\tfinding := {\"path\": [\"metadata\", \"labels\"], \"message\": \"no team\"}\n}\n",
	}
}

// rootful is acme with a finding that can be waived.
var rootful = strings.Replace(acme, "addCapabilities: [NET_ADMIN]", "runAsNonRoot: false", 1)

// TestWaiverFits: a waiver is about a finding that meets one entry of each of its lists, and no other.
func TestWaiverFits(t *testing.T) {
	const all, half, none = 2, 1, 0 // of two environments
	for scope, want := range map[string]int{
		"services: [web]":                                                                                all,
		"services: [api]":                                                                                none,
		"objects: [{kind: Rollout, name: web}]":                                                          all,
		"objects: [{kind: Rollout, name: we}]":                                                           none,
		"objects: [{kind: Deployment, name: web}]":                                                       none,
		"objects: [{kind: Rollout, name: web, group: argoproj.io}]":                                      all,
		"objects: [{kind: Rollout, name: web, group: apps}]":                                             none,
		"fields: [spec.template.spec.securityContext]":                                                   all,
		"fields: [spec.template.spec.securityContext.runAsNonRoot]":                                      all,
		"fields: [spec.template.spec.securityContext.runAsNonRoot.x]":                                    none,
		"fields: [spec.template.spec.securityContext.runAsNon]":                                          none,
		"fields: [spec.services.web]":                                                                    all,
		"fields: [spec.services.web.securityContext.runAsNonRoot]":                                       all,
		"fields: [spec.services.we]":                                                                     none,
		"services: [web]\n  environments: [production]":                                                  half,
		"services: [web]\n  environments: [production]\n  fields: [spec.services.api]":                   none,
		"services: [api, web]\n  environments: [production, development]\n  fields: [spec.services.web]": all,
	} {
		res := run(t, map[string]string{"tenants/acme.yaml": rootful, "waivers/w.yaml": granted("TS-POD-008", scope, "2030-01-01", "2030-02-01")},
			Options{Now: date(t, "2030-01-01")})
		waived := 0
		for _, p := range res.Problems {
			if p.Waiver != "" {
				waived++
				require.Equal(t, "TS-POD-008", p.Check)
				require.Equal(t, "w", p.Waiver)
			}
		}
		require.Equal(t, want, waived, scope)
		require.Equal(t, want != all, slices.Contains(res.Held, "acme"), scope)
	}
}

// TestWaiverDays: a waiver holds from created to expires, and at most for so long.
func TestWaiverDays(t *testing.T) {
	house := houseRule("critical")
	tests := []struct{ checks, created, expires, now, want string }{
		{"TS-POD-008", "2030-01-01", "2030-04-01", "2030-01-01", ""},
		{"TS-POD-008", "2030-01-01", "2030-04-02", "2030-01-01", "91 days after spec.created; at most 90"},
		{"ACME-001", "2030-01-01", "2030-01-15", "2030-01-01", "warning: expires in 14 days"},
		{"ACME-001", "2030-01-01", "2030-01-16", "2030-01-01", "15 days after spec.created; at most 14 for the critical check ACME-001"},
		{"TS-POD-008, ACME-001", "2030-01-01", "2030-01-16", "2030-01-01", "15 days after spec.created; at most 14 for the critical check ACME-001"},
		{"TS-POD-008", "2030-01-01", "2030-01-01", "2030-01-01", "2030-01-01 is not after spec.created, 2030-01-01"},
		{"TS-POD-008", "2030-01-02", "2030-02-01", "2030-01-01", "2030-01-02 is yet to come"},
		{"TS-POD-008", "2028-02-28", "2028-02-29", "2028-03-01", "has expired: 2028-02-29 was its last day"},
		{"TS-POD-008", "2030-01-01", "2030-02-01", "", "cannot be judged without knowing the day"},
		{"ACME-01", "2030-01-01", "2030-02-01", "2030-01-01", "there is no check ACME-01; did you mean ACME-001?"},
		{"TS-AUD-005", "2030-01-01", "2030-02-01", "2030-01-01", "TS-AUD-005 cannot be waived"},
	}
	for _, tt := range tests {
		files := maps.Clone(house)
		files["tenants/acme.yaml"] = rootful
		files["waivers/w.yaml"] = granted(tt.checks, "fields: [metadata.labels, spec.template.spec.securityContext]", tt.created, tt.expires)
		o := Options{}
		if tt.now != "" {
			o.Now = date(t, tt.now)
		}
		var said []string
		for _, p := range run(t, files, o).Problems {
			if p.Check != narrow || strings.HasPrefix(p.Message, "waives nothing") {
				continue
			}
			require.Equal(t, "waivers/w.yaml", p.File)
			require.Equal(t, "acme", p.Tenant)
			if p.Severity == manifest.Warning {
				p.Message = "warning: " + p.Message
			}
			said = append(said, p.Message)
		}
		require.Equal(t, tt.want, strings.Join(said, "|"))
	}
}

// TestWaiversAcrossTenants: what is found across tenants can be waived for one of them, and only for it.
func TestWaiversAcrossTenants(t *testing.T) {
	house := houseRule("high")
	house["rules/acme_001/acme_001.rego"] = "# METADATA\n# title: t\n# custom:\n#   id: ACME-001\n#   severity: high\n" +
		"#   scope: fleet\n#   waivable: true\n#   remedy: r\npackage checks.acme_001\n\ndeny contains finding if {\n\tsome i, m in input.members\n" +
		"\tsome j, k in m.keys\n\tk.kind == \"Rollout\"\n\tfinding := {\"path\": [], \"message\": \"no\", \"member\": i, \"object\": j}\n}\n"
	plain := strings.Replace(acme, "addCapabilities: [NET_ADMIN]", "runAsNonRoot: true", 1)
	house["tenants/acme.yaml"], house["tenants/shop.yaml"] = plain, strings.ReplaceAll(plain, "acme", "shop")
	house["waivers/w.yaml"] = granted("ACME-001", "services: [web]", "2030-01-01", "2030-02-01")
	res := run(t, house, Options{Now: date(t, "2030-01-01")})
	require.Equal(t, []string{"shop"}, res.Held, "%v", res.Problems)
	for _, r := range res.Tenants {
		if r.Tenant.Name == "acme" {
			record, err := manifest.ParseRecord("acme", r.Files[manifest.RecordPath("acme")])
			require.NoError(t, err)
			require.Equal(t, []string{"w"}, record.Waivers)
		}
	}
	// A run over one tenant cannot know that nothing is found across tenants; one over all can.
	house["rules/acme_001/acme_001.rego"] = strings.Replace(house["rules/acme_001/acme_001.rego"], `"Rollout"`, `"Nothing"`, 1)
	require.NotContains(t, said(run(t, house, Options{Now: date(t, "2030-01-01"), Tenants: []string{"acme"}})), "waives nothing: no finding fits it")
	require.Contains(t, said(run(t, house, Options{Now: date(t, "2030-01-01")})), "waives nothing: no finding fits it")
}

func said(res *Result) (out []string) {
	for _, p := range res.Problems {
		out = append(out, p.Message)
	}
	return out
}
