package schemas

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// The guards that can be phased in, by their names in guards.
const (
	GuardAccounts  = "accounts"
	GuardAdmission = "admission"
	GuardLimits    = "limits"
	GuardMesh      = "mesh"
	GuardNetwork   = "network"
	GuardQuota     = "quota"
)

// Audit is the mode of a guard that is rendered beside the tree, and not enforced.
const Audit = "audit"

// Guards are the modes of the guards, enforce or audit, and the last day on which one may be in audit.
type Guards struct {
	Accounts  string `json:"accounts"`
	Admission string `json:"admission"`
	Limits    string `json:"limits"`
	Mesh      string `json:"mesh"`
	Network   string `json:"network"`
	Quota     string `json:"quota"`
	Until     string `json:"until"`
}

// Audited are the names of the guards in audit, sorted.
func (g Guards) Audited() []string {
	var out []string
	for _, guard := range []struct{ name, mode string }{
		{GuardAccounts, g.Accounts}, {GuardAdmission, g.Admission}, {GuardLimits, g.Limits},
		{GuardMesh, g.Mesh}, {GuardNetwork, g.Network}, {GuardQuota, g.Quota},
	} {
		if guard.mode == Audit {
			out = append(out, guard.name)
		}
	}
	return out
}

// Audits reports whether a guard is in audit.
func (g Guards) Audits(name string) bool { return slices.Contains(g.Audited(), name) }

// Enforced is the environment with all its guards enforced.
func (e *Environment) Enforced() *Environment {
	if len(e.Spec.Guards.Audited()) == 0 {
		return e
	}
	out := *e
	out.Spec.Guards = Guards{}
	return &out
}

// OwnAudits are the guards that the tenant's own files put in audit, sorted: overrides and the platform's defaults are
// the platform team's word.
func (e *Environment) OwnAudits() []string {
	guards := e.layered.Get("spec").Get("guards")
	var out []string
	for _, name := range e.Spec.Guards.Audited() {
		if n := guards.Get(name); n != nil && n.File != e.Platform.File && !strings.HasPrefix(n.File, overridesDir+"/") {
			out = append(out, name)
		}
	}
	return out
}

// Existing reports whether the tenant says that the namespace was there before.
func (e *Environment) Existing() bool { return e.ownNamespace }

// besideOf is the field of a name beside another one.
func besideOf(field, name string) string {
	path := manifest.ParsePath(field)
	return path[:len(path)-1].Join(name).String()
}

// phased judges guards that are not enforced: not for ever, and none that another one needs.
func (e *resolved) phased() {
	guards, at := e.environment.Spec.Guards, manifest.Path{"spec", "guards"}
	audited := guards.Audited()
	switch _, err := time.Parse(time.DateOnly, guards.Until); {
	case guards.Until == "" && len(audited) > 0:
		p := e.complain(at.Join(audited[0]), "is in audit, and guards.until is missing")
		p.Remedy = fmt.Sprintf("set %s to the last day on which it may be, such as 2030-12-31", besideOf(p.Field, "until"))
	case guards.Until != "" && err != nil:
		e.complain(at.Join("until"), "there is no such day as %s", guards.Until)
	}
	if guards.Audits(GuardLimits) && !guards.Audits(GuardQuota) {
		p := e.complain(at.Join(GuardLimits), "cannot be in audit while quota is enforced: a quota refuses pods that request nothing, and limits give them something")
		p.Remedy = "put quota in audit as well, or enforce limits"
	}
}
