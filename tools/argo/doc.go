// Package argo has Argo Workflows itself judge deploy/argo-workflows, and runs what its pods would run. Its own go.mod
// keeps the modules of Argo Workflows out of the product's.
package argo
