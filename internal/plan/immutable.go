package plan

import (
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// frozen says which fields of a kind the API server does not let change.
type frozen struct {
	// fields cannot change; where except is set, no field under the first of them can, but for these.
	fields []manifest.Path
	except []string
	// defaults are what a field means that is left out.
	defaults map[string]any
	remedy   string
}

func fields(paths ...string) []manifest.Path {
	var out []manifest.Path
	for _, p := range paths {
		out = append(out, manifest.ParsePath(p))
	}
	return out
}

const (
	newName       = "give the new one another name, or delete the old one at a time when its pods may stop"
	deleteAndMake = "delete the old one; the controller then creates the new one"
)

var selectorOnly = frozen{fields: fields("spec.selector"), remedy: newName}

// immutables are the fields that the validation of the API server refuses to change, by kind; that of a Rollout stands
// in its CRD. What is immutable under conditions has code of its own below.
var immutables = map[string]frozen{
	"apps/Deployment": selectorOnly, "apps/ReplicaSet": selectorOnly, "apps/DaemonSet": selectorOnly, "argoproj.io/Rollout": selectorOnly,
	"apps/StatefulSet": {
		fields: fields("spec"),
		except: []string{
			"replicas", "template", "updateStrategy", "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "ordinals", "revisionHistoryLimit",
		},
		defaults: map[string]any{"podManagementPolicy": "OrderedReady"},
		remedy:   "delete the StatefulSet with --cascade=orphan: its pods and claims stay, and the new one takes them over",
	},
	"batch/Job": {
		fields: fields("spec.completions", "spec.selector", "spec.template", "spec.completionMode", "spec.podFailurePolicy",
			"spec.backoffLimitPerIndex", "spec.managedBy", "spec.successPolicy"),
		defaults: map[string]any{"completionMode": "NonIndexed"},
		remedy:   "delete the Job, or give the new one another name",
	},
	"PersistentVolumeClaim": {
		fields: fields("spec"), except: []string{"resources", "volumeAttributesClassName"},
		defaults: map[string]any{"volumeMode": "Filesystem"},
		remedy:   "make a claim of another name, copy the data, and let the workload use that one",
	},
	"rbac.authorization.k8s.io/RoleBinding":        {fields: fields("roleRef"), remedy: deleteAndMake},
	"rbac.authorization.k8s.io/ClusterRoleBinding": {fields: fields("roleRef"), remedy: deleteAndMake},
	"storage.k8s.io/StorageClass": {
		fields:   fields("parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"),
		defaults: map[string]any{"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
		remedy:   "delete the class; volumes that it made stay as they are",
	},
	"storage.k8s.io/VolumeAttributesClass": {fields: fields("driverName", "parameters"), remedy: deleteAndMake},
	"scheduling.k8s.io/PriorityClass": {
		fields: fields("value", "preemptionPolicy"), defaults: map[string]any{"preemptionPolicy": "PreemptLowerPriority"}, remedy: deleteAndMake,
	},
	"networking.k8s.io/IngressClass": {fields: fields("spec.controller"), remedy: deleteAndMake},
	"node.k8s.io/RuntimeClass":       {fields: fields("handler"), remedy: deleteAndMake},
	"Secret":                         {fields: fields("type"), defaults: map[string]any{"type": "Opaque"}, remedy: deleteAndMake},
	"Pod": {
		fields: fields("spec"), except: []string{"containers", "initContainers", "activeDeadlineSeconds", "tolerations"}, remedy: newName,
	},
}

// immutable marks the fields that make an object be created again.
func immutable(c *comparison, p *pair) {
	if p.moved {
		for i := range p.fields {
			p.fields[i].recreates = true
		}
		p.action = Recreated
		return
	}
	if p.hashed {
		return // another content is another object
	}
	rule := immutables[p.kind]
	for i := range p.fields {
		f := &p.fields[i]
		if f.recreates = rule.holds(p, f) || special(p, f); !f.recreates {
			continue
		}
		p.action = Recreated
		remedy := rule.remedy
		if remedy == "" {
			remedy = deleteAndMake
		}
		c.risk(ImmutableField, manifest.High, p, f.Path,
			"the field cannot change: the API server refuses the object, and nothing of it is applied until the old one is deleted", remedy)
	}
}

// holds reports whether a change is of a field that cannot change.
func (r *frozen) holds(p *pair, f *field) bool {
	for _, path := range r.fields {
		if !overlap(f.Path, path) || r.unchanged(f) {
			continue
		}
		if len(r.except) == 0 || len(f.Path) <= len(path) || !slices.Contains(r.except, fmt.Sprint(f.Path[len(path)])) {
			return p.kind != "batch/Job" || jobHolds(p, f)
		}
	}
	return false
}

// unchanged reports whether a field only says now what it meant before, or the other way round.
func (r *frozen) unchanged(f *field) bool {
	last, _ := f.Path[len(f.Path)-1].(string)
	d, ok := r.defaults[last]
	return ok && (f.Added && f.New == d || f.Removed && f.Old == d)
}

// scheduling are the fields of a pod that a Job may change while it is suspended.
var scheduling = fields("spec.template.spec.nodeSelector", "spec.template.spec.tolerations", "spec.template.spec.affinity.nodeAffinity",
	"spec.template.spec.schedulingGates", "spec.template.metadata.labels", "spec.template.metadata.annotations")

// jobHolds leaves out what a Job may change after all: the completions of an indexed one together with its
// parallelism, and where the pods of a suspended one may run.
func jobHolds(p *pair, f *field) bool {
	old, new := p.trees()
	if overlap(f.Path, manifest.Path{"spec", "completions"}) && len(f.Path) > 1 {
		spec := child(new, "spec")
		return spec["completionMode"] != "Indexed" || count(spec["completions"], -1) != count(spec["parallelism"], -1)
	}
	if at(old, "spec", "suspend") != true {
		return true
	}
	return !slices.ContainsFunc(scheduling, func(s manifest.Path) bool { return len(f.Path) >= len(s) && overlap(f.Path, s) })
}

// special are the fields whose being fixed depends on more than their name.
func special(p *pair, f *field) bool {
	old, new := p.trees()
	switch p.kind {
	case "ConfigMap", "Secret":
		content := []any{"data", "binaryData", "stringData", "immutable"}
		return old["immutable"] == true && slices.Contains(content, f.Path[0])
	case "Service":
		// One that is left out keeps the address it has; ExternalName has none.
		return overlap(f.Path, manifest.Path{"spec", "clusterIP"}) && text(new, "spec", "clusterIP") != "" &&
			text(old, "spec", "type") != "ExternalName" && text(new, "spec", "type") != "ExternalName"
	case "PersistentVolumeClaim":
		return overlap(f.Path, storageRequest) && shrinks(storageRequest, old, new)
	case "Pod":
		return len(f.Path) > 1 && (f.Path[1] == "containers" || f.Path[1] == "initContainers") && (len(f.Path) < 4 || f.Path[3] != "image")
	}
	return false
}

var storageRequest = manifest.ParsePath("spec.resources.requests.storage")

// shrinks reports whether an amount gets less.
func shrinks(path manifest.Path, old, new any) bool {
	before, after, ok := both(path, old, new)
	return ok && after.Cmp(before) < 0
}

// both reads the amounts under a path; false unless both are there.
func both(path manifest.Path, old, new any) (before, after resource.Quantity, ok bool) {
	x, _ := path.Lookup(old)
	y, _ := path.Lookup(new)
	before, ok = quantity(x)
	if !ok {
		return
	}
	after, ok = quantity(y)
	return
}
