package function

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing/fstest" // the standard library's file system in memory

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// platformFile is where the chain looks for the platform.
const platformFile = "tenantsmith.yaml"

// repository is a platform repository in memory: the inline documents of a functionConfig as the files they would
// be, each with the lines that it has in the functionConfig.
type repository struct {
	config *functionConfig
	files  fstest.MapFS
	origin map[string]origin
	// names are those of the files, in the order in which they were added.
	names []string
}

// origin is where a file of the repository stands in the functionConfig.
type origin struct {
	path manifest.Path
	node *manifest.Node
	// known tells that the file has lines of the functionConfig, those behind the first above; text that it has lines
	// of its own.
	known, text bool
	above       int
}

// newRepository lays out the documents. config is nil where there is none, and the platform's embedded default
// serves.
func newRepository(config *functionConfig, in inputs) (*repository, []manifest.Problem) {
	r := &repository{config: config, files: fstest.MapFS{}, origin: map[string]origin{}}
	if config == nil {
		return r, nil
	}
	spec := config.root.Get("spec")
	var wrong faults
	if platform := spec.Get("platform"); platform != nil {
		r.add(platformFile, manifest.Path{"spec", "platform"}, platform)
	}
	r.tenants("tenant", in.Tenant)
	r.tenants("peers", in.Peers)
	for i, a := range in.Overrides {
		at := manifest.Path{"spec", "overrides", i}
		name := path.Join("overrides", a.Tenant, a.Environment+".yaml")
		if first, twice := r.origin[name]; twice {
			wrong.add(at, "write one override for a tenant and an environment", "is a second override for the same place as %s", first.path)
		}
		r.add(name, at.Join("document"), spec.Get("overrides").Items[i].Get("document"))
	}
	r.additions("patches", in.Patches)
	r.additions("resources", in.Resources)
	return r, append(config.problems(wrong.or()), r.extended()...)
}

// platform is the document of the platform with the positions that the chain finds; nil where none can be read.
func (r *repository) platform() *manifest.Node {
	file, ok := r.files[platformFile]
	if !ok {
		return nil
	}
	docs, _ := manifest.Parse(platformFile, file.Data, manifest.TenantLimits)
	if len(docs) == 0 {
		return nil
	}
	return docs[0]
}

// extended refuses schemas and policies of the platform's own. A name in there would mean one of the documents.
func (r *repository) extended() []manifest.Problem {
	extend := r.platform().Get("spec").Get("extend")
	if extend == nil {
		return nil
	}
	wrong := refused(extend.Position, "spec.extend", "names files, and a function reads none", "remove it, or use `tenantsmith render` and `tenantsmith check`")
	return []manifest.Problem{r.restore(wrong[0])}
}

// tenants are folders, whose documents are the parts of a tenant.
func (r *repository) tenants(key string, all documents) {
	node := r.config.root.Get("spec").Get(key)
	for i, d := range all {
		at, doc := manifest.Path{"spec", key}, node
		if node.Kind == manifest.List {
			at, doc = at.Join(i), node.Items[i]
		}
		r.add(fmt.Sprintf("tenants/%s/%06d.yaml", d.name, i), at, doc)
	}
}

// additions are patches or resources. Files are read in the order of their names, which is that of the list.
func (r *repository) additions(sort string, list []addition) {
	for i, a := range list {
		top := "tenants"
		if a.By == byPlatform {
			top = "overrides"
		}
		name := path.Join(top, a.Tenant, sort, a.Environment, fmt.Sprintf("%06d.yaml", i))
		at := manifest.Path{"spec", sort, i, "document"}
		r.add(name, at, r.config.root.Get("spec").Get(sort).Items[i].Get("document"))
	}
}

// add makes a document a file: its text as it stands in the functionConfig where that can be cut out, else written
// anew.
func (r *repository) add(name string, at manifest.Path, node *manifest.Node) {
	tree := node.Tree()
	o := origin{path: at, node: node}
	var text []byte
	switch given, ok := tree.(string); {
	case ok:
		text, o.text = []byte(given), true
	case r.config.lines != nil:
		text = alone(r.config.lines, node)
		_, o.known = means(text, tree)
		o.above = node.Line - 1
	}
	if !o.known && !o.text {
		text = manifest.Marshal(tree)
	}
	r.files[name], r.origin[name] = &fstest.MapFile{Data: text, Mode: 0o444}, o
	r.names = append(r.names, name)
}

// find returns the origin of a file; of a folder the place of the first file in it.
func (r *repository) find(name string) (origin, bool) {
	if o, ok := r.origin[name]; ok || name == "" {
		return o, ok
	}
	i := slices.IndexFunc(r.names, func(n string) bool { return strings.HasPrefix(n, name+"/") })
	if i < 0 {
		return origin{}, false
	}
	at := r.origin[r.names[i]].path
	if at[len(at)-1] == "document" {
		at = at[:len(at)-1].Join("environment")
	}
	return origin{path: at}, true
}

// restore puts a problem of the chain where the person who wrote the functionConfig finds it.
func (r *repository) restore(p manifest.Problem) manifest.Problem {
	// The trees that the objects would be files of are written nowhere.
	p.Output = manifest.Position{}
	p.Message, p.Remedy = r.renamed(p.Message), r.renamed(p.Remedy)
	p.Rule = r.standing(p.Rule)
	o, ok := r.find(p.File)
	if !ok {
		if p.File == platformFile && r.config != nil {
			p.Field, p.Position = join(manifest.Path{"spec", "platform"}, p.Field), manifest.Position{File: r.config.name}
		}
		return p
	}
	at := r.standing(p.Position)
	switch {
	case o.node == nil:
		p.Position, p.Field = r.config.at(o.path), o.path.String()
		return p
	case o.text || at.Line > 0:
	case !r.config.known:
		at = manifest.Position{File: r.config.name}
	default:
		at, _ = o.node.Find(manifest.ParsePath(p.Field))
		at = r.config.standing(at)
	}
	p.Position, p.Field = at, join(o.path, p.Field)
	return p
}

func join(path manifest.Path, field string) string {
	return path.Join(manifest.ParsePath(field)...).String()
}

// mention is how a sentence names a file of the repository, and perhaps a line in it.
var mention = pattern.Of(`((?:tenants|overrides)/[-a-z0-9/]+\.yaml|tenantsmith\.yaml)(?::(\d+):(\d+))?`)

// renamed names files of the repository in a sentence as what they are: a line of the functionConfig, or a field.
func (r *repository) renamed(text string) string {
	return mention().ReplaceAllStringFunc(text, func(said string) string {
		m := mention().FindStringSubmatch(said)
		at := manifest.Position{File: m[1]}
		at.Line, _ = strconv.Atoi(m[2])
		at.Column, _ = strconv.Atoi(m[3])
		return r.standing(at).String()
	})
}

// standing is a place in a file of the repository as people see it: the field that holds the file where its lines are
// nobody's.
func (r *repository) standing(at manifest.Position) manifest.Position {
	o, ok := r.origin[at.File]
	switch {
	case !ok && at.File == platformFile:
		return manifest.Position{File: "spec.platform"}
	case !ok:
		return at
	case o.text:
		at.File = o.path.String()
		return at
	case o.known && r.config.known && at.Line > 0:
		at.Line += o.above
		return r.config.standing(at)
	}
	return manifest.Position{File: o.path.String()}
}
