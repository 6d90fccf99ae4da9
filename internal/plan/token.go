package plan

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// widerToken tells of pods that newly carry a token of their account.
func widerToken(c *comparison, p *pair) {
	const message = "pods now carry the token of their account, and whoever breaks into one may use it"
	const remedy = "set automountServiceAccountToken to false where no pod asks the Kubernetes API"
	path := manifest.Path{"automountServiceAccountToken"}
	if p.kind == "ServiceAccount" && p.old != nil && p.new != nil && p.old.Tree[path[0].(string)] == false && p.new.Tree[path[0].(string)] != false {
		c.risk(WiderRole, manifest.Medium, p, path, message, remedy)
	}
	before, after, where := p.pods()
	if before == nil || after == nil || before["automountServiceAccountToken"] != false {
		return
	}
	if v := after["automountServiceAccountToken"]; v == true || v == nil && c.accountMounts(p, after) {
		c.risk(WiderRole, manifest.Medium, p, where.Join(path...), message, remedy)
	}
}

// accountMounts reports whether the account of a pod that says nothing of its own gives it a token.
func (c *comparison) accountMounts(p *pair, pod map[string]any) bool {
	name := text(pod, "serviceAccountName")
	if name == "" {
		name = "default"
	}
	k := manifest.Key{Kind: "ServiceAccount", Namespace: p.key.Namespace, Name: name}
	for i := range c.New.Objects {
		if o := &c.New.Objects[i]; o.Key() == k {
			return o.Tree["automountServiceAccountToken"] != false
		}
	}
	return true
}
