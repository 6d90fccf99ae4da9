// Package manifest is the leaf every other package stands on: what a Kubernetes object, a piece of
// YAML with positions and a problem are.
//
// YAML comes in through [Parse], which refuses what parsers disagree about or can be killed with;
// objects come in typed through [FromTyped]; bytes leave through [Marshal]. The package reads no
// disk and knows nothing of tenants.
package manifest

import "strings"

// Owner says whose tree an object belongs to: guard rails are the platform's, workloads and their
// data are the tenant's.
type Owner string

const (
	OwnerPlatform Owner = "platform"
	OwnerWorkload Owner = "workload"
)

// Object is one Kubernetes object as a JSON tree (map[string]any, []any, string, bool, int64,
// float64, nil).
type Object struct {
	Owner Owner
	// Subject is the field of the tenant that asked for the object, such as "spec.services.web".
	Subject string
	// Outer objects are complete as they are (cluster-scoped, of another namespace, or bindings with
	// a ServiceAccount subject): no overlay gives them a namespace or labels, and no base holds them.
	Outer bool
	Tree  map[string]any
	// Source is the YAML the object was read from; nil for generated objects.
	Source *Node
}

// Key identifies an object in a cluster. The version is no part of it: apps/v1 and apps/v1beta1 are
// one object.
type Key struct {
	Group, Kind, Namespace, Name string
}

// String returns "Kind namespace/name", the way messages name an object.
func (k Key) String() string {
	if k.Namespace == "" {
		return k.Kind + " " + k.Name
	}
	return k.Kind + " " + k.Namespace + "/" + k.Name
}

// Key returns the identity of the object.
func (o Object) Key() Key {
	group, _, ok := strings.Cut(o.APIVersion(), "/")
	if !ok {
		group = ""
	}
	return Key{Group: group, Kind: o.Kind(), Namespace: o.Namespace(), Name: o.Name()}
}

// APIVersion returns group/version, or the version alone for the core group.
func (o Object) APIVersion() string { s, _ := o.Tree["apiVersion"].(string); return s }

// Kind returns the kind.
func (o Object) Kind() string { s, _ := o.Tree["kind"].(string); return s }

// Name returns metadata.name.
func (o Object) Name() string { return o.metadata("name") }

// Namespace returns metadata.namespace; empty for cluster-scoped objects and those not placed yet.
func (o Object) Namespace() string { return o.metadata("namespace") }

func (o Object) metadata(key string) string {
	m, _ := o.Tree["metadata"].(map[string]any)
	s, _ := m[key].(string)
	return s
}
