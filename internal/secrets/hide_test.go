package secrets

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHide: what Find tells of is gone, and nothing else.
func TestHide(t *testing.T) {
	for name, token := range tokens {
		for _, text := range []string{token, "a: 1\n# the key\nx: " + token + "\nb: 2\n"} {
			tree := map[string]any{"field": text, "list": []any{text, int64(1)}, "plain": "ghcr.io/acme/web:1.4.2"}
			if len(Find(tree)) == 0 {
				continue // some have their form only where nothing stands around them
			}
			hidden := Hide(tree, "")
			require.Empty(t, Find(hidden), name)
			require.Equal(t, "ghcr.io/acme/web:1.4.2", hidden.(map[string]any)["plain"])
			require.Equal(t, text, tree["field"], "the tree itself stays as it is")
		}
	}
}

// TestHideNamed: a name of its own gives a value away, that of a variable and that of a flag too.
func TestHideNamed(t *testing.T) {
	env := []any{
		map[string]any{"name": "DB_PASSWORD", "value": "hunt" + "er2"},
		map[string]any{"name": "LOG_LEVEL", "value": "debug"},
	}
	require.Equal(t, []any{
		map[string]any{"name": "DB_PASSWORD", "value": Hidden},
		map[string]any{"name": "LOG_LEVEL", "value": "debug"},
	}, Hide(env, "env"))
	require.Equal(t, []any{"--password", Hidden, "--port", "80"}, Hide([]any{"--password", "hunt" + "er2", "--port", "80"}, "args"))
	require.Equal(t, Hidden, Hide("hunt"+"er2", "password"))
	require.Equal(t, "hunt"+"er2", Hide("hunt"+"er2", "animal"))
	require.Equal(t, "a:\n  password: ***\n  port: 80\n", Hide("a:\n  password: hunt"+"er2\n  port: 80\n", "app.yaml"))
}

// TestHideMany: no number of secrets in one text is too large to hide.
func TestHideMany(t *testing.T) {
	for _, n := range []int{11, 50, 400} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "- AKI"+"A%s%02d is %d\n", letters(14, base32), 22+i%50, i)
		}
		require.Empty(t, Find(Hide(b.String(), "")), n)
	}
}
