package manifest

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCheckIDs(t *testing.T) {
	for text, ids := range map[string]CheckIDs{
		`{"TS-NET-":"001 002","TS-ROL-":"101"}`: {"TS-NET-001", "TS-NET-002", "TS-ROL-101"},
		`{"":"house","-":"b","TS-":"001"}`:      {"-b", "TS-001", "house"},
		`["TS-NET-001","of a kind"]`:            {"TS-NET-001", "of a kind"},
		`["TS-NET-001","house-"]`:               {"TS-NET-001", "house-"},
		`["x","y "]`:                            {"x", "y "},
		`{}`:                                    nil,
	} {
		out, err := json.Marshal(ids)
		require.NoError(t, err)
		require.Equal(t, text, string(out))
		var back CheckIDs
		require.NoError(t, json.Unmarshal(out, &back))
		require.Equal(t, ids, back)
	}
	var list CheckIDs
	require.NoError(t, json.Unmarshal([]byte(`["TS-NET-001","TS-ROL-101"]`), &list))
	require.Equal(t, CheckIDs{"TS-NET-001", "TS-ROL-101"}, list)
	require.Error(t, json.Unmarshal([]byte(`{"TS-NET-": 1}`), &list))
	require.Error(t, json.Unmarshal([]byte(`"TS-NET-001"`), &list))
}
