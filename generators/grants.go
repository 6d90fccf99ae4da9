package generators

import "github.com/tenantsmith/tenantsmith/schemas"

// The roles of owner groups.
const (
	viewer    = "viewer"
	developer = "developer"
	deployer  = "deployer"
	admin     = "admin"
)

// grant gives verbs on resources of one API group to roles.
type grant struct {
	to               []string
	group            string
	resources, verbs []string
	operator         string // that must be installed
	router           string // that the cluster must have
	cni              string // that the cluster must have
	mesh             bool   // only where there is one
	issued           bool   // the tenant's hosts must get certificates of their own
	guarded          bool   // the cluster's gateway must run the firewall that is rendered
	open             bool   // holds in environments that are not protected
}

var (
	everyone   = []string{viewer, developer, deployer, admin}
	developers = []string{developer, admin}
	deployers  = []string{deployer, admin}
	admins     = []string{admin}

	look   = []string{"get", "list", "watch"}
	change = []string{"create", "delete", "patch", "update"}
)

// grants are everything that people may do in a tenant's namespaces. What they may do by hand
// depends on the environment: in a protected one every change comes from git, and they steer
// releases at most.
//
// Nowhere may they read Secrets, mint tokens, or change guard rails, roles, accounts, Services
// (external addresses capture the traffic of others) and routes. Nothing here can grant more than
// its holder has. The open grants come last, so that the rules of an open environment begin with
// those of a protected one.
var grants = []grant{
	{to: everyone, group: "", verbs: look, resources: []string{
		"configmaps", "endpoints", "events", "limitranges", "persistentvolumeclaims", "pods", "resourcequotas",
		"serviceaccounts", "services"}},
	{to: everyone, group: "", resources: []string{"pods/log"}, verbs: []string{"get"}},
	{to: everyone, group: "apps", resources: []string{"deployments", "replicasets", "statefulsets"}, verbs: look},
	{to: everyone, group: "autoscaling", resources: []string{"horizontalpodautoscalers"}, verbs: look},
	{to: everyone, group: "batch", resources: []string{"cronjobs", "jobs"}, verbs: look},
	{to: everyone, group: "discovery.k8s.io", resources: []string{"endpointslices"}, verbs: look},
	{to: everyone, group: "events.k8s.io", resources: []string{"events"}, verbs: look},
	{to: everyone, group: "metrics.k8s.io", resources: []string{"pods"}, verbs: []string{"get", "list"}},
	{to: everyone, group: "networking.k8s.io", resources: []string{"ingresses", "networkpolicies"}, verbs: look},
	{to: everyone, group: "policy", resources: []string{"poddisruptionbudgets"}, verbs: look},
	{to: everyone, group: "rbac.authorization.k8s.io", resources: []string{"rolebindings", "roles"}, verbs: look},
	{to: everyone, group: "argoproj.io", operator: "rollouts", verbs: look, resources: []string{
		"analysisruns", "analysistemplates", "experiments", "rollouts"}},
	{to: everyone, group: "gateway.networking.k8s.io", resources: []string{"httproutes"}, verbs: look, router: schemas.GatewayAPI},
	{to: everyone, group: "gateway.envoyproxy.io", resources: []string{"envoyextensionpolicies"}, verbs: look, router: schemas.GatewayAPI, guarded: true},
	{to: everyone, group: "networking.istio.io", resources: []string{"destinationrules", "virtualservices"}, verbs: look, router: schemas.Istio},
	{to: everyone, group: "cilium.io", resources: []string{"ciliumnetworkpolicies"}, verbs: look, cni: schemas.Cilium},
	{to: everyone, group: "networking.istio.io", resources: []string{"sidecars"}, verbs: look, mesh: true},
	{to: everyone, group: "security.istio.io", resources: []string{"authorizationpolicies", "peerauthentications"}, verbs: look, mesh: true},
	{to: everyone, group: "gateway.networking.k8s.io", resources: []string{"listenersets"}, verbs: look, router: schemas.GatewayAPI, issued: true},
	// Who waits for a certificate finds the reason in what cert-manager makes of it.
	{to: everyone, group: "cert-manager.io", resources: []string{"certificaterequests", "certificates"}, verbs: look, issued: true},
	{to: everyone, group: "acme.cert-manager.io", resources: []string{"challenges", "orders"}, verbs: look, issued: true},
	{to: everyone, group: "autoscaling.k8s.io", resources: []string{"verticalpodautoscalers"}, verbs: look, operator: "vpa"},
	{to: everyone, group: "keda.sh", resources: []string{"scaledobjects"}, verbs: look, operator: "keda"},

	// kubectl argo rollouts promote, abort and retry write the status alone.
	{to: deployers, group: "argoproj.io", resources: []string{"rollouts/status"}, verbs: []string{"patch"}, operator: "rollouts"},
	// An eviction restarts a pod and obeys its disruption budget, as a deletion would not.
	{to: admins, group: "", resources: []string{"pods/eviction"}, verbs: []string{"create"}},

	// Upgrading to a WebSocket is a get, to SPDY a create.
	{to: developers, group: "", verbs: []string{"create", "get"}, open: true, resources: []string{
		"pods/attach", "pods/exec", "pods/portforward"}},
	{to: developers, group: "", resources: []string{"pods/ephemeralcontainers"}, verbs: []string{"patch"}, open: true},
	{to: developers, group: "", resources: []string{"pods"}, verbs: []string{"delete"}, open: true},
	// pause, restart, undo and set image write the object itself.
	{to: deployers, group: "apps", resources: []string{"deployments"}, verbs: []string{"patch"}, open: true},
	{to: deployers, group: "argoproj.io", verbs: []string{"patch"}, operator: "rollouts", open: true, resources: []string{
		"analysisruns", "rollouts"}},
	{to: admins, group: "", resources: []string{"configmaps", "persistentvolumeclaims", "pods"}, verbs: change, open: true},
	{to: admins, group: "apps", resources: []string{"deployments", "statefulsets"}, verbs: change, open: true},
	{to: admins, group: "batch", resources: []string{"cronjobs", "jobs"}, verbs: change, open: true},
	{to: admins, group: "argoproj.io", resources: []string{"rollouts"}, verbs: change, operator: "rollouts", open: true},
}
