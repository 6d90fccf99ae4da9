package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// IstioAPI is the version of the objects below. The original structs leave out a weight of 0, which
// Argo Rollouts writes: what is applied would never be what is there.
const IstioAPI = "networking.istio.io/v1"

// VirtualService says where the requests to hosts go.
type VirtualService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              VirtualServiceSpec `json:"spec"`
}

// VirtualServiceSpec holds for requests that come through the gateways; the gateway mesh is every
// sidecar. The first route that matches is taken. ExportTo are the namespaces that see it, . its own;
// without any all do.
type VirtualServiceSpec struct {
	Hosts    []string         `json:"hosts"`
	Gateways []string         `json:"gateways"`
	HTTP     []IstioHTTPRoute `json:"http"`
	ExportTo []string         `json:"exportTo"`
}

// IstioHTTPRoute sends requests that meet one of the matches to the destinations. Timeout is for all tries of a request
// together.
type IstioHTTPRoute struct {
	Name    string             `json:"name"`
	Match   []IstioHTTPMatch   `json:"match,omitempty"`
	Route   []IstioDestination `json:"route"`
	Timeout string             `json:"timeout,omitempty"`
	Retries *IstioRetries      `json:"retries,omitempty"`
}

// IstioRetries are how often a request is tried again, 0 for never, and what must have come of it: conditions of Envoy and
// numbers of HTTP, with commas between them.
type IstioRetries struct {
	Attempts int32  `json:"attempts"`
	RetryOn  string `json:"retryOn,omitempty"`
}

// IstioHTTPMatch is met when all that is set in it is.
type IstioHTTPMatch struct {
	URI     *IstioStringMatch           `json:"uri,omitempty"`
	Port    int32                       `json:"port,omitempty"`
	Headers map[string]IstioStringMatch `json:"headers,omitempty"`
}

// IstioStringMatch has one of its fields. A regular expression has to match the whole text.
type IstioStringMatch struct {
	Exact  string `json:"exact,omitempty"`
	Prefix string `json:"prefix,omitempty"`
	Regex  string `json:"regex,omitempty"`
}

// IstioDestination is a Service and its share of the requests, in percent; nil where it gets all.
type IstioDestination struct {
	Destination IstioService `json:"destination"`
	Weight      *int32       `json:"weight,omitempty"`
}

// IstioService is a port of a Service.
type IstioService struct {
	Host string    `json:"host"`
	Port IstioPort `json:"port"`
}

// IstioPort is a port by its number.
type IstioPort struct {
	Number int32 `json:"number"`
}

// DestinationRule says how requests reach a Service once they are routed to it.
type DestinationRule struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              DestinationRuleSpec `json:"spec"`
}

// DestinationRuleSpec holds for the Service that Host names, in the namespaces that ExportTo names as in a
// VirtualService.
type DestinationRuleSpec struct {
	Host          string             `json:"host"`
	TrafficPolicy IstioTrafficPolicy `json:"trafficPolicy"`
	ExportTo      []string           `json:"exportTo"`
}

// IstioTrafficPolicy is which pods get requests, and how the connection is secured.
type IstioTrafficPolicy struct {
	LoadBalancer     *IstioLoadBalancer    `json:"loadBalancer,omitempty"`
	OutlierDetection IstioOutlierDetection `json:"outlierDetection"`
}

// IstioLoadBalancer chooses a pod for each request, here by what the request has in it.
type IstioLoadBalancer struct {
	ConsistentHash IstioConsistentHash `json:"consistentHash"`
}

// IstioConsistentHash keeps requests with one value of the cookie on one pod.
type IstioConsistentHash struct {
	HTTPCookie IstioCookie `json:"httpCookie"`
}

// IstioCookie is set by the proxy where a request has none. A TTL of 0s is that of the client's session.
type IstioCookie struct {
	Name string `json:"name"`
	Path string `json:"path"`
	TTL  string `json:"ttl"`
}

// IstioGateway says which hosts a gateway serves.
type IstioGateway struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              IstioGatewaySpec `json:"spec"`
}

// IstioGatewaySpec is for the gateway whose pods have the labels.
type IstioGatewaySpec struct {
	Selector map[string]string `json:"selector"`
	Servers  []IstioServer     `json:"servers"`
}

// IstioServer is a port of the gateway for hosts, each with the namespace before it whose routes count.
type IstioServer struct {
	Port  IstioServerPort `json:"port"`
	Hosts []string        `json:"hosts"`
	TLS   IstioServerTLS  `json:"tls"`
}

// IstioServerPort has a name that no other port of the same object has.
type IstioServerPort struct {
	Number   int32  `json:"number"`
	Name     string `json:"name"`
	Protocol string `json:"protocol"`
}

// IstioServerTLS either ends TLS, with the certificate of a Secret in the gateway's namespace, or sends plain requests on
// to where it is ended.
type IstioServerTLS struct {
	Mode               string `json:"mode,omitempty"`
	CredentialName     string `json:"credentialName,omitempty"`
	MinProtocolVersion string `json:"minProtocolVersion,omitempty"`
	HTTPSRedirect      bool   `json:"httpsRedirect,omitempty"`
}

// IstioOutlierDetection takes pods that fail out of the pool for a while.
type IstioOutlierDetection struct {
	Consecutive5xxErrors int32  `json:"consecutive5xxErrors"`
	Interval             string `json:"interval"`
	BaseEjectionTime     string `json:"baseEjectionTime"`
	MaxEjectionPercent   int32  `json:"maxEjectionPercent"`
}
