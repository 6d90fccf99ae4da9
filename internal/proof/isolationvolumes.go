package proof

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// ownVolumes are those of a pod that hold what its namespace has, or nothing yet, and those that [Host] judges.
var ownVolumes = []string{"configMap", "downwardAPI", "emptyDir", "ephemeral", "hostPath", "image", "local", "persistentVolumeClaim", "projected", "secret"}

// ownDrivers make a volume for the pod that asks: keys of its own account, or what a channel of its own judges.
var ownDrivers = []string{"csi.cert-manager.io", "csi.spiffe.io", "secrets-store.csi.k8s.io"}

// diskFields say, by the type of a volume, which one it is.
var diskFields = map[string][]string{
	"awsElasticBlockStore": {"volumeID"}, "azureDisk": {"diskURI"}, "azureFile": {"secretNamespace", "secretName", "shareName"}, "cinder": {"volumeID"},
	"csi": {"driver", "volumeHandle"}, "gcePersistentDisk": {"pdName"}, "iscsi": {"targetPortal", "iqn"},
	"portworxVolume": {"volumeID"}, "rbd": {"pool", "image"}, "vsphereVolume": {"volumePath"},
}

// volume reads a PersistentVolume: whose claim it is for, and what it holds. A path of the node is out of the Pod Security
// level's sight.
func (r *reader) volume() {
	spec := get(r.object.Tree, "spec")
	r.claim(Volumes, "volume", r.key.Name, manifest.Path{"metadata", "name"})
	for _, source := range []string{"hostPath", "local"} {
		if get(spec, source) != nil {
			r.opens(Host, "", false, manifest.Path{"spec", source}, "has a volume with a path of the node, where pods of the other may run",
				"Pod Security levels see the claim only, not the volume behind it")
		}
	}
	r.held(spec, manifest.Path{"spec"})
	switch to := text(spec, "claimRef", "namespace"); to {
	case r.Namespace:
	case "":
		r.opens(Volumes, "", false, manifest.Path{"spec"}, "has a volume that claims of the other may get, with what the first keeps in it",
			"a volume without a claimRef is bound to any claim that it suits, of every namespace")
	default:
		r.opens(Volumes, to, false, manifest.Path{"spec", "claimRef", "namespace"}, "gives a claim of the other a volume of its own", "a claim takes the volume that names it")
	}
}

// podVolumes reads what a pod reaches without a claim.
func (r *reader) podVolumes(spec any, at manifest.Path) {
	for i, v := range list(spec, "volumes") {
		r.held(v, at.Join("volumes", i))
	}
}

// held notes each store outside of the cluster that a volume names. Whose data is there no object tells.
func (r *reader) held(volume any, at manifest.Path) {
	sources, _ := volume.(map[string]any)
	for _, kind := range slices.Sorted(maps.Keys(sources)) {
		source := sources[kind]
		if !isMap(source) || slices.Contains(ownVolumes, kind) || kind == "claimRef" || kind == "nodeAffinity" || kind == "capacity" ||
			kind == "csi" && slices.Contains(ownDrivers, text(source, "driver")) {
			continue
		}
		r.store(kind, source, at.Join(kind))
		r.doubt(Volumes, "%s has a volume of the type %s that no provisioner made for it: whose data is in it is not among the objects", r.key, kind)
	}
}

// store claims what the source of a volume names: a folder that others have, too, or a disk.
func (r *reader) store(kind string, source any, at manifest.Path) {
	attributes := get(source, "volumeAttributes")
	switch server, share := text(attributes, "server"), text(attributes, "share"); {
	case kind == "nfs":
		r.claim(Volumes, "share", folderOf(text(source, "server"), text(source, "path")), at)
	case kind == "glusterfs":
		r.claim(Volumes, "share", folderOf(text(source, "endpoints"), text(source, "path")), at)
	case kind == "cephfs":
		monitors := texts(source, "monitors")
		slices.Sort(monitors)
		r.claim(Volumes, "share", folderOf(strings.Join(monitors, ","), text(source, "path")), at)
	case kind == "csi" && share != "": // the handle is any word here
		r.claim(Volumes, "share", folderOf(server, share+"/"+text(attributes, "subDir")), at)
	case kind == "csi" && text(source, "volumeHandle") == "":
		if isMap(attributes) {
			r.claim(Volumes, "disk", fmt.Sprint("csi ", text(source, "driver"), " ", attributes), at)
		}
	case diskFields[kind] != nil:
		r.claim(Volumes, "disk", disk(kind, source), at)
	}
}

