package manifest

// Limits bound what [Parse] accepts from one file. A file beyond one of them is refused, not cut.
type Limits struct {
	// File and Scalar are sizes in bytes.
	File, Scalar int
	// Depth is the number of maps and lists that may stand in each other.
	Depth int
	// Keys is the number of entries of one map.
	Keys int
	// Nodes is the number of values (maps, lists and scalars, keys not counted) of the whole file.
	Nodes int
	// Documents is the number of documents. Where one is allowed, one is also required.
	Documents int
}

// TenantLimits hold for what people write about tenants: tenants, platform files, overrides, waivers.
var TenantLimits = Limits{File: 256 << 10, Scalar: 64 << 10, Depth: 64, Keys: 2_000, Nodes: 50_000, Documents: 1}

// ManifestLimits hold for Kubernetes YAML. They leave room for a ConfigMap that fills an object, and for the
// bundle of CRDs that an operator ships.
var ManifestLimits = Limits{File: 4 << 20, Scalar: 1 << 20, Depth: 64, Keys: 2_000, Nodes: 100_000, Documents: 500}
