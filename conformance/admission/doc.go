// Package admission has the API server's own evaluator of CEL judge what our Rego judges: every object that a unit test
// of a check asks about, every mutation of a rendered tenant, and what is rendered. Where a check has a guard, both have
// to say the same of it; where they cannot, the reason stands in differences_test.go, and nothing else differs.
//
// It is a module of its own, for the evaluator weighs more than the rest of conformance. The packages of the API server
// that follow what is in a cluster are left out: which requests a policy is asked about is worked out here, by the
// API server's matcher of rules.
package admission
