package pipeline

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Whoever belongs to the platform may own every tenant, and the platform says who a tenant is in the cloud.
func TestClaims(t *testing.T) {
	e := &schemas.Environment{
		Platform: &schemas.Platform{RBAC: schemas.PlatformRBAC{
			PlatformGroups: []string{"sre"},
			Identities:     map[string][]string{"acme": {"role/acme", "role/idle"}, "globex": {"role/globex"}},
		}},
		Spec: schemas.Spec{
			Owners:  []schemas.Owner{{Group: "sre", Role: "admin"}, {Group: "acme-devs", Role: "developer"}},
			Domains: []string{"acme.example.com"},
			Secrets: map[string]schemas.Secret{"db": {Path: "acme/db"}},
			Services: map[string]schemas.Service{
				"web": {Expose: []schemas.Expose{{Host: "shop.acme.example.com", Port: "http"}}, Identity: "role/acme"},
			},
		},
	}
	said := map[string]string{}
	for _, c := range claims("acme", e, nil) {
		require.Equal(t, -1, c.Object)
		require.NotContains(t, said, c.Kind+" "+c.Value, "a claim is made once")
		said[c.Kind+" "+c.Value] = c.Field.String()
	}
	require.Equal(t, map[string]string{
		"domain acme.example.com":    "spec.domains[0]",
		"group acme-devs":            "spec.owners[1].group",
		"host shop.acme.example.com": "spec.services.web.expose[0].host",
		"secret acme/db":             "spec.secrets.db.path",
		"identity role/acme":         "spec.services.web.identity",
		"identity role/idle":         "metadata.name",
		"cloud identity role/acme":   "spec.services.web.identity",
	}, said)
}

// What objects name in a store or a bucket is claimed as well, wherever they name it.
func TestClaimsOfObjects(t *testing.T) {
	of := func(version, kind string, spec map[string]any) manifest.Object {
		return manifest.Object{Tree: map[string]any{"apiVersion": version, "kind": kind, "spec": spec}}
	}
	type m = map[string]any
	found := held([]manifest.Object{
		of("v1", "Secret", m{"data": []any{m{"remoteRef": m{"key": "no"}}}}),
		of("external-secrets.io/v1", "ExternalSecret", m{
			"data":     []any{m{"secretKey": "a"}, m{"remoteRef": m{"key": "acme/db"}}},
			"dataFrom": []any{m{"extract": m{"key": "acme/all"}}, m{"find": m{"path": "acme"}}, "odd"},
		}),
		of("external-secrets.io/v1alpha1", "PushSecret", m{"data": []any{m{"match": m{"remoteRef": m{"remoteKey": "acme/ca"}}}}}),
		of("postgresql.cnpg.io/v1", "Cluster", m{"backup": m{"barmanObjectStore": m{"destinationPath": "s3://backups/acme"}}}),
		of("barmancloud.cnpg.io/v1", "ObjectStore", m{"configuration": m{"destinationPath": "s3://archive/acme"}}),
	})
	require.Equal(t, []policies.Claim{
		{Kind: "secret", Value: "acme/db", Object: 1, Path: manifest.Path{"spec", "data", 1, "remoteRef", "key"}},
		{Kind: "secret", Value: "acme/all", Object: 1, Path: manifest.Path{"spec", "dataFrom", 0, "extract", "key"}},
		{Kind: "secret", Value: "acme", Object: 1, Path: manifest.Path{"spec", "dataFrom", 1, "find", "path"}},
		{Kind: "secret", Value: "acme/ca", Object: 2, Path: manifest.Path{"spec", "data", 0, "match", "remoteRef", "remoteKey"}},
		{Kind: "bucket", Value: "s3://backups/acme", Object: 3, Path: manifest.Path{"spec", "backup", "barmanObjectStore", "destinationPath"}},
		{Kind: "bucket", Value: "s3://archive/acme", Object: 4, Path: manifest.Path{"spec", "configuration", "destinationPath"}},
	}, found)
}
