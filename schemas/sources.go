package schemas

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// longestRelease is how many characters Helm takes for the name of a release.
const longestRelease = 53

// changedSources lays spec.delivery.changes on the sources that they name, so that all that follows sees sources as
// they are, and each value keeps the place where it was written.
func changedSources(spec *manifest.Node) *manifest.Node {
	delivery := spec.Get("delivery")
	changes, list := delivery.Get("changes"), delivery.Get("sources")
	if changes == nil || list == nil || changes.Kind != manifest.Map || list.Kind != manifest.List {
		return spec
	}
	out := *list
	out.Items = slices.Clone(list.Items)
	for i, source := range list.Items {
		if name := source.Get("name"); name != nil {
			if change := changes.Get(text(name.Value)); change != nil && change.Kind == manifest.Map {
				out.Items[i] = merger{}.lay(source, change, inside)
			}
		}
	}
	return replaced(spec, "delivery", replaced(delivery, "sources", &out))
}

// sources judges what the tenant brings: names, folders and releases that are there twice, changes of what is not there,
// and each source by itself.
func (e *resolved) sources(d Delivery) {
	taken, known := map[string]string{}, []string{}
	for i, s := range d.Sources {
		at := manifest.Path{"spec", "delivery", "sources", i}
		if slices.Contains(known, s.Name) {
			e.complain(at.Join("name"), "there are two sources %s", s.Name)
		}
		known = append(known, s.Name)
		e.source(at, s)
		once := func(field, what, format string, args ...any) {
			if other, ok := taken[what]; ok {
				e.complain(at.Join(field), format, append(args, other)...)
			}
			taken[what] = s.Name
		}
		if s.Chart == "" {
			once("path", "folder "+e.folder(s), "%s is the folder of source %s as well: one object has one owner", s.Path)
		}
		if s.IsHelm() {
			once("helm", "release "+s.Release(), "release %s is that of source %s as well", s.Release())
		}
	}
	for _, name := range sortedKeys(d.Changes) {
		if !slices.Contains(known, name) {
			e.missing(manifest.Path{"spec", "delivery", "changes", name}, "source", name, known)
		}
	}
}

// repository is that of a source.
func (e *resolved) repository(s Source) string {
	if s.Repository == "" {
		return e.environment.Spec.Delivery.Repository
	}
	return s.Repository
}

// repositoryField is where a person says which repository the source at a place has.
func repositoryField(at manifest.Path, s Source) manifest.Path {
	if s.Repository == "" {
		return manifest.Path{"spec", "delivery", "repository"}
	}
	return at.Join("repository")
}

// folder is the one of a source among those of all repositories.
func (e *resolved) folder(s Source) string {
	return manifest.RepositoryKey(e.repository(s)) + " " + path.Clean(s.Path)
}

// source refuses the GitOps repository, which has the folders of everybody: who might name one could have the guard
// rails of another tenant applied as its own. And it refuses what is not the tenant's to bring.
func (e *resolved) source(at manifest.Path, s Source) {
	g, field := e.facts.GitOps, repositoryField(at, s)
	if manifest.RepositoryKey(e.repository(s)) == manifest.RepositoryKey(g.Repository) {
		p := e.complain(field, "is the platform's GitOps repository, which is for nobody to bring workloads from")
		p.Remedy = fmt.Sprintf("set %s to a repository of the tenant's own", p.Field)
	} else if !g.Allows(e.name, e.repository(s)) {
		p := e.complain(field, "%s is none of the repositories that %s may bring workloads from", e.repository(s), e.name)
		p.Remedy = fmt.Sprintf("set %s to %s, or have the platform team add it to spec.gitops.sources of %s", p.Field, g.allowed(e.name), platformFile)
	}
	if s.IsHelm() && len(s.Release()) > longestRelease {
		e.complain(at.Join("helm", "release"), "Helm takes %d characters for a release, and %s has %d", longestRelease, s.Release(), len(s.Release()))
	}
	switch {
	case g.Engine == flux && s.Revision == "" && s.Chart == "":
		p := e.complain(at.Join("revision"), "is required: Flux reads the branch master without one")
		p.Remedy = "set it to a branch, a commit of 40 digits, or a tag by its whole name, such as refs/tags/v1"
	case g.Engine == flux && s.Chart == "" && (s.Revision == "HEAD" || partOfCommit().MatchString(s.Revision)):
		p := e.complain(at.Join("revision"), "%s would be a branch to Flux, which knows commits by all 40 digits and no HEAD", s.Revision)
		p.Remedy = "set it to a branch, such as main, a commit of 40 digits, or a whole name, such as refs/tags/v1"
		if s.Revision != "HEAD" {
			p.Remedy += " or refs/heads/" + s.Revision
		}
	case g.Engine == argoCD && s.Secret != "":
		p := e.complain(at.Join("secret"), "is for Flux: Argo CD knows its repositories by itself")
		p.Remedy = "remove it, and have the platform team add the repository to Argo CD"
	default:
		e.secret(at.Join("secret"), s.Secret)
	}
}

// Allows reports whether a tenant may bring workloads from a repository. Without a list it may from any.
func (g GitOps) Allows(tenant, repository string) bool {
	return g.Sources == nil || slices.ContainsFunc(g.Sources, func(a AllowedSource) bool { return a.covers(tenant, repository) })
}

// allowed says which repositories a tenant may bring workloads from.
func (g GitOps) allowed(tenant string) string {
	var out []string
	for _, a := range g.Sources {
		if a.isFor(tenant) {
			out = append(out, a.of(tenant))
		}
	}
	if len(out) == 0 {
		return "nothing: there is none for the tenant"
	}
	return "one of " + choiceOf(out)
}

func (a AllowedSource) isFor(tenant string) bool {
	return len(a.Tenants) == 0 || slices.Contains(a.Tenants, tenant)
}

// of is the pattern with the tenant's name in it.
func (a AllowedSource) of(tenant string) string {
	return strings.ReplaceAll(a.Repository, "{tenant}", tenant)
}

// covers reports whether a repository is the one that a tenant may use, or below the folder whose repositories it may.
// Addresses are compared as [manifest.RepositoryKey] has them: no spelling leads around.
func (a AllowedSource) covers(tenant, repository string) bool {
	if !a.isFor(tenant) {
		return false
	}
	folder, all := strings.CutSuffix(a.of(tenant), "/*")
	key := func(address string) string { return strings.TrimSuffix(manifest.RepositoryKey(address), "/") }
	has, want := key(repository), key(folder)
	if all {
		return strings.HasPrefix(has, want+"/")
	}
	return has == want
}

// folders: who may write a folder for one tenant may write it for all that bring it.
func (c collisions) folders(all []outcome) {
	by := map[string][]owned{}
	for _, o := range all {
		for _, f := range o.claims.folders {
			by[f.what] = append(by[f.what], owned{o.name, f})
		}
	}
	for _, what := range sortedKeys(by) {
		for _, a := range by[what] {
			if b, ok := foreign(by[what], a.tenant); ok {
				c.report(a, b, "folder %s is also brought by tenant %s", what, b.tenant)
			}
		}
	}
}
