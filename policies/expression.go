package policies

import (
	"strings"

	"github.com/google/cel-go/common"
	"github.com/google/cel-go/parser"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// expression notes what is wrong with the syntax of a CEL expression, each fault at the line of the file where its value
// begins. Names and types the API server judges, by its own libraries and the kinds that it knows. Ours are not looked at:
// tests hand them to the API server's own evaluator.
func (r *guardReader) expression(n *manifest.Node) {
	text, _ := n.Value.(string)
	if text == "" || r.rule.Own {
		return
	}
	for _, f := range syntax(text) {
		said, _, _ := strings.Cut(strings.TrimPrefix(f.Message, "Syntax error: "), " expecting ")
		r.say(n, "line %d, column %d of the expression: %s", f.Location.Line(), f.Location.Column()+1, said)
	}
}

// condition is the same for one that becomes a part of a longer expression.
func (r *guardReader) condition(n *manifest.Node) {
	r.expression(n)
	if text, _ := n.Value.(string); text != "" && !r.rule.Own && len(syntax(text)) == 0 && len(syntax("("+text+")")) > 0 {
		r.say(n, "the expression ends in a comment, which would hide what comes after it")
	}
}

// syntax are the faults of an expression. Macros are read like other calls: which there are differs between clusters.
func syntax(text string) []*common.Error {
	p, err := parser.NewParser(parser.EnableOptionalSyntax(true))
	if err != nil {
		return []*common.Error{{Location: common.NoLocation, Message: err.Error()}}
	}
	_, faults := p.Parse(common.NewTextSource(text))
	return faults.GetErrors()
}
