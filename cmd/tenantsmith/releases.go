package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// move is an object whose pods change. known says that they become what they were, so that the controller finds
// their ReplicaSet again.
type move struct {
	pipeline.Podded
	known bool
}

// moves compares pod templates after the rollback with those before it, and with those of then.
func moves(after, before, past fs.FS, tenant string) ([]move, error) {
	next, err := pipeline.Templates(after, tenant)
	if err != nil {
		return nil, err
	}
	now, err := pipeline.Templates(before, tenant)
	if err != nil {
		return nil, err
	}
	then, err := pipeline.Templates(past, tenant)
	if err != nil {
		return nil, err
	}
	var out []move
	for p, template := range next {
		if now[p] != template {
			out = append(out, move{p, then[p] == template})
		}
	}
	slices.SortFunc(out, func(a, b move) int {
		return cmp.Or(cmp.Compare(a.Environment, b.Environment), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// releases says what a rollback means in the clusters: which pods go back, by which commands a release that is under
// way is stopped and steps are skipped, and what a controller would undo.
func (w *workspace) releases(moved []move, healer string) {
	for _, m := range moved {
		w.release(m.Podded, m.known)
	}
	switch {
	case len(moved) == 0:
		w.say("no pod changes by it")
	case slices.ContainsFunc(moved, func(m move) bool { return m.Kind == "Rollout" }):
		w.say("not `kubectl argo rollouts undo` or `set image`: they change the spec in the cluster, and %s puts back what git holds; abort, promote and retry change the status alone, which git does not hold", healer)
	}
}

// release prints what goes back, and the commands for it. known says that the pod template is the one of then, so that
// its ReplicaSet is found again.
func (w *workspace) release(p pipeline.Podded, known bool) {
	fmt.Fprintf(w.out, "\n%s: %s %s/%s ", p.Environment, p.Kind, p.Namespace, p.Name)
	if known {
		fmt.Fprintln(w.out, "goes back to the pod template that it had")
	} else {
		fmt.Fprintln(w.out, "gets a pod template that it never had, since other things changed, too: a full release")
	}
	if p.Kind == "StatefulSet" {
		fmt.Fprintf(w.out, "    a pod that never became ready may stay as it is, and with it the others; delete it, once this is applied:\n        kubectl delete pod %s-<number> -n %s\n", p.Name, p.Namespace)
	}
	if p.Kind != "Rollout" {
		return
	}
	fmt.Fprintf(w.out, "    stop a release that is under way, now:\n        kubectl argo rollouts abort %s -n %s\n", p.Name, p.Namespace)
	if known {
		fmt.Fprintf(w.out, "    it is Degraded until the controller applies this; then the stable ReplicaSet serves on, without steps\n")
	}
	fmt.Fprintf(w.out, "    if the bad release was complete, skip the steps of the way back, once this is applied:\n        kubectl argo rollouts promote %s -n %s --full\n", p.Name, p.Namespace)
}

// healer is the controller that undoes changes in the cluster, and when.
func healer(fsys fs.FS) string {
	if p, _, err := schemas.LoadPlatform(fsys); err == nil && p != nil && p.GitOps.Engine == "flux" {
		return "Flux, at its next interval,"
	}
	return "Argo CD with selfHeal, within seconds,"
}
