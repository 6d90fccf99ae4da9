// Package conformance is an independent exam of what tenantsmith renders. It runs the real command and
// hands its output to those who have the last word: the controller's own validation, the CRDs of the
// operators, the parser of Prometheus, the coverage of rules by which Kubernetes keeps roles from escalating.
//
// It is a module of its own, because upstream's validation links the whole of Kubernetes. The
// examiners come through go.mod, so that they are pinned; what is only read as files (CRDs, examples)
// is read from the module cache. Nothing here is ever skipped: a test that examined nothing fails.
package conformance
