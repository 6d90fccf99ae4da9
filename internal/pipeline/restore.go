package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// InputPaths are where files of people about a tenant can stand, waivers apart.
func InputPaths(tenant string) []string {
	return []string{"tenants/" + tenant + ".yaml", "tenants/" + tenant + ".yml", "tenants/" + tenant, "overrides/" + tenant}
}

// Restore returns what has to be written so that a tenant, or one of its services, is what it was: the files that
// differ, by name, those that go without content; none where nothing differs. Of a service the files that are there
// now are edited in place, each only in what the service has in it. Neither the platform file nor waivers are
// restored: they are not the tenant's.
func Restore(now, past fs.FS, tenant, service string) (map[string][]byte, error) {
	have, err := inputs(now, tenant)
	if err != nil {
		return nil, err
	}
	had, err := inputs(past, tenant)
	if err != nil {
		return nil, err
	}
	if len(declaring(had, tenant)) == 0 {
		return nil, notFound("there was no tenant %s", tenant)
	}
	if service != "" {
		return restoreService(have, had, tenant, service)
	}
	out := map[string][]byte{}
	for file, data := range had {
		if old, ok := have[file]; !ok || !bytes.Equal(old, data) {
			out[file] = data
		}
	}
	for file := range have {
		if _, ok := had[file]; !ok {
			out[file] = nil
		}
	}
	return out, nil
}

// MadeOf reports whether the files of people about a tenant are those with the digests that a record names, and no
// others.
func MadeOf(fsys fs.FS, tenant string, digests map[string]string) (bool, error) {
	have, err := inputs(fsys, tenant)
	if err != nil {
		return false, err
	}
	for file, want := range digests {
		if data, there := have[file]; !there || manifest.Digest(data) != want {
			return false, nil
		}
	}
	for file := range have {
		if _, named := digests[file]; !named && (path.Ext(file) == ".yaml" || path.Ext(file) == ".yml") {
			return false, nil
		}
	}
	return true, nil
}

// inputs reads the regular files at and below the paths of a tenant.
func inputs(fsys fs.FS, tenant string) (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, root := range InputPaths(tenant) {
		if info, err := fs.Lstat(fsys, root); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() && !info.Mode().IsRegular() {
			continue
		}
		err := fs.WalkDir(fsys, root, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := fs.ReadFile(fsys, name)
			out[name] = data
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// declaring are the files among those of a tenant that declare it, sorted.
func declaring(files map[string][]byte, tenant string) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(files)), func(name string) bool {
		dir, ext := path.Dir(name), path.Ext(name)
		return ext != ".yaml" && ext != ".yml" || dir != "tenants" && dir != path.Join("tenants", tenant)
	})
}

// ErrUnreadable says that a file of today cannot be edited: no part of it can be restored.
var ErrUnreadable = errors.New("cannot be edited")

// unreadable is what people are told about it; it is an answer to a question as [ErrNotFound] is.
type unreadable struct{ error }

func (u unreadable) Is(target error) bool { return target == ErrUnreadable || target == ErrNotFound }

// sheet is what one layer says in one or several files: the tenant's documents together, or one override.
type sheet struct {
	files []string // that there are now
	had   map[string]any
}

// restorer edits the files of a tenant until a service is what it was.
type restorer struct {
	files   map[string][]byte
	changed map[string][]byte
}

func restoreService(have, had map[string][]byte, tenant, service string) (map[string][]byte, error) {
	r := &restorer{files: maps.Clone(have), changed: map[string][]byte{}}
	for file, data := range have {
		if ext := path.Ext(file); ext != ".yaml" && ext != ".yml" {
			continue
		}
		if _, problems := manifest.Parse(file, data, manifest.ManifestLimits); len(problems) > 0 {
			return nil, unreadable{fmt.Errorf("%s: %s; without --service the whole file goes back", problems[0].Position, problems[0].Message)}
		}
	}
	documents := sheet{files: declaring(have, tenant), had: map[string]any{}}
	for _, file := range declaring(had, tenant) {
		doc, err := parsed(file, had[file])
		if err != nil {
			return nil, err
		}
		documents.had = joinTrees(documents.had, doc)
	}
	paths := append(r.environments(documents), manifest.Path{"spec", "services", service})
	there := false
	for i := range paths[:len(paths)-1] {
		paths[i] = paths[i].Join("services", service)
	}
	for _, p := range paths {
		_, ok := p.Lookup(any(documents.had))
		there = there || ok
		if err := r.restore(documents, p); err != nil {
			return nil, err
		}
	}
	if !there {
		return nil, notFound("%s had no service %s", tenant, service)
	}
	return r.changed, r.overrides(have, had, tenant, service)
}

