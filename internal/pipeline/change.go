package pipeline

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Change is what somebody wants to merge, and the file that says so.
type Change struct {
	policies.Change
	File string
	// Sum is the digest of the file (sha256, hex).
	Sum string
}

// ReadChange reads the file that a trusted job wrote about a change. With problems there is no change.
func ReadChange(file string, data []byte) (*Change, []manifest.Problem, error) {
	doc, problems, err := schemas.ReadChange(file, data)
	if err != nil || len(problems) > 0 {
		return nil, problems, err
	}
	tree, _ := doc.Tree().(map[string]any)
	delete(tree, "apiVersion")
	delete(tree, "kind")
	text, err := json.Marshal(tree)
	if err != nil {
		return nil, nil, fmt.Errorf("read the change: %w", err)
	}
	c := &Change{File: file, Sum: manifest.Digest(data)}
	read := json.NewDecoder(bytes.NewReader(text))
	read.DisallowUnknownFields() // a field of the schema that no rule could see
	if err := read.Decode(&c.Change); err != nil {
		return nil, nil, fmt.Errorf("read the change: %w", err)
	}
	return c, nil, nil
}

// change judges the change, if there is one. Its findings stand in its file: what mends them is done at
// the forge.
func (c chain) change(ctx context.Context) ([]manifest.Problem, error) {
	if c.options.Change == nil || !c.asks() {
		return nil, nil
	}
	found, err := c.engine.CheckChange(ctx, c.known.context(), c.options.Change.Change, c.policies)
	for i := range found {
		found[i].Position = manifest.Position{File: c.options.Change.File}
	}
	return found, err
}

// platform judges the platform file, if there is one.
func (c chain) platform(ctx context.Context) ([]manifest.Problem, error) {
	if !c.hasPlatform() || !c.asks() {
		return nil, nil
	}
	found, err := c.engine.CheckPlatform(ctx, c.known.context(), c.policies)
	for i := range found {
		found[i].Position = c.fleet.Platform.At(manifest.ParsePath(found[i].Field))
	}
	return found, err
}

// hasPlatform reports whether the platform file is there and can be judged.
func (c chain) hasPlatform() bool { return c.fleet.Platform != nil && c.fleet.Platform.File != "" }

// context is what policies may know without a tenant.
func (k known) context() policies.Context {
	return policies.Context{Now: k.now, Platform: policies.Platform{Spec: k.platform}}
}
