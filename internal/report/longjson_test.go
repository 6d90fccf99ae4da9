package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLongLists: a document whose lists are written one element at a time is the same to the byte.
func TestLongLists(t *testing.T) {
	bare, hollow, null := evidence(1), evidence(2), evidence(2)
	bare.Frameworks = nil
	hollow.Frameworks[0].Tenants, hollow.Frameworks[1].Controls = []TenantFramework{}, []Control{}
	null.Frameworks[0].Tenants, null.Frameworks[1].Controls = nil, nil
	for _, c := range []*Compliance{bare, hollow, null, evidence(1), evidence(3)} {
		short, lists := c.split()
		var got, want bytes.Buffer
		require.NoError(t, indented.write(&got, short, lists...))
		enc := json.NewEncoder(&want)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(c))
		require.Equal(t, strings.ReplaceAll(want.String(), "##[", `#\u0023[`), got.String())

		got.Reset()
		require.NoError(t, compact.write(&got, short, lists...))
		text, err := json.Marshal(c)
		require.NoError(t, err)
		require.Equal(t, string(text), got.String())
	}
}

// full takes so many bytes and no more.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errors.New("full")
	}
	return len(b), nil
}

// A disk that is full ends the work, and a list that is not there is no silent loss.
func TestLongListsFail(t *testing.T) {
	made := 0
	elements := func(yield func(any) bool) {
		for made < 1000 && yield(strings.Repeat("x", 1000)) {
			made++
		}
	}
	doc := map[string][]int{"list": {}}
	require.EqualError(t, indented.write(&full{20_000}, doc, long{"list", 2, elements}), "full")
	require.Less(t, made, 30)
	require.ErrorContains(t, indented.write(&full{20_000}, doc, long{"lists", 2, elements}), `no empty list "lists"`)
	require.Error(t, indented.write(&full{20_000}, doc, long{"list", 2, each([]any{func() {}})}))
	require.Error(t, indented.write(&full{20_000}, func() {}))
}
