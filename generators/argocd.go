package generators

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	argoWave    = "argocd.argoproj.io/sync-wave"
	argoPaths   = "argocd.argoproj.io/manifest-generate-paths"
	argoCompare = "argocd.argoproj.io/compare-options"
	// onlyOutOfSync leaves alone what does not differ.
	onlyOutOfSync = "ApplyOutOfSyncOnly=true"
	// besideArgo is the cluster that Argo CD runs in, as it calls it itself.
	besideArgo = "https://kubernetes.default.svc"
)

// argoDelivery makes the border of the tenant in the environment, and an Application for each folder: the guard rails,
// which are the platform's; the workloads; and what the tenant brings. The waves are kept at an Application's first
// sync: the workloads wait until the guard rails stand.
//
// No Application has a finalizer: whoever removes one leaves what it holds. With one, Argo CD would take away a
// tenant's network policies before its pods, and the whole environment would wait until somebody confirms that its
// Namespace goes.
func argoDelivery(in input, objects []manifest.Object) []object {
	rails := in.application("platform", in.platformProject(), in.treeSource(manifest.OwnerPlatform))
	rails.Annotations[argoWave] = "-1"
	rails.Spec.SyncPolicy.Automated.SelfHeal = true
	out := []object{in.delivered(in.project()), in.delivered(rails)}
	if own, ok := in.workload(objects); ok {
		w := in.ownApplication("workload", in.treeSource(manifest.OwnerWorkload))
		known := Companions(own).ArgoCD
		w.Spec.IgnoreDifferences = known.IgnoreDifferences
		w.Spec.SyncPolicy.SyncOptions = orderedSync(w.Spec.SyncPolicy.SyncOptions, own)
		out = append(out, in.delivered(w))
	}
	for i, s := range in.env.Spec.Delivery.Sources {
		out = append(out, in.delivered(in.brought(s), "sources", i))
	}
	return out
}

// projectName is that of the tenant's project. One Argo CD serves many clusters, so it is not the namespace; names of
// tenants and environments have no dots, so that no two are alike.
func (in input) projectName() string { return in.tenant.Name + "." + in.env.Name }

// platformProject is the project of the guard rails of all tenants in the environment.
func (in input) platformProject() string { return platformName(in.env.Name) }

// platformName has no dot, so that it is no tenant's.
func platformName(env string) string { return "platform-" + env }

// project is the border: exact repositories, one namespace, nothing of the whole cluster, no guard rails.
func (in input) project() *krm.AppProject {
	p, server := in.env.Platform, in.env.Cluster.Server
	out := &krm.AppProject{TypeMeta: kind(krm.ArgoAPI, "AppProject"), ObjectMeta: in.deliveryMeta(in.projectName()), Spec: krm.AppProjectSpec{
		Description:                "Tenant " + in.tenant.Name + " in " + in.env.Name,
		SourceRepos:                in.repositories(),
		Destinations:               []krm.ArgoDestination{{Server: server, Namespace: in.env.Namespace}},
		ClusterResourceWhitelist:   kindList(nil, nil, ""),
		NamespaceResourceWhitelist: kindList(tenantKinds, p.Kinds.Allowed, "Namespaced"),
		NamespaceResourceBlacklist: kindList(guardKinds, nil, ""),
		OrphanedResources:          &krm.ArgoOrphans{Warn: true},
		SyncWindows:                windows(in.platformEnvironment()),
		Roles:                      in.argoRoles(),
	}}
	out.Annotations = map[string]string{argoWave: "-2"}
	if p.GitOps.Impersonate {
		out.Spec.DestinationServiceAccounts = []krm.ArgoAccount{{Server: server, Namespace: in.env.Namespace, DefaultServiceAccount: deliveryAccount}}
	}
	return out
}

