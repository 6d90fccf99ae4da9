package policies

import (
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/stretchr/testify/require"
)

// What is compiled where nobody brought anything lacks nothing that it uses: the compiler would not say so.
func TestAskedFilesAreWhole(t *testing.T) {
	mods, err := load(sources(nil, nil), askedFiles)
	require.NoError(t, err)
	asked := mods.whole()
	require.Less(t, len(asked), len(mods))
	c := newCompiler()
	c.Compile(asked.parsed())
	require.Empty(t, c.Errors)
	for _, m := range c.Modules {
		ast.WalkRefs(m, func(r ast.Ref) bool {
			if r.HasPrefix(ast.DefaultRootRef) && len(r) > 3 {
				require.NotEmpty(t, c.GetRulesWithPrefix(r[:4]), "%s is not there", r)
			}
			return false
		})
	}
}

// What Compile leaves out for our own rules changes none of them.
func TestSkippedStages(t *testing.T) {
	mods, err := load(sources(nil, nil), ruleFiles)
	require.NoError(t, err)
	whole, quick := newCompiler(), newCompiler().WithSkipStages(checked...)
	whole.Compile(mods.copies())
	quick.Compile(mods.copies())
	require.False(t, whole.Failed() || quick.Failed())
	for file, m := range whole.Modules {
		for i, r := range m.Rules {
			require.Equal(t, r.String(), quick.Modules[file].Rules[i].String(), "%s:%d", file, r.Location.Row)
		}
	}
}
