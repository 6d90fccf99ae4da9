package schemas

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Written are the kinds that people write, as [Doc] names them.
var Written = []string{"tenant", "platform", "override", "waiver", "change"}

// Known reports what the schema says of a field, like [Doc]; of one that it does not know, the error says so and
// names the nearest.
func Known(kind string, path manifest.Path) (Field, error) {
	field, ok := Doc(kind, path.String())
	if ok {
		return field, nil
	}
	for i := range path {
		if _, ok := Doc(kind, path[:i+1].String()); ok {
			continue
		}
		parent, _ := Doc(kind, path[:i].String())
		above := path[:i].String()
		if i == 0 {
			above = "a " + kind
		}
		word := strings.TrimPrefix(manifest.Path{path[i]}.String(), ".")
		if len(parent.Fields) == 0 {
			return Field{}, fmt.Errorf("%s has no fields: it is %s", above, parent.Type)
		}
		return Field{}, fmt.Errorf("%s has no field %s%s", above, word, Suggest(word, parent.Fields))
	}
	return Field{}, fmt.Errorf("there is no kind %s%s", kind, Suggest(kind, Written))
}

// Default is the value of a field where nobody says another, for the tiers that have it; no tiers where all do.
type Default struct {
	Tiers []string
	Value any
	manifest.Position
}

// Defaults are those of a field of a tenant or an override, by the platform file of the repository, or of the
// platform file itself. Any name stands for a key of a map. Problems are those of the platform file.
func Defaults(fsys fs.FS, kind string, path manifest.Path) ([]Default, []manifest.Problem, error) {
	p, problems, err := loadPlatform(fsys)
	if err != nil || hasErrors(problems) {
		return nil, problems, err
	}
	switch kind {
	case "tenant", "override":
		return p.tierDefaults(path), nil, nil
	case "platform":
		return p.platformDefault(path), nil, nil
	}
	return nil, nil, nil
}

// tierDefaults are the grounds' values of a field, those that are equal told once.
func (p *platform) tierDefaults(path manifest.Path) []Default {
	var out []Default
	var lacking bool
	for _, f := range p.tiers.Fields {
		doc, at := mapped(p.ground(p.checker.defaults(), f.Key, nil).spec), path
		if len(path) > 3 && path[0] == "spec" && path[1] == "services" {
			doc, at = p.ground(p.checker.defaults(), f.Key, nil).services["service"], path[3:]
		}
		n := find(doc, at)
		if n == nil || n.Kind == manifest.Map {
			lacking = true
			continue
		}
		pos, _ := doc.Find(at)
		value := n.Tree()
		i := slices.IndexFunc(out, func(d Default) bool { return manifest.Equal(d.Value, value) })
		if i < 0 {
			out = append(out, Default{Value: value, Position: pos})
			i = len(out) - 1
		}
		out[i].Tiers = append(out[i].Tiers, f.Key)
	}
	if len(out) == 1 && !lacking {
		out[0].Tiers = nil
	}
	return out
}

// platformDefault is what stands for a field that the platform file leaves out.
func (p *platform) platformDefault(path manifest.Path) []Default {
	doc := mapOf("spec", p.checker.defaults().Get("platform"))
	if len(path) > 3 && path[1] == "clusters" {
		lent := doc.Get("spec").Get("clusters").Fields[0].Value
		doc, path = without(lent, "server", "operators"), path[3:]
	}
	n := find(doc, path)
	if n == nil || n.Kind == manifest.Map {
		return nil
	}
	at, _ := doc.Find(path)
	return []Default{{Value: n.Tree(), Position: at}}
}
