package policies

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func TestOdd(t *testing.T) {
	for _, text := range []string{"", "plain", "two\nlines\r\n\tand a tab", "Grüße, 東京, שלום", "left\u200eto right", "\u00a0"} {
		_, found := odd(text)
		require.False(t, found, "%q", text)
	}
	for text, want := range map[string]rune{
		"a\x00": 0, "a\x1b[0m": 0x1b, "\x7f": 0x7f, "é\u0085": 0x85, "x\u202ey": 0x202e, "\u2066": 0x2066, "a\xff": 0xfffd, "ü\x07": 7,
	} {
		c, found := odd(text)
		require.True(t, found, "%q", text)
		require.Equal(t, want, c, "%q", text)
	}
}

// Characters that escapes hide are found in objects, in items of Lists and in the tenant's file, and
// are never printed.
func TestOddTexts(t *testing.T) {
	spec := NewDocument(map[string]any{"displayName": "Acme\u202e", "tags": map[string]any{"team": "shop"}})
	c := acme()
	c.Spec = spec
	o := object(t, `{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, `+
		`data: {a: "x\u202Ey", "b\e": c, d: "plain\n"}}, {apiVersion: v1, kind: Secret, metadata: {name: b}}]}`)
	problems, err := engine(t).Check(context.Background(), Input{Context: c, Objects: []manifest.Object{o}, Checks: []string{"TS-GEN-006"}})
	require.NoError(t, err)
	require.Equal(t, ": TS-GEN-006   spec.displayName: holds a text with U+202E, which people do not see as it is\n"+
		"a.yaml:1:93: TS-GEN-006 ConfigMap a items[0].data: holds a key with U+001B, which people do not see as it is\n"+
		"a.yaml:1:103: TS-GEN-006 ConfigMap a items[0].data.a: holds a text with U+202E, which people do not see as it is\n", told(problems))
}
