package generators

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// fluxController is the account that Flux itself has beside its controllers, with all rights.
const fluxController = "kustomize-controller"

// fluxDelivery makes what applies the tenant's trees: the guard rails as the platform, the workloads as an account of
// the tenant, after them. Both stand in the namespace of Flux, where the credentials of the GitOps repository are: in
// the tenant's own namespace its pods could read these. The account stands there, too, since Flux acts as none of
// another namespace; its rights end at the tenant's namespace.
//
// Who removes one of these objects leaves what it holds.
func fluxDelivery(in input, objects []manifest.Object) []object {
	rails := in.fluxTree("platform", fluxController, manifest.OwnerPlatform)
	rails.Spec.HealthCheckExprs = in.certificateHealth()
	out := []object{in.delivered(rails)}
	if own, ok := in.workload(objects); ok {
		w := in.fluxTree("workload", in.fluxAccount(), manifest.OwnerWorkload)
		known := Companions(own).Flux
		w.Spec.DependsOn = []krm.FluxReference{{Name: rails.Name}}
		w.Spec.TargetNamespace = in.env.Namespace
		w.Spec.HealthCheckExprs, w.Spec.Ignore = append(known.HealthCheckExprs, in.certificateHealth()...), known.Ignore
		w.Spec.Timeout = fluxTimeout(objects)
		if in.sleeps() {
			w.Spec.HealthCheckExprs = append(w.Spec.HealthCheckExprs, idleJobs(own)...)
		}
		out = append(out, in.fluxPhases(w, own)...)
		out = append(out, in.delivered(w), in.delivered(&corev1.ServiceAccount{
			TypeMeta: kind("v1", "ServiceAccount"), ObjectMeta: in.deliveryMeta(in.fluxAccount()), AutomountServiceAccountToken: new(false),
		}))
	}
	return out
}

// fluxAccount is the tenant's account beside Flux. No account of Flux has a dot in its name.
func (in input) fluxAccount() string { return "tenant." + in.env.Namespace }

// fluxTree applies a tree of the tenant. Flux writes the name into a label of every object, so it has to fit there.
func (in input) fluxTree(tree, account string, owner manifest.Owner) *krm.FluxKustomization {
	k := fluxFolder(in.deliveryMeta(fit(in.env.Namespace+"."+tree)), FluxRepository(in.env.Name), "./"+in.treePath(owner))
	k.Spec.ServiceAccountName = account
	return k
}

// fluxFolder applies a folder of a source of its own namespace, and waits until it stands.
func fluxFolder(meta metav1.ObjectMeta, source, folder string) *krm.FluxKustomization {
	return &krm.FluxKustomization{TypeMeta: kind(krm.FluxKustomizeAPI, "Kustomization"), ObjectMeta: meta, Spec: krm.FluxKustomizationSpec{
		SourceRef: krm.FluxReference{Kind: "GitRepository", Name: source},
		Path:      folder,
		Interval:  "10m", RetryInterval: "1m", Timeout: "5m",
		Prune: true, Wait: true, DeletionPolicy: "Orphan",
	}}
}

// FluxRepository is what Flux calls the GitOps repository at the branch of an environment.
func FluxRepository(env string) string { return "tenantsmith-" + env }

// placedMeta is the metadata of an object of the tenant's namespace that no overlay places.
func (in input) placedMeta(name string) metav1.ObjectMeta {
	meta := in.deliveryMeta(name)
	meta.Namespace = in.env.Namespace
	return meta
}

// fluxBinding gives the tenant's account beside Flux, in the tenant's namespace alone, the rights of the one there.
func (in input) fluxBinding() *rbacv1.RoleBinding {
	return &rbacv1.RoleBinding{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "RoleBinding"),
		ObjectMeta: in.placedMeta(deliveryAccount + "-flux"),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: deliveryAccount},
		Subjects:   []rbacv1.Subject{{Kind: rbacv1.ServiceAccountKind, Namespace: in.env.Platform.Namespaces.GitOps, Name: in.fluxAccount()}},
	}
}

// fluxRoot makes what leads Flux to everything of an environment: the repository at its branch, the folder of the
// platform's own objects, this one among them, and that of the tenants.
func fluxRoot(in platformInput) []object {
	g := in.platform.GitOps
	if g.Engine != "flux" || g.Repository == "" {
		return nil
	}
	meta := func(name string) metav1.ObjectMeta {
		m := rootMeta(in.platform, name+"-"+in.env.Name)
		m.Labels[labelEnvironment] = in.env.Name
		return m
	}
	out := []object{platformOwned(&krm.GitRepository{TypeMeta: kind(krm.FluxSourceAPI, "GitRepository"), ObjectMeta: meta("tenantsmith"), Spec: krm.GitRepositorySpec{
		URL: fluxURL(g.Repository), Ref: gitReference(branchOf(g, in.env.Name)), Interval: "1m", SecretRef: secretRef(g.Secret),
	}})}
	for name, folder := range map[string]string{"platform": "platform/", "tenants": "flux/"} {
		k := fluxFolder(meta(name), FluxRepository(in.env.Name), fluxPath(g, folder+in.env.Name))
		k.Spec.ServiceAccountName, k.Spec.Wait = fluxController, false
		out = append(out, platformOwned(k))
	}
	return out
}

func fluxPath(g schemas.GitOps, folder string) string {
	if g.Path == "" || g.Path == "." {
		return "./" + folder
	}
	return "./" + g.Path + "/" + folder
}

func secretRef(name string) *krm.FluxReference {
	if name == "" {
		return nil
	}
	return &krm.FluxReference{Name: name}
}

// gitReference is a revision as Flux tells them apart: a commit by its digits, a tag by its whole name (refs/tags/v1),
// and a branch otherwise.
func gitReference(revision string) krm.GitReference {
	switch {
	case len(revision) == 40 && strings.Trim(revision, "0123456789abcdef") == "":
		return krm.GitReference{Commit: revision}
	case strings.HasPrefix(revision, "refs/"):
		return krm.GitReference{Name: revision}
	}
	return krm.GitReference{Branch: revision}
}

// fluxURL is the address of a repository with a scheme, which Flux needs: git@host:path has none.
func fluxURL(repository string) string {
	if host, rest, ok := strings.Cut(repository, ":"); ok && !strings.Contains(repository, "://") {
		return "ssh://" + host + "/" + strings.TrimPrefix(rest, "/")
	}
	return repository
}
