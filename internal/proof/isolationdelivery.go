package proof

import (
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Route is how the GitOps engine brings a place what is meant for it: the API of its cluster as the engine names it, the
// namespace of the engine, the GitOps repository, and its folders there. Without a repository nothing is known of it.
// Listed says that the platform names the repositories that tenants may bring workloads from.
type Route struct {
	Server, Engine, Repository, Rails, Work string
	// Source is what Flux calls the GitOps repository, in its own namespace.
	Source string
	Listed bool
}

// deliveryUnread is why the channel is not examined where the platform names no GitOps repository.
const deliveryUnread = "the platform names no GitOps repository, and what applies the tenants is not rendered"

// within reports whether a destination is the place's own namespace, and nothing else.
func (r *reader) within(destination any) bool {
	return text(destination, "namespace") == r.Namespace && text(destination, "server") == r.Route.Server && text(destination, "name") == ""
}

// reaches notes a destination that is not the place's own: another namespace, or whatever a pattern stands for.
func (r *reader) reaches(destination any, path manifest.Path, why string) {
	if r.within(destination) {
		return
	}
	namespace := text(destination, "namespace")
	if strings.ContainsAny(namespace, "*?[{!") || text(destination, "server") != r.Route.Server {
		namespace = "" // of another cluster, or of many
	}
	r.opens(Delivery, namespace, false, path, "what the first brings may be applied to "+described(destination), why)
}

func described(destination any) string {
	namespace, server := text(destination, "namespace"), text(destination, "server")+text(destination, "name")
	if namespace == "" {
		namespace = "(none)"
	}
	return "namespace " + namespace + " of " + server
}

// appProject reads the border of the tenant's Applications.
func (r *reader) appProject() {
	spec := manifest.Path{"spec"}
	for i, d := range list(r.object.Tree, "spec", "destinations") {
		r.reaches(d, spec.Join("destinations", i), "a project allows each of its destinations")
	}
	for i, repository := range texts(r.object.Tree, "spec", "sourceRepos") {
		if strings.ContainsAny(repository, "*?[{!") {
			r.opens(Delivery, "", true, spec.Join("sourceRepos", i), "the second may be brought what the first keeps in a repository", repository+" is a pattern")
		}
	}
	if len(list(r.object.Tree, "spec", "clusterResourceWhitelist")) > 0 {
		r.opens(Delivery, "", false, spec.Join("clusterResourceWhitelist"), "the first may bring objects of the whole cluster", "a project allows each kind of this list, whatever its name")
	}
	if len(list(r.object.Tree, "spec", "sourceNamespaces")) > 0 {
		r.doubt(Delivery, "%s takes Applications of other namespaces, and who writes these is not among the objects", r.key)
	}
	for i, a := range list(r.object.Tree, "spec", "destinationServiceAccounts") {
		if account := text(a, "defaultServiceAccount"); strings.Contains(account, ":") && !strings.HasPrefix(account, r.Namespace+":") {
			r.opens(Delivery, "", false, spec.Join("destinationServiceAccounts", i), "what the first brings is applied by account "+account, "the account is none of the tenant's namespace")
		}
	}
	if len(list(r.object.Tree, "spec", "destinationServiceAccounts")) == 0 {
		r.assumptions = append(r.assumptions, "Argo CD, which applies everything with its own rights, holds every Application to its project")
	}
	r.guarded()
	r.projectRoles()
}

// borderKinds are those by which a tenant would open its own borders: they add up with those of the platform.
var borderKinds = [][2]string{
	{"networking.k8s.io", "NetworkPolicy"}, {"rbac.authorization.k8s.io", "Role"}, {"rbac.authorization.k8s.io", "RoleBinding"},
	{"security.istio.io", "AuthorizationPolicy"}, {"gateway.networking.k8s.io", "ReferenceGrant"}, {"argoproj.io", "Application"}, {"argoproj.io", "AppProject"},
}

// guarded notes border kinds that the project lets through. Without a whitelist it lets every kind through.
func (r *reader) guarded() {
	white, given := get(r.object.Tree, "spec", "namespaceResourceWhitelist").([]any)
	black := list(r.object.Tree, "spec", "namespaceResourceBlacklist")
	for _, k := range borderKinds {
		if (!given || lists(white, k)) && !lists(black, k) {
			r.opens(Delivery, "", true, manifest.Path{"spec", "namespaceResourceWhitelist"}, "the second may bring a "+k[1]+" that lets the first in",
				"guard rails add up: none of the platform's closes what another opens")
			return
		}
	}
}

// lists reports whether a list of a project has the kind. Its patterns are those of paths.
func lists(kinds []any, kind [2]string) bool {
	return slices.ContainsFunc(kinds, func(k any) bool {
		group, err := path.Match(text(k, "group"), kind[0])
		name, bad := path.Match(text(k, "kind"), kind[1])
		return err == nil && bad == nil && group && name
	})
}

// projectRoles reads the lines of Casbin: all are about the project's own Applications, for the project's own role, and
// none makes or changes one.
func (r *reader) projectRoles() {
	project := r.key.Name
	for i, role := range list(r.object.Tree, "spec", "roles") {
		at := manifest.Path{"spec", "roles", i}
		for k, line := range texts(role, "policies") {
			f := strings.Split(line, ",")
			for n := range f {
				f[n] = strings.TrimSpace(f[n])
			}
			if len(f) != 6 || f[0] != "p" || f[1] != "proj:"+project+":"+text(role, "name") || !strings.HasPrefix(f[4], project+"/") || strings.Contains(line, "\n") {
				r.opens(Delivery, "", false, at.Join("policies", k), "people of the first may steer Applications of the other", "the line is not about project "+project+" alone")
			} else if !steers(f[2], f[3]) {
				r.doubt(Delivery, "%s lets role %s %s %s: what these bring is not among the objects", r.key, text(role, "name"), f[3], f[2])
			}
		}
		for k, group := range texts(role, "groups") {
			inner := strings.TrimSuffix(strings.TrimPrefix(group, `"`), `"`)
			if strings.ContainsAny(inner, "\"\n\r") || inner == group && strings.Contains(group, ",") {
				r.opens(Delivery, "", false, at.Join("groups", k), "people of the first may have roles in projects of the other", "the name reads as more than one field of a policy")
			}
		}
	}
}

// steers reports whether an action makes and changes no Application.
func steers(resource, action string) bool {
	return resource == "logs" && action == "get" || resource == "applications" && (action == "get" || action == "sync" || strings.HasPrefix(action, "action/"))
}

// application is of the tenant's own project, which holds it, or else of the platform's: then it has to apply the tenant's
// guard rails, and nothing but these.
func (r *reader) application() {
	source := get(r.object.Tree, "spec", "source")
	if get(r.object.Tree, "spec", "sources") != nil || source == nil {
		r.doubt(Delivery, "%s has several sources, which are not read", r.key)
		return
	}
	r.reaches(get(r.object.Tree, "spec", "destination"), manifest.Path{"spec", "destination"}, "its project may allow more than one namespace")
	if get(r.object.Tree, "spec", "syncPolicy", "managedNamespaceMetadata") != nil {
		r.doubt(Objects, "%s writes labels of the Namespace, which policies of others go by", r.key)
	}
	at := manifest.Path{"spec", "source"}
	own := r.projects[text(r.object.Tree, "spec", "project")]
	if text(source, "chart") != "" {
		r.chart(text(source, "repoURL"), own, at)
		return
	}
	r.applies(text(source, "repoURL"), text(source, "path"), own, at)
}

// applies judges a folder that is applied: from the GitOps repository only the tenant's own, with its own rights or, if it is
// that of its guard rails, with the platform's; from elsewhere only with its own, and only for one tenant.
func (r *reader) applies(repository, folder string, own bool, at manifest.Path) {
	key, folder := manifest.RepositoryKey(repository), path.Clean(folder)
	home := r.Route.Repository != "" && key == manifest.RepositoryKey(r.Route.Repository)
	switch {
	case home && folder == r.Route.Rails:
	case !own:
		r.opens(Delivery, "", false, at, "what is in "+folder+" is applied with the rights of the platform", "only the guard rails are the platform's word")
	case home && folder != r.Route.Work:
		r.opens(Delivery, "", true, at, "the second is brought what the platform keeps for others", "the GitOps repository has the folders of all tenants")
	case !home:
		r.elsewhere()
		r.claim(Delivery, "folder", key+" "+folder, at.Join("path"))
	}
}

// fluxKustomization is applied as an account of its own namespace: beside Flux by one that is the tenant's alone, or by
// the platform's if these are the guard rails.
func (r *reader) fluxKustomization() {
	spec := get(r.object.Tree, "spec")
	at := manifest.Path{"spec"}
	if get(spec, "kubeConfig") != nil {
		r.doubt(Delivery, "%s goes to a cluster by a kubeConfig, which is not read", r.key)
	}
	if to := text(spec, "targetNamespace"); to != "" && to != r.Namespace {
		r.opens(Delivery, to, false, at.Join("targetNamespace"), "what the first brings is applied to namespace "+to, "Flux moves every object there")
	}
	from := text(spec, "sourceRef", "namespace")
	if from != "" && from != r.key.Namespace {
		r.opens(Delivery, from, true, at.Join("sourceRef", "namespace"), "the second is brought what the first keeps in a source", "without its lockdown Flux lets a Kustomization use sources of every namespace")
		return
	}
	account := text(spec, "serviceAccountName")
	own := account != "" && r.key.Namespace == r.Namespace
	if r.key.Namespace == r.Route.Engine && r.accounts[[2]string{r.Route.Engine, account}] {
		own = true
		r.claim(Delivery, "account of Flux", account, at.Join("serviceAccountName"))
	}
	source := text(spec, "sourceRef", "name")
	repository, known := r.sources[[2]string{r.key.Namespace, source}]
	if r.key.Namespace == r.Route.Engine && source == r.Route.Source {
		repository, known = r.Route.Repository, true
	}
	if !known || text(spec, "sourceRef", "kind") != "GitRepository" || get(spec, "components") != nil {
		r.doubt(Delivery, "%s takes what it applies from a source, or from folders, that are not read", r.key)
	}
	r.applies(repository, strings.TrimPrefix(text(spec, "path"), "./"), own, at)
}

// prepare notes what other objects of the delivery refer to, in whatever order they come.
func (r *reader) prepare(objects []manifest.Object) {
	r.projects, r.accounts, r.sources = map[string]bool{}, map[[2]string]bool{}, map[[2]string]string{}
	r.charts = map[[2]string]string{}
	for _, o := range objects {
		r.object, r.key = o, o.Key()
		switch r.key.Group + "/" + r.key.Kind {
		case "argoproj.io/AppProject":
			r.projects[r.key.Name] = true
		case "source.toolkit.fluxcd.io/GitRepository":
			r.sources[[2]string{r.key.Namespace, r.key.Name}] = text(o.Tree, "spec", "url")
		case "source.toolkit.fluxcd.io/HelmRepository":
			r.charts[[2]string{r.key.Namespace, r.key.Name}] = text(o.Tree, "spec", "url")
		case "/ServiceAccount":
			r.accounts[[2]string{r.key.Namespace, r.key.Name}] = true
		}
	}
}
