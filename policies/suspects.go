package policies

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/secrets"
)

// Rules about secrets look at input.suspects, the texts of an object or of the tenant's file that look like
// secrets: {path, by, what, hash} of each, see internal/secrets. They are found here and not by rules, for
// every text has to be looked at and hardly any is one. Which of them matter where is for the rules.

// suspected stands among the fields of an object that has suspects, so that rules about them are asked
// about such objects only. No field has such a name.
const suspected = "input.suspects"

// suspects are those of an object, in the form of the evaluator; nil means none.
func (e *Engine) suspects(tree any) *ast.Array {
	if !e.suspicious {
		return nil
	}
	found := secrets.Find(tree)
	if len(found) == 0 {
		return nil
	}
	all := make([]any, len(found))
	for i, s := range found {
		all[i] = map[string]any{"path": []any(s.Path), "by": string(s.By), "what": s.What, "hash": s.Hash}
	}
	return ast.MustInterfaceToValue(all).(*ast.Array)
}

// unsuspected is what rules see where there is none.
var unsuspected = ast.NewArray()
