package schemas

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// choose returns the names of the tenants that are wanted, sorted, and the files of the waivers that
// are, whoever they are for. A waiver stands for its tenant, what the platform brings for all. Problems of the repository that belong to no tenant are told when everything is wanted.
func (l *load) choose(wanted []string) (names, waivers []string, err error) {
	here, err := l.here()
	if err != nil {
		return nil, nil, err
	}
	if len(wanted) == 0 {
		l.fleet.Problems = append(l.fleet.Problems, l.layout.problems...)
	}
	switch {
	case !here:
		l.unmet(elsewhere())
		return nil, nil, nil
	case len(wanted) == 0:
		l.empty()
		return l.layout.names(), l.layout.waivers, nil
	}
	chosen := map[string]bool{}
	for _, word := range wanted {
		name, file := TenantOf(word), path.Clean(word)
		switch {
		case word == "": // most often a variable of CI that is not set, which must not pass for all tenants
			l.unmet(fault(manifest.Position{File: tenantsDir}, "", "an argument is empty; name a tenant or a file, or leave it out for all"))
		case l.layout.folders[name] != nil:
			chosen[name] = true
		case slices.Contains(l.layout.waivers, file):
			waivers = append(waivers, file)
			if tenant := l.waivedBy(file); l.layout.folders[tenant] != nil {
				chosen[tenant] = true
			}
		case file == platformFile, l.isExtension(file):
			return l.layout.names(), l.layout.waivers, nil
		default:
			l.unmet(l.nothing(name, file))
		}
	}
	return slices.Sorted(maps.Keys(chosen)), waivers, nil
}

// nothing says why a word names neither a tenant nor a file that is read.
func (l *load) nothing(name, file string) manifest.Problem {
	switch {
	case path.Dir(file) == waiversDir:
		return fault(manifest.Position{File: waiversDir}, "", "there is no file %s%s", file, suggest(file, l.layout.waivers))
	case path.Dir(file) != "." && l.holds(file):
		return fault(manifest.Position{File: file}, "", "belongs to no tenant, and to no folder of platform spec.extend")
	}
	return fault(manifest.Position{File: tenantsDir}, "", "there is no tenant %s%s", name, suggest(name, l.layout.names()))
}

func (l *load) unmet(p manifest.Problem) {
	l.fleet.Problems, l.fleet.Unmet = append(l.fleet.Problems, p), append(l.fleet.Unmet, p)
}

// here reports whether the folder has anything of a platform repository.
func (l *load) here() (bool, error) {
	_, ok, err := modeOf(l.fsys, tenantsDir)
	return ok || l.written != nil, err
}

// ElsewhereRemedy is what mends a run in a folder that is no platform repository, where nobody knows which one was meant.
const ElsewhereRemedy = "go to the platform repository, or name it with -C; `tenantsmith init` starts one"

// elsewhere is the problem of a folder that is no platform repository: most often another one was meant, and
// nothing that is found here says anything of it.
func elsewhere() manifest.Problem {
	p := fault(manifest.Position{File: tenantsDir}, "", "no platform repository here: there is neither %s/ nor %s", tenantsDir, platformFile)
	p.Remedy = ElsewhereRemedy
	return p
}

// empty warns of a platform without tenants.
func (l *load) empty() {
	told := slices.ContainsFunc(l.layout.problems, func(p manifest.Problem) bool { return p.File == tenantsDir })
	if len(l.layout.folders) > 0 || told {
		return
	}
	p := caution(manifest.Position{File: tenantsDir}, "", "holds no tenant")
	p.Remedy = "`tenantsmith new` adds a tenant"
	l.fleet.Problems = append(l.fleet.Problems, p)
}

// isExtension reports whether a file is one of the platform's own schemas or policies.
func (l *load) isExtension(file string) bool {
	return slices.ContainsFunc(slices.Concat(l.facts.Extend.Schemas, l.facts.Extend.Policies), func(dir string) bool { return isBelow(file, dir) })
}

// holds reports whether the repository has a file of that name.
func (l *load) holds(file string) bool {
	mode, ok, err := modeOf(l.fsys, file)
	return err == nil && ok && mode.IsRegular()
}

// TenantOf is the tenant that an argument means: a name, or a file or folder of it.
func TenantOf(word string) string {
	parts := strings.Split(path.Clean(word), "/")
	if len(parts) < 2 || parts[0] != tenantsDir && parts[0] != overridesDir {
		return word
	}
	if len(parts) == 2 && isYAML(parts[1]) {
		return stem(parts[1])
	}
	return parts[1]
}
