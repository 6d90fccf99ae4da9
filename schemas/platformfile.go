package schemas

import (
	"fmt"
	"io/fs"
	"path"
	"slices"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// platform is the platform file with everything that follows from it.
type platform struct {
	facts *Platform
	// doc is the file with its defaults, and written is the file as it stands; nil without one.
	doc, written *manifest.Node
	source       source
	tiers        *manifest.Node
	checker      *checker
}

// LoadPlatform reads the platform file alone, with the schemas it brings. With problems there is no
// platform.
func LoadPlatform(fsys fs.FS) (*Platform, []manifest.Problem, error) {
	p, problems, err := loadPlatform(fsys)
	if err != nil || hasErrors(problems) {
		return nil, problems, err
	}
	return p.facts, problems, nil
}

// loadPlatform reads the platform file and the schemas it brings. With problems the platform is not
// to be used, and no tenant can be judged.
func loadPlatform(fsys fs.FS) (*platform, []manifest.Problem, error) {
	p := &platform{}
	problems, err := p.read(fsys)
	if err != nil || len(problems) > 0 {
		return p, problems, err
	}
	ext, problems, err := p.extensions(fsys)
	if err != nil || len(problems) > 0 {
		return p, problems, err
	}
	if p.checker, problems, err = newChecker(ext); err != nil || len(problems) > 0 {
		return p, problems, err
	}
	if p.written != nil {
		if problems = p.checker.session().layer("Platform", p.written); hasErrors(problems) {
			return p, problems, nil
		}
	}
	return p, slices.Concat(problems, p.fill(), unrendered(p.written, "Platform")), nil
}

func (p *platform) read(fsys fs.FS) ([]manifest.Problem, error) {
	mode, ok, err := modeOf(fsys, platformFile)
	if err != nil || !ok {
		return nil, err
	}
	if !mode.IsRegular() {
		what := "a folder"
		if !mode.IsDir() {
			what = irregular(mode)
		}
		return []manifest.Problem{fault(manifest.Position{File: platformFile}, "", "is %s, and should be a file", what)}, nil
	}
	src, _, problems, err := read(fsys, platformFile, manifest.TenantLimits)
	if err != nil || hasErrors(problems) || len(src.docs) == 0 {
		return problems, err
	}
	p.source, p.written = src, src.docs[0]
	return header(p.written, "Platform"), nil
}

// extensions reads the CUE files of the folders that spec.extend names.
func (p *platform) extensions(fsys fs.FS) (map[string][]byte, []manifest.Problem, error) {
	out := map[string][]byte{}
	var problems []manifest.Problem
	for _, sort := range []string{"schemas", "policies"} {
		at := manifest.Path{"spec", "extend", sort}
		for i, item := range itemsOf(p.written.Get("spec").Get("extend").Get(sort)) {
			dir, _ := item.Value.(string)
			if !fs.ValidPath(dir) {
				problems = append(problems, fault(item.Position, at.Join(i).String(), "%q is no folder in this repository", dir))
				continue
			}
			found, err := extensionDir(fsys, dir, item.Position, at.Join(i))
			if err != nil {
				return nil, nil, err
			}
			problems = append(problems, found.problems...)
			if sort == "policies" {
				continue
			}
			bad, err := readExtensions(fsys, found.files, out)
			if err != nil {
				return nil, nil, err
			}
			problems = append(problems, bad...)
		}
	}
	return out, problems, nil
}

func extensionDir(fsys fs.FS, dir string, at manifest.Position, field manifest.Path) (listing, error) {
	mode, ok, err := modeOf(fsys, dir)
	switch {
	case err != nil:
		return listing{}, err
	case !ok:
		return listing{problems: []manifest.Problem{fault(at, field.String(), "there is no folder %s", dir)}}, nil
	case mode&fs.ModeSymlink != 0:
		return listing{problems: []manifest.Problem{fault(at, field.String(), "%s leads over a symbolic link", dir)}}, nil
	case !mode.IsDir():
		return listing{problems: []manifest.Problem{fault(at, field.String(), "%s is no folder", dir)}}, nil
	}
	in, err := list(fsys, dir)
	if err != nil {
		return in, err
	}
	in.problems, err = irregulars(fsys, dir)
	return in, err
}

// irregulars are the links and devices in a folder, however deep: policies are read from all of it.
func irregulars(fsys fs.FS, dir string) ([]manifest.Problem, error) {
	var out []manifest.Problem
	err := fs.WalkDir(fsys, dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !d.Type().IsRegular() {
			out = append(out, fault(manifest.Position{File: name}, "", "is %s, and only regular files are read", irregular(d.Type())))
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", dir, err)
	}
	return out, nil
}

func readExtensions(fsys fs.FS, files []string, out map[string][]byte) ([]manifest.Problem, error) {
	var problems []manifest.Problem
	for _, file := range files {
		if path.Ext(file) != ".cue" {
			continue
		}
		data, bad, err := readBytes(fsys, file, manifest.TenantLimits.File)
		if err != nil {
			return nil, err
		}
		problems = append(problems, bad...)
		if data != nil {
			out[file] = data
		}
	}
	return problems, nil
}

// fill lays the file on the defaults, decodes it and judges what needs a look at several fields.
func (p *platform) fill() []manifest.Problem {
	spec := p.checker.defaults().Get("platform")
	p.facts = &Platform{}
	if p.written != nil {
		p.facts.File, p.facts.Sum = platformFile, fmt.Sprintf("%x", p.source.sum)
		if name := p.written.Get("metadata").Get("name"); name != nil {
			p.facts.Name = text(name.Value)
		}
		spec = layPlatform(spec, p.written.Get("spec"))
	}
	spec = p.engineNamespace(spec)
	p.doc = mapOf("spec", spec)
	p.tiers = merger{}.lay(p.checker.tiers(), spec.Get("tiers"), inside)
	p.facts.doc = mapOf("spec", with(spec, "tiers", spec.Position, p.tiers))
	problems := decode(p.facts.doc.Get("spec"), p.facts)
	p.name()
	problems = append(problems, p.judge()...)
	for i := range problems {
		p.locate(&problems[i])
	}
	return problems
}

// layPlatform lays the file on the embedded platform. Clusters of the file replace the embedded one,
// which lends them what they do not say; which operators a cluster has, only the file can know.
func layPlatform(embedded, file *manifest.Node) *manifest.Node {
	var m merger
	own := file.Get("clusters")
	if own == nil || own.Kind != manifest.Map {
		return m.lay(embedded, file, inside)
	}
	var lent *manifest.Node
	if c := embedded.Get("clusters"); c != nil && len(c.Fields) > 0 {
		lent = without(c.Fields[0].Value, "server", "operators")
	}
	clusters := *own
	clusters.Fields = slices.Clone(own.Fields)
	for i := range clusters.Fields {
		clusters.Fields[i].Value = m.lay(lent, clusters.Fields[i].Value, inside)
	}
	return m.lay(without(embedded, "clusters"), with(file, "clusters", own.Position, &clusters), inside)
}

// name hands names and what a missing number means to where the code reads them.
func (p *platform) name() {
	for name, c := range p.facts.Clusters {
		c.Name = name
	}
	for name, t := range p.facts.Tiers {
		t.Name = name
	}
	for i := range p.facts.Environments {
		if e := &p.facts.Environments[i]; e.SharePercent == 0 {
			e.SharePercent = 100
		}
	}
}

// locate puts a problem where a person can mend it: at the field in the platform file or the nearest
// one above it.
func (p *platform) locate(problem *manifest.Problem) {
	if isYAML(problem.File) {
		return
	}
	problem.File = p.facts.File
	if p.written != nil {
		at, _ := p.written.Find(manifest.ParsePath(problem.Field))
		problem.Position = at
	}
}

// judge checks what fields of the platform demand of each other.
func (p *platform) judge() []manifest.Problem {
	problems := append(p.judgeEnvironments(), p.judgeGitOps()...)
	problems = append(problems, p.judgeServers()...)
	for _, name := range sortedKeys(p.facts.Clusters) {
		problems = append(problems, p.judgeSidecar(name)...)
		problems = append(problems, p.judgeWAF(name)...)
		problems = append(problems, p.judgeMesh(name)...)
		problems = append(problems, p.judgePlugin(name)...)
		problems = append(problems, p.judgeAdmission(name)...)
		problems = append(problems, p.judgePools(name)...)
	}
	for i := range p.tiers.Fields {
		problems = append(problems, judgeTier(p.tiers.Fields[i].Key, p.tiers.Fields[i].Value)...)
	}
	return problems
}

func (p *platform) judgeEnvironments() []manifest.Problem {
	var problems []manifest.Problem
	if len(p.facts.Environments) == 0 {
		problems = append(problems, fault(manifest.Position{}, "spec.environments", "a platform has at least one environment"))
	}
	var clusters []string
	for _, f := range fieldsOf(p.doc.Get("spec").Get("clusters")) {
		clusters = append(clusters, f.Key)
	}
	seen := map[string]bool{}
	for i, e := range p.facts.Environments {
		at := manifest.Path{"spec", "environments", i}
		complain := func(field, format string, args ...any) {
			pos, _ := p.doc.Find(at.Join(field))
			problems = append(problems, fault(pos, at.Join(field).String(), format, args...))
		}
		switch {
		case seen[e.Name]:
			complain("name", "there are two environments %s", e.Name)
		case e.Name == allPlaces:
			complain("name", "%s stands for all environments and cannot name one", allPlaces)
		case p.facts.Clusters[e.Cluster] == nil:
			complain("cluster", "there is no cluster %s%s", e.Cluster, suggest(e.Cluster, clusters))
		}
		seen[e.Name] = true
	}
	return problems
}

// judgeSidecar refuses to promise what the mesh adds more than it may have.
func (p *platform) judgeSidecar(cluster string) []manifest.Problem {
	var problems []manifest.Problem
	sidecar := p.facts.Clusters[cluster].Sidecar
	check := func(figure string, asked, most *resource.Quantity) {
		if asked == nil || most == nil || asked.Cmp(*most) <= 0 {
			return
		}
		at := manifest.Path{"spec", "clusters", cluster, "sidecar", "requests", figure}
		message, remedy := fmt.Sprintf("%s is above the limit of %s", asked, most), fmt.Sprintf("set %s to %s or less", at, most)
		pos, _ := p.doc.Find(at)
		if !isYAML(pos.File) {
			at = manifest.Path{"spec", "clusters", cluster, "sidecar", "limits", figure}
			message, remedy = fmt.Sprintf("%s is below the request of %s", most, asked), fmt.Sprintf("set %s to %s or more", at, asked)
			pos, _ = p.doc.Find(at)
		}
		problem := fault(pos, at.String(), "%s", message)
		problem.Remedy = remedy
		problems = append(problems, problem)
	}
	check("cpu", sidecar.Requests.CPU, sidecar.Limits.CPU)
	check("memory", sidecar.Requests.Memory, sidecar.Limits.Memory)
	return problems
}

// judgeTier finds what a tier lacks and defaults beyond their maximum.
func judgeTier(name string, tier *manifest.Node) []manifest.Problem {
	var problems []manifest.Problem
	for _, figure := range []string{"cpu", "memory", "storage", "replicas"} {
		path := manifest.Path{"spec", "tiers", name, figure}
		least, most := tier.Get(figure).Get("default"), tier.Get(figure).Get("maximum")
		if least == nil || most == nil {
			problems = append(problems, fault(manifest.Position{}, path.String(), "tier %s needs a default and a maximum", name))
			continue
		}
		if a, b := quantity(least), quantity(most); a.Cmp(b) > 0 {
			problems = append(problems, fault(least.Position, path.Join("default").String(), "%s is above the maximum of %s", text(least.Value), text(most.Value)))
		}
	}
	return problems
}

func (p *platform) environmentNames() []string {
	var out []string
	for _, e := range p.facts.Environments {
		out = append(out, e.Name)
	}
	return out
}

// hasErrors tells problems from warnings.
func hasErrors(problems []manifest.Problem) bool {
	return slices.ContainsFunc(problems, func(p manifest.Problem) bool { return p.Severity != manifest.Warning })
}
