package schemas

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// The clouds whose identities services may have.
const (
	AWS   = "aws"
	GCP   = "gcp"
	Azure = "azure"
)

// DeliveryAccount is the ServiceAccount, in the namespace of a tenant, by which the GitOps engine applies what
// the tenant delivers. No pod may run as it.
const DeliveryAccount = "tenant-delivery"

// HelmRole is the Role by which that account keeps the releases of Helm where Flux installs charts.
const HelmRole = DeliveryAccount + "-helm"

// cloudIdentities are how each cloud writes an identity, and how to say that.
var cloudIdentities = map[string]struct {
	form func() *regexp.Regexp
	what string
}{
	AWS: {
		pattern.Of(`^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role/([!-~]+/)?[\w+=,.@-]{1,64}$`),
		"the ARN of a role, such as arn:aws:iam::123456789012:role/acme-corp",
	},
	GCP: {
		pattern.Of(`^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9](\.[a-z0-9.-]*[a-z0-9])?\.iam\.gserviceaccount\.com$`),
		"the address of a service account, such as acme-corp@example-project.iam.gserviceaccount.com",
	},
	Azure: {
		pattern.Of(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`),
		"the client id of a managed identity or application, a UUID",
	},
}

// identity judges the identity of the cloud that a service acts as: the cluster has to be on a cloud that knows
// it, and the platform has to assign it to the tenant.
func (e *resolved) identity(path manifest.Path, s Service) {
	if s.Identity == "" {
		return
	}
	at, c := path.Join("identity"), e.cluster
	cloud, known := cloudIdentities[c.Cloud]
	switch {
	case !known:
		p := e.complain(at, "needs a cloud, and the platform names none for cluster %s", c.Name)
		p.Remedy = fmt.Sprintf("remove %s, or have spec.clusters.%s.cloud set in %s", p.Field, c.Name, platformFile)
	case !cloud.form().MatchString(s.Identity):
		p := e.complain(at, "%s is no identity of %s", s.Identity, c.Cloud)
		p.Remedy = "write " + cloud.what
	case !slices.Contains(e.facts.RBAC.Identities[e.name], s.Identity):
		e.unassigned(at, s.Identity)
	case c.Cloud == GCP && c.CNI == "":
		p := e.complain(at, "needs to know how cluster %s enforces NetworkPolicies: that decides where pods find the metadata server", c.Name)
		p.Remedy = fmt.Sprintf("have spec.clusters.%s.cni set in %s: dataplane-v2, or calico", c.Name, platformFile)
	}
}

// unassigned refuses an identity that the platform does not give to the tenant.
func (e *resolved) unassigned(at manifest.Path, identity string) {
	where := fmt.Sprintf("spec.rbac.identities.%s in %s", e.name, platformFile)
	var usable []string
	for _, id := range e.facts.RBAC.Identities[e.name] {
		if cloudIdentities[e.cluster.Cloud].form().MatchString(id) {
			usable = append(usable, id)
		}
	}
	p := e.complain(at, "the platform does not assign %s to the tenant%s", identity, suggest(identity, usable))
	p.Remedy = "have it added to " + where
	if len(usable) > 0 {
		p.Remedy = fmt.Sprintf("set %s to %s, or have another added to %s", p.Field, choiceOf(usable), where)
	}
}

// MetadataThroughEBPF reports whether policies of the cluster see the address that a pod asked for, before it is
// translated to that of the metadata server on its node.
func (c *Cluster) MetadataThroughEBPF() bool { return c.CNI == dataplaneV2 || c.CNI == Cilium }
