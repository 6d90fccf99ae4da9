package schemas

import (
	"crypto/sha256"
	"embed"
	"fmt"
	"maps"
	"slices"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/parser"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

//go:embed *.cue
var files embed.FS

// checker is the compiled schemas, those of the platform among them. It is safe for concurrent use:
// everything that sessions share is evaluated before anybody reads it.
type checker struct {
	layers       map[string]cue.Value
	words        *speller
	defaultsNode *manifest.Node
	tiersNode    *manifest.Node
	sum          string
}

// The layers that a tenant meets beside those of its documents.
const (
	layerComplete = "#TenantComplete"
	layerRules    = "#TenantRules"
)

var layerNames = []string{"#TenantInput", "#PlatformInput", "#OverrideInput", "#WaiverInput", "#ChangeInput", layerComplete, layerRules}

// newChecker compiles the embedded schemas together with those of the platform (file name to
// content). Problems are in the platform's files; an error is a fault of ours.
func newChecker(ext map[string][]byte) (*checker, []manifest.Problem, error) {
	sources, err := embedded()
	if err != nil {
		return nil, nil, err
	}
	root, err := compile(sources)
	if err != nil {
		return nil, nil, fmt.Errorf("compile schemas: %w", err)
	}
	c := &checker{}
	c.readData(root)
	if len(ext) > 0 {
		var problems []manifest.Problem
		if root, problems = extend(root, sources, ext); len(problems) > 0 {
			return nil, problems, nil
		}
		maps.Copy(sources, ext)
	}
	c.sum = sumOf(sources)
	c.words = &speller{sources: sources}
	c.layers = make(map[string]cue.Value, len(layerNames))
	for _, name := range layerNames {
		c.layers[name] = root.LookupPath(cue.ParsePath(name))
		if err := c.layers[name].Err(); err != nil {
			return nil, nil, fmt.Errorf("compile schemas: %w", err)
		}
	}
	return c, nil, nil
}

// readData takes the tiers and defaults out of our own schemas; the platform's have them in its file.
func (c *checker) readData(root cue.Value) {
	c.tiersNode = nodeOf(root.LookupPath(cue.ParsePath("tiers")))
	c.defaultsNode = nodeOf(root.LookupPath(cue.ParsePath("defaults")))
	platform := nodeOf(root.LookupPath(cue.ParsePath("platform")))
	c.defaultsNode.Fields = append(c.defaultsNode.Fields, manifest.Field{
		Key: "platform", Position: platform.Position, Value: platform,
	})
}

// embedded returns our own schemas by the name that messages give them.
func embedded() (map[string][]byte, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, fmt.Errorf("read schemas: %w", err)
	}
	out := make(map[string][]byte, len(entries))
	for _, e := range entries {
		if out["schemas/"+e.Name()], err = files.ReadFile(e.Name()); err != nil {
			return nil, fmt.Errorf("read schemas: %w", err)
		}
	}
	return out, nil
}

// compile builds one package out of files, with the comments where the mode is to parse those: only who explains fields
// needs them. Nothing is loaded: imports reach CUE's standard library, and neither a disk nor a registry.
func compile(sources map[string][]byte, mode ...parser.Option) (cue.Value, error) {
	inst := build.NewContext(build.Loader(nil)).NewInstance("", nil)
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		f, err := parser.ParseFile(name, sources[name], mode...)
		if err != nil {
			return cue.Value{}, err
		}
		if err := inst.AddSyntax(f); err != nil {
			return cue.Value{}, err
		}
	}
	if err := inst.Complete(); err != nil {
		return cue.Value{}, err
	}
	root := cuecontext.New().BuildInstance(inst)
	return root, root.Validate()
}

func sumOf(sources map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		fmt.Fprintf(h, "%s\x00%d\x00%s", name, len(sources[name]), sources[name])
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// defaults are the values of defaults.cue: `spec`, `service`, `kinds.<kind>` and `platform`.
func (c *checker) defaults() *manifest.Node { return c.defaultsNode }

// tiers are the tiers of tiers.cue, by name.
func (c *checker) tiers() *manifest.Node { return c.tiersNode }

// digest identifies the schemas, those of the platform among them (sha256, hex).
func (c *checker) digest() string { return c.sum }

// nodeOf reads concrete CUE data with its positions.
func nodeOf(v cue.Value) *manifest.Node {
	out := &manifest.Node{Position: position(v.Pos())}
	switch v.Kind() {
	case cue.StructKind:
		out.Kind = manifest.Map
		for it, _ := v.Fields(); it.Next(); {
			child := nodeOf(it.Value())
			out.Fields = append(out.Fields, manifest.Field{Key: it.Selector().Unquoted(), Position: child.Position, Value: child})
		}
	case cue.ListKind:
		out.Kind = manifest.List
		for it, _ := v.List(); it.Next(); {
			out.Items = append(out.Items, nodeOf(it.Value()))
		}
	case cue.StringKind:
		out.Value, _ = v.String()
	case cue.BoolKind:
		out.Value, _ = v.Bool()
	case cue.IntKind:
		out.Value, _ = v.Int64()
	case cue.FloatKind, cue.NumberKind:
		out.Value, _ = v.Float64()
	}
	return out
}
