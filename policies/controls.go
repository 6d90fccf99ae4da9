package policies

import (
	"github.com/open-policy-agent/opa/v1/ast"
)

// controlNames are all controls as attestations name them, "soc2 CC1.1" or "iso A.5.1", in the form of a
// set: each with true.
func controlNames(all []Framework) ast.Value {
	names := map[string]any{}
	for _, f := range all {
		for _, c := range f.Controls {
			names[f.ID+" "+c.ID], names[f.Prefix+" "+c.ID] = true, true
		}
	}
	return ast.MustInterfaceToValue(names)
}

// putControls gives the context the names of controls, those of the platform's frameworks among them, where
// there is an attestation that names one. Most runs have none, and need not read the frameworks.
func (e *Engine) putControls(ctx map[string]any) {
	if has(ctx, "spec.compliance.attestations") || has(ctx, "platform.spec.attestations") {
		ctx["controls"] = e.controls()
	}
}

// putChecks gives the context what waivers are held against, the ids of all checks, where there is a
// waiver among the objects.
func (e *Engine) putChecks(ctx map[string]any, items []item) {
	for i := range items {
		if items[i].Kind() != "Waiver" {
			continue
		}
		checks := map[string]any{}
		for _, r := range e.rules {
			checks[r.ID] = map[string]any{"waivable": r.Waivable, "severity": string(r.Severity)}
		}
		ctx["checks"] = checks
		return
	}
}
