package adopt

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
)

// Render renders files beside the platform's: the objects of the tenant in the environment, or the problems.
type Render func(files map[string][]byte) ([]manifest.Object, []manifest.Problem, error)

// attempts is how often the tenant is rendered at most: each attempt takes something out that did not fit.
const attempts = 400

// Settle renders the tenant until what is written is valid and says what was read as nearly as it can be said. The
// problems are those that no field less would mend.
func (a *Adoption) Settle(render Render) ([]manifest.Problem, error) {
	patched := false
	for range attempts {
		a.keepRest()
		objects, problems, err := render(a.Files())
		if err != nil {
			return nil, err
		}
		problems = slices.DeleteFunc(problems, func(p manifest.Problem) bool { return p.Severity != manifest.Error })
		if len(problems) > 0 {
			if !a.yield(problems) {
				return problems, nil
			}
			continue
		}
		is := newOutcome(objects)
		if a.missing(is) {
			continue
		}
		if a.keepMaps(is); patched {
			a.compare(is)
			a.conclude(is)
			a.leveled(is)
			return nil, nil
		}
		a.compare(is)
		a.patch(is)
		a.keepMaps(is)
		patched = true
	}
	return nil, fmt.Errorf("no tenant fits after %d attempts", attempts)
}

// keepRest keeps what no field says.
func (a *Adoption) keepRest() {
	for _, i := range a.Items {
		if i.State != "" || i.Into.Kind != "" || i.Kind() == "ConfigMap" && a.used(i) {
			continue
		}
		if slices.Contains(guardRails, i.Kind()) {
			i.leave("a guard rail: the platform renders its own %s", i.Kind())
			continue
		}
		a.keep(i)
	}
}

func (a *Adoption) keep(i *Item) {
	i.State, i.Into, i.Service = Kept, manifest.Key{}, ""
	i.File = ""
	file := path.Join("tenants", a.Tenant, "resources", "all", stem(i.Kind(), i.Name()))
	for slices.ContainsFunc(a.Items, func(other *Item) bool { return other.File == file }) {
		file = strings.TrimSuffix(file, ".yaml") + "-" + orText(i.Key().Group, "core") + ".yaml" // another of the same kind and name
	}
	i.File = file
}

// stem is the name of a file for what is about an object.
func stem(kind, name string) string {
	return strings.ToLower(kind) + "-" + strings.NewReplacer(":", "-", "/", "-").Replace(name) + ".yaml"
}

// keptTree is an object as it is kept: without a namespace, which is the tenant's, and without labels that are
// tenantsmith's to set. Selectors of pods that are the tenant's services find them by the name they have now.
func (a *Adoption) keptTree(i *Item) tree {
	t := copied(i.tree).(tree)
	metadata := mapAt(t, "metadata")
	delete(metadata, "namespace")
	selector := mapAt(t, "spec", "selector")
	if i.Kind() == "PodDisruptionBudget" {
		selector = mapAt(selector, "matchLabels")
	}
	if s := a.selected(selector); s != nil && templateAt(i.Kind()) == nil {
		clear(selector)
		selector["app.kubernetes.io/name"] = s.name
		a.renumber(t, s)
	}
	a.monitor(i, t)
	for _, field := range []string{"scaleTargetRef", "targetRef"} {
		target := mapAt(t, "spec", field)
		if s := a.running(textAt(target, "kind"), textAt(target, "name")); s != nil {
			target["kind"], target["name"] = s.source.Into.Kind, s.source.Into.Name
			target["apiVersion"] = map[string]string{"argoproj.io": "argoproj.io/v1alpha1", "apps": "apps/v1", "batch": "batch/v1"}[s.source.Into.Group]
		}
	}
	unmark(t)
	return t
}

// monitor has what scrapes find Services and pods of the tenant by the label that they have now.
func (a *Adoption) monitor(i *Item, t tree) {
	labels := mapAt(t, "spec", "selector", "matchLabels")
	for _, s := range a.services {
		if len(labels) == 0 {
			return
		}
		found := i.Kind() == "PodMonitor" && s.selects(labels)
		if i.Kind() == "ServiceMonitor" && s.address != nil {
			lost, _ := compare(labels, mapAt(s.address.tree, "metadata", "labels"), nil)
			found = len(lost) == 0
		}
		if found {
			clear(labels)
			labels["app.kubernetes.io/name"] = s.name
			return
		}
	}
}

