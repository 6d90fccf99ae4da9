package proof

import (
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// unlisted is what holds where the platform does not say whose repositories are whose.
const unlisted = "a repository that a tenant brings workloads from is the tenant's: spec.gitops.sources of the platform file does not say whose is whose"

// elsewhere notes what a source outside of the GitOps repository rests on.
func (r *reader) elsewhere() {
	if !r.Route.Listed {
		r.assumptions = append(r.assumptions, unlisted)
	}
}

// chart judges a chart of a chart repository: many may take one, each with its own rights.
func (r *reader) chart(repository string, own bool, at manifest.Path) {
	if !own {
		r.opens(Delivery, "", false, at, "what is in a chart is applied with the rights of the platform", "only the guard rails are the platform's word")
		return
	}
	r.elsewhere()
	r.assumptions = append(r.assumptions, "who serves the charts of "+strings.TrimSuffix(manifest.RepositoryKey(repository), "/")+" changes none in a version that is out, and puts nothing against another tenant into one")
}

// helmRelease is a chart that Flux installs, as an account of its own namespace or, without one, with its own rights.
func (r *reader) helmRelease() {
	spec, at := get(r.object.Tree, "spec"), manifest.Path{"spec"}
	if get(spec, "kubeConfig") != nil {
		r.doubt(Delivery, "%s goes to a cluster by a kubeConfig, which is not read", r.key)
	}
	for _, field := range []string{"targetNamespace", "storageNamespace"} {
		if to := text(spec, field); to != "" && to != r.Namespace {
			r.opens(Delivery, to, false, at.Join(field), "what the first brings is put into namespace "+to, "Flux installs a chart in the one, and keeps its values in the other")
		}
	}
	if get(spec, "chartRef") != nil {
		r.doubt(Delivery, "%s takes its chart from an artifact, which is not read", r.key)
		return
	}
	from := manifest.Path{"spec", "chart", "spec", "sourceRef"}
	source := get(spec, "chart", "spec", "sourceRef")
	if namespace := text(source, "namespace"); namespace != "" && namespace != r.key.Namespace {
		r.opens(Delivery, namespace, true, from.Join("namespace"), "the second is brought what the first keeps in a source", "without its lockdown Flux lets a HelmRelease use sources of every namespace")
		return
	}
	own := text(spec, "serviceAccountName") != "" && r.key.Namespace == r.Namespace
	name := [2]string{r.key.Namespace, text(source, "name")}
	switch text(source, "kind") {
	case "HelmRepository":
		r.chart(r.charts[name], own, at)
	case "GitRepository":
		r.applies(r.sources[name], strings.TrimPrefix(text(spec, "chart", "spec", "chart"), "./"), own, at)
	default:
		r.doubt(Delivery, "%s takes its chart from a %s, which is not read", r.key, text(source, "kind"))
	}
}
