package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const velero = "apiVersion: velero.io/v1\nmetadata: {name: x, namespace: velero}\nkind: "

var backupOpeners = map[string]opener{
	"backup of another":      {velero + "Backup\nspec: {includedNamespaces: [acme, shop]}", Backup, "acme", "spec.includedNamespaces[1]"},
	"backup of a pattern":    {velero + "Backup\nspec: {includedNamespaces: ['sh?p']}", Backup, "acme", "spec.includedNamespaces[0]"},
	"backup of all":          {velero + "Backup\nspec: {excludedNamespaces: [shop]}", Backup, "acme", "spec"},
	"schedule of all":        {velero + "Schedule\nspec: {template: {includedNamespaces: ['*']}}", Backup, "acme", "spec.template.includedNamespaces[0]"},
	"restore of all":         {velero + "Restore\nspec: {backupName: b}", Backup, "acme", "spec"},
	"restore of another":     {velero + "Restore\nspec: {includedNamespaces: [shop], namespaceMapping: {shop: acme}}", Backup, "acme", "spec.includedNamespaces[0]"},
	"restore into another's": {velero + "Restore\nspec: {includedNamespaces: [acme], namespaceMapping: {acme: shop}}", Backup, "acme", "spec.namespaceMapping.acme"},
}

func TestBackup(t *testing.T) {
	requireOpen(t, backupOpeners)
	requireCalm(t, backupOpeners)
}

// TestOwnBackup: of its own namespace a tenant may have as many as it wants.
func TestOwnBackup(t *testing.T) {
	doubts := func(object string) []Doubt {
		found := Isolate([]Enclosure{enclosed(t, "acme", object), enclosed(t, "shop", "")}, nil, nil)
		require.Empty(t, found.Breaches, object)
		return found.Doubts
	}
	require.Empty(t, doubts(velero+"Backup\nspec: {includedNamespaces: [acme]}"))
	require.Empty(t, doubts(velero+"Restore\nspec: {includedNamespaces: [acme], namespaceMapping: {acme: acme}}"))
	for _, object := range []string{
		"Backup\nspec: {includedNamespaces: [acme], includeClusterResources: true}", "BackupStorageLocation\nspec: {objectStorage: {bucket: b}}",
		"Backup\nspec: {includedNamespaces: [acme], includedClusterScopedResources: ['*']}",
	} {
		found := doubts(velero + object)
		require.Len(t, found, 1, object)
		require.Equal(t, Backup, found[0].Channel)
	}
}

// TestBuckets: a folder of a bucket, and what is above it, is one place's only, whether it is written or read.
func TestBuckets(t *testing.T) {
	const (
		keeps    = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: x, namespace: %s}\nspec: {backup: {barmanObjectStore: {destinationPath: %q}}}"
		recovers = "apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: x, namespace: %s}\nspec: {bootstrap: {recovery: {source: o}}, externalClusters: [{name: o, barmanObjectStore: {destinationPath: %q}}]}"
		plugin   = "apiVersion: barmancloud.cnpg.io/v1\nkind: ObjectStore\nmetadata: {name: x, namespace: %s}\nspec: {configuration: {destinationPath: %q}}"
	)
	for _, c := range []struct{ mine, other, what string }{
		{"s3://b/acme/", "s3://b/acme", "s3://b/acme"}, {"s3://b//acme", "s3://b/", "s3://b/acme, which s3://b covers"}, {"s3://b", "s3://b/shop", "s3://b, which covers s3://b/shop"},
		{"s3://b/acme", "s3://b/shop", ""}, {"s3://b/shop-2", "s3://b/shop", ""}, {"s3://a", "s3://b", ""},
	} {
		for _, kinds := range [][2]string{{keeps, keeps}, {recovers, keeps}, {plugin, recovers}} {
			found := Isolate([]Enclosure{enclosed(t, "acme", fmt.Sprintf(kinds[0], "acme", c.mine)), enclosed(t, "shop", fmt.Sprintf(kinds[1], "shop", c.other))}, nil, nil)
			if c.what == "" {
				require.Empty(t, found.Breaches)
				continue
			}
			require.Len(t, found.Breaches, 2)
			require.Equal(t, "both have the bucket "+c.what, found.Breaches[0].Message)
			require.Equal(t, Backup, found.Breaches[0].Channel)
		}
	}
}
