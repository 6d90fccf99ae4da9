package policies

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Engine holds compiled rules. It is safe for concurrent use.
type Engine struct {
	// Deadline bounds each call of Check and CheckFleet. Set it before the first call.
	Deadline time.Duration

	compiler  *ast.Compiler
	store     storage.Store // empty
	rules     []Rule
	questions sync.Map // of *question, by what ask makes of its rules
	kinds     kinds
	gates     gates
	digest    string
	members   bool // whether a rule looks at input.members
	// frameworks are those of the platform.
	frameworks []Framework
	// controls are the names of all controls, for attestations.
	controls func() ast.Value
	// reads are the parts of the input that each rule looks at, by index.
	reads func() []reads
	// guards are what the API server asks in place of rules.
	guards func() ([]guardDraft, error)
	// suspicious tells whether a rule looks at input.suspects.
	suspicious bool
	// rest compiles all rules, those that are asked only of what people bring among them; nil where
	// they are in here.
	rest func() (*Engine, error)
}

const defaultDeadline = 10 * time.Second

// Errors are the faults of rules, each with its file and line.
type Errors []manifest.Problem

// Error returns one fault a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, p := range e {
		lines[i] = p.Position.String() + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}

// Compile compiles our rules and the platform's own: those in the folders of fsys, in all of it when
// none is named; a nil fsys has none. File names in errors are those of fsys. Faults of rules come
// back as [Errors].
func Compile(fsys fs.FS, dirs ...string) (*Engine, error) {
	e, rules, err := compile(askedFiles, fsys, dirs)
	if err != nil {
		return nil, err
	}
	e.rest = sync.OnceValues(func() (*Engine, error) {
		mods, err := load(sources(fsys, dirs), ruleFiles) // anew: compiling changed the first
		if err != nil {
			return nil, err
		}
		whole, err := mods.compile(rules, fsys == nil)
		if err != nil {
			return nil, err
		}
		whole.Deadline, whole.controls, whole.guards = e.Deadline, e.controls, e.guards
		return whole, nil
	})
	return e, nil
}

// CompileAll compiles everything at once, for a run that is known to ask all of it; the engine is the
// same otherwise.
func CompileAll(fsys fs.FS, dirs ...string) (*Engine, error) {
	e, _, err := compile(ruleFiles, fsys, dirs)
	return e, err
}

func compile(much reading, fsys fs.FS, dirs []string) (*Engine, []Rule, error) {
	mods, err := load(sources(fsys, dirs), much)
	if err != nil {
		return nil, nil, err
	}
	rules, house, err := mods.catalogue(fsys, dirs)
	if err != nil {
		return nil, nil, err
	}
	e, err := mods.whole().compile(rules, fsys == nil)
	if err != nil {
		return nil, nil, err
	}
	e.digest, e.members, e.frameworks = mods.digest(), mods.mention("members"), house
	if len(house) > 0 {
		e.digest = fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, e.digest, house)))
	}
	e.controls = sync.OnceValue(func() ast.Value { return controlNames(e.Frameworks()) })
	e.guards = sync.OnceValues(func() ([]guardDraft, error) { return guardsOf(fsys, rules) })
	return e, rules, e.mindGuards(rules)
}

// compile makes an engine of the modules; rules whose module is not among them are silent. trusted
// modules are ours alone.
func (m modules) compile(rules []Rule, trusted bool) (*Engine, error) {
	compiler := newCompiler()
	if trusted {
		compiler.WithSkipStages(checked...)
	}
	if compiler.Compile(m.parsed()); compiler.Failed() {
		return nil, compileErrors(compiler.Errors)
	}
	known, err := ownKinds()
	if err != nil {
		return nil, err
	}
	return &Engine{
		Deadline: defaultDeadline, compiler: compiler, store: inmem.New(), rules: rules, kinds: known,
		gates: newGates(compiler, rules, m), suspicious: m.mention("suspects"),
		reads: sync.OnceValue(func() []reads { return readsOf(compiler, rules) }),
	}, nil
}

func newCompiler() *ast.Compiler {
	return ast.NewCompiler().WithCapabilities(capabilities()).WithStrict(true).
		WithDefaultRegoVersion(ast.RegoV1).WithEnablePrintStatements(false)
}

// checked are the stages of the compiler that only look for mistakes, prepare what nobody reads, rewrite what ours do
// not have, or put expressions into an order in which ours stand already. Our own rules need not wait for them: our
// tests compile those with every stage, and compare.
var checked = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports, ast.StageCheckVoidCalls,
	ast.StageRewritePrintCalls, ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet, ast.StageRewriteRegoMetadataCalls,
	ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs, ast.StageCheckSafetyRuleHeads, ast.StageCheckRecursion,
	ast.StageCheckTypes, ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
	ast.StageSetGraph, ast.StageCheckSafetyRuleBodies, ast.StageBuildComprehensionIndices,
	ast.StageRewriteWithValues, ast.StageRewriteTemplateStrings, ast.StageRewriteTestRulesForTracing,
}

// capabilities are the built-ins of this version without those that look outside, or at the clock,
// or that print. An empty list of hosts means none, where nil would mean any.
var capabilities = sync.OnceValue(func() *ast.Capabilities {
	c := ast.CapabilitiesForThisVersion()
	c.Builtins = slices.DeleteFunc(slices.Clone(c.Builtins), func(b *ast.Builtin) bool {
		return b.Nondeterministic || b.Name == "trace"
	})
	c.AllowNet = []string{}
	return c
})

// Rules is the catalogue, sorted by id.
func (e *Engine) Rules() []Rule { return slices.Clone(e.rules) }

// Holds reports whether generated objects hold the check by construction, so that what breaks it came
// from people.
func (e *Engine) Holds(check string) bool {
	return slices.ContainsFunc(e.rules, func(r Rule) bool { return r.ID == check && r.Brought })
}

// Judges returns the kinds that a check is about, as its rule names them.
func (e *Engine) Judges(check string) []string {
	i := slices.IndexFunc(e.rules, func(r Rule) bool { return r.ID == check })
	if i < 0 {
		return nil
	}
	return e.rules[i].Objects
}

// Digest identifies all rules: sha256 over the known kinds, the modules in their order and the frameworks
// of the platform, hex. Guards are not among them: no finding depends on one, and no tenant's file.
func (e *Engine) Digest() string { return e.digest }

func (m modules) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", kindsText)
	for _, mod := range m {
		fmt.Fprintf(h, "%s\x00%d\x00", mod.file, len(mod.text))
		h.Write(mod.text)
	}
	return hex.EncodeToString(h.Sum(nil))
}
