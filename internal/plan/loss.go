package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// kept says that controllers leave the object alone when it is no longer wanted.
func kept(o *manifest.Object) bool { return len(keepers(o)) > 0 }

// keepers are the annotations by which controllers leave the object alone, of each controller one.
func keepers(o *manifest.Object) []string {
	const argo, flux = "argocd.argoproj.io/sync-options", "kustomize.toolkit.fluxcd.io/prune"
	notes := child(o.Tree, "metadata", "annotations")
	var out []string
	for option := range strings.SplitSeq(text(notes, argo), ",") {
		if option = strings.TrimSpace(option); option == "Prune=false" || option == "Prune=confirm" {
			out = append(out, argo)
			break
		}
	}
	if notes[flux] == "disabled" {
		out = append(out, flux)
	}
	return out
}

// goes reports whether an object is no longer there under its name.
func (p *pair) goes() bool { return p.old != nil && (p.new == nil || p.moved) }

// lostClaim tells of claims that go, and of those that can only change by being made anew.
func lostClaim(c *comparison, p *pair) {
	if p.kind != "PersistentVolumeClaim" {
		return
	}
	switch {
	case p.goes() && kept(p.old):
		c.risk(DataLoss, manifest.Medium, p, nil, "nothing manages the claim any more: it and its data stay until somebody deletes them", "")
	case p.goes():
		c.risk(DataLoss, c.graver(manifest.High, manifest.Critical), p, nil, "the claim is deleted, and the volume with its data, unless its class keeps volumes",
			"take a backup first, or annotate the claim with argocd.argoproj.io/sync-options: Prune=false")
	case p.action == Recreated:
		c.risk(DataLoss, c.graver(manifest.High, manifest.Critical), p, manifest.Path{"spec"}, "the change needs a new claim, which starts empty", "copy the data before the old claim is deleted")
	}
}

var retention = manifest.ParsePath("spec.persistentVolumeClaimRetentionPolicy")

// lostSet tells of StatefulSets whose claims go, are left behind, or start empty in place of others.
func lostSet(c *comparison, p *pair) {
	if p.kind != "apps/StatefulSet" {
		return
	}
	if p.old == nil {
		c.startsEmpty(p)
		return
	}
	old, new := p.trees()
	claims := len(list(at(old, "spec", "volumeClaimTemplates")))
	deletes := func(tree any, when string) bool {
		return text(child(tree, "spec", "persistentVolumeClaimRetentionPolicy"), when) == "Delete"
	}
	switch {
	case claims == 0:
	case p.goes() && deletes(old, "whenDeleted"):
		c.risk(DataLoss, c.graver(manifest.High, manifest.Critical), p, nil, "the claims of its pods are deleted with it: its retention policy says so", "set whenDeleted to Retain, and let that be applied first")
	case p.goes():
		c.risk(DataLoss, manifest.Medium, p, nil, "the claims of its pods stay behind, and nothing manages them", "")
	case !deletes(old, "whenDeleted") && deletes(new, "whenDeleted"), !deletes(old, "whenScaled") && deletes(new, "whenScaled"):
		c.risk(DataLoss, manifest.Medium, p, retention, "from now on claims are deleted with the pods that had them", "")
	case deletes(new, "whenScaled") && count(at(new, "spec", "replicas"), 1) < count(at(old, "spec", "replicas"), 1):
		c.risk(DataLoss, c.graver(manifest.High, manifest.Critical), p, manifest.Path{"spec", "replicas"}, "pods that go take their claims with them: the retention policy says so", "set whenScaled to Retain, and let that be applied first")
	case p.new != nil && count(at(new, "spec", "replicas"), 1) < count(at(old, "spec", "replicas"), 1):
		c.risk(DataLoss, manifest.Low, p, manifest.Path{"spec", "replicas"}, "the claims of pods that go stay with their data, and count in the quota; pods that come back have them again", "")
	}
	if p.new != nil && !p.moved && p.touched(claimTemplates) {
		c.otherClaims(p, old, new)
	}
}

// startsEmpty tells of a set that takes the place of a workload whose pods had a claim.
func (c *comparison) startsEmpty(p *pair) {
	if len(list(at(p.new.Tree, "spec", "volumeClaimTemplates"))) == 0 {
		return
	}
	for i := range c.pairs {
		q := &c.pairs[i]
		if q.action != Removed || q.key.Name != p.key.Name || q.key.Namespace != p.key.Namespace {
			continue
		}
		pod, _, _ := q.pods()
		for _, v := range list(at(pod, "volumes")) {
			if claim := text(v, "persistentVolumeClaim", "claimName"); claim != "" {
				c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, claimTemplates,
					fmt.Sprintf("its claims start empty: the data of %s %s is in claim %s", q.old.Kind(), q.key.Name, claim), "copy the data before the old claim is deleted")
			}
		}
	}
}

