// Package kustomize has the real clients of `tenantsmith fn` run it: kustomize, kpt where it is installed, and the
// container's own binary in an empty root without network.
package kustomize
