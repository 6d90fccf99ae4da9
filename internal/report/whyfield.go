package report

import "reflect"

// FieldOrigin says which layers speak of a field of a tenant. docs/why.md describes the JSON form.
type FieldOrigin struct {
	Tenant string `json:"tenant"`
	Field  string `json:"field"`
	Type   string `json:"type"`
	Doc    string `json:"doc"`
	// Histories are those of the environments; equal ones are one.
	Histories []History `json:"histories"`
}

// History is what layers say of the field in some environments.
type History struct {
	Environments []string `json:"environments"`
	// Set reports whether the field has a value.
	Set   bool `json:"set"`
	Value any  `json:"value"`
	// Layers are those that speak of the field, the strongest first.
	Layers []Layer `json:"layers"`
	// Leaves are, of a map or a list, the values in it with the layer that gave each.
	Leaves []Layer  `json:"leaves"`
	Bounds []Layer  `json:"bounds"`
	Notes  []string `json:"notes"`
}

// Layer is what one layer says. State is wins, shadowed, merged, removes or unfit.
type Layer struct {
	State string `json:"state"`
	Layer string `json:"layer"`
	Name  string `json:"name"`
	Field string `json:"field"`
	Value any    `json:"value"`
	Note  string `json:"note"`
	Spot
}

// Add takes in the history of an environment, with those that are equal to it.
func (o *FieldOrigin) Add(environment string, h History) {
	for i := range o.Histories {
		other := o.Histories[i]
		names := other.Environments
		if other.Environments = nil; reflect.DeepEqual(other, h) {
			o.Histories[i].Environments = append(names, environment)
			return
		}
	}
	h.Environments = []string{environment}
	o.Histories = append(o.Histories, h)
}
