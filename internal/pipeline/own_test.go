package pipeline

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// delivering is a repository whose platform names the GitOps repository of an engine.
func delivering(engine string) map[string]string {
	files := maps.Clone(planned)
	files["tenantsmith.yaml"] += "  gitops: {engine: " + engine + ", repository: https://git.example.com/gitops.git}\n"
	return files
}

// TestOwn: every run makes the same of what belongs to no tenant, and one of them all writes it.
func TestOwn(t *testing.T) {
	run := func(files map[string]string, o Options) *Result {
		res, err := Run(context.Background(), repository(files), o)
		require.NoError(t, err)
		return res
	}
	files := delivering("argocd")
	all := run(files, Options{}).Own
	require.True(t, all.Due)
	require.NotEmpty(t, all.Root)
	require.Contains(t, all.Files, "argocd/platform.yaml")
	r, err := manifest.ParseRecord(manifest.PlatformName, all.Files[manifest.RecordPath(manifest.PlatformName)])
	require.NoError(t, err)
	require.Equal(t, []string{"tenantsmith.yaml"}, slices.Collect(maps.Keys(r.Inputs)))
	require.Equal(t, FileSums(all.Files), r.Files)

	due := 0
	for i := range 3 {
		own := run(files, Options{Shard: Shard{i + 1, 3}}).Own
		require.Equal(t, all.Files, own.Files)
		if own.Due {
			due++
		}
	}
	require.Equal(t, 1, due)
	one := run(files, Options{Tenants: []string{"bare"}}).Own
	require.False(t, one.Due)
	require.Equal(t, FileSums(all.Files), FileSums(one.Files))
	require.True(t, run(files, Options{Tenants: []string{"bare"}, Own: true}).Own.Due)

	files["tenantsmith.yaml"] = strings.Replace(files["tenantsmith.yaml"], "clusters:", "clustrs:", 1)
	wrong := run(files, Options{}).Own
	require.False(t, wrong.Due, "what a platform file with problems makes is not known")
	require.Empty(t, wrong.Files)
}

// TestDelivery: what applies a tenant is the tenant's, one file an environment, and in no namespace of its own.
func TestDelivery(t *testing.T) {
	for _, engine := range manifest.Engines {
		res, err := Run(context.Background(), repository(delivering(engine)), Options{})
		require.NoError(t, err)
		for _, r := range res.Tenants {
			for _, e := range r.Tenant.Environments {
				require.NotEmpty(t, r.Delivery[e.Name])
				for _, o := range r.Delivery[e.Name] {
					require.NotEmpty(t, o.Namespace())
					require.NotEqual(t, e.Namespace, o.Namespace())
				}
				if r.Files == nil {
					continue // held back
				}
				file := manifest.DeliveryPath(engine, e.Name, r.Tenant.Name)
				docs, problems := manifest.Parse(file, r.Files[file], manifest.ManifestLimits)
				require.Empty(t, problems)
				require.Len(t, docs, len(r.Delivery[e.Name]))
			}
			for file := range r.Files {
				require.True(t, manifest.Ownable(r.Tenant.Name, file) || file == manifest.RecordPath(r.Tenant.Name), file)
			}
		}
		for file := range res.Own.Files {
			require.True(t, manifest.Ownable(manifest.PlatformName, file) || file == manifest.RecordPath(manifest.PlatformName), file)
		}
	}
}

// TestPlanOfNamedTenants: what belongs to no tenant is no part of it, and that is said.
func TestPlanOfNamedTenants(t *testing.T) {
	for named, tenants := range map[bool][]string{true: {"bare"}, false: nil} {
		p, err := Plan(context.Background(), repository(planned), repository(delivering("argocd")), PlanOptions{Options: Options{Tenants: tenants}})
		require.NoError(t, err)
		require.Equal(t, !named, slices.Contains(p.Files, manifest.PlatformName))
		var told []string
		for _, s := range p.Plan.Skipped {
			told = append(told, s.What)
		}
		require.Equal(t, named, slices.Contains(told, "what belongs to no tenant"))
	}
}

// TestWhyElsewhere: the lines of a file by which an engine applies a tenant follow the tenant's lines.
func TestWhyElsewhere(t *testing.T) {
	files := repository(delivering("argocd"))
	res, err := Run(context.Background(), files, Options{Tenants: []string{"bare"}})
	require.NoError(t, err)
	const file = "argocd/development/bare.yaml"
	lines := strings.Split(string(res.Tenants[0].Files[file]), "\n")
	at := 1 + slices.IndexFunc(lines, func(l string) bool { return strings.HasSuffix(l, "namespace: bare-development") })
	require.Positive(t, at)
	found, problems, err := WhyLine(files, file, at)
	require.NoError(t, err)
	require.Empty(t, problems)
	require.Equal(t, "bare", found.Tenant)
	require.Equal(t, "development", found.Environment)
	require.True(t, slices.ContainsFunc(found.Causes, func(c report.Cause) bool { return c.File == "tenants/bare.yaml" && c.Field == "metadata.name" }))
	for _, nothing := range []string{"flux/development/bare.yaml", "argocd/nowhere/bare.yaml", "platform/development/x.yaml", "argocd/x.yaml", "platform/.tenantsmith.json", "helm/a/b.yaml"} {
		_, _, err := WhyLine(files, nothing, 1)
		require.ErrorIs(t, err, ErrNotFound, nothing)
	}
	own, _, err := WhyLine(files, "argocd/platform.yaml", 2)
	require.NoError(t, err)
	require.Equal(t, "platform", own.Origin)
	_, _, err = WhyLine(files, "argocd/platform.yaml", 1<<20)
	require.ErrorIs(t, err, ErrNotFound)
}
