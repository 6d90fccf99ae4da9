package plan

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// clouds are the annotations by which pods of a ServiceAccount act in a cloud.
var clouds = []string{"eks.amazonaws.com/role-arn", "iam.gke.io/gcp-service-account", "azure.workload.identity/client-id"}

// otherAccount tells of pods that act as somebody else: what that one may do, other objects say, here or in a cloud.
func otherAccount(c *comparison, p *pair) {
	if p.kind == "ServiceAccount" && p.new != nil && !p.moved {
		old, new := p.trees()
		for _, key := range clouds {
			if before, after := text(old, "metadata", "annotations", key), text(new, "metadata", "annotations", key); after != "" && before != after {
				c.risk(WiderRole, manifest.Medium, p, manifest.Path{"metadata", "annotations", key}, "pods of the account now act in the cloud as "+after, "")
			}
		}
	}
	before, after, where := p.pods()
	if before == nil || after == nil || p.moved {
		return
	}
	if was, is := account(before), account(after); was != is {
		c.risk(WiderRole, manifest.Medium, p, where.Join("serviceAccountName"), fmt.Sprintf("pods now act as ServiceAccount %s instead of %s", is, was), "")
	}
}

func account(pod map[string]any) string {
	if name := text(pod, "serviceAccountName"); name != "" {
		return name
	}
	return "default"
}

// projectRoles tells of people who may newly act in a project.
func projectRoles(c *comparison, p *pair) {
	if p.kind != "argoproj.io/AppProject" || p.new == nil || p.moved {
		return
	}
	old, new := p.trees()
	for _, v := range more(at(old, "spec", "roles"), at(new, "spec", "roles")) {
		c.risk(WiderRole, manifest.Medium, p, manifest.Path{"spec", "roles"}, fmt.Sprintf("role %s of the project is new or another: it may allow more, or more people", text(v, "name")), "")
	}
}
