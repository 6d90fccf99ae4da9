package report

import (
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// WhyFormats are those of the commands that say where a value comes from, and of the documentation of fields.
var WhyFormats = []string{"text", "json"}

// Where the value of an output line comes from. The layers of a tenant are named as they are: tenant, override,
// platform, tier, default.
const (
	OriginSeveral  = "several"  // more than one cause
	OriginPatch    = "patch"    // of a person
	OriginResource = "resource" // an object that a person added
	OriginConstant = "constant" // no cause changes it
	OriginUnknown  = "unknown"
)

// Spot is where something stands; lines count from 1, 0 where none is known.
type Spot struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// SpotOf is a position.
func SpotOf(p manifest.Position) Spot { return Spot{p.File, p.Line, p.Column} }

func (p Spot) String() string {
	return manifest.Position{File: p.File, Line: p.Line, Column: p.Column}.String()
}

// LineOrigin says where a line of the output comes from. docs/why.md describes the JSON form.
type LineOrigin struct {
	Spot
	// Text is the line as it would be rendered now; OnDisk what the file has there, where that is another.
	Text   string `json:"text"`
	OnDisk string `json:"onDisk"`
	Stale  bool   `json:"stale"`
	Tenant string `json:"tenant"`
	// Environment is empty in a base.
	Environment string  `json:"environment"`
	Object      *object `json:"object"`
	// Field is that of the object, or of the kustomization.
	Field string `json:"field"`
	Value any    `json:"value"`
	// Origin is one of the origins above, or a layer.
	Origin string `json:"origin"`
	// Causes are what the value follows, the nearest first. NeededBy are those that take it away.
	Causes   []Cause `json:"causes"`
	NeededBy []Cause `json:"neededBy"`
	// Subject is the field of the tenant that asked for the object.
	Subject *Cause `json:"subject"`
	// Patches are people's, which change the field after this file was read.
	Patches []Spot `json:"patches"`
	// Notes are sentences.
	Notes []string `json:"notes"`
}

// Cause is something that a value follows.
type Cause struct {
	Layer string `json:"layer"`
	Field string `json:"field"`
	Value any    `json:"value"`
	// Name causes are the last key of the field, and not what stands there.
	Name bool `json:"name"`
	// Note says more: whose tier it is, which share of it.
	Note string `json:"note"`
	Spot
}

// SetObject names the object of the line.
func (o *LineOrigin) SetObject(apiVersion string, key manifest.Key) {
	o.Object = &object{APIVersion: apiVersion, Kind: key.Kind, Namespace: key.Namespace, Name: key.Name}
}