var claimTemplates = manifest.Path{"spec", "volumeClaimTemplates"}

// otherClaims tells of pods that get other claims than those they have, which hold their data.
func (c *comparison) otherClaims(p *pair, old, new any) {
	names := func(tree any) (out []string) {
		for _, t := range list(at(tree, "spec", "volumeClaimTemplates")) {
			out = append(out, text(t, "metadata", "name"))
		}
		return out
	}
	if gone := added(names(new), names(old)); len(gone) > 0 {
		c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, claimTemplates,
			fmt.Sprintf("pods no longer use their claims %s, which stay behind; claims of another name start empty", strings.Join(gone, ", ")), "copy the data first")
		return
	}
	c.risk(DataLoss, manifest.Medium, p, claimTemplates, "claims that pods have stay as they are: only new pods get claims of the new shape",
		"change the claims themselves, as far as their class allows, then replace the StatefulSet with --cascade=orphan")
}

// databases are kinds that hold data of their own, and the fields that say how much of it.
var databases = []string{
	postgres, "acid.zalan.do/postgresql", "postgres-operator.crunchydata.com/PostgresCluster", "k8s.mariadb.com/MariaDB",
	"mysql.oracle.com/InnoDBCluster", "mongodbcommunity.mongodb.com/MongoDBCommunity", "kafka.strimzi.io/Kafka", "rabbitmq.com/RabbitmqCluster",
}

// lostDatabase tells of databases that go, and of what they give up.
func lostDatabase(c *comparison, p *pair) {
	if p.old == nil || !slices.Contains(databases, p.kind) {
		return
	}
	old, new := p.trees()
	switch {
	case p.goes() && kept(p.old):
		c.risk(DataLoss, manifest.High, p, nil, "nothing manages the database any more: it stays until somebody deletes it", "")
		return
	case p.goes():
		c.risk(DataLoss, manifest.Critical, p, nil, "the database is deleted with all its data", "take a backup and try to restore it first")
		return
	}
	for _, path := range fields("spec.storage.size", "spec.walStorage.size") {
		if p.touched(path) && shrinks(path, old, new) {
			c.risk(DataLoss, manifest.High, p, path, "a volume cannot shrink: the operator refuses the change", "make a smaller database beside it and move the data")
		}
	}
	if at(old, "spec", "backup") != nil && at(new, "spec", "backup") == nil {
		c.risk(DataLoss, c.graver(manifest.Medium, manifest.High), p, manifest.Path{"spec", "backup"}, "the database is no longer backed up", "")
	}
	c.shorter(p, manifest.ParsePath("spec.backup.retentionPolicy"))
}

// lostNamespace tells of a namespace that goes or gets another name.
func lostNamespace(c *comparison, p *pair) {
	if p.kind != "Namespace" || !p.goes() {
		return
	}
	message := "the namespace is deleted with all that is in it, volumes as well"
	if kept(p.old) {
		message = "the namespace and all that is in it are deleted, volumes as well, once somebody confirms it; until then nothing manages it"
	}
	if p.moved {
		message = fmt.Sprintf("%s becomes %s: a namespace cannot be renamed, so everything is made anew there, and empty; what is in the old one is left behind or deleted", p.old.Name(), p.new.Name())
	}
	c.risk(DataLoss, manifest.Critical, p, nil, message, "take a backup first, and restore it into the new namespace where there is one")
}

// lostVolume tells of storage that no longer outlives its claim.
func lostVolume(c *comparison, p *pair) {
	field, ok := map[string]string{"storage.k8s.io/StorageClass": "reclaimPolicy", "PersistentVolume": "spec.persistentVolumeReclaimPolicy"}[p.kind]
	if !ok {
		return
	}
	path := manifest.ParsePath(field)
	old, new := p.trees()
	before, _ := path.Lookup(old)
	after, _ := path.Lookup(new)
	if before == "Retain" && p.new != nil && after != "Retain" {
		c.risk(DataLoss, manifest.High, p, path, "a volume is deleted with its claim from now on; before it was kept", "")
	}
	if p.kind == "PersistentVolume" && p.goes() {
		c.risk(DataLoss, manifest.High, p, nil, "the volume is deleted, or no longer known to the cluster", "")
	}
}
