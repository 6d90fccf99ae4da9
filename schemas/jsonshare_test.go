package schemas

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// With what share wrote put back in its places, a schema is what it was before: it accepts the same documents, and editors
// show the same beside each field.
func TestShare(t *testing.T) {
	for _, kind := range []string{"tenant", "platform", "override", "waiver", "change"} {
		g := generator{draft: 2020, definitions: map[string]any{}}
		require.NoError(t, g.readDefaults(kind))
		root := g.schema(documented()[kind], g.root)
		before := copied(t, object{"root": root, g.section(): g.definitions})
		g.share(root)
		after := copied(t, object{"root": root, g.section(): g.definitions})
		definitions := after[g.section()].(object)
		require.Equal(t, inlined(before, before[g.section()].(object)), inlined(after, definitions), kind)
		for name := range before[g.section()].(object) {
			require.Contains(t, definitions, name)
		}
	}
}

func copied(t *testing.T, schema object) object {
	text, err := json.Marshal(schema)
	require.NoError(t, err)
	var out object
	require.NoError(t, json.Unmarshal(text, &out))
	return out
}

// inlined puts definitions that nothing says beside, or that share wrote, where they are referred to.
func inlined(v any, definitions object) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = inlined(v[i], definitions)
		}
		return out
	case object:
		out := object{}
		for key, value := range v {
			if key != "$defs" {
				out[key] = inlined(value, definitions)
			}
		}
		if ref, ok := v["$ref"].(string); ok {
			delete(out, "$ref")
			definition, _ := definitions[strings.TrimPrefix(ref, "#/$defs/")].(object)
			for key, value := range inlined(definition, definitions).(object) {
				if key != "description" && key != "examples" && key != "default" {
					out[key] = value
				}
			}
		}
		return out
	}
	return v
}

// The samples are what the schemas accept, in both drafts.
func TestJSONSchemaAcceptsTheSamples(t *testing.T) {
	for _, draft := range []int{7, 2020} {
		s := compiled(t, "tenant", draft)
		files, err := filepath.Glob("../tenants/*.yaml")
		require.NoError(t, err)
		more, err := filepath.Glob("../tenants/*/*.yaml")
		require.NoError(t, err)
		files = append(files, more...)
		require.Greater(t, len(files), 4)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			require.NoError(t, s.Validate(valueOf(t, string(text))), file)
		}
		text, err := os.ReadFile("../tenantsmith.yaml")
		require.NoError(t, err)
		require.NoError(t, compiled(t, "platform", draft).Validate(valueOf(t, string(text))))
	}
}

func TestEncode(t *testing.T) {
	long := strings.Repeat(`"\{[,`, 30)
	want := map[string]any{"b": []any{map[string]any{"<": long}, 1.0, nil}, "a": map[string]any{}}
	text, err := encode(want)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(text), "{\n\t\"a\": {},\n\t\"b\": [\n\t\t{\n\t\t\t\"<\": \"\\\"\\\\{[,"), string(text))
	var got any
	require.NoError(t, json.Unmarshal(text, &got))
	require.Equal(t, want, got)
}
