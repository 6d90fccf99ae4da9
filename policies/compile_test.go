package policies

import (
	"testing"

	"github.com/stretchr/testify/require"
)

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
