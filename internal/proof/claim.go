package proof

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const classPrefix = ".storageclass.storage.k8s.io/"

// claim adds n claims of a PersistentVolumeClaim's spec to d.
func (w *work) claim(d *amounts, spec any, n int64, at manifest.Path) {
	requests := w.amounts(spec, "resources", "requests")
	w.bounds("PersistentVolumeClaim", "claim ", requests, nil, at)
	w.volume(d, requests.of("storage"), text(spec, "storageClassName"), n)
}

// volume adds n claims of a size and class to d.
func (w *work) volume(d *amounts, size quantity, class string, n int64) {
	if n == 0 {
		return
	}
	total := times(size, n)
	d.addCount("persistentvolumeclaims", n)
	d.raise("requests.storage", total)
	if class == "" {
		w.here().classless = true
		return
	}
	d.raise(class+classPrefix+"requests.storage", total)
	d.addCount(class+classPrefix+"persistentvolumeclaims", n)
}

// ephemeralClaims adds the claims that each pod makes for itself.
func (w *work) ephemeralClaims(spec any, at manifest.Path, d *amounts) {
	for i, v := range list(spec, "volumes") {
		if template := get(v, "ephemeral", "volumeClaimTemplate", "spec"); template != nil {
			w.claim(d, template, 1, at.Join("spec", "volumes", i))
		}
	}
}
