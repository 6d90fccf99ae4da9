package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Delivery is the Check of what a tenant brings and the GitOps engine would not apply, or would put among what the
// platform renders.
const Delivery = "delivery"

const nameLabel = "app.kubernetes.io/name"

// undelivered judges what the tenant brings, as the flags tell, as the GitOps engine and the rendered guard rails will.
func undelivered(t *schemas.Tenant, e *schemas.Environment, objects []manifest.Object, brought []bool) []manifest.Problem {
	owners := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(e.Spec.Services)) {
		for _, version := range generators.Versions(name) {
			owners[version] = name
		}
	}
	rendered := map[manifest.Key]bool{}
	for _, o := range generators.Generate(t, e) {
		rendered[manifest.Key{Group: o.Key().Group, Kind: o.Kind(), Name: o.Name()}] = true
	}
	var out []manifest.Problem
	add := func(o manifest.Object, at manifest.Path, remedy, format string, args ...any) {
		p := manifest.Problem{Check: Delivery, Severity: manifest.High, Object: o.Key(), APIVersion: o.APIVersion(), Path: at,
			Message: fmt.Sprintf(format, args...), Remedy: remedy}
		if o.Source != nil {
			p.Position, _ = o.Source.Find(at)
		}
		out = append(out, p)
	}
	for i, o := range objects {
		key := o.Key()
		switch {
		case !brought[i]:
			continue
		case !generators.Deliverable(t, e, key.Group, key.Kind):
			add(o, manifest.Path{"kind"}, "remove it: guard rails come from the tenant's file; the platform team can allow other kinds, by platform spec.kinds.allowed",
				"the GitOps engine refuses it: %s is no kind that the tenant may bring", kindOfGroup(key))
		case key.Namespace != "" && key.Namespace != e.Namespace && e.Platform.GitOps.Repository != "":
			add(o, manifest.Path{"metadata", "namespace"}, "leave metadata.namespace out", "the GitOps engine refuses it: namespace %s is not the tenant's, which is %s", key.Namespace, e.Namespace)
		}
		if rendered[manifest.Key{Group: key.Group, Kind: key.Kind, Name: key.Name}] {
			continue
		}
		for _, labels := range podLabels(o) {
			value, _ := labels.Lookup(o.Tree)
			if service, ok := owners[fmt.Sprint(value)]; ok {
				add(o, labels, "choose another value", "label %s: %v is that of service %s: its Services and network policies would hold for these pods, too", nameLabel, value, service)
			}
		}
	}
	return out
}

func kindOfGroup(k manifest.Key) string {
	if k.Group == "" {
		return k.Kind
	}
	return k.Kind + " of " + k.Group
}

// podLabels are the places where the pods of an object have the label that tells services apart.
func podLabels(o manifest.Object) []manifest.Path {
	var out []manifest.Path
	for _, at := range []manifest.Path{{}, {"spec", "template"}, {"spec", "jobTemplate", "spec", "template"}} {
		label := at.Join("metadata", "labels", nameLabel)
		if _, ok := at.Join("spec", "containers").Lookup(o.Tree); !ok {
			continue
		}
		if _, ok := label.Lookup(o.Tree); ok {
			out = append(out, label)
		}
	}
	return out
}
