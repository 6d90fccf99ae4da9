package schemas

// RuleData is what only rules read. They see the whole document, see [Environment.Document].
type RuleData any

// Compliance is what the tenant must hold, and what it says about its data.
type Compliance struct {
	Frameworks         []string      `json:"frameworks"`
	DataClassification string        `json:"dataClassification"`
	Residency          []string      `json:"residency"`
	Retention          string        `json:"retention"`
	Purge              RuleData      `json:"purge"`
	Record             RuleData      `json:"record"`
	Transfers          []RuleData    `json:"transfers"`
	Attestations       []Attestation `json:"attestations"`
}

// Attestation is what somebody vouches for. Date and Until are days, 2026-10-01; Control is a framework
// and an id, soc2 CC1.1.
type Attestation struct {
	Control   string `json:"control"`
	Statement string `json:"statement"`
	Evidence  string `json:"evidence"`
	By        string `json:"by"`
	Role      string `json:"role"`
	Date      string `json:"date"`
	Until     string `json:"until"`
}
