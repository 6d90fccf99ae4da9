package report

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/defenseunicorns/go-oscal/src/pkg/validation"
	oscal "github.com/defenseunicorns/go-oscal/src/types/oscal-1-1-3"
	"github.com/stretchr/testify/require"
)

// requireOSCAL holds that the text is a document by the schema of OSCAL.
func requireOSCAL(t *testing.T, text string) *oscal.AssessmentResults {
	require.NoError(t, validOSCAL(text), text)
	var doc oscal.OscalCompleteSchema
	require.NoError(t, json.Unmarshal([]byte(text), &doc))
	return doc.AssessmentResults
}

func validOSCAL(text string) error {
	v, err := validation.NewValidator([]byte(text))
	if err != nil {
		return err
	}
	return v.Validate()
}

// TestOSCALSchema: the judge of these tests refuses what is wrong.
func TestOSCALSchema(t *testing.T) {
	text := compliance(t, "oscal", evidence(2), Options{})
	for from, to := range map[string]string{
		`"state": "not-satisfied"`: `"state": "fail"`, `"target-id"`: `"target"`, `T00:00:00Z`: ``, `"control-id": "cis-5.2.7"`: `"control-id": "5.2.7"`,
	} {
		require.Contains(t, text, from)
		require.Error(t, validOSCAL(strings.ReplaceAll(text, from, to)), to)
	}
}

func TestOSCAL(t *testing.T) {
	doc := requireOSCAL(t, compliance(t, "oscal", evidence(3), Options{}))
	require.Equal(t, "1.1.3", doc.Metadata.OscalVersion)
	require.Len(t, doc.Results, 3)
	states := map[string]oscal.ObjectiveStatus{}
	for _, r := range doc.Results {
		require.Len(t, r.ReviewedControls.ControlSelections, 2)
		for _, f := range *r.Findings {
			states[r.Title+" "+f.Target.TargetId] = f.Target.Status
		}
	}
	for at, want := range map[string][2]string{
		"t00 cis-5.2.7": {"not-satisfied", "fail"}, "t01 cis-5.2.7": {"not-satisfied", "fail"}, "t02 cis-5.2.7": {"satisfied", "pass"},
		"t02 gdpr-37": {"not-satisfied", "other"},
	} {
		got := states[words().OSCAL.Title.with("tenant", at)]
		require.Equal(t, want, [2]string{got.State, got.Reason}, at)
	}
	failed, accepted := doc.Results[0], doc.Results[1]
	require.Len(t, *failed.Risks, 1)
	require.Equal(t, "open", (*failed.Risks)[0].Status)
	evidence := (*(*failed.Observations)[0].RelevantEvidence)[0]
	require.Equal(t, "tenants/t00.yaml#L7", evidence.Href)
	require.Len(t, *(*failed.Observations)[0].Subjects, 2, "the object in two environments")
	risk := (*accepted.Risks)[0]
	require.Equal(t, "deviation-approved", risk.Status)
	require.Equal(t, "2026-12-31", risk.Deadline.Format("2006-01-02"))
	require.Contains(t, risk.Statement, "SEC-7")
	require.Nil(t, doc.Results[2].Risks)
	require.Len(t, *failed.Attestations, 2, "one for all, one of its own")
	for _, r := range doc.Results[1:] {
		text, err := json.Marshal(r)
		require.NoError(t, err)
		require.NotContains(t, string(text), "t00", "a result says nothing of another tenant")
	}
}

// TestOSCALReferences: what is referred to is there, and no two things share an id.
func TestOSCALReferences(t *testing.T) {
	text := compliance(t, "oscal", evidence(3), Options{})
	requireOSCAL(t, text)
	defined := map[string]bool{}
	tool := assessment{report: evidence(3)}.lasting("tool")
	for _, m := range regexp.MustCompile(`"uuid": "([^"]+)"`).FindAllStringSubmatch(text, -1) {
		require.True(t, !defined[m[1]] || m[1] == tool, "two things have the id %s", m[1])
		defined[m[1]] = true
	}
	refs := regexp.MustCompile(`"(?:[a-z]+-uuid|href)": "#?([0-9a-f]{8}-[^"]+)"|"party-uuids": \[\s*"([^"]+)"`).FindAllStringSubmatch(text, -1)
	require.Greater(t, len(refs), 20)
	for _, m := range refs {
		require.True(t, defined[m[1]+m[2]], m[0])
	}
	other := evidence(3)
	other.Now = "2026-11-23"
	before, after := requireOSCAL(t, text), requireOSCAL(t, compliance(t, "oscal", other, Options{}))
	require.NotEqual(t, before.UUID, after.UUID)
	require.Equal(t, (*before.Results[0].Risks)[0].UUID, (*after.Results[0].Risks)[0].UUID, "a risk keeps its id")
	requireOSCAL(t, compliance(t, "oscal", &Compliance{Now: "2026-11-22"}, Options{}))
	require.Error(t, WriteCompliance(&strings.Builder{}, "oscal", &Compliance{Now: "today"}, Options{}))
}

func TestLink(t *testing.T) {
	require.Equal(t, "./a:b.yaml#L3", link("a:b.yaml", 3))
	require.Equal(t, "tenants/a%20b.yaml", link("tenants/a b.yaml", 0))
}
