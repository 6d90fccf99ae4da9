// Package podsecurity compares our checks on pods, TS-POD-001 to TS-POD-017, with the evaluator that
// the API server itself asks about the Pod Security Standards. It wraps all of upstream's fixtures,
// and random pods, in everything that starts a pod, and asks both judges, check by check, at both
// levels and every policy version.
//
// It is a module of its own, because conformance is built with the Kubernetes that Argo Rollouts is
// built with, and the newest standards need a newer one. The rules are asked in process: a hundred
// thousand runs of the command would take hours. The fixtures are read from the module cache. Nothing
// is ever skipped: a test that compared nothing fails.
package podsecurity
