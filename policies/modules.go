package policies

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// module is one file of Rego.
type module struct {
	file string
	text []byte
	own  bool
	ast  *ast.Module
	// brief modules are METADATA and package only: the rest of the file was not parsed.
	brief bool
}

func (m module) test() bool { return strings.HasSuffix(m.file, "_test.rego") }

func (m module) fault(format string, args ...any) manifest.Problem {
	at := manifest.Position{File: m.file, Line: m.ast.Package.Location.Row, Column: m.ast.Package.Location.Col}
	return manifest.Problem{Check: "policy", Severity: manifest.Error, Position: at, Message: fmt.Sprintf(format, args...)}
}

// modules are sorted by file within each source, ours first.
type modules []module

// reading is how much load parses.
type reading int

const (
	// askedFiles leaves out what stands in our rules that are asked only of what people bring: most runs
	// never need it, and parsing is half of the time to compile.
	askedFiles reading = iota
	ruleFiles
	testFiles // rules and their tests
)

// load parses every file of Rego. Other files are left alone.
func load(from []source, much reading) (modules, error) {
	tests := much == testFiles
	var all modules
	var faults Errors
	for i, src := range from {
		err := fs.WalkDir(src, src.dir, func(file string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(file, ".rego") {
				return err
			}
			m := module{file: file, own: i == 0}
			if m.test() && !tests && m.own {
				return nil
			}
			if m.text, err = fs.ReadFile(src, file); err != nil {
				return err
			}
			var bad Errors
			if m.own && much == askedFiles && !m.test() && m.skim() {
				all = append(all, m)
				return nil
			}
			if m.ast, bad = parse(m); bad != nil {
				faults = append(faults, bad...)
				return nil
			}
			all = append(all, m)
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("read policies: %w", err)
		}
	}
	faults = append(faults, all.complete()...)
	faults = append(faults, all.misplaced()...)
	if len(faults) > 0 {
		return nil, Errors(manifest.SortProblems(faults))
	}
	return slices.DeleteFunc(all, func(m module) bool { return m.test() && !tests }), nil
}

// broughtFile ends the names of files with what a check asks only of what people bring, beside what it
// asks of everything, and of those parts of libraries that only such files use.
const broughtFile = "_brought.rego"

// skim reads METADATA and package of one of our files, and reports whether that may be enough: for what
// is asked of what people bring or of changes, and for libraries until somebody imports them.
func (m *module) skim() bool {
	head, rest, _ := strings.Cut("\n"+string(m.text), "\npackage ")
	if !strings.HasPrefix(m.file, "lib/") && !strings.HasSuffix(m.file, broughtFile) &&
		!strings.Contains(head, "\n#   brought: true\n") && !strings.Contains(head, "\n#   scope: change\n") {
		return false
	}
	name, _, _ := strings.Cut(rest, "\n")
	mod, faults := parse(module{file: m.file, text: []byte(strings.TrimPrefix(head+"\npackage "+name, "\n"))})
	m.ast, m.brief = mod, faults == nil
	return m.brief
}

// complete parses what is imported, and what that imports.
func (m modules) complete() Errors {
	var faults Errors
	seen := map[string]bool{}
	var follow func(paths []string)
	follow = func(paths []string) {
		for _, path := range paths {
			for i := range m {
				if seen[path] || !m[i].brief || strings.HasSuffix(m[i].file, broughtFile) || m[i].ast.Package.Path.String() != path {
					continue
				}
				full, bad := parse(m[i])
				if faults = append(faults, bad...); bad == nil {
					m[i].ast, m[i].brief = full, false
					defer follow(m[i].imports())
				}
			}
			seen[path] = true
		}
	}
	for i := range m {
		if !m[i].brief {
			follow(m[i].imports())
		}
	}
	return faults
}

// imports are the packages that the module imports; a brief one imports nothing.
func (m module) imports() []string {
	paths := make([]string, len(m.ast.Imports))
	for i, imported := range m.ast.Imports {
		paths[i] = imported.Path.String()
	}
	return paths
}

// whole are the modules that were parsed whole.
func (m modules) whole() modules {
	return slices.DeleteFunc(slices.Clone(m), func(mod module) bool { return mod.brief })
}

func parse(m module) (*ast.Module, Errors) {
	mod, err := ast.ParseModuleWithOpts(m.file, string(m.text), ast.ParserOptions{
		RegoVersion: ast.RegoV1, Capabilities: capabilities(), ProcessAnnotation: !m.test(),
	})
	switch err := err.(type) {
	case nil:
	case ast.Errors:
		return nil, compileErrors(err)
	default:
		return nil, Errors{{Check: "policy", Severity: manifest.Error, Message: err.Error(), Position: manifest.Position{File: m.file, Line: 1}}}
	}
	if mod == nil {
		return nil, Errors{{Check: "policy", Severity: manifest.Error, Message: "no Rego in this file", Position: manifest.Position{File: m.file, Line: 1}}}
	}
	return mod, nil
}

// misplaced refuses packages of the platform that would add to ours or stand where nothing asks
// them.
func (m modules) misplaced() []manifest.Problem {
	ours := map[string]bool{}
	var faults []manifest.Problem
	for _, mod := range m {
		path := strings.TrimPrefix(mod.ast.Package.Path.String(), "data.")
		tested := strings.HasSuffix(path, "_test")
		switch {
		case mod.own:
			ours[path] = true
		case ours[path] || ours[strings.TrimSuffix(path, "_test")]:
			faults = append(faults, mod.fault("package %s is part of tenantsmith; choose another name", path))
		case packageName(mod.ast) == "" || !strings.HasPrefix(path, "checks."):
			faults = append(faults, mod.fault("package %s should be checks.<id>", path))
		case mod.test() && !tested:
			faults = append(faults, mod.fault("package %s of a test file should end in _test", path))
		case tested && !mod.test():
			faults = append(faults, mod.fault("package %s belongs into a file whose name ends in _test.rego", path))
		}
	}
	return faults
}

// catalogue reads the rules, sorted by id, and the frameworks of the platform. Nobody waits for ours where
// the platform has no rules.
func (m modules) catalogue(fsys fs.FS, dirs []string) (rules []Rule, house []Framework, err error) {
	if fsys == nil {
		rules, err = m.rules(nil)
		return rules, nil, err
	}
	if house, err = houseFrameworks(fsys, dirs); err != nil {
		return nil, nil, err
	}
	rules, err = m.rules(append(Frameworks(), house...))
	return rules, house, err
}

// rules reads the catalogue, sorted by id. Known are the frameworks that controls of the platform's rules
// can be in; ours are held against theirs by the tests.
func (m modules) rules(known []Framework) ([]Rule, error) {
	var rules []Rule
	var faults Errors
	seen := map[string]string{}
	for _, mod := range m {
		if mod.test() || !strings.HasPrefix(mod.ast.Package.Path.String(), "data.checks.") {
			continue
		}
		if mod.own && strings.HasSuffix(mod.file, broughtFile) {
			continue
		}
		r, bad := newRule(mod.ast, mod.own)
		if first, ok := seen[r.pkg]; ok {
			bad = []string{"package checks." + r.pkg + " is already in " + first}
		} else if !mod.brief && !denies(mod.ast) {
			bad = append(bad, "a check needs a rule: deny contains finding if { … }")
		}
		if !r.Own {
			bad = append(bad, r.strangers(known)...)
		}
		seen[r.pkg] = mod.file
		for _, text := range bad {
			faults = append(faults, mod.fault("%s", text))
		}
		rules = append(rules, r)
	}
	if len(faults) > 0 {
		return nil, Errors(manifest.SortProblems(faults))
	}
	slices.SortFunc(rules, func(a, b Rule) int { return cmp.Compare(a.ID, b.ID) })
	return rules, nil
}

// denies reports whether deny is a set of findings: a deny of another form would never be heard.
func denies(m *ast.Module) bool {
	found := false
	for _, r := range m.Rules {
		if name := r.Head.Ref()[0].Value; name.Compare(ast.Var("deny")) == 0 {
			if r.Head.RuleKind() != ast.MultiValue || len(r.Head.Ref()) != 1 {
				return false
			}
			found = true
		}
	}
	return found
}

func (m modules) parsed() map[string]*ast.Module {
	parsed := make(map[string]*ast.Module, len(m))
	for _, mod := range m {
		parsed[mod.file] = mod.ast
	}
	return parsed
}

// mention reports whether a rule may look at input.<key>, so that what nobody reads need not be
// made. Ours write that out, and most are told by their text.
func (m modules) mention(key string) bool {
	found := false
	for _, mod := range m {
		if mod.own && !bytes.Contains(mod.text, []byte("input."+key)) {
			continue
		}
		ast.WalkRefs(mod.ast, func(r ast.Ref) bool {
			if r[0].Equal(ast.InputRootDocument) {
				found = found || len(r) == 1 || !r[1].IsGround() || r[1].Equal(ast.StringTerm(key))
			}
			return found
		})
	}
	return found
}

// explain says of a built-in that was taken away why it is not there.
func explain(message string) string {
	name, ok := strings.CutPrefix(message, "undefined function ")
	if !ok || !slices.ContainsFunc(ast.CapabilitiesForThisVersion().Builtins, func(b *ast.Builtin) bool { return b.Name == name }) {
		return message
	}
	return name + " is not there: rules see no network, clock, environment or disk; what they may know is in input"
}

func compileErrors(errs ast.Errors) Errors {
	problems := make(Errors, len(errs))
	for i, e := range errs {
		problems[i] = manifest.Problem{Check: "policy", Severity: manifest.Error, Message: explain(e.Message)}
		if e.Location != nil {
			problems[i].Position = manifest.Position{File: e.Location.File, Line: e.Location.Row, Column: e.Location.Col}
		}
	}
	return manifest.SortProblems(problems)
}
