package policies

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Mutation is a change to a rendered tenant that a check must object to. The mutations of a check stand
// beside its rule: in mutations.yaml in the folder of one of ours, in <file>.mutations.yaml beside
// <file>.rego of the platform. Its texts may hold {tenant}, {environment}, {namespace} and {cluster}.
type Mutation struct {
	Name string
	// Position is where it stands.
	manifest.Position

	object  *target // that the patch changes
	patch   []operation
	remove  []target
	add     []map[string]any
	owner   manifest.Owner   // of what is added
	context []operation      // on the context, as rules see it
	members []map[string]any // more of them in the fleet
	change  map[string]any   // what somebody wants to merge
}

// target names objects by their kind, and by their name unless that is empty. The kind "pods" stands for
// all that start pods.
type target struct{ kind, name string }

// others is what a mutation changes beside the context.
func (m Mutation) others() bool {
	return m.object != nil || len(m.remove)+len(m.add)+len(m.members) > 0 || m.change != nil
}

// MutationFile is where the mutations of the rule stand, or would.
func (r Rule) MutationFile() string {
	if r.Own {
		return path.Join(path.Dir(r.File), "mutations.yaml")
	}
	return strings.TrimSuffix(r.File, ".rego") + ".mutations.yaml"
}

// Mutations reads the mutations of the rules, by id; those of the platform's rules from its file
// system. A rule without a file has none. Faults of the files come back as [Errors].
func Mutations(fsys fs.FS, rules []Rule) (map[string][]Mutation, error) {
	all, faults := map[string][]Mutation{}, Errors{}
	for _, rule := range rules {
		src := fsys
		if rule.Own {
			src = own
		}
		data, err := fs.ReadFile(src, rule.MutationFile())
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		found, bad := readMutations(rule, data)
		all[rule.ID], faults = found, append(faults, bad...)
	}
	if len(faults) > 0 {
		return nil, Errors(manifest.SortProblems(faults))
	}
	return all, nil
}
