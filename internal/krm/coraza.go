package krm

// Coraza is the configuration of coraza-proxy-wasm. Directives are SecLang, by name; an authority is a host as requests
// name it. One that is not among Authorities gets Default.
type Coraza struct {
	Directives  map[string][]string `json:"directives_map"`
	Default     string              `json:"default_directives"`
	Authorities map[string]string   `json:"per_authority_directives,omitempty"`
}