func disk(kind string, source any) string {
	parts := []string{kind}
	for _, field := range diskFields[kind] {
		parts = append(parts, text(source, field))
	}
	if lun := get(source, "lun"); lun != nil {
		parts = append(parts, fmt.Sprint(lun))
	}
	return strings.Join(parts, " ")
}

// folderOf is a folder of a server; whoever has one has all below it.
func folderOf(server, folder string) string {
	return strings.ToLower(server) + ":" + strings.TrimSuffix(path.Clean("/"+folder), "/")
}

// volumeClaim reads the spec of a claim, wherever a template holds one.
func (r *reader) volumeClaim(spec map[string]any, at manifest.Path) {
	if name := text(spec, "volumeName"); name != "" && get(spec, "accessModes") != nil {
		r.claim(Volumes, "volume", name, at.Join("volumeName"))
		r.doubt(Volumes, "%s claims volume %s by its name: whose data is in it is not among the objects", r.key, name)
	}
	if class, given := spec["storageClassName"].(string); get(spec, "accessModes") != nil && r.key.Kind != "PersistentVolume" && (given && class == "" || get(spec, "selector") != nil) {
		r.doubt(Volumes, "%s claims a volume that is there already: whose data is in it is not among the objects", r.key)
	}
	from := get(spec, "dataSourceRef")
	if n := text(from, "namespace"); n != "" && n != r.Namespace {
		r.opens(Volumes, n, false, at.Join("dataSourceRef", "namespace"), "fills a volume with what is in the namespace of the other",
			"whether the other has to agree by a ReferenceGrant is up to each provisioner")
	}
	if group := text(from, "apiGroup"); isMap(from) && group != "" && group != "snapshot.storage.k8s.io" {
		r.doubt(Volumes, "%s fills a volume from a %s of %s, which is not read", r.key, text(from, "kind"), group)
	}
}

// snapshot reads a snapshot that does not come from a claim of its namespace.
func (r *reader) snapshot() {
	if name := text(r.object.Tree, "spec", "source", "volumeSnapshotContentName"); name != "" {
		r.claim(Volumes, "snapshot", name, manifest.Path{"spec", "source", "volumeSnapshotContentName"})
		r.doubt(Volumes, "%s is of snapshot content %s: whose data is in it is not among the objects", r.key, name)
	}
}

func (r *reader) snapshotContent() {
	spec, at := get(r.object.Tree, "spec"), manifest.Path{"spec"}
	r.claim(Volumes, "snapshot", r.key.Name, manifest.Path{"metadata", "name"})
	if handle := text(spec, "source", "volumeHandle"); handle != "" {
		r.claim(Volumes, "disk", "csi "+text(spec, "driver")+" "+handle, at.Join("source", "volumeHandle"))
	}
	if handle := text(spec, "source", "snapshotHandle"); handle != "" {
		r.claim(Volumes, "snapshot handle", text(spec, "driver")+" "+handle, at.Join("source", "snapshotHandle"))
	}
	if to := text(spec, "volumeSnapshotRef", "namespace"); to != r.Namespace {
		r.opens(Volumes, to, false, at.Join("volumeSnapshotRef", "namespace"), "gives a snapshot of the other a content of its own", "a content is bound to the snapshot that it names")
	}
	r.doubt(Volumes, "%s names a volume or snapshot by its handle: whose data is in it is not among the objects", r.key)
}

// defaultClass are the annotations by which a class serves every claim that names none.
var defaultClass = []string{"storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"}

// storageClass is one for claims of every namespace.
func (r *reader) storageClass() {
	r.claim(Volumes, "storage class", r.key.Name, manifest.Path{"metadata", "name"})
	for _, key := range defaultClass {
		if text(r.object.Tree, "metadata", "annotations", key) == "true" {
			r.opens(Volumes, "", false, manifest.Path{"metadata", "annotations", key}, "says where volumes of the other are made",
				"claims that name no class get the default one, of the whole cluster")
		}
	}
	r.doubt(Volumes, "%s is for claims of every namespace, and where it makes volumes is not read", r.key)
}
