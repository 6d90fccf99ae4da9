package adopt

import (
	corev1 "k8s.io/api/core/v1"
)

// probesDoc says the probes of a container. Those that ask a port without a name stay for a patch.
func (s *service) probesDoc(c corev1.Container) fields {
	var f fields
	f.set("ready", s.probeDoc(c.ReadinessProbe))
	f.set("live", s.probeDoc(c.LivenessProbe))
	f.set("startup", s.probeDoc(c.StartupProbe))
	return f
}

func (s *service) probeDoc(p *corev1.Probe) fields {
	if p == nil {
		return nil
	}
	var f fields
	switch {
	case p.HTTPGet != nil:
		port := s.portOf(p.HTTPGet.Port.IntVal, p.HTTPGet.Port.StrVal)
		if port == "" || p.HTTPGet.Host != "" {
			return nil
		}
		f.set("path", orText(p.HTTPGet.Path, "/"))
		f.set("port", port)
		if p.HTTPGet.Scheme == corev1.URISchemeHTTPS && port != "https" {
			f.set("tls", true)
		}
		var headers fields
		for _, h := range p.HTTPGet.HTTPHeaders {
			headers.set(h.Name, h.Value)
		}
		f.set("headers", headers)
	case p.TCPSocket != nil:
		port := s.portOf(p.TCPSocket.Port.IntVal, p.TCPSocket.Port.StrVal)
		if port == "" {
			return nil
		}
		f.set("port", port)
	case p.GRPC != nil:
		port := s.portOf(p.GRPC.Port, "")
		if port == "" {
			return nil
		}
		f.set("port", port)
		f.set("grpc", true)
		if p.GRPC.Service != nil {
			f.set("service", *p.GRPC.Service)
		}
	case p.Exec != nil:
		f.set("exec", texts(p.Exec.Command))
	default:
		return nil
	}
	for _, n := range []struct {
		key   string
		value int32
	}{
		{"initialDelay", p.InitialDelaySeconds}, {"period", p.PeriodSeconds}, {"timeout", p.TimeoutSeconds},
		{"failureThreshold", p.FailureThreshold}, {"successThreshold", p.SuccessThreshold},
	} {
		if n.value != 0 {
			f.set(n.key, int64(n.value))
		}
	}
	return f
}
