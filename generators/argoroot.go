package generators

import (
	"path"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// rootName is the project and the Application of what stands beside Argo CD.
const rootName = "tenantsmith"

// argoRoot makes what leads Argo CD to everything else: the Application that follows this very file; for each
// environment the one of the platform's own objects, where there are any, and the one of the tenants' Applications;
// and the projects that hold them.
func argoRoot(p *schemas.Platform) []object {
	last := ""
	var out []object
	for _, e := range p.Environments {
		out = append(out, platformOwned(platformProject(p, e)), platformOwned(tenantsApplication(p, e)))
		if p.Guarded(e) || len(Platform(p, e, nil, nil)) > 0 {
			out = append(out, platformOwned(platformApplication(p, e)))
		}
		last = e.Name
	}
	out = append(out, platformOwned(rootProject(p)), platformOwned(rootApplication(p, last)))
	if p.GitOps.Settings {
		out = append(out, platformOwned(argoSettings(p)))
	}
	return out
}

func platformOwned(typed any) object {
	return object{owner: manifest.OwnerPlatform, subject: "spec.gitops", outer: true, typed: typed}
}

func rootMeta(p *schemas.Platform, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Namespace: p.Namespaces.GitOps, Labels: map[string]string{labelManagedBy: managedBy}}
}

// rootProject holds Applications and projects, and nothing else.
func rootProject(p *schemas.Platform) *krm.AppProject {
	kinds := map[string][]string{"argoproj.io": {"AppProject", "Application"}}
	if p.GitOps.Settings {
		kinds[""] = []string{"ConfigMap"}
	}
	here := krm.ArgoDestination{Server: besideArgo, Namespace: p.Namespaces.GitOps}
	out := &krm.AppProject{TypeMeta: kind(krm.ArgoAPI, "AppProject"), ObjectMeta: rootMeta(p, rootName), Spec: krm.AppProjectSpec{
		Description:                "What leads Argo CD to the tenants",
		SourceRepos:                []string{p.GitOps.Repository},
		Destinations:               []krm.ArgoDestination{here},
		ClusterResourceWhitelist:   kindList(nil, nil, ""),
		NamespaceResourceWhitelist: kindList(kinds, nil, ""),
	}}
	if p.GitOps.Impersonate {
		out.Spec.DestinationServiceAccounts = []krm.ArgoAccount{controllerAccount(p, here)}
	}
	out.Annotations = map[string]string{argoWave: "-1"}
	return out
}

// platformProject holds the guard rails of all tenants of an environment, and what belongs to none: every kind of a
// namespace, in every namespace of one cluster, and of the whole cluster what is rendered.
func platformProject(p *schemas.Platform, e schemas.PlatformEnvironment) *krm.AppProject {
	there := krm.ArgoDestination{Server: p.Clusters[e.Cluster].Server, Namespace: "*"}
	out := &krm.AppProject{TypeMeta: kind(krm.ArgoAPI, "AppProject"), ObjectMeta: rootMeta(p, platformName(e.Name)), Spec: krm.AppProjectSpec{
		Description:              "Guard rails of all tenants in " + e.Name,
		SourceRepos:              []string{p.GitOps.Repository},
		Destinations:             []krm.ArgoDestination{there},
		ClusterResourceWhitelist: kindList(clusterKinds, p.Kinds.Allowed, "Cluster"),
		SyncWindows:              windows(e),
	}}
	if p.GitOps.Impersonate {
		out.Spec.DestinationServiceAccounts = []krm.ArgoAccount{controllerAccount(p, there)}
	}
	out.Annotations = map[string]string{argoWave: "-1"}
	return out
}

// controllerAccount is the account that Argo CD has in a cluster anyway: where it impersonates, every project has to
// name one.
func controllerAccount(p *schemas.Platform, to krm.ArgoDestination) krm.ArgoAccount {
	account := "kube-system:argocd-manager" // what argocd cluster add makes
	if to.Server == besideArgo {
		account = p.Namespaces.GitOps + ":argocd-application-controller"
	}
	return krm.ArgoAccount{Server: to.Server, Namespace: to.Namespace, DefaultServiceAccount: account}
}

