package gitops

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// foreign are the files that stand where those of an owner do and are not its own, sorted.
func (t *target) foreign(root *folder, owner string, ours func(file string) bool) ([]string, error) {
	var out []string
	visit := func(file string, _ entry) {
		if !ours(file) && file != manifest.RecordPath(owner) && file != HoldPath(owner) && !strings.HasSuffix(file, "/"+HydratorFile) {
			out = append(out, file)
		}
	}
	err := t.owned(root, owner, visit)
	if err == nil && owner == manifest.PlatformName {
		err = t.nobodys(root, visit)
	}
	slices.Sort(out)
	return out, err
}

// nobodys calls visit with the files that engines apply beside the tenants and that are no tenant's: the platform answers
// for them.
func (t *target) nobodys(root *folder, visit func(file string, e entry)) error {
	for _, engine := range manifest.Engines {
		dir, err := root.below(t.inRepo(engine))
		if err != nil {
			return err
		}
		if dir == nil {
			continue
		}
		var failed error
		err = dir.files(engine+"/", func(file string, e entry) {
			owner := strings.TrimSuffix(path.Base(file), ".yaml")
			if file == manifest.RootPath(engine) || manifest.Applied(file) == "" || manifest.Ownable(owner, file) && t.recorded(root, owner, &failed) {
				return
			}
			visit(file, e)
		})
		if err != nil || failed != nil {
			return cmp.Or(err, failed)
		}
	}
	return nil
}

// recorded reports whether an owner has a record.
func (t *target) recorded(root *folder, owner string, failed *error) bool {
	record := t.inRepo(manifest.RecordPath(owner))
	_, at, err := root.find(record)
	*failed = cmp.Or(*failed, err)
	return at == record
}

// strange are the files that the engine applies after the plan though nobody's record names them, of those that it is
// about: the files by which engines apply tenants, and the folders of the platform. What stands deeper in the tenants'
// folders Inspect finds.
func (t *target) strange(p *plan) ([]string, error) {
	var out []string
	for _, tp := range p.tenants {
		if tp.old == nil && (tp.bad || tp.held != nil) || len(tp.update.Files) == 0 {
			continue
		}
		files, err := t.beside(p.root, &tp)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			if tp.stays().Strange(file) {
				out = append(out, file)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// beside are the files of others that stand where engines apply the owner from.
func (t *target) beside(root *folder, tp *tenantPlan) (out []string, err error) {
	if tp.Tenant == manifest.PlatformName {
		return t.foreign(root, tp.Tenant, tp.names)
	}
	err = t.delivered(root, tp.Tenant, func(file string, _ entry) {
		if !tp.names(file) {
			out = append(out, file)
		}
	})
	return out, err
}

// names reports whether a file is one of the owner's after the plan.
func (tp *tenantPlan) names(file string) (ours bool) {
	if tp.bad || tp.held != nil {
		_, ours = tp.old.Files[file]
	} else {
		_, ours = tp.update.Files[file]
	}
	return ours
}

// stays is a record of these files.
func (tp *tenantPlan) stays() *manifest.Record {
	if tp.bad || tp.held != nil {
		return tp.old
	}
	r := &manifest.Record{Files: make(map[string]string, len(tp.update.Files))}
	for file := range tp.update.Files {
		r.Files[file] = ""
	}
	return r
}
