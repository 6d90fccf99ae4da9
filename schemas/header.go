package schemas

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const apiVersion = "tenantsmith.dev/v1alpha1"

var kinds = []string{"Tenant", "Platform", "Override", "Waiver", "Change"}

// header judges what a document says it is, before anything else is read into it: a document of
// another kind would only collect errors that say nothing.
func header(doc *manifest.Node, kind string) []manifest.Problem {
	if doc.Kind != manifest.Map {
		return []manifest.Problem{fault(doc.Position, "", "want apiVersion, kind, metadata and spec")}
	}
	var problems []manifest.Problem
	version, of := doc.Get("apiVersion"), doc.Get("kind")
	switch {
	case version == nil || isNull(version):
		problems = append(problems, fault(doc.Position, "apiVersion", "is missing; write %s", apiVersion))
	case version.Value != apiVersion:
		problems = append(problems, fault(version.Position, "apiVersion", "unknown version %s; want %s", shown(version), apiVersion))
	}
	switch {
	case of == nil || isNull(of):
		problems = append(problems, fault(doc.Position, "kind", "is missing; write %s", kind))
	case of.Value == kind:
	case slices.Contains(kinds, text(of.Value)):
		problems = append(problems, fault(of.Position, "kind", "want %s here, not %s", kind, shown(of)))
	default:
		problems = append(problems, fault(of.Position, "kind", "unknown kind %s%s", shown(of), suggestKind(shown(of), kind)))
	}
	return problems
}

func suggestKind(word, kind string) string {
	if s := suggest(word, []string{kind}); s != "" {
		return s
	}
	return "; want " + kind
}

// shown is a value as a message names it.
func shown(n *manifest.Node) string {
	switch n.Kind {
	case manifest.Map:
		return "a map"
	case manifest.List:
		return "a list"
	}
	if s := text(n.Value); len(s) > 0 && len(s) <= 60 {
		return s
	} else if s != "" {
		return strings.ToValidUTF8(s[:57], "") + "..."
	}
	return `""`
}

// named demands the name that a file or folder gives.
func named(doc *manifest.Node, name string, required bool) []manifest.Problem {
	at := manifest.Path{"metadata", "name"}
	own := doc.Get("metadata").Get("name")
	switch {
	case own == nil || isNull(own):
		if !required {
			return nil
		}
		pos, _ := doc.Find(at)
		return []manifest.Problem{fault(pos, at.String(), "is missing; write %s, the name of the file or folder", name)}
	case own.Value != name:
		return []manifest.Problem{fault(own.Position, at.String(), "%s is not the name of the file or folder, which is %s", shown(own), name)}
	}
	return nil
}
