package manifest

// Extra is a file that people add beside the fields of a tenant: a patch on rendered objects, or
// objects of their own.
type Extra struct {
	File string
	// Patch tells patches from resources.
	Patch bool
	// Owner is whose word it is. What stands under tenants/ reaches the workload tree only.
	Owner Owner
	// Environment is empty for all environments.
	Environment string
	Documents   []*Node
	Bytes       []byte
}