// repositories are those that the tenant's folders come from, each once.
func (in input) repositories() []string {
	out := []string{in.env.Platform.GitOps.Repository}
	for _, s := range in.env.Spec.Delivery.Sources {
		if r := in.repositoryOf(s); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}

func (in input) repositoryOf(s schemas.Source) string {
	return cmp.Or(s.Repository, in.env.Spec.Delivery.Repository)
}

// platformEnvironment is the environment as the platform describes it.
func (in input) platformEnvironment() schemas.PlatformEnvironment {
	for _, e := range in.env.Platform.Environments {
		if e.Name == in.env.Name {
			return e
		}
	}
	return schemas.PlatformEnvironment{Name: in.env.Name}
}

// windows are those of the environment, for every Application of a project.
func windows(e schemas.PlatformEnvironment) []krm.ArgoWindow {
	var out []krm.ArgoWindow
	for _, w := range e.SyncWindows {
		out = append(out, krm.ArgoWindow{
			Kind: w.Kind, Schedule: w.Schedule, Duration: w.Duration, TimeZone: w.TimeZone, ManualSync: w.ManualSync, Applications: []string{"*"},
		})
	}
	return out
}

func (in input) treeSource(owner manifest.Owner) krm.ArgoSource {
	g := in.env.Platform.GitOps
	return krm.ArgoSource{RepoURL: g.Repository, TargetRevision: branchOf(g, in.env.Name), Path: in.treePath(owner)}
}

// application applies a folder to the tenant's namespace. Only commits that change the folder, or the base that it
// builds on, have Argo CD look at it again.
func (in input) application(name, project string, from krm.ArgoSource) *krm.Application {
	meta := in.deliveryMeta(in.projectName() + "." + name)
	meta.Annotations = map[string]string{argoCompare: "ServerSideDiff=true", argoPaths: ".;../../base"}
	policy := syncPolicy()
	if in.env.Existing() {
		policy.SyncOptions = append(policy.SyncOptions, keepApplied)
	}
	return &krm.Application{TypeMeta: kind(krm.ArgoAPI, "Application"), ObjectMeta: meta, Spec: krm.ApplicationSpec{
		Project:     project,
		Source:      from,
		Destination: krm.ArgoDestination{Server: in.env.Cluster.Server, Namespace: in.env.Namespace},
		SyncPolicy:  policy,
	}}
}

// ownApplication is one of the tenant's project: it takes no object that another Application holds. Where people may
// change workloads by hand, Argo CD leaves that until the next commit.
func (in input) ownApplication(name string, from krm.ArgoSource) *krm.Application {
	a := in.application(name, in.projectName(), from)
	a.Spec.SyncPolicy.SyncOptions = append(a.Spec.SyncPolicy.SyncOptions, "FailOnSharedResource=true")
	a.Spec.SyncPolicy.Automated.SelfHeal = in.env.Protected
	return a
}

// brought applies what the tenant brings from a repository of its own. Which other folders it builds on, only the
// tenant knows. Nothing more comes while the tenant sleeps.
func (in input) brought(s schemas.Source) *krm.Application {
	a := in.ownApplication("source."+s.Name, krm.ArgoSource{
		RepoURL: in.repositoryOf(s), TargetRevision: cmp.Or(s.Revision, "HEAD"), Path: s.Path,
	})
	delete(a.Annotations, argoPaths)
	if in.sleeps() {
		a.Spec.SyncPolicy.Automated = nil
	}
	return a
}

// syncPolicy removes what is no longer in git, but for what asks to be confirmed, and leaves alone what does not
// differ: a release may be moving the weights of a route.
//
// RespectIgnoreDifferences is not among the options: for a field in a list it keeps the whole list as the cluster has
// it, and changes of routes in git would never arrive.
func syncPolicy() krm.ArgoSyncPolicy {
	return krm.ArgoSyncPolicy{
		Automated:   &krm.ArgoAutomated{Prune: true},
		SyncOptions: []string{"CreateNamespace=false", "ServerSideApply=true", onlyOutOfSync},
		Retry:       krm.ArgoRetry{Limit: 5, Backoff: krm.ArgoBackoff{Duration: "10s", Factor: 2, MaxDuration: "5m"}},
	}
}

// orderedSync are the options of an Application whose objects have phases. A synchronization that leaves alone what does
// not differ leaves alone a Job that has failed, too: the next try, and the next commit, would pass it by and release
// what it holds back. The price is that a commit in the middle of a release puts the weights of its routes back for the
// moment that the controller takes to set them again.
func orderedSync(options []string, objects []manifest.Object) []string {
	if len(phases(objects)) == 0 {
		return options
	}
	return slices.DeleteFunc(slices.Clone(options), func(option string) bool { return option == onlyOutOfSync })
}

// argoRoles are the roles of the tenant's people in the project: they see their Applications and logs; who releases
// steers releases, as in the cluster by what their Role lets them, and syncs where changes need no care.
func (in input) argoRoles() []krm.ArgoRole {
	var out []krm.ArgoRole
	for _, role := range everyone {
		if groups := in.groups(role); len(groups) > 0 {
			for i := range groups {
				groups[i] = casbinField(groups[i])
			}
			out = append(out, krm.ArgoRole{Name: role, Policies: in.argoPolicies(role), Groups: groups})
		}
	}
	return out
}

// casbinField writes a name into a line of Casbin's policies. Quotes cannot be written; the schemas refuse them.
func casbinField(name string) string {
	if strings.Contains(name, ",") {
		return `"` + name + `"`
	}
	return name
}

// argoPolicies are what a role may do. Actions that write the status of a Rollout are a release's steps; the others
// write the object itself.
func (in input) argoPolicies(role string) []string {
	may := func(resource, action string) string {
		project := in.projectName()
		return strings.Join([]string{"p", "proj:" + project + ":" + role, resource, action, project + "/*", "allow"}, ", ")
	}
	out := []string{may("applications", "get"), may("logs", "get")}
	if !slices.Contains(deployers, role) {
		return out
	}
	actions := []string{"abort", "promote-full", "resume", "retry", "skip-current-step"}
	if !in.env.Protected {
		actions = append(actions, "pause", "restart")
		out = append(out, may("applications", "sync"))
	}
	if in.env.Cluster.Has(operatorRollouts) {
		for _, action := range actions {
			out = append(out, may("applications", "action/argoproj.io/Rollout/"+action))
		}
	}
	return out
}
