// Package schemas turns a platform repository (YAML files of tenants, their overrides and the
// platform) into checked values that remember where every field was written.
//
// [Load] is the way in. The schemas themselves are the CUE files of this folder, which are embedded;
// what they cannot say (the order of layers, bounds on their result, what two tenants must not share)
// is in Go beside them. Nothing is written, nothing is fetched, and no link is followed.
package schemas

//go:generate go run ../cmd/tenantsmith -C .. schema --write schemas
