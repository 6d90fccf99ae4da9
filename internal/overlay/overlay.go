// Package overlay turns the objects of one tenant into Kustomize trees that plain
// "kubectl kustomize" builds, and builds those trees back into objects.
//
// What comes in are the generated objects of the tenant itself and of each of its environments,
// and what people add beside fields ([manifest.Extra]). What leaves are files ([Tree.Files]) and
// placed objects ([Tree.Build]). The law of the package: for an environment that only we wrote,
// Build equals [Place] of the generated objects, and so does a build by kustomize.
//
// Nothing here writes a kustomization that a person shaped: people's patches and resources are
// parsed, judged and emitted again, so no path, URL, plug-in or anchor of theirs reaches kustomize.
// The disk is touched by [Write], [Remove] and [Stale] alone, the network never.
package overlay

import (
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// EnvironmentLabel is what every placed object carries: the name of its environment.
const EnvironmentLabel = "tenantsmith.dev/environment"

// Env is a tenant in one environment: the objects generated for it, not placed yet. Audit are those that stand beside
// them, in a folder that nothing includes: what guards in audit would add or change.
type Env struct {
	Name, Namespace string
	Objects, Audit  []manifest.Object
}

// Source is everything the trees of one tenant are made of. File is the input that generated files
// name in their header. Envs must be all environments of the tenant: the base holds what they share.
type Source struct {
	Tenant, File string
	Base         []manifest.Object
	Envs         []Env
	// Extras are in the order of application.
	Extras []manifest.Extra
}

// Built is an object as a cluster would get it.
type Built struct {
	manifest.Object
	// File is the output file that the object stands in, of the base or of the overlay.
	File string
	// Extra is the file of a person that made the object, or the last that patched it.
	Extra string
}

// Tree is the two trees of a tenant, platform and workload. It is safe for concurrent use.
type Tree struct {
	tenant, source string
	owners         []manifest.Owner // of the trees that exist
	base           []member
	envs           []*environment
	files          func() map[string][]byte
}

// member is an object and the file it stands in.
type member struct {
	manifest.Object
	file  string
	extra string
	// base is the object of the base that the environment's differs from; its patch stands in patch.
	base  *member
	ops   []any
	patch string
	// whole objects stand in the overlay; placed ones in its outer level, complete.
	whole, placed bool
}

// environment is one environment of a tenant.
type environment struct {
	name, namespace string
	members, audit  []*member
	patches         []applied
}

// New lays out the trees of a tenant. The problems are those of what people add, and objects that
// collide; with problems the tree is nil, so that none with half of what was asked for is ever written.
func New(src Source) (*Tree, []manifest.Problem) {
	t := &Tree{tenant: src.Tenant, source: src.File}
	problems := t.addGenerated(src)
	problems = append(problems, t.addExtras(src)...)
	if len(problems) > 0 {
		return nil, manifest.SortProblems(named(src.Tenant, problems...))
	}
	for _, e := range t.envs {
		for _, m := range slices.Concat(e.members, e.audit) {
			if !slices.Contains(t.owners, m.Owner) {
				t.owners = append(t.owners, m.Owner)
			}
		}
	}
	slices.Sort(t.owners)
	t.name()
	t.files = sync.OnceValue(t.render)
	return t, nil
}

// Files returns every file of both trees by its path in the output. Write them only if [Tree.Build] of
// every environment has no problems. The map is shared: read it only.
func (t *Tree) Files() map[string][]byte { return t.files() }

func (t *Tree) environment(name string) *environment {
	for _, e := range t.envs {
		if e.name == name {
			return e
		}
	}
	return nil
}
