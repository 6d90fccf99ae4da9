package generators

import (
	"fmt"
	"slices"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fluxPhases make a Kustomization for each phase before the workloads, and let those wait for the last. Flux knows no
// waves, so each builds the folder of the workloads and leaves out what is of another phase. One begins when the one
// before it has applied the same commit, and its Jobs have succeeded.
//
// Until a Job has ended, Flux looks at no later commit: its timeout is beyond the deadline of the Job. What is of a phase
// goes with its Kustomization, but for what is kept anyway, and for what goes on running: without the step it comes with
// the workloads.
func (in input) fluxPhases(w *krm.FluxKustomization, own []manifest.Object) []object {
	var out []object
	for _, phase := range phases(own) {
		name := phaseName(phase)
		k := in.fluxTree(name, in.fluxAccount(), manifest.OwnerWorkload)
		k.Spec.DependsOn, w.Spec.DependsOn = w.Spec.DependsOn, []krm.FluxReference{{Name: k.Name}}
		k.Spec.TargetNamespace, k.Spec.DeletionPolicy = in.env.Namespace, "MirrorPrune"
		if runsOn(name, own) {
			k.Spec.DeletionPolicy = "Orphan"
		}
		k.Spec.Timeout = phaseTimeout(name, own)
		k.Spec.Patches = []krm.FluxPatch{leaveOut(labelPhase + "!=" + name)}
		out = append(out, in.delivered(k))
	}
	if len(out) > 0 {
		w.Spec.Patches = []krm.FluxPatch{leaveOut(labelPhase)}
	}
	return out
}

// runsOn reports whether a phase has what goes on running after it.
func runsOn(phase string, objects []manifest.Object) bool {
	return slices.ContainsFunc(objects, func(o manifest.Object) bool {
		return o.Kind() == "StatefulSet" && text(o.Tree, "metadata", "labels", labelPhase) == phase
	})
}

// leaveOut takes the objects with certain labels out of what is built. The patch has to name an object, and the target
// counts.
func leaveOut(labels string) krm.FluxPatch {
	return krm.FluxPatch{
		Patch:  "$patch: delete\napiVersion: v1\nkind: Object\nmetadata:\n  name: any\n",
		Target: krm.FluxSelection{LabelSelector: labels},
	}
}

// phaseTimeout is how long Flux waits for a phase, in minutes: longer than any of its Jobs may take.
func phaseTimeout(phase string, objects []manifest.Object) string {
	var longest int64
	for _, o := range objects {
		if text(o.Tree, "metadata", "labels", labelPhase) == phase {
			seconds, _ := manifest.Path{"spec", "activeDeadlineSeconds"}.Lookup(o.Tree)
			n, _ := seconds.(int64)
			longest = max(longest, n)
		}
	}
	return fmt.Sprintf("%dm", (longest+59)/60+int64(fluxMargin/time.Minute))
}

// idleJobs have Flux wait for no Job that the tenant's sleep keeps from starting.
func idleJobs(objects []manifest.Object) []krm.FluxHealthCheck {
	for _, o := range objects {
		if key := o.Key(); key.Group == "batch" && key.Kind == "Job" {
			return []krm.FluxHealthCheck{{APIVersion: o.APIVersion(), Kind: key.Kind, Current: "true"}}
		}
	}
	return nil
}
