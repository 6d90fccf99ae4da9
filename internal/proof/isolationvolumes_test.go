package proof

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	pv      = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: x}\nspec: "
	pvc     = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: x, namespace: acme}\nspec: "
	content = "apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotContent\nmetadata: {name: x}\nspec: "
)

var volumeOpeners = map[string]opener{
	"volume for another's claim":   {pv + "{csi: {driver: d, volumeHandle: h}, claimRef: {namespace: shop, name: y}}", Volumes, "acme", "spec.claimRef.namespace"},
	"volume for any claim":         {pv + "{csi: {driver: d, volumeHandle: h}}", Volumes, "acme", "spec"},
	"data of another":              {pvc + "{accessModes: [ReadWriteOnce], dataSourceRef: {kind: PersistentVolumeClaim, name: y, namespace: shop}}", Volumes, "acme", "spec.dataSourceRef.namespace"},
	"data of another in templates": {"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x, namespace: acme}\nspec: {volumeClaimTemplates: [{spec: {dataSourceRef: {kind: PersistentVolumeClaim, name: y, namespace: shop}}}]}", Volumes, "acme", "spec.volumeClaimTemplates[0].spec.dataSourceRef.namespace"},
	"content for another":          {content + "{driver: d, volumeSnapshotRef: {namespace: shop, name: y}, source: {snapshotHandle: h}}", Volumes, "acme", "spec.volumeSnapshotRef.namespace"},
	"class for everybody":          {"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x, annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}\nprovisioner: p", Volumes, "acme", `metadata.annotations["storageclass.kubernetes.io/is-default-class"]`},
}

func TestVolumes(t *testing.T) {
	requireOpen(t, volumeOpeners)
	requireCalm(t, volumeOpeners)
}

// TestStores: what two tenants name by the same words is one's only, however each reaches it; what differs is a doubt.
func TestStores(t *testing.T) {
	volume := func(source string) string {
		return "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v-%[1]s}\nspec: {claimRef: {namespace: %[1]s, name: c}, " + source + "}"
	}
	pod := func(source string) string {
		return "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: %[1]s}\nspec: {containers: [{name: c}], volumes: [{name: v, " + source + "}]}"
	}
	claim := func(spec string) string {
		return "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: %[1]s}\nspec: {accessModes: [ReadWriteOnce], " + spec + "}"
	}
	for _, c := range []struct{ mine, other, what string }{
		{volume("csi: {driver: d, volumeHandle: h}"), volume("csi: {driver: d, volumeHandle: h}"), "disk csi d h"},
		{volume("csi: {driver: d, volumeHandle: h}"), volume("csi: {driver: d, volumeHandle: i}"), ""},
		{volume("csi: {driver: d, volumeHandle: h}"), contentOf("volumeHandle: h"), "disk csi d h"},
		{volume("nfs: {server: Files, path: /a/}"), pod("nfs: {server: files, path: /a}"), "share files:/a"},
		{volume("nfs: {server: files, path: /a/b}"), pod("nfs: {server: files, path: /}"), "share files:/a/b, which files: covers"},
		{volume("nfs: {server: files, path: /a}"), pod("nfs: {server: files, path: /b}"), ""},
		{volume("csi: {driver: nfs.csi.k8s.io, volumeHandle: h, volumeAttributes: {server: files, share: /a}}"), pod("nfs: {server: files, path: /a/c}"), "share files:/a, which covers files:/a/c"},
		{pod("iscsi: {targetPortal: p, iqn: i, lun: 1}"), pod("iscsi: {targetPortal: p, iqn: i, lun: 1}"), "disk iscsi p i 1"},
		{pod("iscsi: {targetPortal: p, iqn: i, lun: 1}"), pod("iscsi: {targetPortal: p, iqn: i, lun: 2}"), ""},
		{pod("cephfs: {monitors: [b, a], path: /x}"), volume("cephfs: {monitors: [a, b], path: x}"), "share a,b:/x"},
		{pod("glusterfs: {endpoints: e, path: x}"), pod("glusterfs: {endpoints: e, path: x}"), "share e:/x"},
		{pod("csi: {driver: d, volumeAttributes: {b: x, a: y}}"), pod("csi: {driver: d, volumeAttributes: {a: y, b: x}}"), "disk csi d map[a:y b:x]"},
		{pod("quobyte: {volume: a}"), pod("quobyte: {volume: a}"), ""},
		{claim("volumeName: v"), claim("volumeName: v"), "volume v"},
		{claim("volumeName: v-shop"), volume("csi: {driver: d, volumeHandle: h}"), "volume v-shop"},
		{claim("volumeName: v"), claim("volumeName: w"), ""},
	} {
		found := Isolate([]Enclosure{enclosed(t, "acme", fmt.Sprintf(c.mine, "acme")), enclosed(t, "shop", fmt.Sprintf(c.other, "shop"))}, nil, nil)
		require.NotEmpty(t, found.Doubts)
		if c.what == "" {
			require.Empty(t, found.Breaches, "%s and %s", c.mine, c.other)
			continue
		}
		require.Len(t, found.Breaches, 2, "%s and %s", c.mine, c.other)
		require.Equal(t, "both have the "+c.what, found.Breaches[0].Message)
		require.Equal(t, Volumes, found.Breaches[0].Channel)
	}
}

func contentOf(source string) string {
	return "apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotContent\nmetadata: {name: c}\nspec: {driver: d, volumeSnapshotRef: {namespace: %s, name: s}, source: {" + source + "}}"
}

// TestVolumeDoubts: whose data is behind a name no object tells. A claim of a class, and what a pod has of its own, is nobody else's.
func TestVolumeDoubts(t *testing.T) {
	doubts := func(object string) []Doubt {
		found := Isolate([]Enclosure{enclosed(t, "acme", object), enclosed(t, "shop", "")}, nil, nil)
		require.Empty(t, found.Breaches, object)
		return found.Doubts
	}
	for _, object := range []string{
		pvc + "{accessModes: [ReadWriteOnce], volumeName: v}",
		pvc + "{accessModes: [ReadWriteOnce], storageClassName: ''}",
		pvc + "{accessModes: [ReadWriteOnce], storageClassName: fast, selector: {matchLabels: {a: b}}}",
		pvc + "{accessModes: [ReadWriteOnce], dataSourceRef: {apiGroup: example.com, kind: Filler, name: y}}",
		content + "{driver: d, volumeSnapshotRef: {namespace: acme, name: y}, source: {snapshotHandle: h}}",
		"apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: x, namespace: acme}\nspec: {source: {volumeSnapshotContentName: y}}",
		"apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshotClass\nmetadata: {name: x}",
		"apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: {name: x}",
	} {
		found := doubts(object)
		require.Len(t, found, 1, object)
		require.Equal(t, Volumes, found[0].Channel, object)
	}
	for _, object := range []string{
		pvc + "{accessModes: [ReadWriteOnce], storageClassName: fast, dataSourceRef: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: y, namespace: acme}}",
		"apiVersion: snapshot.storage.k8s.io/v1\nkind: VolumeSnapshot\nmetadata: {name: x, namespace: acme}\nspec: {source: {persistentVolumeClaimName: y}}",
		"apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: acme}\nspec: {containers: [], volumes: [{emptyDir: {}}, {secret: {}}, {persistentVolumeClaim: {claimName: y}}, {csi: {driver: csi.spiffe.io}}, {ephemeral: {volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce]}}}}]}",
	} {
		require.Empty(t, doubts(object), object)
	}
}
