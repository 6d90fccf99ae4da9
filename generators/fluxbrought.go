package generators

import (
	"path"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// helmAccount is the role by which the delivery account keeps the releases of Helm, which are Secrets.
const helmAccount = schemas.HelmRole

// fluxBrought makes what applies the folders and charts that the tenant brings, in its namespace and as its account
// there: under Flux's lockdown nothing of another namespace is within reach. They are guard rails: the platform applies
// them, with the namespace that they need.
func fluxBrought(in input) []object {
	p := in.env.Platform
	if in.env.Name == "" || p == nil || p.GitOps.Engine != "flux" || p.GitOps.Repository == "" {
		return nil
	}
	out := []object{in.delivered(in.fluxBinding())}
	for i, s := range in.env.Spec.Delivery.Sources {
		out = append(out, in.delivered(in.fluxSource(s), "sources", i), in.delivered(in.fluxApplier(s), "sources", i))
	}
	return out
}

// sourceName is what the objects of a source are called.
func sourceName(s schemas.Source) string { return fit("source-" + s.Name) }

// fluxSource is the repository of a source: one of git, or one of charts.
func (in input) fluxSource(s schemas.Source) any {
	meta, address := in.placedMeta(sourceName(s)), in.repositoryOf(s)
	if s.Chart == "" {
		return &krm.GitRepository{TypeMeta: kind(krm.FluxSourceAPI, "GitRepository"), ObjectMeta: meta, Spec: krm.GitRepositorySpec{
			URL: fluxURL(address), Ref: gitReference(s.Revision), Interval: "5m", Suspend: in.sleeps(), SecretRef: secretRef(s.Secret),
		}}
	}
	out := &krm.HelmRepository{TypeMeta: kind(krm.FluxSourceAPI, "HelmRepository"), ObjectMeta: meta, Spec: krm.HelmRepositorySpec{
		URL: address, Interval: "5m", Suspend: in.sleeps(), SecretRef: secretRef(s.Secret),
	}}
	if strings.HasPrefix(address, "oci://") {
		out.Spec.Type = "oci"
	}
	return out
}

// fluxApplier applies what the source holds.
func (in input) fluxApplier(s schemas.Source) any {
	if s.IsHelm() {
		return in.helmRelease(s)
	}
	k := fluxFolder(in.placedMeta(sourceName(s)), sourceName(s), "./"+s.Path)
	k.Spec.ServiceAccountName, k.Spec.TargetNamespace, k.Spec.Suspend = deliveryAccount, in.env.Namespace, in.sleeps()
	if in.env.Cluster.Has(operatorRollouts) {
		k.Spec.HealthCheckExprs = []krm.FluxHealthCheck{rolloutHealth(rolloutsAPI)}
	}
	return k
}

// helmRelease installs a chart in the tenant's namespace, without the CRDs that it has: these are of the whole cluster.
func (in input) helmRelease(s schemas.Source) *krm.HelmRelease {
	action := krm.HelmAction{CRDs: "Skip", Remediation: krm.HelmRemediation{Retries: 3}}
	return &krm.HelmRelease{TypeMeta: kind(krm.FluxHelmAPI, "HelmRelease"), ObjectMeta: in.placedMeta(sourceName(s)), Spec: krm.HelmReleaseSpec{
		Chart:       krm.HelmChart{Spec: fluxChart(s)},
		ReleaseName: s.Release(), ServiceAccountName: deliveryAccount,
		Interval: "10m", Timeout: "5m", Suspend: in.sleeps(),
		Install: action, Upgrade: action, Values: s.Helm.Values,
	}}
}

// fluxChart is the chart of a source. One in git has no version of its own that counts: every commit is taken. Files of
// values stand for the chart's own with Flux, and on it elsewhere, so it is named first.
func fluxChart(s schemas.Source) krm.HelmChartSpec {
	out := krm.HelmChartSpec{Chart: s.Chart, Version: s.Revision, SourceRef: krm.FluxReference{Kind: "HelmRepository", Name: sourceName(s)}}
	folder := ""
	if s.Chart == "" {
		folder = s.Path
		out = krm.HelmChartSpec{Chart: "./" + s.Path, SourceRef: krm.FluxReference{Kind: "GitRepository", Name: sourceName(s)}, ReconcileStrategy: "Revision"}
	}
	if len(s.Helm.ValueFiles) > 0 {
		out.ValuesFiles = []string{path.Join(folder, "values.yaml")}
	}
	for _, file := range s.Helm.ValueFiles {
		out.ValuesFiles = append(out.ValuesFiles, path.Join(folder, file))
	}
	return out
}

// helmStorage lets the delivery account keep the releases of Helm, which are Secrets of the tenant's namespace: their
// names are not known before, so none is named. What else the role opens, pods of the namespace may mount anyway. It is
// there only where Flux installs a chart: Argo CD keeps nothing of Helm in the cluster.
func helmStorage(in input) []object {
	if !in.impersonated() || in.env.Platform.GitOps.Engine != "flux" || !in.installs() {
		return nil
	}
	role := object{owner: manifest.OwnerPlatform, subject: "spec.delivery", typed: &rbacv1.Role{
		TypeMeta:   kind("rbac.authorization.k8s.io/v1", "Role"),
		ObjectMeta: in.meta(helmAccount, ""),
		Rules:      []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"secrets"}, Verbs: helmVerbs}},
	}}
	if in.env.Name == "" {
		return []object{role}
	}
	return []object{role, in.accountBinding(helmAccount)}
}

// helmVerbs are what Helm does to its Secrets.
var helmVerbs = []string{"create", "delete", "get", "list", "update"}

// installs reports whether the tenant brings a chart.
func (in input) installs() bool {
	for _, s := range in.env.Spec.Delivery.Sources {
		if s.IsHelm() {
			return true
		}
	}
	return false
}
