package generators

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Companion is what a GitOps engine must know about rendered objects, so that it does not undo what
// controllers do to them during a release. Everything is sorted.
type Companion struct {
	ArgoCD ArgoCompanion `json:"argocd"`
	Flux   FluxCompanion `json:"flux"`
}

// ArgoCompanion is for the Application that applies the objects.
type ArgoCompanion struct {
	IgnoreDifferences []krm.ArgoDifference `json:"ignoreDifferences,omitempty"`
	// SyncOptions keep a synchronization away from objects that do not differ, such as a route whose
	// weights a release is moving. RespectIgnoreDifferences is never among them: for a field within a
	// list it keeps the whole list as it is in the cluster, so that changes of routes in git would
	// never arrive. Without it, a change of such an object during a release puts its weights back for
	// the moment that the controller takes to set them again.
	SyncOptions []string `json:"syncOptions,omitempty"`
}

// FluxCompanion is for the Kustomization that applies the objects. Ignore finds no item of a list by what is in it, so
// for routes it is the whole list: a change of it in git arrives only without the rule.
type FluxCompanion struct {
	Ignore           []krm.FluxIgnore      `json:"ignore,omitempty"`
	HealthCheckExprs []krm.FluxHealthCheck `json:"healthCheckExprs,omitempty"`
}

const (
	istioGroup   = "networking.istio.io"
	gatewayGroup = "gateway.networking.k8s.io"
)

