package generators

import (
	"cmp"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// unavailable are the answers after which a request may be tried again: the pod has not begun with it. As Envoy says them,
// those of connections come first; 503 is what a pod says in HTTP, the last one in gRPC.
const (
	unavailable   = 503
	unavailableOn = "connect-failure,refused-stream,unavailable,503"
)

// istioTimeout is how long a request may take; empty where the exposure does not say.
func istioTimeout(w schemas.Way) string {
	if w.Timeout == "" {
		return ""
	}
	return span(schemas.Milliseconds(w.Timeout))
}

// istioRetries are nil where Istio's own hold; 0 ends those. A try has no timeout of its own: one that runs out would be
// an answer that comes from the pod, after which nothing may be tried again.
func istioRetries(w schemas.Way) *krm.IstioRetries {
	switch {
	case w.Retries < 0:
		return nil
	case w.Retries == 0:
		return &krm.IstioRetries{}
	}
	return &krm.IstioRetries{Attempts: w.Retries, RetryOn: unavailableOn}
}

func httpTimeouts(w schemas.Way) *gatewayv1.HTTPRouteTimeouts {
	if w.Timeout == "" {
		return nil
	}
	return &gatewayv1.HTTPRouteTimeouts{Request: new(gatewayv1.Duration(istioTimeout(w)))}
}

// httpRetry is nil where there are none: a route cannot say so.
func httpRetry(w schemas.Way) *gatewayv1.HTTPRouteRetry {
	if w.Retries <= 0 {
		return nil
	}
	return &gatewayv1.HTTPRouteRetry{Codes: []gatewayv1.HTTPRouteRetryStatusCode{unavailable}, Attempts: new(int(w.Retries))}
}

// span writes milliseconds in the largest unit of which it is a whole number; no part of it has more than five digits, as
// the Gateway API demands.
func span(ms int64) string {
	switch {
	case ms%3600_000 == 0:
		return fmt.Sprintf("%dh", ms/3600_000)
	case ms%60_000 == 0:
		return fmt.Sprintf("%dm", ms/60_000)
	case ms%1000 == 0:
		return fmt.Sprintf("%ds", ms/1000)
	case ms < 1000:
		return fmt.Sprintf("%dms", ms)
	}
	return fmt.Sprintf("%ds%dms", ms/1000, ms%1000)
}

// sessionCookie tells the clients of a service apart.
func sessionCookie(name string, a *schemas.SessionAffinity) string {
	return cmp.Or(a.Cookie, name+"-session")
}

// istioAffinity keeps a client on its pod, among those of one version; nil where nothing does.
func istioAffinity(name string, s schemas.Service) *krm.IstioLoadBalancer {
	a := s.SessionAffinity
	if a == nil {
		return nil
	}
	return &krm.IstioLoadBalancer{ConsistentHash: krm.IstioConsistentHash{HTTPCookie: krm.IstioCookie{
		Name: sessionCookie(name, a), Path: "/", TTL: fmt.Sprintf("%ds", schemas.Milliseconds(a.TTL)/1000),
	}}}
}

// httpAffinity is the same in a route for requests from outside.
func httpAffinity(name string, s schemas.Service) *gatewayv1.SessionPersistence {
	a := s.SessionAffinity
	if a == nil {
		return nil
	}
	out := &gatewayv1.SessionPersistence{
		SessionName:  new(sessionCookie(name, a)),
		Type:         new(gatewayv1.CookieBasedSessionPersistence),
		CookieConfig: &gatewayv1.CookieConfig{LifetimeType: new(gatewayv1.SessionCookieLifetimeType)},
	}
	if a.TTL != "" {
		out.AbsoluteTimeout = new(gatewayv1.Duration(span(schemas.Milliseconds(a.TTL))))
		out.CookieConfig.LifetimeType = new(gatewayv1.PermanentCookieLifetimeType)
	}
	return out
}

// clientTTL is how long a Service keeps a client on its pod unless told otherwise, in seconds.
const clientTTL = 10800

// byAddress keeps clients on their pods by their addresses, where no router can by a cookie.
func (in input) byAddress(s schemas.Service, spec *corev1.ServiceSpec) {
	if s.SessionAffinity == nil || s.Router(in.env.Cluster) != schemas.NoRouter {
		return
	}
	seconds := cmp.Or(int32(schemas.Milliseconds(s.SessionAffinity.TTL)/1000), clientTTL)
	spec.SessionAffinity = corev1.ServiceAffinityClientIP
	spec.SessionAffinityConfig = &corev1.SessionAffinityConfig{ClientIP: &corev1.ClientIPConfig{TimeoutSeconds: &seconds}}
}

// distribution is which pods a Service prefers; nil for none.
func (in input) distribution(s schemas.Service) *string {
	if in.env.Cluster == nil {
		return nil
	}
	if word := in.env.Cluster.Distribution(s.TrafficDistribution); word != "" {
		return &word
	}
	return nil
}
