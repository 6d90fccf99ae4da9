package generators

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// readiness is the tenant's own probe. What has ports and no probe is asked whether it accepts
// connections: otherwise a new version counts as ready before it has begun to listen, and the
// release goes on without it.
func readiness(s schemas.Service) *corev1.Probe {
	own := s.OwnPorts()
	if s.Probes.Ready != nil {
		return probe(s.Probes.Ready, own)
	}
	if port := mainPort(own); port != "" {
		return probe(&schemas.Probe{Port: port}, own)
	}
	return nil
}

// probe writes a command, a gRPC call, an HTTP request or a connection, whichever is asked for first
// in this order.
func probe(p *schemas.Probe, ports map[string]schemas.Port) *corev1.Probe {
	if p == nil {
		return nil
	}
	out := &corev1.Probe{
		InitialDelaySeconds: p.InitialDelay,
		PeriodSeconds:       p.Period,
		TimeoutSeconds:      p.Timeout,
		FailureThreshold:    p.FailureThreshold,
		SuccessThreshold:    p.SuccessThreshold,
	}
	port := p.Port
	if port == "" {
		port = mainPort(ports)
	}
	switch {
	case len(p.Exec) > 0:
		out.Exec = &corev1.ExecAction{Command: p.Exec}
	case p.GRPC:
		out.GRPC = &corev1.GRPCAction{Port: portNumber(port, ports)}
		if p.Service != "" {
			out.GRPC.Service = &p.Service
		}
	case p.Path != "":
		out.HTTPGet = &corev1.HTTPGetAction{Path: p.Path, Port: intstr.Parse(port), HTTPHeaders: headers(p.Headers)}
		if port == "https" || p.TLS {
			out.HTTPGet.Scheme = corev1.URISchemeHTTPS
		}
	default:
		out.TCPSocket = &corev1.TCPSocketAction{Port: intstr.Parse(port)}
	}
	return out
}

func headers(all map[string]string) []corev1.HTTPHeader {
	var out []corev1.HTTPHeader
	for _, name := range slices.Sorted(maps.Keys(all)) {
		out = append(out, corev1.HTTPHeader{Name: name, Value: all[name]})
	}
	return out
}

// portNumber is that of a port by name, or the number that stands in place of the name.
func portNumber(port string, ports map[string]schemas.Port) int32 {
	if p, ok := ports[port]; ok {
		return p.Port
	}
	return intstr.Parse(port).IntVal
}

// mainPort is http where there is such a port, otherwise the first by name that takes connections;
// empty without one.
func mainPort(ports map[string]schemas.Port) string {
	names := slices.Sorted(maps.Keys(ports))
	names = slices.DeleteFunc(names, func(n string) bool { return protocol(ports[n]) != corev1.ProtocolTCP })
	if slices.Contains(names, "http") {
		return "http"
	}
	if len(names) == 0 {
		return ""
	}
	return names[0]
}

// startSeconds is how long the probes give a pod to become ready.
func startSeconds(p schemas.Probes) int32 {
	var seconds int32
	if p.Ready != nil {
		seconds += p.Ready.InitialDelay
	}
	if p.Startup != nil {
		// Ten seconds and three times are what the cluster assumes.
		seconds += p.Startup.InitialDelay + given(p.Startup.Period, 10)*given(p.Startup.FailureThreshold, 3)
	}
	return seconds
}

func given(n, fallback int32) int32 {
	if n == 0 {
		return fallback
	}
	return n
}