// environments are the paths of those that the tenant has now: of others nothing is restored.
func (r *restorer) environments(s sheet) []manifest.Path {
	var out []manifest.Path
	for _, file := range s.files {
		p := manifest.Path{"spec", "environments"}
		named, _ := p.Lookup(treeOfBytes(file, r.files[file]))
		list, _ := named.(map[string]any)
		for _, env := range slices.Sorted(maps.Keys(list)) {
			if at := p.Join(env); !slices.ContainsFunc(out, func(q manifest.Path) bool { return slices.Equal(p.Join(env), q) }) {
				out = append(out, at)
			}
		}
	}
	return out
}

// overrides restores what each override says of the service.
func (r *restorer) overrides(have, had map[string][]byte, tenant, service string) error {
	dir := path.Join("overrides", tenant)
	p := manifest.Path{"spec", "services", service}
	all := maps.Clone(have)
	maps.Copy(all, had)
	for _, file := range slices.Sorted(maps.Keys(all)) {
		if ext := path.Ext(file); path.Dir(file) != dir || ext != ".yaml" && ext != ".yml" {
			continue
		}
		old := sheet{files: []string{file}, had: map[string]any{}}
		if data, ok := had[file]; ok {
			doc, err := parsed(file, data)
			if err != nil {
				return err
			}
			old.had = doc
		}
		if _, ok := have[file]; !ok {
			if _, spoke := p.Lookup(any(old.had)); !spoke {
				continue
			}
			r.files[file] = newOverride(tenant)
		}
		if err := r.restore(old, p); err != nil {
			return err
		}
	}
	return nil
}

// restore gives a path the value that it had. Where several files say something below it, each keeps its part.
func (r *restorer) restore(s sheet, p manifest.Path) error {
	value, there := p.Lookup(any(s.had))
	var holders []string
	for _, file := range s.files {
		if _, ok := p.Lookup(treeOfBytes(file, r.files[file])); ok {
			holders = append(holders, file)
		}
	}
	switch {
	case !there:
		for _, file := range holders {
			if err := r.edit(file, func(data []byte) ([]byte, error) { return manifest.RemoveField(file, data, p) }); err != nil {
				return err
			}
		}
		return nil
	case len(holders) > 1:
		return r.split(s, p, value, holders)
	}
	file := r.nearest(s.files, p)
	if len(holders) == 1 {
		file = holders[0]
	}
	return r.edit(file, func(data []byte) ([]byte, error) { return manifest.SetField(file, data, p, value) })
}

// split restores the entries of a map that several files share, one by one.
func (r *restorer) split(s sheet, p manifest.Path, value any, holders []string) error {
	keys := map[string]bool{}
	trees := []any{value}
	for _, file := range holders {
		tree, _ := p.Lookup(treeOfBytes(file, r.files[file]))
		trees = append(trees, tree)
	}
	for _, tree := range trees {
		m, ok := tree.(map[string]any)
		if !ok { // the files say the same scalar or list
			for _, file := range holders {
				if err := r.edit(file, func(data []byte) ([]byte, error) { return manifest.SetField(file, data, p, value) }); err != nil {
					return err
				}
			}
			return nil
		}
		for key := range m {
			keys[key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if err := r.restore(s, p.Join(key)); err != nil {
			return err
		}
	}
	return nil
}

// nearest is the file that has the most of a path.
func (r *restorer) nearest(files []string, p manifest.Path) string {
	best, most := "", -1
	for _, file := range files {
		if n := depth(treeOfBytes(file, r.files[file]), p); n > most {
			best, most = file, n
		}
	}
	return best
}

func (r *restorer) edit(file string, change func([]byte) ([]byte, error)) error {
	data, err := change(r.files[file])
	if err != nil {
		return unreadable{err}
	}
	if !bytes.Equal(data, r.files[file]) {
		r.files[file], r.changed[file] = data, data
	}
	return nil
}

// parsed is a file of the past as a tree; what is wrong with it keeps it from being restored.
func parsed(file string, data []byte) (map[string]any, error) {
	docs, problems := manifest.Parse(file, data, manifest.TenantLimits)
	if len(problems) > 0 {
		return nil, notFound("%s: %s", problems[0].Position, problems[0].Message)
	}
	tree, _ := docs[0].Tree().(map[string]any)
	return tree, nil
}

func treeOfBytes(file string, data []byte) any {
	docs, _ := manifest.Parse(file, data, manifest.TenantLimits)
	if len(docs) != 1 {
		return nil
	}
	return docs[0].Tree()
}

// depth is how many steps of a path a tree has.
func depth(tree any, p manifest.Path) int {
	n := 0
	for n < len(p) {
		if _, ok := p[:n+1].Lookup(tree); !ok {
			break
		}
		n++
	}
	return n
}

// joinTrees lays documents of one tenant together, which agree.
func joinTrees(a, b map[string]any) map[string]any {
	for key, value := range b {
		old, ok := a[key].(map[string]any)
		if m, isMap := value.(map[string]any); ok && isMap {
			value = joinTrees(old, m)
		}
		a[key] = value
	}
	return a
}
