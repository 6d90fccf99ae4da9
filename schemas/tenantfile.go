package schemas

import (
	"fmt"
	"io/fs"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// outcome is what became of one tenant.
type outcome struct {
	name string
	// tenant is nil when problems hold it back.
	tenant   *Tenant
	problems []manifest.Problem
	claims   claims
	// gap is where a problem keeps some claims from being known; nil where all are.
	gap *manifest.Position
}

// reader loads tenants; it is shared by the workers and never changed.
type reader struct {
	fsys fs.FS
	*platform
	grounds grounds
	layers  bool // kept
	memo    *Memo
}

// tenant reads and judges all that belongs to one tenant.
func (rd *reader) tenant(f *folder) (outcome, error) {
	out := outcome{name: f.name, problems: slices.Clone(f.problems)}
	if !isTenantName(f.name) {
		out.gap = firstError(out.problems)
		return out, nil
	}
	w, err := rd.documents(f)
	if err != nil {
		return out, err
	}
	if w.resolver.doc != nil {
		w.judge(&out)
	}
	if len(w.pruned) > 0 || len(out.claims.namespaces) == 0 {
		out.gap = firstError(slices.Concat(out.problems, w.problems))
	}
	extras, err := w.extras(f)
	if err != nil {
		return out, err
	}
	out.problems = append(out.problems, w.problems...)
	if hasErrors(out.problems) {
		out.tenant = nil
	}
	if out.tenant != nil {
		slices.SortFunc(w.sources, compareSources)
		out.tenant.Extras = extras
		if rd.layers {
			out.tenant.resolver = w.resolver
		}
		out.tenant.Inputs = make(map[string]string, len(w.sources))
		for _, s := range w.sources {
			out.tenant.Files, out.tenant.Inputs[s.name] = append(out.tenant.Files, s.name), fmt.Sprintf("%x", s.sum)
		}
	}
	return out, nil
}

// work is the state while one tenant is loaded.
type work struct {
	*resolver
	fsys     fs.FS
	session  *session
	sources  []source
	problems []manifest.Problem
}

// documents reads the files that declare the tenant and those that override it, each judged by
// itself, and joins the first. The resolver's document stays nil when there is none to judge.
func (rd *reader) documents(f *folder) (*work, error) {
	w := &work{fsys: rd.fsys, session: rd.checker.session(), resolver: &resolver{
		platform: rd.platform, grounds: rd.grounds, name: f.name,
		overrides: map[string]*manifest.Node{}, docs: map[string]*manifest.Node{},
		nulls: map[manifest.Position]*null{},
	}}
	w.session.memo = rd.memo
	for _, file := range f.documents {
		doc, err := w.document(file, "Tenant")
		if err != nil {
			return w, err
		}
		w.join(doc)
	}
	for _, place := range sortedKeys(f.overrides) {
		doc, err := w.document(f.overrides[place], "Override")
		if err != nil {
			return w, err
		}
		if doc != nil {
			w.overrides[place] = doc
		}
	}
	return w, nil
}

func (w *work) join(doc *manifest.Node) {
	switch {
	case doc == nil:
	case w.resolver.doc == nil:
		w.resolver.doc = doc
	default:
		joined, problems := agree(w.resolver.doc, doc, nil)
		w.resolver.doc = joined
		w.problems = append(w.problems, problems...)
	}
}

// document reads one file and returns what is right in it; nil when nothing can be made of it.
func (w *work) document(file, kind string) (*manifest.Node, error) {
	src, _, problems, err := read(w.fsys, file, manifest.TenantLimits)
	if err != nil {
		return nil, err
	}
	w.problems = append(w.problems, problems...)
	docs := src.docs
	src.docs = nil
	w.sources = append(w.sources, src)
	if hasErrors(problems) || len(docs) == 0 {
		w.pruned = append(w.pruned, manifest.Path{"spec"})
		return nil, nil
	}
	doc := docs[0]
	w.docs[file] = doc
	if problems := header(doc, kind); len(problems) > 0 {
		w.problems = append(w.problems, problems...)
		w.pruned = append(w.pruned, manifest.Path{"spec"})
		return nil, nil
	}
	problems = named(doc, w.name, kind == "Tenant")
	if kind == "Tenant" && w.name == manifest.PlatformName {
		problems = append(problems, takenName(doc))
	}
	w.problems = append(w.problems, problems...)
	for _, p := range w.session.layer(kind, doc) {
		if !slices.ContainsFunc(problems, func(q manifest.Problem) bool { return q.Position == p.Position }) {
			problems = append(problems, p)
			w.problems = append(w.problems, p)
		}
	}
	doc = w.prune(doc, problems)
	w.problems = append(w.problems, unrendered(doc, kind)...)
	return doc, nil
}

// extras reads the patches and objects that people add.
func (w *work) extras(f *folder) ([]manifest.Extra, error) {
	out := slices.Clone(f.extras)
	for i := range out {
		src, data, problems, err := read(w.fsys, out[i].File, manifest.ManifestLimits)
		if err != nil {
			return nil, err
		}
		if len(src.docs) == 0 && !hasErrors(problems) {
			problems = append(problems, empty(out[i].File))
		}
		out[i].Documents, out[i].Bytes = src.docs, data
		src.docs = nil
		w.sources = append(w.sources, src)
		w.problems = append(w.problems, problems...)
	}
	return out, nil
}

// empty is a file of people that holds no document: what they meant to add would be missing unseen.
func empty(file string) manifest.Problem {
	p := fault(manifest.Position{File: file, Line: 1, Column: 1}, "", "file is empty")
	p.Remedy = "write one document into it, or delete it"
	return p
}

// compareSources puts the tenant's own documents first: the first file is the one that generated
// files name as their source.
func compareSources(a, b source) int {
	return compareFiles(a.name, b.name)
}

// judge resolves the tenant in each of its environments and judges the results.
func (w *work) judge(out *outcome) {
	doc := w.resolver.doc
	for _, p := range w.session.complete(withoutNulls(doc)) {
		if path := manifest.ParsePath(p.Field); !w.isPruned(path) {
			w.problems = append(w.problems, p)
			w.lacking = append(w.lacking, path)
		}
	}
	stages, problems := w.environments()
	w.problems = append(w.problems, problems...)
	if len(stages) == 0 && len(problems) == 0 && len(fieldsOf(doc.Get("spec").Get("environments"))) == 0 && doc.Get("spec").Get("environments") != nil {
		at, _ := doc.Find(manifest.Path{"spec", "environments"})
		w.problems = append(w.problems, fault(at, "spec.environments", "a tenant has at least one environment"))
	}
	tier := w.tier()
	if tier == nil {
		w.problems = append(w.problems, w.unknownTier()...)
		return
	}
	tenant := &Tenant{Name: w.name, doc: doc}
	var found []manifest.Problem
	var base *resolved
	clusters := map[string]hosting{}
	for _, stage := range stages {
		e := w.stage(tier, stage, base)
		if base == nil && w.sameAsBase(stage.Name) {
			base = e
		}
		if len(w.pruned) == 0 {
			e.servedElsewhere(clusters)
		}
		ns, field, at, bad := w.namespace(stage.Name)
		found = append(append(found, e.problems...), bad...)
		env := e.environment
		env.Name, env.Namespace, env.Protected = stage.Name, ns, stage.Protected
		env.Platform, env.Cluster, env.Tier = w.facts, e.cluster, tier
		env.declared, _ = w.resolver.doc.Find(manifest.Path{"spec", "environments", stage.Name})
		env.placed, env.ownNamespace = at, len(field) > 3
		tenant.Environments = append(tenant.Environments, env)
		out.claims.namespace(env.Cluster.Name, ns, field, at)
		out.claims.spec(e)
	}
	found = slices.DeleteFunc(found, w.isOfNoKind)
	w.problems = append(w.problems, once(found, len(stages))...)
	w.problems = append(w.problems, w.idleNulls()...)
	if len(stages) > 0 && !hasErrors(w.problems) {
		w.base(tenant, base)
		out.tenant = tenant
	}
}

func (w *work) unknownTier() []manifest.Problem {
	n := w.resolver.doc.Get("spec").Get("tier")
	if n == nil || isNull(n) {
		return nil
	}
	var names []string
	for _, f := range w.tiers.Fields {
		names = append(names, f.Key)
	}
	p := fault(n.Position, "spec.tier", "there is no tier %s%s", shown(n), suggest(shown(n), names))
	p.Remedy = "use " + choiceOf(names) + "; the platform adds tiers under spec.tiers of " + platformFile
	return []manifest.Problem{p}
}

// stage resolves and judges the tenant in one environment. same is the result of an environment that
// is the tenant's own word: it serves all others that are.
func (w *work) stage(tier *Tier, stage *PlatformEnvironment, same *resolved) *resolved {
	e := &resolved{
		resolver: w.resolver, env: stage.Name, stage: stage, tier: tier, cluster: w.facts.Clusters[stage.Cluster],
	}
	if same != nil && w.sameAsBase(stage.Name) {
		e.doc, e.environment, e.removed = same.doc, same.environment, same.removed
		e.inherit(same)
	} else {
		e.doc, e.removed = w.resolve(stage.Name)
		e.environment.layered = e.doc
		for _, p := range w.session.rules(e.doc) {
			if path := manifest.ParsePath(p.Field); !w.isPruned(path) && !isWithin(path, w.lacking) {
				e.add(path, p)
			}
		}
		for _, p := range decodeSpec(e.doc.Get("spec"), &e.environment.Spec) {
			e.add(manifest.Path{"spec"}.Join(manifest.ParsePath(p.Field)...), p)
		}
		e.rules = len(e.problems)
	}
	e.bounds()
	e.operators()
	e.releases()
	if len(w.pruned) == 0 {
		e.references()
	}
	return e
}

// inherit takes over what the rules said about the same document in another environment.
func (e *resolved) inherit(same *resolved) {
	e.rules = same.rules
	for _, p := range same.problems[:same.rules] {
		p.Environment = e.env
		e.problems = append(e.problems, p)
	}
}

// base fills in what the tenant is without its environments.
func (w *work) base(t *Tenant, same *resolved) {
	first := t.Environments[0]
	if same != nil {
		t.Base = same.environment
	} else {
		doc, _ := w.resolve("")
		t.Base.layered = doc
		decodeSpec(doc.Get("spec"), &t.Base.Spec)
	}
	t.Base.Platform, t.Base.Cluster, t.Base.Tier = first.Platform, first.Cluster, first.Tier
}

// once tells a problem that every environment has a single time, as one of the tenant.
func once(problems []manifest.Problem, environments int) []manifest.Problem {
	type key struct {
		at             manifest.Position
		field, message string
	}
	seen := map[key]int{}
	var out []manifest.Problem
	for _, p := range problems {
		k := key{p.Position, p.Field, p.Message}
		if i, ok := seen[k]; ok {
			out[i].Environment = ""
			continue
		}
		seen[k] = len(out)
		out = append(out, p)
	}
	if environments == 1 {
		for i := range out {
			out[i].Environment = ""
		}
	}
	return out
}
