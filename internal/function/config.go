package function

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"sigs.k8s.io/kustomize/kyaml/fn/framework"
	"sigs.k8s.io/kustomize/kyaml/resid"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// The kinds of functionConfig, and what says of them which fields they have.
const (
	group      = "tenantsmith.dev"
	version    = "v1alpha1"
	renderKind = "TenantRender"
	checkKind  = "TenantCheck"
)

//go:embed tenantrender.yaml
var renderDefinition string

//go:embed tenantcheck.yaml
var checkDefinition string

// everywhere is the environment of what holds in all of them; tenants and platforms are those who may say
// something.
const (
	everywhere = "all"
	byTenant   = "tenant"
	byPlatform = "platform"
)

// document is the name in an inline document, of whatever type it is, and what is wrong where the document is
// text. All the rest is read later, with its lines.
type document struct {
	name  any
	wrong []manifest.Problem
}

// documents are one document, or a list of them.
type documents []document

// UnmarshalJSON takes both forms, each document a map or the text of one.
func (d *documents) UnmarshalJSON(data []byte) error {
	var v any
	if err := json.Unmarshal(data, &v); err != nil || v == nil {
		return err
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, one := range list {
		var doc document
		if text, ok := one.(string); ok {
			one, doc.wrong = read(text)
		}
		doc.name, _ = manifest.Path{"metadata", "name"}.Lookup(one)
		*d = append(*d, doc)
	}
	return nil
}

// read parses a document that is given as text.
func read(text string) (any, []manifest.Problem) {
	docs, problems := manifest.Parse("", []byte(text), manifest.TenantLimits)
	if len(problems) > 0 {
		return nil, problems
	}
	return docs[0].Tree(), nil
}

// addition is an override, a patch or an object beside the tenant's own document.
type addition struct {
	Tenant      string `json:"tenant"`
	Environment string `json:"environment"`
	By          string `json:"by"`
}

// inputs are the documents that a functionConfig holds.
type inputs struct {
	Environment string     `json:"environment"`
	Tenant      documents  `json:"tenant"`
	Peers       documents  `json:"peers"`
	Overrides   []addition `json:"overrides"`
	Patches     []addition `json:"patches"`
	Resources   []addition `json:"resources"`
	FailOn      string     `json:"failOn"`
}

// tenantRender is the functionConfig of the generator. No field of it chooses checks or lets findings pass, and
// none holds waivers: whoever writes it would accept findings about himself.
type tenantRender struct {
	Spec inputs `json:"spec"`
}

// tenantCheck is that of the function that judges and changes nothing.
type tenantCheck struct {
	Spec inputs `json:"spec"`
}

var (
	_ framework.Defaulter                = (*tenantRender)(nil)
	_ framework.Validator                = (*tenantRender)(nil)
	_ framework.ValidationSchemaProvider = (*tenantRender)(nil)
	_ framework.Defaulter                = (*tenantCheck)(nil)
	_ framework.Validator                = (*tenantCheck)(nil)
	_ framework.ValidationSchemaProvider = (*tenantCheck)(nil)
)

// Schema is that of the KRMFunctionDefinition.
func (*tenantRender) Schema() (*spec.Schema, error) {
	return framework.SchemaFromFunctionDefinition(resid.NewGvk(group, version, renderKind), renderDefinition)
}

// Schema is that of the KRMFunctionDefinition.
func (*tenantCheck) Schema() (*spec.Schema, error) {
	return framework.SchemaFromFunctionDefinition(resid.NewGvk(group, version, checkKind), checkDefinition)
}

// Default fills in where additions hold and whose they are.
func (r *tenantRender) Default() error { return r.Spec.fill() }

// Default fills in where overrides hold.
func (c *tenantCheck) Default() error { return c.Spec.fill() }

func (in *inputs) fill() error {
	for _, list := range [][]addition{in.Overrides, in.Patches, in.Resources} {
		for i := range list {
			a := &list[i]
			if a.Tenant == "" {
				a.Tenant = in.only()
			}
			if a.Environment == "" {
				a.Environment = everywhere
			}
			if a.By == "" {
				a.By = byTenant
			}
		}
	}
	return nil
}

// names are those of the tenants, each once, as far as they can be names of folders.
func (in *inputs) names() []string { return in.Tenant.names() }

func (d documents) names() []string {
	var out []string
	for _, d := range d {
		if name, ok := d.name.(string); ok && isName(name) && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out
}

// only is the name of the tenant, if there is one alone.
func (in *inputs) only() string {
	if names := in.names(); len(names) == 1 {
		return names[0]
	}
	return ""
}

// faults are what is wrong with a functionConfig, each at a field.
type faults []fault

type fault struct {
	path            manifest.Path
	message, remedy string
	// at is the line in a document that is text, if it is about one.
	at manifest.Position
}

func (f faults) Error() string { return fmt.Sprintf("%d faults", len(f)) }

func (f *faults) add(path manifest.Path, remedy, format string, args ...any) {
	*f = append(*f, fault{path: path, message: fmt.Sprintf(format, args...), remedy: remedy})
}

// or is the error that the faults are, if there are any.
func (f faults) or() error {
	if len(f) == 0 {
		return nil
	}
	return f
}

// Validate holds what the schema cannot say: who is meant, and that nothing is said twice.
func (r *tenantRender) Validate() error {
	var f faults
	if len(r.Spec.Tenant) == 0 {
		f.add(manifest.Path{"spec", "tenant"}, "", "holds no tenant")
	}
	return errors.Join(f.or(), r.Spec.validate())
}

// Validate holds what the schema cannot say: that tenant and environment come together.
func (c *tenantCheck) Validate() error {
	var f faults
	in := c.Spec
	switch {
	case len(in.Tenant) > 0 && in.Environment == "":
		f.add(manifest.Path{"spec", "environment"}, "name the environment that the objects are for", "is missing")
	case len(in.Tenant) == 0 && in.Environment != "":
		f.add(manifest.Path{"spec", "environment"}, "add spec.tenant, or leave the environment out to judge the objects as nobody's", "says nothing without a tenant")
	case len(in.names()) > 1:
		f.add(manifest.Path{"spec", "tenant"}, "give one tenant, or several parts of one", "objects are judged as those of one tenant, and here are several")
	}
	return errors.Join(f.or(), in.validate())
}

func (in *inputs) validate() error {
	var f faults
	in.Tenant.validate(&f, "tenant")
	in.Peers.validate(&f, "peers")
	for _, name := range in.Peers.names() {
		if slices.Contains(in.names(), name) {
			f.add(manifest.Path{"spec", "peers"}, "leave it out there", "%s is a tenant of spec.tenant, too", name)
		}
	}
	for _, list := range []struct {
		key       string
		additions []addition
	}{{"overrides", in.Overrides}, {"patches", in.Patches}, {"resources", in.Resources}} {
		for i, a := range list.additions {
			in.whose(&f, manifest.Path{"spec", list.key, i}, a)
		}
	}
	return f.or()
}

// validate checks that documents can be read, and whose they are.
func (d documents) validate(f *faults, key string) {
	for i, d := range d {
		at := manifest.Path{"spec", key, i}
		switch name, ok := d.name.(string); {
		case len(d.wrong) > 0:
			for _, p := range d.wrong {
				*f = append(*f, fault{path: at, message: p.Message, remedy: p.Remedy, at: p.Position})
			}
		case d.name == nil:
			f.add(at.Join("metadata", "name"), "", "is missing")
		case !ok || !isName(name):
			f.add(at.Join("metadata", "name"), "use lower-case letters, digits and dashes", "%v cannot name a tenant", d.name)
		}
	}
}

// whose checks that an addition is for a tenant that is there, and for what can be an environment.
func (in *inputs) whose(f *faults, at manifest.Path, a addition) {
	names := slices.Concat(in.names(), in.Peers.names())
	switch {
	case a.Tenant == "" && len(in.Tenant) > 0:
		f.add(at.Join("tenant"), "say which of the tenants it is about", "is missing")
	case !slices.Contains(names, a.Tenant):
		f.add(at.Join("tenant"), "", "there is no tenant %q here", a.Tenant)
	}
	if !isName(a.Environment) {
		f.add(at.Join("environment"), "", "%q cannot name an environment", a.Environment)
	}
}

var nameForm = pattern.Of(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// isName reports whether a text can be part of a path.
func isName(s string) bool { return nameForm().MatchString(s) }
