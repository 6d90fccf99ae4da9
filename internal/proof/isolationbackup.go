package proof

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// veleroBackup reads what a backup takes.
func (r *reader) veleroBackup() {
	r.saved(get(r.object.Tree, "spec"), manifest.Path{"spec"}, "takes what is in the namespace of the other into its own backup")
}

func (r *reader) veleroSchedule() {
	r.saved(get(r.object.Tree, "spec", "template"), manifest.Path{"spec", "template"}, "takes what is in the namespace of the other into its own backups")
}

// veleroRestore reads what comes back, and where to.
func (r *reader) veleroRestore() {
	spec := get(r.object.Tree, "spec")
	r.saved(spec, manifest.Path{"spec"}, "brings back what a backup holds of the other's namespace")
	to, _ := get(spec, "namespaceMapping").(map[string]any)
	for _, from := range slices.Sorted(maps.Keys(to)) {
		if n, _ := to[from].(string); n != r.Namespace {
			r.opens(Backup, n, false, manifest.Path{"spec", "namespaceMapping", from}, "brings back what a backup holds of "+from+" into the namespace of the other",
				"Velero acts with rights of its own in every namespace")
		}
	}
}

// saved judges the namespaces that a request to Velero includes: all, where it names none. What it excludes does not count.
func (r *reader) saved(spec any, at manifest.Path, message string) {
	const why = "Velero acts with rights of its own in every namespace; labels and exclusions of the request only narrow it"
	included := texts(spec, "includedNamespaces")
	for i, n := range included {
		if strings.ContainsAny(n, "*?[") {
			r.opens(Backup, "", false, at.Join("includedNamespaces", i), message, n+" is a pattern. "+why)
		} else if n != r.Namespace {
			r.opens(Backup, n, false, at.Join("includedNamespaces", i), message, why)
		}
	}
	if len(included) == 0 {
		r.opens(Backup, "", false, at, message, "it names no namespace, and so means all. "+why)
	}
	if on, _ := get(spec, "includeClusterResources").(bool); on || len(list(spec, "includedClusterScopedResources")) > 0 {
		r.doubt(Backup, "%s includes objects of the whole cluster: which of these are of others is not among the objects", r.key)
	}
}

// database reads where a database of CloudNativePG keeps its backups, and from where it is restored. Plugins
// name an ObjectStore of the namespace, which is read by itself.
func (r *reader) database() {
	store := manifest.Path{"barmanObjectStore", "destinationPath"}
	r.bucket(manifest.Path{"spec", "backup"}.Join(store...))
	for i := range list(r.object.Tree, "spec", "externalClusters") {
		r.bucket(manifest.Path{"spec", "externalClusters", i}.Join(store...))
	}
}

func (r *reader) objectStore() { r.bucket(manifest.Path{"spec", "configuration", "destinationPath"}) }

// bucket claims a folder of an object store. Who has one has all below it.
func (r *reader) bucket(at manifest.Path) {
	v, _ := at.Lookup(r.object.Tree)
	s, _ := v.(string)
	if scheme, name, ok := strings.Cut(s, "://"); ok {
		s = scheme + "://" + path.Clean(name)
	}
	if s != "" {
		r.claim(Backup, "bucket", s, at)
	}
}
