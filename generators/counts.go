package generators

import (
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/proof"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// What one thing may leave in a namespace at once. A quota on objects must stop a loop that creates
// them without end, and must never stop a release: hence the generous figures.
const (
	serviceObjects    = 3  // a Service, and a stable and a canary or preview one
	serviceConfigs    = 10 // generations of files and settings that old ReplicaSets still mount
	serviceJobs       = 8  // runs of a cron job that are kept, and jobs that analyses start
	workloadHistory   = 12 // ReplicaSets: ten old ones, the stable one and the next
	workloadAnalyses  = 16 // AnalysisRuns: five good and five bad ones kept, and those of a release
	databaseSecrets   = 8  // certificates and users of a database
	namespaceCABundle = 2  // ConfigMaps with the roots of the cluster and the mesh
)

// objectCounts is how many objects the tenant may keep: what its services need at their peak, and
// room by tier for jobs, tools and what the team brings from its own repository.
func (in input) objectCounts(m proof.Measurement) corev1.ResourceList {
	spec := in.env.Spec
	services := int64(len(spec.Services))
	certificates := in.certificateCount()
	room := max(1, int64(in.env.Tier.Replicas.Default)) // the tier's size
	workloads := services + 5*room
	pods := m.Peak["pods"]
	hard := map[corev1.ResourceName]int64{
		"pods":                              pods.Value() + 10*room,
		"services":                          serviceObjects*services + 4*int64(len(spec.Databases)) + certificates + 5*room, // one answers for each issue
		"services.loadbalancers":            0,
		"services.nodeports":                0,
		"persistentvolumeclaims":            in.claims() + 2*room,
		"count/secrets":                     in.secretCount() + certificates + 10*room, // the next key of each
		"count/configmaps":                  namespaceCABundle + serviceConfigs*services + 10*room,
		"count/jobs.batch":                  in.jobCount(m) + 10*room,
		"count/cronjobs.batch":              services + 2*room,
		"count/deployments.apps":            workloads,
		"count/statefulsets.apps":           workloads,
		"count/replicasets.apps":            workloadHistory * workloads,
		"count/ingresses.networking.k8s.io": 2*in.exposures() + 2*room, // a canary has a copy
	}
	if in.env.Cluster.Has("cert-manager") {
		hard["count/certificates.cert-manager.io"] = in.exposures() + 2*room
	}
	if in.env.Cluster.Has("rollouts") {
		hard["count/rollouts.argoproj.io"] = workloads
		hard["count/analysisruns.argoproj.io"] = workloadAnalyses * workloads
	}
	list := make(corev1.ResourceList, len(hard))
	for name, n := range hard {
		list[name] = *resource.NewQuantity(n, resource.DecimalSI)
	}
	return list
}

// jobCount is how many Jobs there may be: for each service those that are usual, or more where more are kept and run at
// the peak, together with the Jobs of the version before, which go once those of the new one stand.
func (in input) jobCount(m proof.Measurement) int64 {
	made, before := m.Peak["count/jobs.batch"], int64(0)
	for _, s := range in.env.Spec.Services {
		if s.Kind == "job" {
			before++
		}
		before += int64(len(s.Once()))
	}
	return max(serviceJobs*int64(len(in.env.Spec.Services)), made.Value()+before)
}

// claims is how many volumes the services and databases claim. A database may keep a second one for
// its log.
func (in input) claims() int64 {
	var n int64
	for _, s := range in.env.Spec.Services {
		n += claimsOf(s)
	}
	for _, d := range in.env.Spec.Databases {
		n += 2 * int64(d.Instances)
	}
	return n
}

// claimsOf counts the claims of a service: one for all its pods, or one for each pod of a
// statefulset.
func claimsOf(s schemas.Service) int64 {
	var n int64
	for _, v := range s.Volumes {
		if v.Claim != nil {
			n++
		}
	}
	if s.Kind == "statefulset" {
		n *= int64(maxReplicas(s))
	}
	return n
}

// secretCount is how many Secrets the tenant's declarations become: its own, those of databases, and
// a certificate for each host.
func (in input) secretCount() int64 {
	n := len(in.env.Spec.Secrets) + databaseSecrets*len(in.env.Spec.Databases) + len(in.env.Spec.Domains)
	return int64(n) + in.exposures()
}

func (in input) exposures() int64 {
	var n int64
	for _, s := range in.env.Spec.Services {
		n += int64(len(s.Expose))
	}
	return n
}
