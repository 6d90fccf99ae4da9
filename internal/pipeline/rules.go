package pipeline

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// Rule is what a check or a proof is called, how grave it is and what mends it.
type Rule = policies.Rule

// proofs are selected and reported like checks.
var proofs = []string{releaseFits, steadyFits, podRefused}

// proven are the rules of the proofs that were chosen.
func (s selection) proven() []Rule {
	titles := map[string]string{
		releaseFits: "A release fits its quota",
		steadyFits:  "What runs between releases fits the entitlement",
		podRefused:  "Admission takes every pod",
	}
	var out []Rule
	for _, id := range proofs {
		if s.wants(id) {
			out = append(out, Rule{
				ID: id, Title: titles[id], Severity: manifest.High, Objects: []string{"pods"}, Controls: capacity, Own: true,
				Remedy: "lower the pods or what they request, or raise spec.resources",
			})
		}
	}
	return out
}
