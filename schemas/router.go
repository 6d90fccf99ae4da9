package schemas

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The routers that a cluster may have.
const (
	NoRouter   = "none"
	Istio      = "istio"
	GatewayAPI = "gateway-api"
)

// Ambient is the data plane of a mesh without sidecars.
const Ambient = "ambient"

// Router is what gives the versions of the service their share of the requests on a cluster. It is
// the cluster's, where the requests pass it: those from outside do when the service is exposed, those
// from inside when there is a mesh with sidecars. Otherwise, and for what is not HTTP, it is [NoRouter]: versions
// get the share that their pods are of all.
func (s Service) Router(c *Cluster) string {
	if c == nil || c.Router != Istio && c.Router != GatewayAPI {
		return NoRouter
	}
	ports := s.HTTPPorts()
	exposed := slices.ContainsFunc(s.Expose, func(e Expose) bool { return slices.Contains(ports, e.Port) })
	if !exposed && (!c.Sidecars() || len(ports) == 0) {
		return NoRouter
	}
	return c.Router
}

// RouteName is what the routes from a host to a service are called, however long: the host without dots,
// since Argo Rollouts takes what follows the last dot of a VirtualService's name for its namespace. What
// tells two hosts apart is kept by a digest where dashes alone would not.
func RouteName(service, host string) string {
	name := service + "-" + strings.NewReplacer(".", "-", "*", "all").Replace(host)
	if strings.ContainsAny(host, "-*") {
		sum := sha256.Sum256([]byte(host))
		name += "-" + hex.EncodeToString(sum[:4])
	}
	return name
}

// HTTPPorts are the names of the ports that speak HTTP, sorted: those that are exposed and those whose
// name says so, as meshes read it (http, http2, grpc, h2c, or one of them and a dash), or their app. That of
// metrics is none of them.
func (s Service) HTTPPorts() []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(s.Ports)) {
		said, _, _ := strings.Cut(name, "-")
		if app := s.Ports[name].App; app != "" {
			said = app
		}
		speaks := slices.Contains([]string{"http", "http2", "grpc", "h2c"}, said)
		exposed := slices.ContainsFunc(s.Expose, func(e Expose) bool { return e.Port == name })
		if (speaks || exposed) && s.Ports[name].Protocol != "UDP" {
			out = append(out, name)
		}
	}
	return out
}

// unrouted says why the requests of a service pass no router that could choose among them, and what
// would change that; both are empty when they do pass one.
func unrouted(s *manifest.Node, c *Cluster) obstacle {
	asked := requested(s)
	switch {
	case asked.Router(c) != NoRouter:
		return obstacle{}
	case c.Router != Istio && c.Router != GatewayAPI:
		return obstacle{
			fmt.Sprintf("needs router istio or gateway-api, and cluster %s has none", c.Name),
			fmt.Sprintf("have a router installed on cluster %s", c.Name), true,
		}
	case len(asked.HTTPPorts()) == 0:
		return obstacle{
			fmt.Sprintf("needs requests that pass router %s of cluster %s, and no port of the service speaks HTTP", c.Router, c.Name),
			"name its HTTP port http", true,
		}
	}
	mesh := "the cluster has no mesh"
	if c.IsAmbient() {
		mesh = "the cluster's ambient mesh sees no requests"
	}
	return obstacle{
		fmt.Sprintf("needs requests that pass router %s of cluster %s: the service is not exposed, and %s", c.Router, c.Name, mesh),
		"expose the service", true,
	}
}

// requested is what a service that is not decoded yet says of its requests.
func requested(s *manifest.Node) Service {
	out := Service{Ports: portsAsked(s), Sidecars: map[string]Sidecar{}}
	for _, f := range fieldsOf(s.Get("sidecars")) {
		out.Sidecars[f.Key] = Sidecar{Ports: portsAsked(f.Value)}
	}
	for _, item := range itemsOf(s.Get("expose")) {
		out.Expose = append(out.Expose, Expose{Port: word(item.Get("port"))})
	}
	out.offerSidecars()
	return out
}

func portsAsked(of *manifest.Node) map[string]Port {
	out := map[string]Port{}
	for _, f := range fieldsOf(of.Get("ports")) {
		out[f.Key] = Port{Protocol: word(f.Value.Get("protocol")), App: word(f.Value.Get("app"))}
	}
	return out
}
