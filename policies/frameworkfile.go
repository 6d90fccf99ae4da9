package policies

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// houseFrameworks are those of the platform: frameworks/*.yaml in its folders of rules.
func houseFrameworks(fsys fs.FS, dirs []string) ([]Framework, error) {
	var all []Framework
	var faults Errors
	for _, src := range sources(fsys, dirs)[1:] {
		found, err := readFrameworks(src.FS, src.dir, append(Frameworks(), all...))
		if bad, ok := errors.AsType[Errors](err); ok {
			faults = append(faults, bad...)
		} else if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	if len(faults) > 0 {
		return nil, Errors(manifest.SortProblems(faults))
	}
	return all, nil
}

// readFrameworks reads the frameworks of a folder of rules, which must not be called as known ones are.
// Faults of the files come back as [Errors].
func readFrameworks(fsys fs.FS, dir string, known []Framework) ([]Framework, error) {
	files, err := fs.Glob(fsys, path.Join(dir, "frameworks", "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("read frameworks: %w", err)
	}
	var all []Framework
	r := frameworkReader{known: known}
	for _, name := range files {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read frameworks: %w", err)
		}
		docs, problems := manifest.Parse(name, data, manifest.TenantLimits)
		if r.faults = append(r.faults, problems...); len(docs) == 1 {
			f := r.framework(docs[0])
			all, r.known = append(all, f), append(slices.Clip(r.known), f)
		}
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	return all, nil
}

type frameworkReader struct {
	dataReader
	known []Framework
}

var (
	frameworkID = pattern.Of(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	controlID   = pattern.Of(`^[A-Za-z0-9][-A-Za-z0-9.()#_]{0,80}$`)
)

func (r *frameworkReader) framework(n *manifest.Node) Framework {
	const what = "a framework"
	if !r.fields(n, what, "id", "prefix", "name", "version", "scope", "controls") {
		return Framework{}
	}
	f := Framework{
		ID: r.text(n, what, "id"), Prefix: r.optional(n, what, "prefix"), Name: r.text(n, what, "name"),
		Version: r.text(n, what, "version"), Scope: r.text(n, what, "scope"),
	}
	if f.Prefix == "" {
		f.Prefix = f.ID
	}
	r.called(n.Get("id"), "id", f.ID)
	r.called(n.Get("prefix"), "prefix", f.Prefix)
	list := n.Get("controls")
	if list == nil {
		r.say(n, "%s needs controls", what)
		return f
	}
	seen := map[string]bool{}
	for _, item := range r.list(list, "a list of controls") {
		c := r.control(item)
		if seen[c.ID] && c.ID != "" {
			r.say(item, "control %s is there twice", c.ID)
		}
		seen[c.ID] = true
		f.Controls = append(f.Controls, c)
	}
	return f
}

// called refuses names that are taken, or that no flag and no tenant could say.
func (r *frameworkReader) called(n *manifest.Node, key, name string) {
	if n == nil || name == "" {
		return
	}
	if !frameworkID().MatchString(name) {
		r.say(n, "%s %q is no short name in lower case, such as house", key, name)
	}
	if f, taken := find(r.known, name); taken {
		r.say(n, "%s %q is taken by %s", key, name, f.Name)
	}
}

func (r *frameworkReader) control(n *manifest.Node) FrameworkControl {
	const what = "a control"
	if !r.fields(n, what, "id", "title", "class", "notShown", "aliases") {
		return FrameworkControl{}
	}
	c := FrameworkControl{
		ID: r.text(n, what, "id"), Title: r.text(n, what, "title"), Class: Class(r.text(n, what, "class")),
		NotShown: r.optional(n, what, "notShown"), Aliases: r.aliases(n.Get("aliases")),
	}
	switch {
	case c.ID != "" && !controlID().MatchString(c.ID):
		r.say(n.Get("id"), "id %q has more than letters, digits and . - _ # ( )", c.ID)
	case c.Class != "" && c.Class != Automated && c.Class != Partial && c.Class != Manual:
		r.say(n.Get("class"), "class %q is not automated, partial or manual", c.Class)
	case c.Class == Automated && c.NotShown != "":
		r.say(n.Get("notShown"), "manifests show all of an automated control; what they do not makes it partial")
	case c.Class != "" && c.Class != Automated && c.NotShown == "":
		r.say(n, "a control of class %s needs notShown: what no manifest shows", c.Class)
	}
	return c
}

func (r *frameworkReader) aliases(n *manifest.Node) map[string]string {
	if n == nil {
		return nil
	}
	if n.Kind != manifest.Map {
		r.say(n, "aliases is a map of versions to ids")
		return nil
	}
	all := map[string]string{}
	for _, f := range n.Fields {
		all[f.Key] = r.text(n, "aliases", f.Key)
	}
	return all
}

// strangers says which controls of a rule are not in the framework that they name. A framework that
// nobody knows is one that nobody wrote down.
func (r Rule) strangers(known []Framework) []string {
	var out []string
	for _, c := range r.Controls {
		f, ok := find(known, c.Framework)
		switch {
		case !ok:
		case f.Prefix != c.Framework:
			out = append(out, fmt.Sprintf("control %s:%s is written %s:%s", c.Framework, c.ID, f.Prefix, c.ID))
		case !slices.ContainsFunc(f.Controls, func(fc FrameworkControl) bool { return fc.ID == c.ID }):
			out = append(out, fmt.Sprintf("control %s:%s is not in the framework %s", c.Framework, c.ID, f.ID))
		}
	}
	return out
}
