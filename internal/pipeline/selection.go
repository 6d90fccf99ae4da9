package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/policies"
)

// selection divides ids, or beginnings of them, into those of policies and those of proofs; all tells
// that nobody chose.
type selection struct {
	all              bool
	policies, proofs []string
	rules            []Rule
}

// choose finds what the ids stand for; one that stands for nothing is an error.
func choose(engine *policies.Engine, checks []string) (selection, error) {
	s := selection{all: len(checks) == 0}
	for _, check := range checks {
		proves := slices.ContainsFunc(proofs, func(id string) bool { return begins(id, check) })
		if proves {
			s.proofs = append(s.proofs, check)
		}
		if _, err := engine.Selected([]string{check}); err == nil {
			s.policies = append(s.policies, check)
		} else if !proves {
			return s, err
		}
	}
	if s.rules = s.proven(); !s.asks() {
		return s, nil
	}
	rules, err := engine.Selected(s.policies)
	s.rules = append(s.rules, rules...)
	return s, err
}

func begins(id, check string) bool { return check != "" && strings.HasPrefix(id, check) }

// asks reports whether there is anything to ask the policies.
func (s selection) asks() bool { return s.all || len(s.policies) > 0 }

// wants reports whether a proof was chosen.
func (s selection) wants(id string) bool {
	return s.all || slices.ContainsFunc(s.proofs, func(check string) bool { return begins(id, check) })
}
