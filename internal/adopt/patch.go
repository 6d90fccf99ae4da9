package adopt

import (
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
)

// patch writes the patches that bring back what was lost.
func (a *Adoption) patch(is outcome) {
	a.patches = map[string][]byte{}
	for _, i := range a.Items {
		if len(i.Lost) == 0 || i.State == Kept || i.State == Left || is[i.Into] == nil {
			continue
		}
		if i.Kind() == "Job" {
			i.Reason = "its name changes with each version, so that a patch would lose it, and no field says " + told(i.Lost)
			a.abandon(i.Service)
			continue
		}
		if i.Kind() == "VerticalPodAutoscaler" && a.unbounded(i) {
			continue
		}
		v, _ := a.views(i, is)
		var lost []Difference
		for _, d := range i.Lost {
			if !isRoute(i.Kind()) || d.Path[0] == "metadata" {
				lost = append(lost, d)
			}
		}
		want := merged(a.reselected(i.tree), is[i.Into], i.Kind(), i.Into.Kind, v, lost)
		reconcile(want, i)
		who := "tenants"
		if i.Kind() == "ServiceAccount" {
			who = "overrides"
		}
		content := overlay.PatchOf(manifest.Object{Tree: is[i.Into]}, want, "# What the object was before tenantsmith, and no field says.\n")
		if content == nil {
			continue
		}
		is[i.Into] = want
		i.File = path.Join(who, a.Tenant, "patches", "all", stem(i.Into.Kind, i.Into.Name))
		a.patches[i.File] = content
	}
}

// reconcile takes out of a rendered object what an API server refuses beside something that the old one says.
func reconcile(want tree, was *Item) {
	switch was.Kind() {
	case "PodDisruptionBudget":
		if at(want, "spec", "minAvailable") != nil && at(was.tree, "spec", "maxUnavailable") == nil {
			delete(mapAt(want, "spec"), "maxUnavailable")
		}
	case "CronJob":
		if run := mapAt(want, "spec", "jobTemplate", "spec"); textAt(run, "template", "spec", "restartPolicy") == "OnFailure" {
			delete(run, "podFailurePolicy") // what the kubelet restarts has no pod that failed
		}
	}
}

// conclude says what became of each object.
func (a *Adoption) conclude() {
	for _, i := range a.Items {
		switch {
		case i.State == Left:
		case len(i.Lost) > 0:
			why := i.Reason
			if why == "" {
				why = "not all of it is rendered: " + told(i.Lost)
			}
			i.leave("%s", why)
		case i.State == Kept:
		case i.File != "":
			i.State = Patched
		default:
			i.State = Fields
		}
	}
}

// told names fields, never their values: they may be secret.
func told(all []Difference) string {
	var out []string
	for _, d := range all {
		out = append(out, d.Path.String())
	}
	return strings.Join(out, ", ")
}
