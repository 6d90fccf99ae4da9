// Package adopt turns what runs in a namespace into a tenant: objects as they stand in files or as a cluster dumps them
// in, a tenant's file with the smallest patches and objects beside it out, and for each object the proof that it is
// rendered again, or the reason why it is left over.
//
// It guesses, and believes no guess: whoever calls it renders what was written, and [Adoption.Compare] holds the result
// against what was read, field by field. The package reads no disk; data of Secrets goes nowhere from here.
package adopt

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Input is what is adopted, and as what.
type Input struct {
	Tenant string
	// Environment is where the objects run.
	Environment schemas.PlatformEnvironment
	Tier        *schemas.Tier
	// Owner is the group that owns the tenant, where no RoleBinding says one.
	Owner string
	// Namespace is the one to adopt; empty for the one with the most workloads.
	Namespace string
	Platform  *schemas.Platform
	Objects   []manifest.Object
	// Until is the last day on which guards may be in audit, YYYY-MM-DD; empty where they are enforced from the start.
	Until string
}

// State says what became of an object.
type State string

const (
	Fields  State = "fields"  // the tenant's file says it
	Patched State = "patched" // the tenant's file says it with a patch
	Kept    State = "kept"    // it stands beside the tenant's file as it was
	Left    State = "left"    // it is not reproduced
)

// Item is one object that was read.
type Item struct {
	manifest.Object
	State State
	// Reason says why an object is left over, or how another object says it.
	Reason string
	// Into is the rendered object that stands for it, where there is one.
	Into manifest.Key
	// Service is the one of the tenant that it belongs to.
	Service string
	// Lost are the fields of it that are not reproduced, Added those that tenantsmith says in addition.
	Lost, Added []Difference
	// File is where a patch of it or the object itself stands.
	File string

	tree   tree
	dumped bool
	clash  string // why it cannot be kept, where the rendered object of its name may say it
}

// Adoption is a tenant in the making.
type Adoption struct {
	Input
	Items []*Item
	// Notes are what people should know of the tenant as a whole.
	Notes []string

	namespace string
	services  []*service
	owners    []any
	resources fields
	domains   []string
	secrets   []string
	dropped   []manifest.Path // fields that the tenant's file cannot say, below spec
	refused   map[string]string
	patches   map[string][]byte // by file
	enforced  []string          // guards that cannot be in audit
	level     level             // of Pod Security, that the pods need
}

// New reads the objects and guesses the tenant that they make. Problems are objects that cannot be read.
func New(in Input) (*Adoption, []manifest.Problem) {
	a := &Adoption{Input: in, refused: map[string]string{}}
	problems := a.read()
	if len(problems) > 0 {
		return nil, problems
	}
	a.place()
	a.sort()
	a.attach()
	a.chooseTier()
	return a, nil
}

// read cleans the objects and refuses two that are one.
func (a *Adoption) read() []manifest.Problem {
	var problems []manifest.Problem
	var gone []string
	seen := map[manifest.Key]tree{}
	for _, o := range a.Objects {
		i := &Item{Object: modern(o)}
		if outdated(o) {
			gone = append(gone, fmt.Sprintf("%s %s (%s)", o.Kind(), o.Name(), o.APIVersion()))
		}
		o = i.Object
		if textAt(o.Tree, "metadata", "name") == "" {
			problems = append(problems, complain(i, manifest.Path{"metadata", "name"}, "is required in an object", ""))
			continue
		}
		if before := seen[o.Key()]; before != nil {
			if manifest.Equal(before, o.Tree) {
				continue // kubectl get deploy,all says it twice
			}
			problems = append(problems, complain(i, manifest.Path{"metadata", "name"}, o.Key().String()+" stands here for the second time",
				"name one folder: a base with its overlays holds objects several times"))
			continue
		}
		seen[o.Key()] = o.Tree
		if template := podOf(o); template != nil && mapAt(o.Tree, template.Join("spec")...) == nil {
			problems = append(problems, complain(i, template, "must have a pod", ""))
			continue
		}
		if i.tree, i.dumped = clean(o); len(listAt(o.Tree, "metadata", "ownerReferences")) > 0 {
			i.leave("a controller made it (ownerReferences), and will again")
		} else {
			a.withoutMesh(i)
		}
		a.Items = append(a.Items, i)
	}
	if len(gone) > 0 {
		a.Notes = append(a.Notes, "no cluster serves these versions any more, so that they are read and written in those of today: "+strings.Join(gone, ", "))
	}
	slices.SortStableFunc(a.Items, func(x, y *Item) int {
		return cmp.Or(cmp.Compare(x.Kind(), y.Kind()), cmp.Compare(x.Namespace(), y.Namespace()), cmp.Compare(x.Name(), y.Name()))
	})
	return manifest.SortProblems(problems)
}

// complain is a problem at a field of an object.
func complain(i *Item, at manifest.Path, message, remedy string) manifest.Problem {
	p := manifest.Problem{Check: "schema", Severity: manifest.Error, Field: at.String(), Message: message, Remedy: remedy}
	if i.Name() != "" {
		p.Object = i.Key()
	}
	if i.Source != nil {
		p.Position, _ = i.Source.Find(at)
	}
	return p
}

func (i *Item) leave(reason string, args ...any) {
	i.State, i.Reason = Left, fmt.Sprintf(reason, args...)
}

// place chooses the namespace, and leaves what stands in others.
func (a *Adoption) place() {
	count := map[string]int{}
	for _, i := range a.Items {
		if i.Namespace() != "" {
			count[i.Namespace()]++
			if i.State == "" && templateAt(i.Kind()) != nil {
				count[i.Namespace()] += 1000
			}
		}
	}
	a.namespace = a.Namespace
	for _, n := range sortedKeys(count) {
		if a.Namespace == "" && (a.namespace == "" || count[n] > count[a.namespace]) {
			a.namespace = n
		}
	}
	for _, i := range a.Items {
		if i.Namespace() != "" && i.Namespace() != a.namespace {
			i.leave("stands in namespace %s: adopt that as a tenant of its own", i.Namespace())
		}
	}
}

// sort tells what is nobody's to adopt from what a tenant has.
func (a *Adoption) sort() {
	for _, i := range a.Items {
		if i.State != "" {
			continue
		}
		if reason := a.notTheirs(i); reason != "" {
			i.leave("%s", reason)
			continue
		}
		s, err := newService(i)
		if err != nil {
			i.leave("cannot be read: %s", err)
		}
		if s != nil && err == nil {
			a.services = append(a.services, s)
		}
	}
}

// item is an object of the namespace that is not left over.
func (a *Adoption) item(group, kind, name string) *Item {
	for _, i := range a.Items {
		if k := i.Key(); k.Group == group && k.Kind == kind && k.Name == name && (k.Namespace == a.namespace || k.Namespace == "") {
			return i
		}
	}
	return nil
}

// configMap are the texts of a ConfigMap that is among the objects; nil otherwise. One with bytes has more than fields
// can say.
func (a *Adoption) configMap(name string) tree {
	if i := a.item("", "ConfigMap", name); i != nil && empty(i.tree["binaryData"]) {
		return mapAt(i.tree, "data")
	}
	return nil
}

// pattern is the namespace that the platform would give the tenant.
func (a *Adoption) pattern() string {
	return strings.NewReplacer("{tenant}", a.Tenant, "{env}", a.Environment.Name).Replace(a.Platform.NamespacePattern)
}

// cluster is where the objects run.
func (a *Adoption) cluster() *schemas.Cluster { return a.Platform.Clusters[a.Environment.Cluster] }
