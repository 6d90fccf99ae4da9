package conformance

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/stretchr/testify/assert"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// route is a cluster, whether the service is exposed there, and the router that its requests pass.
type route struct {
	cluster fields
	exposed bool
	router  string
}

// allOperators are what the clusters of the matrix have.
var allOperators = []string{"rollouts", "prometheus", "prometheus-adapter", "keda", "vpa"}

func cluster(router, mesh string) fields {
	return fields{
		"router": router, "mesh": mesh, "ingressClass": "shared", "gateway": "shared", "operators": allOperators,
		"metrics": fields{"address": "http://prometheus.monitoring.svc:9090"},
	}
}

// ambient has a mesh without sidecars.
func ambient(router string) fields {
	c := cluster(router, "istio")
	c["dataPlane"] = "ambient"
	return c
}

var routes = map[string]route{
	"none":    {cluster("none", "none"), true, "none"},
	"inside":  {cluster("istio", "none"), false, "none"},
	"istio":   {cluster("istio", "none"), true, "istio"},
	"mesh":    {cluster("istio", "istio"), false, "istio"},
	"both":    {cluster("istio", "istio"), true, "istio"},
	"ambient": {ambient("istio"), true, "istio"},
	"gateway": {cluster("gateway-api", "none"), true, "gateway-api"},
	"gamma":   {cluster("gateway-api", "istio"), false, "gateway-api"},
}

// release is the release of a service, and the strategy that the tier has to allow for it.
type release struct {
	strategy string
	fields   fields
}

var (
	gate  = fields{"successRate": 99.5, "p99": "500ms"}
	match = fields{"header": "x-cohort", "value": "b"}
)

var releases = map[string]release{
	"default":  {"", nil},
	"rolling":  {"rolling", fields{}},
	"canary":   {"canary", fields{"weights": []int{10, 50}}},
	"gated":    {"canary", fields{"weights": []int{1, 25, 99}, "gate": gate, "approval": "manual"}},
	"dry":      {"canary", fields{"gate": fields{"p99": "1s", "dryRun": true, "noData": "hold"}}},
	"steps":    {"canary", fields{"steps": []fields{{"setWeight": 20}, {"pause": fields{"duration": "10m"}}, {"setWeight": 60}, {"pause": fields{}}}}},
	"switch":   {"blueGreen", fields{"keepOldFor": "15m", "approval": "manual"}},
	"smoke":    {"blueGreen", fields{"gate": gate, "smoke": fields{"path": "/healthz"}}},
	"test":     {"abTest", fields{"match": match, "duration": "1h", "replicas": 1}},
	"cookie":   {"abTest", fields{"match": fields{"cookie": "cohort", "value": "b"}, "duration": "2h", "replicas": 1, "gate": gate, "approval": "manual"}},
	"longtest": {"abTest", fields{"match": match, "duration": "7d", "replicas": 1, "image": "ghcr.io/example/web:2.0.0"}},
}

// scalings are how many pods a service has; the tier decides without any.
var scalings = map[string]fields{
	"fixed":   {},
	"cpu":     {"autoscaling": fields{"min": 2, "max": 3, "cpuPercent": 70}},
	"rps":     {"autoscaling": fields{"min": 2, "max": 3, "requestsPerSecond": 50}},
	"trigger": {"autoscaling": fields{"min": 0, "max": 3, "triggers": []fields{{"type": "cron", "metadata": fields{"timezone": "UTC", "start": "0 6 * * *", "end": "0 20 * * *", "desiredReplicas": "2"}}}}},
	"vpa":     {"verticalScaling": fields{"mode": "recommend"}},
}

// tiers are the strategies that each allows.
var tiers = map[string][]string{
	"free":       {"rolling"},
	"basic":      {"rolling", "canary"},
	"premium":    {"rolling", "canary", "blueGreen", "abTest"},
	"enterprise": {"rolling", "canary", "blueGreen", "abTest"},
}

// refused is the whole table of what the schemas refuse in the matrix: a strategy that the tier does
// not have, and a test where no router reads headers.
func refused(tier string, r route, rel release) bool {
	return rel.strategy != "" && !slices.Contains(tiers[tier], rel.strategy) || rel.strategy == "abTest" && r.router == "none"
}

const (
	renderedCells = "combinations of tier, release, route and scaling rendered as asked"
	refusedCells  = "combinations refused as the table says"
)

// cell is a combination; its name is that of a tenant.
type cell struct{ tier, route, release, scaling string }

func (c cell) tenant() string {
	return strings.Join([]string{c.tier, c.release, c.route, c.scaling}, "-")
}

