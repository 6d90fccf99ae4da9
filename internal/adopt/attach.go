package adopt

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// attach gives each service the objects that are about it.
func (a *Adoption) attach() {
	for _, s := range a.services {
		a.findAddress(s)
	}
	a.rename()
	a.distinct()
	for _, s := range a.services {
		s.findPorts()
		s.source.Service = s.name
		s.source.Into = s.rendered(a.cluster().Has("rollouts"))
		if s.address != nil {
			s.address.Service, s.address.Into = s.name, manifest.Key{Kind: "Service", Name: s.name}
		}
	}
	for _, i := range a.Items {
		if i.State == "" {
			a.about(i)
		}
	}
	a.readCalls()
	a.shared()
}

// shared tells of Services that lead to pods of several workloads: a rendered one leads to those of one.
func (a *Adoption) shared() {
	for _, s := range a.services {
		var others []string
		for _, other := range a.services {
			if s.address != nil && other != s && other.selects(mapAt(s.address.tree, "spec", "selector")) {
				others = append(others, other.source.Kind()+" "+other.source.Name())
			}
		}
		if len(others) > 0 {
			a.Notes = append(a.Notes, fmt.Sprintf("Service %s leads to pods of %s alone now, and no longer to those of %s", s.address.Name(), s.name, strings.Join(others, ", ")))
		}
	}
}

// findAddress chooses the Service that is the workload's: the one of its name, or the first that is no headless one.
func (a *Adoption) findAddress(s *service) {
	var found []*Item
	stable, trial := s.switched()
	for _, i := range a.Items {
		if i.State != "" || i.Key().Group != "" || i.Kind() != "Service" || i.Service != "" || i.Name() == trial || textAt(i.tree, "spec", "type") == "ExternalName" {
			continue
		}
		selector := mapAt(i.tree, "spec", "selector")
		if s.selects(selector) || selector == nil && i.Name() == stable { // a Rollout writes the selector
			found = append(found, i)
		}
	}
	rank := func(i *Item) int {
		switch {
		case i.Name() == stable:
			return -1
		case i.Name() == s.name:
			return 0
		case s.kind == "statefulset" && textAt(s.source.tree, "spec", "serviceName") == i.Name():
			return 1
		case textAt(i.tree, "spec", "clusterIP") == "None":
			return 3
		}
		return 2
	}
	slices.SortStableFunc(found, func(x, y *Item) int { return cmp.Compare(rank(x), rank(y)) })
	if len(found) == 0 || s.kind == "job" || s.kind == "cronjob" {
		return
	}
	s.address = found[0]
	s.address.Service = s.name
	if s.kind == "worker" {
		s.kind = "service"
	}
}

// rename calls a service as its Service is called: others find it by that name. Where two would have one name each
// keeps that of its workload.
func (a *Adoption) rename() {
	taken := map[string]int{}
	for _, s := range a.services {
		taken[s.name]++
		if s.address != nil && s.address.Name() != s.name {
			taken[s.address.Name()]++
		}
	}
	for _, s := range a.services {
		if s.address == nil || s.address.Name() == s.name {
			continue
		}
		if s.kind == "service" && taken[s.address.Name()] == 1 {
			s.name = s.address.Name()
		} else {
			s.address.Service, s.address = "", nil
			if s.kind == "service" {
				s.kind = "worker"
			}
		}
	}
}

// precedence is who keeps a name that several workloads have.
var precedence = []string{"service", "statefulset", "worker", "cronjob", "job"}

// distinct leaves each name to one workload. The others are kept as they are.
func (a *Adoption) distinct() {
	first := map[string]*service{}
	for _, s := range a.services {
		if f := first[s.name]; f == nil || slices.Index(precedence, s.kind) < slices.Index(precedence, f.kind) {
			first[s.name] = s
		}
	}
	a.services = slices.DeleteFunc(a.services, func(s *service) bool {
		f := first[s.name]
		if f != s {
			s.source.Reason = fmt.Sprintf("%s %s has the service's name", f.source.Kind(), f.source.Name())
			if s.address != nil {
				s.address.Service = ""
			}
		}
		return f != s
	})
}

