package pipeline

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/policies"
)

// selection divides ids, or beginnings of them, into those of policies and the others, proofs. all tells
// that nobody chose.
type selection struct {
	all              bool
	policies, others []string
	rules            []Rule
}

// choose finds what the ids stand for; one that stands for nothing is an error.
func choose(engine *policies.Engine, checks []string) (selection, error) {
	s := selection{all: len(checks) == 0}
	for _, check := range checks {
		other := slices.ContainsFunc(proofs, func(id string) bool { return begins(id, check) })
		if other {
			s.others = append(s.others, check)
		}
		if _, err := engine.Selected([]string{check}); err == nil {
			s.policies = append(s.policies, check)
		} else if !other {
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
	return s.all || slices.ContainsFunc(s.others, func(check string) bool { return begins(id, check) })
}

// asked reports whether a check of any sort was chosen.
func (s selection) asked(id string) bool {
	return s.wants(id) || slices.ContainsFunc(s.policies, func(check string) bool { return begins(id, check) })
}