// cells are every tier with every release on the route, and where more than two pods are allowed also
// with every way of scaling.
func cells(name string) (out []cell) {
	for _, rel := range slices.Sorted(maps.Keys(releases)) {
		for _, tier := range slices.Sorted(maps.Keys(tiers)) {
			out = append(out, cell{tier, name, rel, "fixed"})
		}
		for _, scaling := range slices.Sorted(maps.Keys(scalings)) {
			if scaling != "fixed" {
				out = append(out, cell{"premium", name, rel, scaling}, cell{"enterprise", name, rel, scaling})
			}
		}
	}
	return out
}

// spec is the tenant of a cell.
func (c cell) spec() fields {
	service := fields{"image": "ghcr.io/example/web:1.0.0", "ports": fields{"http": 8080}, "probes": fields{"ready": fields{"path": "/", "port": "http"}}}
	maps.Copy(service, scalings[c.scaling])
	if routes[c.route].exposed {
		service["expose"] = []fields{{"host": c.tenant() + ".apps.example.com", "path": "/", "port": "http"}}
	}
	if rel := releases[c.release]; rel.strategy != "" {
		given := fields{"strategy": rel.strategy}
		maps.Copy(given, rel.fields)
		service["release"] = given
	}
	return fields{
		"tier": c.tier, "owners": []fields{{"group": c.tenant(), "role": "developer"}},
		"environments": fields{c.route: fields{}}, "services": fields{"web": service},
	}
}

// TestMatrix judges every strategy on every router in every tier: it is refused at its line, as the
// table says, or all that it renders is accepted, by our own policies (the proof of its quota among
// them) as well.
func TestMatrix(t *testing.T) {
	l := readCRDs(t)
	for _, name := range slices.Sorted(maps.Keys(routes)) {
		p := newPlatform(t, "high", map[string]fields{name: routes[name].cluster})
		all := cells(name)
		for _, c := range all {
			p.add(c.tenant(), c.spec())
		}
		_, wrong := p.validate()
		rendered, said := p.render()
		count(t, "tenants hold our own rules of progressive delivery", p.holds())
		for _, c := range all {
			if refused(c.tier, routes[c.route], releases[c.release]) {
				refuses(t, c, wrong[c.tenant()])
				continue
			}
			assert.Empty(t, wrong[c.tenant()])
			s, ok := rendered[c.tenant()+"-"+name]
			if !assert.True(t, ok, "%s: is not rendered: %s", c.tenant(), about(said, c.tenant())) {
				continue
			}
			l.exam(t, s)
			if assert.NoError(t, asAsked(s, c), c.tenant()) {
				count(t, renderedCells, 1)
			}
		}
	}
	counted(t, 1, renderedCells, refusedCells)
	countedAll(t)
}

// refuses asserts that the strategy is what is refused.
func refuses(t *testing.T, c cell, found []finding) {
	at := func(f finding) bool { return f.Field == "spec.services.web.release.strategy" && f.Remedy != "" }
	if assert.True(t, slices.ContainsFunc(found, at), "%s: the strategy is not refused: %v", c.tenant(), found) {
		count(t, refusedCells, 1)
	}
}

// asAsked says in what the Rollout is not what was asked for: the exam would be about something else.
func asAsked(s set, c cell) error {
	asked := releases[c.release].strategy
	if asked == "" {
		return nil
	}
	o := s.find(rolloutsGroup, "Rollout", "web")
	if o == nil {
		return errors.New("there is no Rollout web")
	}
	var r v1alpha1.Rollout
	if err := decode(o, &r); err != nil {
		return err
	}
	// A long test is a Rollout of its own beside the first, which is replaced pod by pod.
	want := shaped(asked, routes[c.route].router)
	switch {
	case c.release == "longtest" && s.find(rolloutsGroup, "Rollout", "web-b") == nil:
		return errors.New("there is no Rollout web-b")
	case c.release == "longtest", asked == "rolling":
		want = shaped("rolling", "none")
	case asked == "blueGreen":
		want = shaped("blueGreen", "none")
	}
	if got := shape(&r); got != want {
		return fmt.Errorf("Rollout web is %q, not %q", got, want)
	}
	if asked == "abTest" && !mentions(s, "cohort") {
		return errors.New("nothing routes by the header or cookie of the test")
	}
	return nil
}

// mentions reports whether a Rollout or a route holds the text.
func mentions(s set, text string) bool {
	routing := []string{"Rollout", "VirtualService", "HTTPRoute"}
	return slices.ContainsFunc(s.objects, func(o *unstructured.Unstructured) bool {
		data, err := o.MarshalJSON()
		return err == nil && slices.Contains(routing, o.GetKind()) && strings.Contains(string(data), text)
	})
}

// about are the lines that name a tenant.
func about(said, tenant string) string {
	var out []string
	for line := range strings.Lines(said) {
		if strings.Contains(line, tenant) {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