// service is one by its name.
func (a *Adoption) service(name string) *service {
	for _, s := range a.services {
		if s.name == name {
			return s
		}
	}
	return nil
}

// running is the service that a workload was read as.
func (a *Adoption) running(kind, name string) *service {
	for _, s := range a.services {
		if s.source.Kind() == kind && s.source.Name() == name {
			return s
		}
	}
	return nil
}

// selected is the service whose pods a selector finds.
func (a *Adoption) selected(selector tree) *service {
	for _, s := range a.services {
		if s.selects(selector) {
			return s
		}
	}
	return nil
}

// about reads what an object says of the tenant or of one of its services.
func (a *Adoption) about(i *Item) {
	switch i.Key().Group + "/" + i.Kind() {
	case "/Namespace":
		i.State, i.Reason = Fields, "the platform renders it, with labels of its own"
		i.Into = manifest.Key{Kind: "Namespace", Name: a.namespace}
	case "/ResourceQuota":
		a.readQuota(i)
	case "/Service":
		a.readOther(i)
	case "/ServiceAccount":
		a.readAccount(i)
	case "/PersistentVolumeClaim":
		a.readClaim(i)
	case "rbac.authorization.k8s.io/RoleBinding":
		a.readOwners(i)
	case "autoscaling/HorizontalPodAutoscaler", "keda.sh/ScaledObject":
		a.readScaler(i)
	case "autoscaling.k8s.io/VerticalPodAutoscaler":
		a.readVertical(i)
	case "policy/PodDisruptionBudget":
		if s := a.selected(mapAt(i.tree, "spec", "selector", "matchLabels")); s != nil {
			i.Service, i.Into = s.name, manifest.Key{Group: "policy", Kind: "PodDisruptionBudget", Name: s.name}
		}
	case "networking.k8s.io/Ingress":
		a.readIngress(i)
	case "gateway.networking.k8s.io/HTTPRoute", "networking.istio.io/VirtualService":
		a.readRoute(i)
	case "networking.k8s.io/NetworkPolicy":
		a.readPolicy(i)
	case "external-secrets.io/ExternalSecret":
		a.readExternalSecret(i)
	}
	if i.State == "" && i.Into.Kind == "" && slices.Contains(guardRails, i.Kind()) {
		i.leave("a guard rail: the platform renders its own %s", i.Kind())
	}
}

func (a *Adoption) readQuota(i *Item) {
	hard := mapAt(i.tree, "spec", "hard")
	for _, key := range []string{"cpu", "memory", "storage"} {
		asked := cmp.Or(hard["requests."+key], hard[key])
		if a.resources.get(key) == nil {
			a.resources.set(key, amountOf(tree{key: asked}, key))
		}
	}
	i.leave("a guard rail: spec.resources has its figures, and the platform renders a quota with room for releases")
}

// readClaim finds the service that mounts a claim. Those of the replicas of a StatefulSet are its own.
func (a *Adoption) readClaim(i *Item) {
	for _, s := range a.services {
		for _, c := range listAt(s.source.tree, "spec", "volumeClaimTemplates") {
			ordinal, ok := strings.CutPrefix(i.Name(), textAt(c, "metadata", "name")+"-"+s.source.Name()+"-")
			if _, err := strconv.Atoi(ordinal); ok && err == nil {
				i.leave("StatefulSet %s made it of its claim template, and finds it again by its name", s.source.Name())
				return
			}
		}
		for _, v := range s.pod.Volumes {
			if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == i.Name() {
				i.Service, i.Into = s.name, manifest.Key{Kind: "PersistentVolumeClaim", Name: i.Name()}
			}
		}
	}
}

func (a *Adoption) readAccount(i *Item) {
	if s := a.service(i.Name()); s != nil || i.Name() == "default" {
		i.Into = manifest.Key{Kind: "ServiceAccount", Name: i.Name()}
		if s != nil {
			i.Service = s.name
		}
		return
	}
	for _, s := range a.services {
		if s.pod.ServiceAccountName == i.Name() {
			i.leave("a guard rail: the platform renders one for each service, and %s gets %s", s.name, s.name)
		}
	}
}

