package report

import (
	"io"

	"github.com/tenantsmith/tenantsmith/internal/plan"
)

// PlanFormats are those of a plan.
var PlanFormats = []string{"text", "markdown", "json"}

// PlanOptions are those of a format of a plan.
type PlanOptions struct {
	Options
	// Limit is how many bytes of Markdown there may be, 0 for what a comment of GitHub takes.
	Limit int
	// Link is the address of the full report; may be empty.
	Link string
}

// WritePlan prints what a change does, in one of the [PlanFormats]; the error is that of the writer. No secret
// that a value holds is printed.
func WritePlan(w io.Writer, format string, p plan.Plan, o PlanOptions) error {
	switch format {
	case "json":
		return writePlanJSON(w, p)
	case "markdown":
		return writePlanMarkdown(w, p, o)
	}
	return writePlanText(w, p, o)
}
