package manifest

import (
	"encoding/json"
	"slices"
	"strings"
)

// CheckIDs are ids of checks, sorted. A record holds a hundred of them: as JSON they stand together by what their ids
// begin with, {"TS-NET-": "001 002"}, in a quarter of the room of a list. A list is read, too.
type CheckIDs []string

// MarshalJSON writes what stands behind the last dash of each id below what stands before it. Ids that cannot be cut
// so, of a platform's own checks, make a list of all.
func (ids CheckIDs) MarshalJSON() ([]byte, error) {
	groups := map[string]string{}
	for _, id := range ids {
		at := strings.LastIndexByte(id, '-') + 1
		group, rest := id[:at], id[at:]
		if rest == "" || len(strings.Fields(rest)) != 1 || strings.TrimSpace(rest) != rest {
			return json.Marshal([]string(ids))
		}
		groups[group] = strings.TrimPrefix(groups[group]+" "+rest, " ")
	}
	return json.Marshal(groups)
}

// UnmarshalJSON reads both forms.
func (ids *CheckIDs) UnmarshalJSON(data []byte) error {
	var list []string
	if json.Unmarshal(data, &list) == nil {
		*ids = list
		return nil
	}
	var groups map[string]string
	if err := json.Unmarshal(data, &groups); err != nil {
		return err
	}
	*ids = nil
	for group, rests := range groups {
		for rest := range strings.FieldsSeq(rests) {
			*ids = append(*ids, group+rest)
		}
	}
	slices.Sort(*ids)
	return nil
}