// renumber names the ports of a kept Service by their numbers: containers call theirs by the names of the fields.
func (a *Adoption) renumber(t tree, s *service) {
	if textAt(t, "kind") != "Service" {
		return
	}
	numbers := portNumbers(mapAt(tree{"c": copied(listAt(s.source.tree, templateAt(s.source.Kind()).Join("spec", "containers")...)[s.main])}, "c"))
	for _, p := range listAt(t, "spec", "ports") {
		if n := numbers[textAt(p, "targetPort")]; n != nil {
			p.(tree)["targetPort"] = n
		}
	}
}

// ours are the labels by which the platform, and the tool that installed an object, tell objects apart.
var ours = []string{"helm.sh/chart", "app.kubernetes.io/managed-by", "tenantsmith.dev/environment", "tenantsmith.dev/tenant", "tenantsmith.dev/tier"}

// unmark takes labels out that are not the tenant's to set.
func unmark(v any) {
	switch v := v.(type) {
	case tree:
		for k, x := range v {
			if m, ok := x.(tree); ok && slices.Contains([]string{"labels", "matchLabels", "selector"}, k) {
				for _, label := range ours {
					delete(m, label)
				}
				if k == "labels" && len(m) == 0 {
					delete(v, k)
					continue
				}
			}
			unmark(x)
		}
	case []any:
		for _, x := range v {
			unmark(x)
		}
	}
}

// missing makes objects kept whose counterpart is not rendered: a workload goes with all that is about it.
func (a *Adoption) missing(is outcome) bool {
	found := false
	for _, i := range a.Items {
		if i.State == Left || i.State == Kept || i.Into.Kind == "" {
			continue
		}
		if t := is[i.Into]; t != nil {
			if i.clash != "" {
				i.Service = textAt(t, "metadata", "labels", "app.kubernetes.io/name")
			}
			continue
		}
		if isRoute(i.Kind()) {
			a.routed(i, is)
			continue
		}
		if key, ok := is.versioned(i); ok {
			i.Into = key
			continue
		}
		found = true
		switch {
		case i.clash != "":
			i.leave("%s", i.clash)
		case templateAt(i.Kind()) != nil:
			a.abandon(i.Service)
		case i.Kind() == "Service":
			a.release(i)
		default:
			i.Into = manifest.Key{}
		}
	}
	return found
}

// release takes the Service from a service that does not render one.
func (a *Adoption) release(i *Item) {
	if s := a.service(i.Service); s != nil && s.address == i {
		s.address = nil
	}
	a.keep(i)
}

// abandon keeps a workload as it is, with what is about it.
func (a *Adoption) abandon(name string) {
	a.services = slices.DeleteFunc(a.services, func(s *service) bool { return s.name == name })
	for _, i := range a.Items {
		if i.Service == name && i.State != Left && !isRoute(i.Kind()) {
			i.Into, i.Service, i.State = manifest.Key{}, "", ""
		}
	}
	for _, s := range a.services {
		s.calls = slices.DeleteFunc(s.calls, func(c fields) bool { return c.get("service") == name })
	}
}

// yield takes out of what is written what the problems are about; false where that would not help.
func (a *Adoption) yield(problems []manifest.Problem) bool {
	p := problems[0]
	switch p.File {
	case a.File():
		return a.dropField(p)
	case a.overrideFile():
		return a.enforce(p)
	}
	for _, i := range a.Items {
		if i.File != p.File || i.File == "" {
			continue
		}
		if i.State == Kept {
			i.clash = "cannot stand beside the tenant's file: " + p.Message
			i.State, i.File, i.Into = "", "", plainKey(i.Key())
			return true
		}
		if a.patches[p.File] != nil {
			delete(a.patches, p.File)
			a.refused[p.File] = p.Message
			i.File = ""
			i.Reason = "the patch that would say it is refused: " + p.Message
			return true
		}
	}
	return false
}

// dropField leaves a field of a service out that cannot be said; one without which there is no service takes that out.
func (a *Adoption) dropField(p manifest.Problem) bool {
	at := manifest.ParsePath(p.Field)
	if len(at) < 2 || at[0] != "spec" {
		return false
	}
	at = at[1:]
	spec := any(a.spec())
	for _, d := range a.dropped {
		spec = without(spec, d)
	}
	for len(at) > 0 && !holds(spec, at) {
		at = at[:len(at)-1]
	}
	switch {
	case len(at) == 0 || slices.Contains([]any{"tier", "owners"}, at[0]) || at[0] == "environments" && len(at) < 3:
		return false
	case at[0] == "services" && len(at) < 2:
		return false
	case at[0] == "services" && (len(at) == 2 || slices.Contains([]any{"image", "kind"}, at[2]) || len(at) == 3 && at[2] == "ports"):
		name := at[1].(string)
		a.Notes = append(a.Notes, fmt.Sprintf("%s is kept as it was: %s %s", name, p.Field, p.Message))
		a.abandon(name)
		return true
	}
	if at[0] == "services" {
		at = a.dropWhole(at)
	}
	a.Notes = append(a.Notes, fmt.Sprintf("spec.%s is left out: %s", at, p.Message))
	a.dropped = append(a.dropped, at)
	return true
}

