package gitops

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Tenants are what the tenants below tenants/ are at a commit, and the platform where it has a record, by name: texts
// that are the same where all of their files are, for [History.Differences].
func (h *History) Tenants(p *Past) (map[string]string, error) {
	top, err := openFolder(h.objects, p.tree())
	if err == nil && h.path != "" {
		top, err = top.below(h.path)
	}
	if err != nil || top == nil {
		return nil, lacking(err)
	}
	out, err := folders(top)
	if err != nil {
		return nil, lacking(err)
	}
	var nobodys []string
	err = h.deliveries(top, func(file, id string) {
		line := between + file + between + id
		owner := strings.TrimSuffix(path.Base(file), ".yaml")
		if state, there := out[owner]; there && manifest.Ownable(owner, file) {
			out[owner] = state + line
		} else if manifest.Applied(file) != "" {
			nobodys = append(nobodys, line)
		}
	})
	if state, there := out[manifest.PlatformName]; there { // which answers for what is no tenant's
		slices.Sort(nobodys)
		out[manifest.PlatformName] = state + strings.Join(nobodys, "")
	}
	return out, lacking(err)
}

// folders are the trees of the owners' folders, by owner.
func folders(top *folder) (map[string]string, error) {
	tenants, err := top.open("tenants")
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	if tenants != nil {
		for name, e := range tenants.entries {
			if e.isDir() && name != manifest.PlatformName {
				out[name] = e.hash.String()
			}
		}
	}
	own, err := top.open(manifest.Folder(manifest.PlatformName))
	if err != nil || own == nil {
		return out, err
	}
	if _, recorded := own.entries[manifest.RecordName]; recorded {
		out[manifest.PlatformName] = own.hash.String()
	}
	return out, nil
}

// deliveries calls visit with the files that stand where GitOps engines apply tenants from; those of each owner in order.
func (h *History) deliveries(top *folder, visit func(file, id string)) error {
	for _, engine := range manifest.Engines {
		dir, err := top.open(engine)
		if err != nil {
			return err
		}
		if dir == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(dir.entries)) {
			if err := h.applications(engine+"/"+name, dir.entries[name], visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// applications are those of a file, or of all below a folder.
func (h *History) applications(path string, e entry, visit func(file, id string)) error {
	if !e.isDir() {
		visit(path, e.id())
		return nil
	}
	dir := h.applied[path]
	if dir == nil || dir.hash != e.hash {
		var err error
		if dir, err = openFolder(h.objects, e.hash); err != nil {
			return err
		}
		h.applied[path] = dir
	}
	for name, file := range dir.entries {
		if err := h.applications(path+"/"+name, file, visit); err != nil {
			return err
		}
	}
	return nil
}

// between stands between the parts of a state: git has it in no name.
const between = "\x00"

// stateOf reads what Tenants says of an owner: the tree of its folder, and its files elsewhere.
func stateOf(text string) (tree plumbing.Hash, elsewhere map[string]string) {
	parts := strings.Split(text, between)
	elsewhere = map[string]string{}
	for i := 1; i+1 < len(parts); i += 2 {
		elsewhere[parts[i]] = parts[i+1]
	}
	return plumbing.NewHash(parts[0]), elsewhere
}

// Differences calls visit with each file in which an owner differs between two commits, as Tenants says what it was,
// and with what the file is in either: an id for [History.Read], empty where it is not there. Files are paths in the
// output: those elsewhere come first, then those of the owner's folder, each in order. An empty text is nothing.
func (h *History) Differences(owner, old, new string, visit func(file, old, new string)) error {
	was, before := stateOf(old)
	is, after := stateOf(new)
	all := maps.Clone(before)
	maps.Copy(all, after)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		if before[file] != after[file] {
			visit(file, before[file], after[file])
		}
	}
	return h.differ(manifest.Folder(owner)+"/", was, is, visit)
}
