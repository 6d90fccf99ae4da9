package plan

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// followers are the kinds by which GitOps engines apply what stands in git.
var followers = []string{
	"argoproj.io/Application", "argoproj.io/ApplicationSet", "kustomize.toolkit.fluxcd.io/Kustomization", "source.toolkit.fluxcd.io/GitRepository",
}

// unfollowed tells that the last of what applied a place is gone: the platform file names no repository any more, or
// another engine.
func (c *comparison) unfollowed() {
	i := slices.IndexFunc(c.pairs, func(p pair) bool { return p.action == Removed && slices.Contains(followers, p.kind) })
	if i < 0 || slices.ContainsFunc(c.New.Objects, func(o manifest.Object) bool { return slices.Contains(followers, kindOf(o.Key())) }) {
		return
	}
	c.risk(RemovedGuard, c.graver(manifest.Medium, manifest.High), &c.pairs[i], nil,
		"nothing rendered applies this place any more: what is committed does not arrive, and what is changed in the cluster stays",
		"see that something else applies it, or keep gitops.repository of the platform file")
}
