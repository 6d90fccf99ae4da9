package generators

// What keeps an object in the cluster once it is no longer in the repository, and what keeps its health out of that of
// its Application. Flux leaves what goes; Argo CD asks a person, both when the object goes and when its Application does.
const (
	argoOptions = "argocd.argoproj.io/sync-options"
	askFirst    = "Prune=confirm,Delete=confirm"
	argoHealth  = "argocd.argoproj.io/ignore-healthcheck"
	fluxPrune   = "kustomize.toolkit.fluxcd.io/prune"

	// keepApplied tells Argo CD not to take over what people applied with kubectl, their labels of the Namespace among it:
	// what it took over and git does not have, it would remove.
	keepApplied = "ClientSideApplyMigration=false"
	// fluxApply tells Flux to leave fields alone that people set with kubectl; it takes them over otherwise, and then away.
	fluxApply = "kustomize.toolkit.fluxcd.io/ssa"
)

// keep tells the GitOps engine to leave the object in the cluster when it is no longer in the
// repository: a removed line must not remove data.
func (in input) keep() map[string]string {
	if in.engine() == "flux" {
		return map[string]string{fluxPrune: "disabled"}
	}
	return map[string]string{argoOptions: askFirst}
}

func (in input) engine() string {
	if in.env.Platform == nil {
		return ""
	}
	return in.env.Platform.GitOps.Engine
}