// Companions finds in rendered objects which fields controllers change: the weights and header routes
// of routes that a Rollout splits, and the replicas of workloads that an autoscaler scales. Services
// are not among them: those that a Rollout manages carry no selector.
func Companions(objects []manifest.Object) Companion {
	found := changes{}
	var out Companion
	for _, o := range objects {
		switch key := o.Key(); {
		case key.Group == "argoproj.io" && key.Kind == "Rollout":
			found.split(o)
			out.Flux.HealthCheckExprs = []krm.FluxHealthCheck{rolloutHealth(o.APIVersion())}
		case key.Group == "autoscaling" && key.Kind == "HorizontalPodAutoscaler", key.Group == "keda.sh" && key.Kind == "ScaledObject":
			found.scale(o)
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(found), compareKeys) {
		out.ArgoCD.IgnoreDifferences = append(out.ArgoCD.IgnoreDifferences, found.difference(key))
		out.Flux.Ignore = append(out.Flux.Ignore, found.rule(key))
	}
	if len(found) > 0 {
		out.ArgoCD.SyncOptions = orderedSync([]string{onlyOutOfSync}, objects)
	}
	return out
}

// rolloutHealth compares the generation first: until the controller has seen a change, the phase is
// that of the version before. It is a text in the status of a Rollout.
func rolloutHealth(apiVersion string) krm.FluxHealthCheck {
	const seen = "has(status.observedGeneration) && status.observedGeneration == string(metadata.generation)"
	return krm.FluxHealthCheck{
		APIVersion: apiVersion, Kind: "Rollout",
		Current:    seen + " && status.phase == 'Healthy'",
		Failed:     seen + " && status.phase == 'Degraded'",
		InProgress: "!(" + seen + ") || status.phase in ['Progressing', 'Paused']",
	}
}

// changes are the fields that controllers change, by object: as jq finds them for routes, and by
// pointer where they stand in no list.
type changes map[manifest.Key]*changed

type changed struct{ pointers, expressions []string }

func (c changes) of(group, kind, name string) *changed {
	key := manifest.Key{Group: group, Kind: kind, Name: name}
	if c[key] == nil {
		c[key] = &changed{}
	}
	return c[key]
}

func (c changes) difference(k manifest.Key) krm.ArgoDifference {
	return krm.ArgoDifference{
		Group: k.Group, Kind: k.Kind, Name: k.Name,
		JSONPointers:      sortedSet(c[k].pointers),
		JQPathExpressions: sortedSet(c[k].expressions),
	}
}

func (c changes) rule(k manifest.Key) krm.FluxIgnore {
	paths := sortedSet(c[k].pointers)
	if len(c[k].expressions) > 0 {
		paths = append(paths, map[string]string{"VirtualService": "/spec/http", "HTTPRoute": "/spec/rules"}[k.Kind])
	}
	return krm.FluxIgnore{Paths: paths, Target: krm.FluxTarget{Group: k.Group, Kind: k.Kind, Name: regexp.QuoteMeta(k.Name)}}
}

// scale notes the workload that an autoscaler scales.
func (c changes) scale(autoscaler manifest.Object) {
	apiVersion, kind := text(autoscaler.Tree, "spec", "scaleTargetRef", "apiVersion"), text(autoscaler.Tree, "spec", "scaleTargetRef", "kind")
	name := text(autoscaler.Tree, "spec", "scaleTargetRef", "name")
	if name == "" {
		return
	}
	target := manifest.Object{Tree: map[string]any{"apiVersion": apiVersion}}
	replicas := c.of(target.Key().Group, cmp.Or(kind, "Deployment"), name)
	replicas.pointers = append(replicas.pointers, "/spec/replicas")
}

// split notes the routes whose weights a Rollout changes, and the header routes that it inserts.
func (c changes) split(rollout manifest.Object) {
	canary, _ := manifest.Path{"spec", "strategy", "canary"}.Lookup(rollout.Tree)
	routing, _ := manifest.Path{"trafficRouting"}.Lookup(canary)
	var inserted []string
	for _, r := range list(routing, "managedRoutes") {
		inserted = append(inserted, text(r, "name"))
	}
	services := []string{text(canary, "stableService"), text(canary, "canaryService")}
	for _, v := range virtualServicesOf(routing) {
		c.virtualService(v, inserted)
	}
	for _, name := range httpRouteNames(routing) {
		c.httpRoute(name, services, inserted)
	}
}

func virtualServicesOf(routing any) []any {
	out := list(routing, "istio", "virtualServices")
	if one, ok := (manifest.Path{"istio", "virtualService"}).Lookup(routing); ok {
		out = append(slices.Clone(out), one)
	}
	return out
}

func httpRouteNames(routing any) []string {
	var out []string
	if name := text(routing, "plugins", gatewayPlugin, "httpRoute"); name != "" {
		out = append(out, name)
	}
	for _, r := range list(routing, "plugins", gatewayPlugin, "httpRoutes") {
		out = append(out, text(r, "name"))
	}
	return out
}

// virtualService notes the weights of the named routes, or of all where none is named.
func (c changes) virtualService(v any, inserted []string) {
	found := c.of(istioGroup, "VirtualService", text(v, "name"))
	routes := list(v, "routes")
	for _, r := range routes {
		found.expressions = append(found.expressions, fmt.Sprintf(`.spec.http[] | select(.name == %q) | .route[]?.weight`, r))
	}
	if len(routes) == 0 {
		found.expressions = append(found.expressions, `.spec.http[].route[]?.weight`)
	}
	for _, name := range inserted {
		found.expressions = append(found.expressions, fmt.Sprintf(`.spec.http[] | select(.name == %q)`, name))
	}
}

// httpRoute notes the weights of the two Services that the requests are split between, and the rules
// that the plugin inserts: one for each rule that it copies, numbered from the second.
func (c changes) httpRoute(name string, services, inserted []string) {
	found := c.of(gatewayGroup, "HTTPRoute", name)
	for _, s := range services {
		found.expressions = append(found.expressions, fmt.Sprintf(`.spec.rules[].backendRefs[]? | select(.name == %q) | .weight`, s))
	}
	for _, rule := range inserted {
		found.expressions = append(found.expressions, fmt.Sprintf(`.spec.rules[] | select((.name // "") | test(%q))`, "^"+regexp.QuoteMeta(rule)+"(-[0-9]+)?$"))
	}
}

func list(tree any, path ...any) []any {
	v, _ := manifest.Path(path).Lookup(tree)
	out, _ := v.([]any)
	return out
}

func text(tree any, path ...any) string {
	v, _ := manifest.Path(path).Lookup(tree)
	s, _ := v.(string)
	return s
}

func sortedSet(values []string) []string { return slices.Compact(slices.Sorted(slices.Values(values))) }

func compareKeys(a, b manifest.Key) int {
	return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}
