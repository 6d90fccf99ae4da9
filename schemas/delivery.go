package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// The GitOps engines.
const (
	argoCD = "argocd"
	flux   = "flux"
)

// partOfCommit is how people write commits in short.
var partOfCommit = pattern.Of("^[0-9a-f]{7,39}$")

// delivery judges what the tenant brings from repositories of its own, and who may steer it.
func (e *resolved) delivery() {
	d := e.environment.Spec.Delivery
	e.broughtAccounts(d)
	if g := e.facts.GitOps; g.Repository == "" {
		if len(d.Sources) > 0 {
			p := e.complain(manifest.Path{"spec", "delivery", "sources"}, "%s: spec.gitops.repository of %s names no GitOps repository", NotRendered, platformFile)
			p.Severity = manifest.Warning
		}
		return
	}
	e.sources(d)
	e.argoGroups()
}

// broughtAccounts refuses names that an account has already, whose rights pods from elsewhere would have.
func (e *resolved) broughtAccounts(d Delivery) {
	for i, name := range d.Accounts {
		at := manifest.Path{"spec", "delivery", "accounts", i}
		_, service := e.environment.Spec.Services[name]
		_, database := e.environment.Spec.Databases[name]
		switch {
		case slices.Contains(d.Accounts[:i], name):
			e.complain(at, "%s is there twice", name)
		case service || database || name == "default":
			p := e.complain(at, "%s is the name of an account that there is already", name)
			p.Remedy = "choose another name, and have the pods of the source say it"
		default:
			e.deliveryAccount(at, name)
		}
	}
}

// argoGroups refuses names that the policies of an AppProject cannot hold.
func (e *resolved) argoGroups() {
	if e.facts.GitOps.Engine != argoCD {
		return
	}
	for i, o := range e.environment.Spec.Owners {
		if strings.Contains(o.Group, `"`) {
			e.complain(manifest.Path{"spec", "owners", i, "group"}, "has a quote, and Argo CD cannot bind a group with one")
		}
	}
}

// judgeGitOps checks what the GitOps engine can do with the platform.
func (p *platform) judgeGitOps() []manifest.Problem {
	var problems []manifest.Problem
	complain := func(at manifest.Path, remedy, format string, args ...any) *manifest.Problem {
		pos, _ := p.doc.Find(at)
		problem := fault(pos, at.String(), format, args...)
		problem.Remedy = remedy
		problems = append(problems, problem)
		return &problems[len(problems)-1]
	}
	g := p.facts.GitOps
	at := manifest.Path{"spec", "gitops"}
	if rest := strings.ReplaceAll(g.Revision, "{env}", ""); strings.ContainsAny(rest, "{}") {
		complain(at.Join("revision"), "", "%s: only {env} stands for something, the name of each environment", g.Revision)
	}
	if g.Engine == flux && (g.Revision == "HEAD" || partOfCommit().MatchString(g.Revision)) {
		complain(at.Join("revision"), "set it to the branch", "%s would be a branch to Flux, which knows commits by all 40 digits and no HEAD", g.Revision)
	}
	if g.Engine == argoCD && g.Secret != "" {
		complain(at.Join("secret"), "remove it, and add the repository to Argo CD", "is for Flux: Argo CD knows its repositories by itself")
	}
	for i, e := range p.facts.Environments {
		here := manifest.Path{"spec", "environments", i, "syncWindows"}
		switch c := p.facts.Clusters[e.Cluster]; {
		case len(e.SyncWindows) > 0 && g.Engine == flux:
			complain(here, "remove them, or suspend the Kustomization tenants-"+e.Name+" meanwhile", "only Argo CD knows windows, and the engine is Flux")
		case len(e.SyncWindows) > 0 && g.Repository == "":
			complain(here, "set spec.gitops.repository", "%s: spec.gitops.repository names no GitOps repository", NotRendered).Severity = manifest.Warning
		case g.Engine == argoCD && g.Repository != "" && c != nil && c.Server == "":
			complain(manifest.Path{"spec", "clusters", e.Cluster, "server"}, "set it to the URL of the API server, as Argo CD names the cluster", "is required: Argo CD goes by it")
		}
		problems = append(problems, p.judgeWindows(i, e.SyncWindows)...)
		seen := map[SyncWindow]bool{}
		for j, w := range e.SyncWindows {
			if w.ManualSync = false; seen[w] {
				complain(here.Join(j), "remove it", "is there twice")
			}
			seen[w] = true
		}
	}
	return problems
}

// engineNamespace is where Flux runs unless the file says so: not where Argo CD would.
func (p *platform) engineNamespace(spec *manifest.Node) *manifest.Node {
	namespaces := spec.Get("namespaces")
	if engine := spec.Get("gitops").Get("engine"); engine == nil || engine.Value != flux || p.written.Get("spec").Get("namespaces").Get("gitops") != nil {
		return spec
	}
	where := *namespaces.Get("gitops")
	where.Value = "flux-system"
	return with(spec, "namespaces", namespaces.Position, with(namespaces, "gitops", where.Position, &where))
}
