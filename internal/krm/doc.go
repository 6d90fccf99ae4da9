// Package krm has the structs of Kubernetes APIs whose Go modules cannot serve here: they weigh too
// much, or write their objects otherwise than a controller does. Only the fields that are set are in
// them. One file an API.
package krm