var roles = map[string]string{"admin": "admin", "cluster-admin": "admin", "edit": "developer", "view": "viewer"}

// readOwners takes groups that have one of the roles that every cluster has.
func (a *Adoption) readOwners(i *Item) {
	role := roles[textAt(i.tree, "roleRef", "name")]
	if textAt(i.tree, "roleRef", "kind") != "ClusterRole" || role == "" {
		return
	}
	groups := 0
	for _, subject := range listAt(i.tree, "subjects") {
		if group := textAt(subject, "name"); textAt(subject, "kind") == "Group" && !strings.HasPrefix(group, "system:") {
			a.owners = append(a.owners, fields{{"group", group}, {"role", role}})
			groups++
		}
	}
	if groups > 0 {
		i.leave("a guard rail: spec.owners has its groups, and the platform renders roles for them")
	}
}

// readExternalSecret takes over where a secret comes from, if all of it comes from one place.
func (a *Adoption) readExternalSecret(i *Item) {
	i.leave("the platform fetches secrets: spec.secrets names them, with the path in its store")
	name := orText(textAt(i.tree, "spec", "target", "name"), i.Name())
	if !slices.Contains(a.secrets, name) {
		a.secrets = append(a.secrets, name)
	}
}

// readIngress takes hosts and paths over. One that fields cannot say whole is kept as it is.
func (a *Adoption) readIngress(i *Item) {
	spec := mapAt(i.tree, "spec")
	if spec["defaultBackend"] != nil {
		return
	}
	var to []*service
	var said []fields
	var hosts []string
	for _, r := range listAt(spec, "rules") {
		host := textAt(r, "host")
		if host == "" || strings.HasPrefix(host, "*") {
			return
		}
		hosts = append(hosts, host)
		for _, p := range listAt(r, "http", "paths") {
			s, port := a.backend(p)
			if port == "" || textAt(p, "pathType") == "Exact" {
				return
			}
			f := fields{{"host", host}}
			if path := textAt(p, "path"); path != "/" {
				f.set("path", path)
			}
			f.set("port", port)
			to, said = append(to, s), append(said, f)
		}
	}
	a.expose(i, to, said, hosts)
}

// backend is the service that a path leads to, and the name of its port; empty for none.
func (a *Adoption) backend(path any) (*service, string) {
	s := a.service(textAt(path, "backend", "service", "name"))
	if s == nil {
		return nil, ""
	}
	number, _ := at(path, "backend", "service", "port", "number").(int64)
	return s, s.servedAs(int32(number), textAt(path, "backend", "service", "port", "name"))
}

// readCalls finds services that texts of others name as a host with a port: what nobody declares is closed.
func (a *Adoption) readCalls() {
	for _, s := range a.services {
		var said []string
		for _, c := range append(slices.Clone(s.pod.Containers), s.pod.InitContainers...) {
			said = append(append(said, c.Args...), c.Command...)
			for _, f := range a.envDoc(c) {
				if text, ok := f.value.(string); ok {
					said = append(said, text)
				}
			}
			files, _ := a.mountsDoc(s, c)
			for _, f := range files {
				said = append(said, f.value.(string))
			}
		}
		all := strings.Join(said, "\n")
		for _, other := range a.services {
			if other != s && other.address != nil && (callTo(other.name, a.namespace).MatchString(all) || slices.Contains(said, other.name)) {
				s.call(fields{{"service", other.name}})
			}
		}
	}
}

// callTo finds a Service as the host of an address.
func callTo(name, namespace string) *regexp.Regexp {
	host := regexp.QuoteMeta(name) + `(\.` + regexp.QuoteMeta(orText(namespace, "default")) + `(\.svc(\.cluster\.local)?)?)?`
	return regexp.MustCompile(`(?m)(^|[\s/@,;="'(\[])` + host + `(:[0-9]{1,5}|:\$|/)|(//|@)` + host + `($|[\s"',;:/])`)
}

func (s *service) call(f fields) {
	for _, c := range s.calls {
		if slices.EqualFunc(c, f, func(x, y field) bool { return x == y }) {
			return
		}
	}
	s.calls = append(s.calls, f)
}
