package report

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTexts: the file has every text of the code and no other, and the code uses every one.
func TestTexts(t *testing.T) {
	var file texts
	dec := json.NewDecoder(bytes.NewReader(english))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&file))
	used := usedTexts(t)
	sections := reflect.ValueOf(file)
	for i := range sections.NumField() {
		section := sections.Field(i)
		for j := range section.NumField() {
			name := sections.Type().Field(i).Name + "." + section.Type().Field(j).Name
			require.True(t, used[name], "nothing uses %s", name)
			switch text := section.Field(j).Interface().(type) {
			case phrase:
				require.NotEmpty(t, text, name)
			case counted:
				require.NotEmpty(t, text.One, name)
				require.NotEmpty(t, text.Other, name)
			default:
				require.Fail(t, "neither phrase nor counted", name)
			}
		}
	}
}

// usedTexts are the selections words().Section.Text in the code of the package, also by way of a
// variable that holds words().Section, and those of the pages, which call sections l, t and a.
func usedTexts(t *testing.T) map[string]bool {
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b([lta])\.(\w+)`).FindAllStringSubmatch(pageText+auditPageText, -1) {
		used[map[string]string{"l": "Label", "t": "Compliance", "a": "Audit"}[m[1]]+"."+m[2]] = true
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			variables := map[string]string{}
			ast.Inspect(decl, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.AssignStmt:
					for i, value := range n.Rhs {
						if section := sectionOf(value); section != "" {
							variables[n.Lhs[i].(*ast.Ident).Name] = section
						}
					}
				case *ast.SelectorExpr:
					section := sectionOf(n.X)
					if id, ok := n.X.(*ast.Ident); ok {
						section = variables[id.Name]
					}
					used[section+"."+n.Sel.Name] = true
				}
				return true
			})
		}
	}
	return used
}

// sectionOf is Section where the expression is words().Section.
func sectionOf(e ast.Expr) string {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	call, ok := s.X.(*ast.CallExpr)
	if !ok {
		return ""
	}
	if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "words" {
		return ""
	}
	return s.Sel.Name
}

func TestCounted(t *testing.T) {
	c := counted{One: "{n} of {all}", Other: "{n}s of {all}"}
	require.Equal(t, "1 of {n}", c.of(1, "all", "{n}"), "a value is no place for values")
	require.Equal(t, "2s of 3", c.of(2, "all", "3"))
}

// TestStatuses: every status and every result has texts of its own.
func TestStatuses(t *testing.T) {
	seen := map[string]bool{"": true}
	mine := func(text string) {
		require.False(t, seen[text], "%q is empty or said twice", text)
		seen[text] = true
	}
	for _, s := range Statuses {
		mine(s.word())
		mine(s.meaning())
	}
	require.Len(t, textsOfStatuses(), len(Statuses))
	for _, result := range results {
		mine(ControlCheck{Result: result}.said())
	}
	require.Len(t, textsOfResults(), len(results))
	require.Equal(t, "not asked: needs spec.x", ControlCheck{Result: NotAsked, Why: "spec.x"}.said())
	require.Equal(t, "held; not asked in production: needs spec.x", ControlCheck{Result: Held, NotAskedIn: []Unasked{{"production", "spec.x"}}}.said())
}
