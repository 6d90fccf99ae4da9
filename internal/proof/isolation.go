package proof

import (
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The channels through which one tenant could reach another.
const (
	Objects = "objects" // objects in the namespace of another, or of the whole cluster
	Network = "network"
	RBAC    = "rbac"
	Routes  = "routes"
	Host    = "host"
	Secrets = "secrets"
	Mesh    = "mesh" // who may call whom by the identities of a service mesh
	// Delivery is what the GitOps engine applies for a tenant, from where and to where.
	Delivery = "delivery"
	Volumes  = "volumes" // where data is kept: volumes, shares, snapshots
	Nodes    = "nodes"   // nodes that are reserved for somebody
	Backup   = "backup"  // what backups take and bring back
)

// Channels are those that are examined, as certificates list them.
var Channels = []string{Objects, Network, RBAC, Routes, Host, Secrets, Mesh, Delivery, Volumes, Nodes, Backup}

// Place is where a tenant's objects are: a tenant in an environment.
type Place struct {
	Tenant, Environment, Cluster, Namespace string
	// PlatformGroups may be bound in every namespace; Bindable are the ClusterRoles of the platform that bindings may name.
	PlatformGroups, Bindable []string
	Accepts                  []Accepted
	// Pools are the groups of nodes that the platform has named on the cluster.
	Pools []Pool
	// Route is how what is meant for the place gets there.
	Route Route
}

// Pool is a group of nodes: those with the labels, behind a taint. Tenants are whose pods may run there, all without any.
type Pool struct {
	Name    string
	Labels  map[string]string
	Taint   map[string]string // its value by its key
	Tenants []string
}

// Enclosure is what a place's objects say about its borders. [Enclose] reads it; the objects are not kept.
type Enclosure struct {
	Place
	labels          map[string]string // of the Namespace; nil if it is not among the objects
	egress, ingress side
	mesh            meshed
	openings        []opening
	claims          []claimed
	mentions        []mention
	doubts          []Doubt
	assumptions     []string
}

// opening is an object that by itself gives a way across the border.
type opening struct {
	channel string
	// namespace is whose border; empty means that of every other place.
	namespace string
	// inward says that the other comes in; else this tenant goes out.
	inward       bool
	cause        Cause
	message, why string
}

// claimed is something that only one tenant may have.
type claimed struct {
	channel, kind, value string
	cause                Cause
}

// Cause is a field of an object that opens a way.
type Cause struct {
	Tenant, Environment string
	Object              manifest.Key
	APIVersion          string
	Path                manifest.Path
}

// Doubt is what keeps a channel from being proven at a place, without a counterexample.
type Doubt struct {
	Channel, Tenant, Environment, Message string
}

// Breach is a counterexample: a way from one tenant to another.
type Breach struct {
	Channel  string
	From, To Place
	// Pairs is for how many ordered pairs of places the same causes give the same way; From and To are the first.
	Pairs   int
	Message string
	// Causes are the fields that open it; all are needed. Empty where a place simply has no such object.
	Causes []Cause
	// Why says why nothing else stops it.
	Why string
	// Sample is one connection that gets through, of the network; nil elsewhere, and where it could not be decided.
	Sample *Sample
}

// Agreed is a call that both tenants declare: pods of From whose name label is among Callers may reach pods of To whose
// name label is among Callees, at the ports; at all without any. From and To are indexes of enclosures.
type Agreed struct {
	From, To         int
	Callers, Callees []string
	Ports            []Port
}

// Port is a port of a protocol: TCP, UDP or SCTP.
type Port struct {
	Protocol string
	Number   int64
}

// Isolation is the certificate.
type Isolation struct {
	// Examined are the channels that were looked at, of [Channels].
	Examined []string
	// Unexamined are the others, where there is nothing to look at, with why.
	Unexamined [][2]string
	// Pairs is how many ordered pairs of places on one cluster were judged.
	Pairs int
	// Meshed is how many places take part in a mesh.
	Meshed   int
	Breaches []Breach
	Doubts   []Doubt
	// Cut says that counterexamples were left out: there are more than [mostBreaches] of a channel.
	Cut         []string
	Assumptions []string
}

// mostBreaches bounds how many counterexamples of a channel are told: who opens everything to everybody has as many as
// there are pairs.
const mostBreaches = 200

// Isolate judges every ordered pair of places on one cluster: of two tenants, and of two environments of one. About, where it is not nil, limits that to
// pairs with such a place on either side.
func Isolate(all []Enclosure, agreed []Agreed, about func(Place) bool) Isolation {
	j := newJudge(all, agreed, about)
	j.scope()
	for _, cluster := range j.clusters() {
		j.here = cluster
		j.count()
		j.claims()
		j.openings()
		j.reserved()
		j.network()
		j.identities()
	}
	for i, e := range all {
		if j.asked[i] {
			j.out.Doubts = append(j.out.Doubts, e.doubts...)
		}
		j.out.Assumptions = append(j.out.Assumptions, e.assumptions...)
	}
	j.out.Assumptions = append(j.out.Assumptions, foundations...)
	slices.Sort(j.out.Assumptions)
	j.out.Assumptions = slices.Compact(j.out.Assumptions)
	slices.Sort(j.out.Cut)
	j.out.Cut = slices.Compact(j.out.Cut)
	return j.out
}

// scope says which channels there is something to look at. Where the platform names no GitOps repository, nothing is
// rendered that applies the tenants.
func (j *judge) scope() {
	j.out.Examined, j.out.Unexamined = slices.Clone(Channels), [][2]string{}
	if len(j.all) > 0 && j.all[0].Route.Repository == "" {
		j.out.Examined = slices.DeleteFunc(j.out.Examined, func(c string) bool { return c == Delivery })
		j.out.Unexamined = append(j.out.Unexamined, [2]string{Delivery, deliveryUnread})
	}
}

// foundations are what every certificate rests on.
var foundations = []string{
	"each cluster has what is rendered, and nothing else that opens a way: no objects by hand, no further policies or bindings of the platform",
	"the network of every cluster enforces NetworkPolicies, in both directions",
	"the API server enforces RBAC and the Pod Security level of Namespaces, without exemptions for tenants",
	"only the platform writes Namespaces and their labels",
	"pods of a tenant carry any labels and any named ports, and any address: none is known",
	"what a tenant brings from its own repository can start pods, and holds no guard rails, bindings, routes, grants or backups beside those that are rendered, and names no volumes, shares or nodes",
	"clusters do not reach each other, and parts of the platform do not act for one tenant on another",
	"provisioners give every claim a volume of its own, and empty it before another claim gets it",
	"containers hold: pods of several tenants may share a node and its kernel where no nodes are reserved",
	"nodes that are reserved for a tenant refuse the pods of others by a taint, and labels and taints that reserve them name the tenant or its namespace",
	"whoever restores a backup brings each namespace back to where it was, and the credentials of a bucket reach what is meant for their tenant",
	"groups, users and keys of secrets may be the same in all environments of one tenant",
}
