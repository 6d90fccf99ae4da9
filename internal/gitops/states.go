package gitops

import (
	"maps"
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
	return out, lacking(h.deliveries(top, func(owner, file, id string) {
		if state, there := out[owner]; there && manifest.Ownable(owner, file) {
			out[owner] = state + "\n" + file + "\t" + id
		}
	}))
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

// deliveries calls visit with the files by which GitOps engines apply tenants, in order of their paths.
func (h *History) deliveries(top *folder, visit func(owner, file, id string)) error {
	for _, engine := range manifest.Engines {
		dir, err := top.open(engine)
		if err != nil {
			return err
		}
		if dir == nil {
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(dir.entries)) {
			e := dir.entries[name]
			if owner, ok := strings.CutSuffix(name, ".yaml"); ok && !e.isDir() {
				visit(owner, engine+"/"+name, e.id())
			}
			if err := h.applications(engine+"/"+name, e, visit); err != nil {
				return err
			}
		}
	}
	return nil
}

// applications are those of one environment.
func (h *History) applications(path string, e entry, visit func(owner, file, id string)) error {
	if !e.isDir() {
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
		if owner, ok := strings.CutSuffix(name, ".yaml"); ok && !file.isDir() {
			visit(owner, path+"/"+name, file.id())
		}
	}
	return nil
}

// stateOf reads what Tenants says of an owner: the tree of its folder, and its files elsewhere.
func stateOf(text string) (tree plumbing.Hash, elsewhere map[string]string) {
	first, rest, _ := strings.Cut(text, "\n")
	elsewhere = map[string]string{}
	for line := range strings.SplitSeq(rest, "\n") {
		if file, id, ok := strings.Cut(line, "\t"); ok {
			elsewhere[file] = id
		}
	}
	return plumbing.NewHash(first), elsewhere
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
