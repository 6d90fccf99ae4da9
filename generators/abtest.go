package generators

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// newInput is the tenant in one environment, with the second versions of its A/B tests among the
// services: all generators see them as services like any other.
func newInput(t *schemas.Tenant, e *schemas.Environment) input {
	var all map[string]schemas.Service
	for name, s := range e.Spec.Services {
		if lasting(s, e.Cluster) {
			if all == nil {
				all = map[string]schemas.Service{}
			}
			all[secondVersion(name)] = second(s)
		}
	}
	if all == nil {
		return input{t, e}
	}
	maps.Copy(all, e.Spec.Services) // what a person declares keeps its name
	complete := *e
	complete.Spec.Services = all
	return input{t, &complete}
}

// chooses reports whether an A/B test says which requests it is about.
func chooses(m *schemas.Match) bool {
	return m != nil && (m.Header != "" || m.Cookie != "") && m.Value != ""
}

// lasting reports whether the service is in an A/B test that takes longer than a release may: its
// second version then runs beside the first until the test is taken out of the tenant's file.
func lasting(s schemas.Service, c *schemas.Cluster) bool {
	return s.Release.Strategy == abTest && s.Release.Image != "" && chooses(s.Release.Match) &&
		runs(s) && !hasClaim(s) && s.Router(c) != schemas.NoRouter
}

func secondVersion(service string) string { return fit(service + "-b") }

// second is the service with the image of its A/B test. It gets no requests but those that the test
// chooses, in the routes of the first version, and as many pods as the test says. What runs once runs for the first
// version alone: both share what it works on. The match stays, to tell it from services that people declare.
func second(s schemas.Service) schemas.Service {
	s.Image, s.Replicas = s.Release.Image, new(testReplicas(s))
	s.Autoscaling, s.VerticalScaling, s.Expose = nil, nil, nil
	s.Init = slices.DeleteFunc(slices.Clone(s.Init), func(step schemas.InitStep) bool { return step.Once })
	s.Release = schemas.Release{Strategy: rolling, Match: s.Release.Match}
	return s
}

// testReplicas is how many pods the chosen requests get: by default as many as the service has at
// least.
func testReplicas(s schemas.Service) int32 {
	return or(s.Release.Replicas, max(minReplicas(s), 1))
}

// first is the service of which this one is the second version, or the service itself.
func (in input) first(name string) string {
	if r := in.env.Spec.Services[name].Release; r.Strategy != rolling || r.Match == nil {
		return name
	}
	for first, s := range in.env.Spec.Services {
		if secondVersion(first) == name && lasting(s, in.env.Cluster) {
			return first
		}
	}
	return name
}

// beside is the second version that runs beside the service; empty without one, or where a person has
// taken its name.
func (in input) beside(name string, s schemas.Service) string {
	b := secondVersion(name)
	if !lasting(s, in.env.Cluster) || in.first(b) != name {
		return ""
	}
	return b
}

// subject is the field that asked for an object: a second version is asked for by its first.
func (in input) subject(path string) string {
	for name, s := range in.env.Spec.Services {
		b := in.beside(name, s)
		if b == "" {
			continue
		}
		rest, ok := strings.CutPrefix(path, servicePath(b))
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return servicePath(name) + rest
		}
	}
	return path
}

// testRoute is the name of the route that the chosen requests of an A/B test take.
func testRoute(service string) string { return fit(service + "-ab") }

// wanted is the header by which an A/B test chooses requests, and its value. A cookie is one of
// several in its header, so there its name and value must be found between the others; both routers
// compare a regular expression with the whole header.
func wanted(m *schemas.Match) (header string, value v1alpha1.StringMatch) {
	if m.Cookie != "" {
		cookie := regexp.QuoteMeta(m.Cookie + "=" + m.Value)
		return "cookie", v1alpha1.StringMatch{Regex: "^(?:.*; *)?" + cookie + "(?: *;.*)?$"}
	}
	return strings.ToLower(m.Header), v1alpha1.StringMatch{Exact: m.Value}
}

// tested is the Service to which the routes themselves send the chosen requests; empty where the
// controller adds that to the route, or without a test.
//
// On Istio the controller would add a route of headers alone. It would take the chosen requests to
// other paths of the host and to other ports of the Service as well, be they those of another
// service, and would leave ports without a route of their own with nothing but itself. So the route
// is there always, for the paths and ports of the service: between releases the Service of the new
// version has the pods of the old one.
func (in input) tested(name string, s schemas.Service) string {
	if c := in.env.Cluster; strategy(s, c) == abTest && s.Router(c) == schemas.Istio {
		return canaryService(name)
	}
	return in.beside(name, s)
}

// Versions are the names that the pods of a service carry in the label app.kubernetes.io/name: its own, and that of a second
// version.
func Versions(service string) []string { return []string{service, secondVersion(service)} }