// dropWhole is the path of what is left out with a field of a service: all of what leads to it, of its release, and of
// what KEDA scales it by, none of which means the same with a part missing.
func (a *Adoption) dropWhole(at manifest.Path) manifest.Path {
	name := at[1].(string)
	switch s := a.service(name); {
	case at[2] == "expose":
		a.keepRoutes(name)
	case at[2] == "autoscaling" && s.scaler != nil && s.scaler.Kind() == "ScaledObject":
		a.rescale(s)
	case at[2] != "release":
		return at
	}
	return at[:3]
}

// keepRoutes keeps what leads to a service that fields cannot expose.
func (a *Adoption) keepRoutes(name string) {
	for _, i := range a.Items {
		if isRoute(i.Kind()) && i.Service == name && i.State == "" {
			i.Into, i.Service = manifest.Key{}, ""
		}
	}
}

// holds reports whether something stands at a path of a document.
func holds(v any, p manifest.Path) bool {
	if len(p) == 0 {
		return true
	}
	switch v := v.(type) {
	case fields:
		key, _ := p[0].(string)
		for _, x := range v {
			if x.key == key {
				return holds(x.value, p[1:])
			}
		}
	case []any:
		i, ok := p[0].(int)
		return ok && i < len(v) && holds(v[i], p[1:])
	}
	return false
}

// patch writes the patches that bring back what was lost.
func (a *Adoption) patch(is outcome) {
	a.patches = map[string][]byte{}
	for _, i := range a.Items {
		if len(i.Lost) == 0 || i.State == Kept || i.State == Left || is[i.Into] == nil {
			continue
		}
		if i.Kind() == "Job" {
			i.Reason = "its name changes with each version, so that a patch would lose it, and no field says " + told(i.Lost)
			a.abandon(i.Service)
			continue
		}
		if i.Kind() == "VerticalPodAutoscaler" && a.unbounded(i) {
			continue
		}
		v, _ := a.views(i, is)
		var lost []Difference
		for _, d := range i.Lost {
			if !isRoute(i.Kind()) || d.Path[0] == "metadata" {
				lost = append(lost, d)
			}
		}
		want := merged(a.reselected(i.tree, is), is[i.Into], i.Kind(), i.Into.Kind, v, lost)
		reconcile(want, i)
		who := "tenants"
		if i.Kind() == "ServiceAccount" {
			who = "overrides"
		}
		content := overlay.PatchOf(manifest.Object{Tree: is[i.Into]}, want, "# What the object was before tenantsmith, and no field says.\n")
		if content == nil {
			continue
		}
		is[i.Into] = want
		i.File = path.Join(who, a.Tenant, "patches", "all", stem(i.Into.Kind, i.Into.Name))
		a.patches[i.File] = content
	}
}

// reconcile takes out of a rendered object what an API server refuses beside something that the old one says.
func reconcile(want tree, was *Item) {
	switch was.Kind() {
	case "PodDisruptionBudget":
		if at(want, "spec", "minAvailable") != nil && at(was.tree, "spec", "maxUnavailable") == nil {
			delete(mapAt(want, "spec"), "maxUnavailable")
		}
	case "CronJob":
		if run := mapAt(want, "spec", "jobTemplate", "spec"); textAt(run, "template", "spec", "restartPolicy") == "OnFailure" {
			delete(run, "podFailurePolicy") // what the kubelet restarts has no pod that failed
		}
	}
}

// conclude says what became of each object.
func (a *Adoption) conclude(is outcome) {
	for _, i := range a.Items {
		switch {
		case i.State == Left:
		case len(i.Lost) > 0:
			why := i.Reason
			if why == "" {
				why = "not all of it is rendered: " + told(i.Lost)
			}
			i.leave("%s", why)
		case i.State == Kept:
		case i.File != "":
			i.State = Patched
		default:
			i.State = Fields
		}
	}
}

// told names fields, never their values: they may be secret.
func told(all []Difference) string {
	var out []string
	for _, d := range all {
		out = append(out, d.Path.String())
	}
	return strings.Join(out, ", ")
}