// rootApplication follows the file that it stands in. Where each environment has a branch of its own that is the
// branch of the last one, where changes arrive last.
//
// Settings of Argo CD have other owners, too: a migration from kubectl apply would take their keys over, and away.
func rootApplication(p *schemas.Platform, last string) *krm.Application {
	a := rootFolder(p, rootName, last, "platform.yaml")
	a.Spec.SyncPolicy.SyncOptions = append(a.Spec.SyncPolicy.SyncOptions, "ClientSideApplyMigration=false")
	return a
}

// tenantsApplication applies the projects and Applications of all tenants of an environment.
func tenantsApplication(p *schemas.Platform, e schemas.PlatformEnvironment) *krm.Application {
	return rootFolder(p, "tenants-"+e.Name, e.Name, e.Name+"/*.yaml")
}

// rootFolder applies files of the folder argocd, which exists wherever its own file does. What does not differ is not
// waited for: a tenant whose guard rails do not come up holds back nobody but those that change with it.
func rootFolder(p *schemas.Platform, name, env, include string) *krm.Application {
	a := platformFolder(p, name, env, "argocd", krm.ArgoDestination{Server: besideArgo, Namespace: p.Namespaces.GitOps})
	a.Spec.Project = rootName
	a.Spec.Source.Directory = &krm.ArgoDirectory{Recurse: strings.Contains(include, "/"), Include: include}
	a.Annotations[argoPaths] = strings.TrimSuffix(include, "/*.yaml")
	return a
}

// platformApplication applies what belongs to no tenant.
func platformApplication(p *schemas.Platform, e schemas.PlatformEnvironment) *krm.Application {
	a := platformFolder(p, platformName(e.Name), e.Name, path.Join("platform", e.Name), krm.ArgoDestination{
		Server: p.Clusters[e.Cluster].Server, Namespace: p.Namespaces.GitOps,
	})
	a.Spec.Project = platformName(e.Name)
	a.Annotations[argoWave] = "-1"
	return a
}

func platformFolder(p *schemas.Platform, name, env, folder string, to krm.ArgoDestination) *krm.Application {
	a := &krm.Application{TypeMeta: kind(krm.ArgoAPI, "Application"), ObjectMeta: rootMeta(p, name), Spec: krm.ApplicationSpec{
		Source:      krm.ArgoSource{RepoURL: p.GitOps.Repository, TargetRevision: branchOf(p.GitOps, env), Path: path.Join(p.GitOps.Path, folder)},
		Destination: to,
		SyncPolicy:  syncPolicy(),
	}}
	a.Spec.SyncPolicy.Automated.SelfHeal = true
	a.Annotations = map[string]string{argoCompare: "ServerSideDiff=true", argoPaths: "."}
	return a
}

// applicationHealth is the health of an Application as an object of another one: its own. Without it Argo CD waits for
// no Application before it applies the next.
const applicationHealth = `local health = obj.status and obj.status.health
if not (health and health.status) then
  return {status = "Progressing", message = "not compared with git yet"}
end
return {status = health.status, message = health.message or ""}
`

// argoSettings are keys of Argo CD's own settings. The object is not only ours: it lacks the label by which our own are
// applied by hand, is never removed, and other keys of it stay.
func argoSettings(p *schemas.Platform) *corev1.ConfigMap {
	out := &corev1.ConfigMap{TypeMeta: kind("v1", "ConfigMap"), ObjectMeta: metav1.ObjectMeta{
		Name: "argocd-cm", Namespace: p.Namespaces.GitOps,
		Labels:      map[string]string{labelName: "argocd-cm", "app.kubernetes.io/part-of": "argocd"},
		Annotations: map[string]string{argoOptions: "ServerSideApply=true,Prune=false,Delete=false", argoWave: "-2"},
	}, Data: map[string]string{"resource.customizations.health.argoproj.io_Application": applicationHealth}}
	if p.GitOps.Impersonate {
		out.Data["application.sync.impersonation.enabled"] = "true"
	}
	return out
}
