package generators

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// addresses make the Services that give each service with ports a stable address: one of its own
// name, and beside it one for the new version of a release that gives it requests of its own.
func addresses(in input) []object {
	var out []object
	for name, s := range in.running() {
		if isSet(s) {
			members := in.membersService(name, s)
			in.inPhase(&members.ObjectMeta, in.level(name))
			out = append(out, of(name, members))
		}
		switch {
		case len(s.Ports) == 0:
		// The controller selects one version with each of two. A selector written here would be
		// applied over its own and send requests to both.
		case strategy(s, in.env.Cluster) == blueGreen:
			out = append(out, of(name, in.service(name, name, s, nil)),
				of(name, in.service(previewService(name), name, s, nil)))
		case routed(s, in.env.Cluster):
			out = append(out, of(name, in.service(name, name, s, nil)),
				of(name, in.service(canaryService(name), name, s, nil)))
		default:
			address := in.service(name, name, s, in.workloadSelector(name))
			in.inPhase(&address.ObjectMeta, in.level(name))
			out = append(out, of(name, address))
		}
	}
	return out
}

func previewService(name string) string { return fit(name + "-preview") }
func canaryService(name string) string  { return fit(name + "-canary") }

func (in input) service(name, of string, s schemas.Service, selector map[string]string) *corev1.Service {
	out := &corev1.Service{
		TypeMeta:   kind("v1", "Service"),
		ObjectMeta: in.meta(name, of),
		Spec: corev1.ServiceSpec{
			Type:                corev1.ServiceTypeClusterIP,
			Selector:            selector,
			Ports:               servicePorts(s.Ports),
			TrafficDistribution: in.distribution(s),
		},
	}
	in.byAddress(s, &out.Spec)
	return out
}

// servicePorts offer each port under its own number or the one that it says, and find it in the pod by its name. What a
// sidecar listens at is found by number: not every cluster knows the names of its ports.
func servicePorts(ports map[string]schemas.Port) []corev1.ServicePort {
	var out []corev1.ServicePort
	for _, name := range slices.Sorted(maps.Keys(ports)) {
		out = append(out, corev1.ServicePort{
			Name:        name,
			Port:        ports[name].Number(),
			TargetPort:  target(name, ports[name]),
			Protocol:    protocol(ports[name]),
			AppProtocol: appProtocol(name, ports[name]),
		})
	}
	return out
}

func target(name string, p schemas.Port) intstr.IntOrString {
	if p.Sidecar != "" {
		return intstr.FromInt32(p.Port)
	}
	return intstr.FromString(name)
}

// appProtocol is what the tenant says, or the name of the port beyond doubt, alone or before a dash; nil otherwise.
// Without it a gateway speaks HTTP/1.1, by which no call of gRPC gets through; grpc-web does.
func appProtocol(port string, p schemas.Port) *string {
	switch p.App {
	case "http2", "grpc":
		return new("kubernetes.io/h2c")
	case "http", "tcp", "tls":
		return &p.App
	}
	switch said, _, _ := strings.Cut(port, "-"); {
	case port == "http", port == "https":
		return &port
	case said == "grpc" && port != "grpc-web", said == "h2c":
		return new("kubernetes.io/h2c")
	}
	return nil
}
