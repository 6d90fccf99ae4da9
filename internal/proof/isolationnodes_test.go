package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const running = "apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: acme}\nspec: {containers: [{name: c}], "

var nodeOpeners = map[string]opener{
	"node by its name":      {running + "nodeName: n}", Nodes, "acme", "spec.nodeName"},
	"every taint":           {running + "tolerations: [{operator: Exists}]}", Nodes, "acme", "spec.tolerations[0]"},
	"taint of every tenant": {running + "tolerations: [{key: tenantsmith.dev/tenant, operator: Exists}]}", Nodes, "acme", "spec.tolerations[0]"},
	"taint of another":      {running + "tolerations: [{key: dedicated, value: team-shop-pool}]}", Nodes, "acme", "spec.tolerations[0]"},
	"key of another":        {running + "tolerations: [{key: shop.example.com/only, value: 'yes'}]}", Nodes, "acme", "spec.tolerations[0]"},
	"label of another":      {running + "nodeSelector: {tenantsmith.dev/tenant: shop}}", Nodes, "acme", `spec.nodeSelector["tenantsmith.dev/tenant"]`},
	"affinity to another":   {running + "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: In, values: [a, shop]}]}]}}}}", Nodes, "acme", "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].values[1]"},
	"preference":            {running + "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{preference: {matchExpressions: [{key: shop, operator: Exists}]}}]}}}", Nodes, "acme", "spec.affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution[0].preference.matchExpressions[0]"},
	"node by a field":       {running + "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [shop-1]}]}]}}}}", Nodes, "acme", "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchFields[0].values[0]"},
	"class of the system":   {running + "priorityClassName: system-node-critical}", Nodes, "acme", "spec.priorityClassName"},
	"database elsewhere":    {"apiVersion: postgresql.cnpg.io/v1\nkind: Cluster\nmetadata: {name: x, namespace: acme}\nspec: {affinity: {nodeSelector: {pool: shop}}}", Nodes, "acme", "spec.affinity.nodeSelector.pool"},
	"node":                  {"apiVersion: v1\nkind: Node\nmetadata: {name: x}", Nodes, "acme", "metadata.name"},
}

func TestNodes(t *testing.T) {
	requireOpen(t, nodeOpeners)
	requireCalm(t, nodeOpeners)
}

// TestOwnNodes: nodes of its own, of everybody, or those that a pod avoids are no way to another.
func TestOwnNodes(t *testing.T) {
	for _, asks := range []string{
		"nodeSelector: {tenantsmith.dev/tenant: acme, kubernetes.io/os: shop, pool: workshop}",
		"tolerations: [{key: tenantsmith.dev/tenant, value: acme}, {key: node.kubernetes.io/not-ready, operator: Exists}]",
		"affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: pool, operator: NotIn, values: [shop]}]}]}}}",
		"priorityClassName: high",
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", running+asks+"}"), enclosed(t, "shop", "")}, nil, nil)
		require.Empty(t, found.Breaches, asks)
		require.Empty(t, found.Doubts, asks)
	}
}

// pooled are two tenants on a cluster with a pool of all, and one of each.
func pooled(t *testing.T, object string) []Enclosure {
	pools := []Pool{
		{Name: "all", Labels: map[string]string{"pool": "all"}, Taint: map[string]string{"pool": "all"}},
		{Name: "ours", Labels: map[string]string{"pool": "for-shop"}, Taint: map[string]string{"ours": ""}, Tenants: []string{"acme"}},
		{Name: "theirs", Labels: map[string]string{"pool": "x7"}, Taint: map[string]string{"pool": "x7"}, Tenants: []string{"shop", "gone"}},
	}
	all := []Enclosure{enclosed(t, "acme", ""), enclosed(t, "shop", "")}
	for i, o := range []string{object, ""} {
		place := all[i].Place
		place.Pools = pools
		all[i] = Enclose(place, parsed(t, fmt.Sprintf(closedTenant, place.Tenant)+o))
	}
	return all
}

// TestPools: the platform says whose a pool is, whatever its name; no tenant is named by any of its words.
func TestPools(t *testing.T) {
	for asks, path := range map[string]string{
		"nodeSelector: {pool: x7}":                                                                  "spec.nodeSelector.pool",
		"tolerations: [{key: pool, value: x7}]":                                                     "spec.tolerations[0]",
		"tolerations: [{key: pool, operator: Exists}]":                                              "spec.tolerations[0]",
		"tolerations: [{key: pool, operator: Gt, value: '5'}]":                                      "spec.tolerations[0]",
		"nodeSelector: {pool: all}, tolerations: [{key: pool, value: all}, {key: pool, value: x7}]": "spec.tolerations[1]",
	} {
		found := Isolate(pooled(t, running+asks+"}"), nil, nil)
		require.Len(t, found.Breaches, 1, asks)
		require.Equal(t, "has pods that ask for nodes of pool theirs, which is for shop, gone, by pool", found.Breaches[0].Message)
		require.Equal(t, path, found.Breaches[0].Causes[0].Path.String())
		require.Equal(t, "shop", found.Breaches[0].To.Tenant)
	}
	for _, asks := range []string{
		"nodeSelector: {pool: all}, tolerations: [{key: pool, operator: Equal, value: all}]",
		"nodeSelector: {pool: for-shop}, tolerations: [{key: ours}]",
	} {
		found := Isolate(pooled(t, running+asks+"}"), nil, nil)
		require.Empty(t, found.Breaches, asks)
		require.Empty(t, found.Doubts, asks)
	}
}

// TestNodeDoubts: whom a taint reserves nodes for is not known, unless a value says it.
func TestNodeDoubts(t *testing.T) {
	for _, object := range []string{
		running + "tolerations: [{key: dedicated, operator: Exists}]}",
		"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x, namespace: acme}\nspec: {template: {spec: {containers: []}}}",
		"apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: x}",
		"apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: x}",
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", object), enclosed(t, "shop", "")}, nil, nil)
		require.Empty(t, found.Breaches, object)
		require.Len(t, found.Doubts, 1, object)
		require.Equal(t, Nodes, found.Doubts[0].Channel, object)
	}
	own := "apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: x, namespace: acme}\nspec: {template: {spec: {containers: [], nodeSelector: {tenantsmith.dev/tenant: acme}}}}"
	require.Empty(t, Isolate([]Enclosure{enclosed(t, "acme", own), enclosed(t, "shop", "")}, nil, nil).Doubts)
}

// TestNames: the longest name in a word is meant, and it stands there by itself. Two environments of one tenant are told by
// their namespaces.
func TestNames(t *testing.T) {
	names := map[string][]int{"acme": {0}, "acme-corp": {1}, "shop": {2}}
	for text, name := range map[string]string{
		"acme": "acme", "ACME": "acme", "acme-corp": "acme-corp", "pool-acme-corp-1": "acme-corp", "acme.corp": "acme", "acme-corporation": "acme",
		"acmes": "", "workshop": "", "x/shop": "shop", "": "", "acme_shop": "acme",
	} {
		require.Equal(t, name, longestName(text, names), text)
	}
	all := []Enclosure{enclosed(t, "acme", running+"nodeSelector: {pool: shop}}"), enclosed(t, "shop", "")}
	all[0].Tenant, all[1].Tenant, all[1].Environment = "one", "one", "development"
	found := Isolate(all, nil, nil)
	require.Len(t, found.Breaches, 1)
	require.Equal(t, "has pods that ask for nodes of shop, by shop", found.Breaches[0].Message)
}
