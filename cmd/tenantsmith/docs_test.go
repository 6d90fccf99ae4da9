package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestDocs holds that the pages about releases, scaling, pods, jobs and compliance tell the truth. The words behind the language of a
// fenced block say what it is:
//
//	yaml FILE, rego FILE  a file of the platform's repository; all of them together are clean
//	yaml ENV KIND/NAME    an object as the environment's cluster gets it
//	json ENV companions   what a GitOps engine has to know of the environment
//	console               a command behind $ and what it prints
//
// A line … stands for lines that are left out. The platform of the first page is that of all that show none. It is the
// day that the pages name.
func TestDocs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/releases/[a-z]*.md")
	require.NoError(t, err)
	require.Len(t, pages, 4)
	first := blocksOf(t, "../../docs/releases/README.md")
	for _, page := range append([]string{"../../docs/releases/README.md", "../../docs/scaling.md", "../../docs/pods.md", "../../docs/jobs.md", "../../docs/compliance.md"}, pages...) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			blocks := blocksOf(t, page)
			t.Chdir(t.TempDir())
			for _, b := range first {
				if b.what == "yaml tenantsmith.yaml" {
					b.write(t)
				}
			}
			for _, b := range blocks {
				b.write(t)
			}
			printed(t, "tenantsmith check --fail-on low --now 2030-11-20")
			shows := 0
			for _, b := range blocks {
				shows += b.check(t)
			}
			require.NotZero(t, shows)
		})
	}
}

// TestPlatformSnippets: parts of a platform file that pages show begin with its name, and are valid as they stand.
func TestPlatformSnippets(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	require.NoError(t, err)
	shown := map[string]int{}
	for _, page := range pages {
		for _, b := range blocksOf(t, page) {
			if !strings.HasPrefix(b.text, "# tenantsmith.yaml\n") {
				continue
			}
			shown[filepath.Base(page)]++
			dir := t.TempDir()
			text := "apiVersion: tenantsmith.dev/v1alpha1\nkind: Platform\nmetadata: {name: example}\n" + b.text
			require.NoError(t, os.WriteFile(filepath.Join(dir, "tenantsmith.yaml"), []byte(text), 0o644))
			var out bytes.Buffer
			require.Zero(t, run(t.Context(), []string{"validate", "-C", dir}, streams{out: &out, err: &out}), "%s:\n%s%s", page, text, &out)
		}
	}
	for _, page := range []string{"admission.md", "delivery.md", "ingress.md", "network.md", "waf.md"} {
		require.NotZero(t, shown[page], page)
	}
}

// TestChecksPage: docs/policies.md is what policy list prints.
func TestChecksPage(t *testing.T) {
	const page = "../../docs/policies.md"
	var out bytes.Buffer
	require.Equal(t, 0, run(t.Context(), []string{"policy", "list", "-C", "../..", "--format", "markdown"}, streams{out: &out, err: &out}))
	if *update {
		require.NoError(t, os.WriteFile(page, out.Bytes(), 0o644))
	}
	got, err := os.ReadFile(page)
	require.NoError(t, err)
	require.True(t, out.String() == string(got), "%s is not what policy list prints: run go test ./cmd/tenantsmith -run TestChecksPage -update", page)
}

// TestAuthoringPage: the check of the page about checks of one's own is tested, proven and reported as it
// says.
func TestAuthoringPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/policies-authoring.md")
	t.Chdir(t.TempDir())
	for _, b := range blocks {
		b.write(t)
	}
	shows := 0
	for _, b := range blocks {
		shows += b.check(t)
	}
	require.Equal(t, 2, shows)
	require.NotContains(t, printed(t, "tenantsmith policy test platform/policies --coverage 100 -v"), "FAIL")
}

// TestWaiverPage: what the page about waivers shows is what the command prints.
func TestWaiverPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/waivers.md")
	t.Chdir(t.TempDir())
	for _, b := range blocks {
		b.write(t)
	}
	shows := 0
	for _, b := range blocks {
		shows += b.check(t)
	}
	require.Equal(t, 1, shows)
}

// TestTenantsPage: the tenant at the beginning of the page has no finding.
func TestTenantsPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/tenants.md")
	require.Len(t, blocks, 1)
	t.Chdir(t.TempDir())
	blocks[0].write(t)
	require.Contains(t, printed(t, "tenantsmith check --fail-on low"), "1 tenant, 2 environments, ")
}

// TestWhyPage: what the page about where values come from shows is what the commands print, once the tenants
// are rendered.
func TestWhyPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/why.md")
	t.Chdir(t.TempDir())
	for _, b := range blocks {
		b.write(t)
	}
	printed(t, "tenantsmith render")
	shows := 0
	for _, b := range blocks {
		shows += b.check(t)
	}
	require.Equal(t, 8, shows)
}

// TestDeployPage: what the page about images shows is what the command prints.
func TestDeployPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/deploy.md")
	t.Chdir(t.TempDir())
	shows := 0
	for _, b := range blocks {
		b.write(t)
		shows += b.check(t)
	}
	require.Equal(t, 1, shows)
}

// block is a fenced block: the words behind the fence and the text.
type block struct{ what, text string }

func blocksOf(t *testing.T, page string) []block {
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	var out []block
	open := false
	for line := range strings.Lines(string(data)) {
		what, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && !open:
			out = append(out, block{what: strings.TrimSpace(what)})
			fallthrough
		case fence:
			open = !open
		case open:
			out[len(out)-1].text += line
		}
	}
	require.False(t, open)
	return out
}

// write makes the file that the block is.
func (b block) write(t *testing.T) {
	kind, name, _ := strings.Cut(b.what, " ")
	if kind != "yaml" && kind != "rego" || !strings.HasSuffix(name, "."+kind) {
		return
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte(b.text), 0o644))
}

// check holds that the block shows what tenantsmith makes of the files. It returns how many things it
// shows.
func (b block) check(t *testing.T) int {
	words := strings.Fields(b.what)
	switch {
	case b.what == "console":
		command, rest, _ := strings.Cut(b.text, "\n")
		requireLines(t, rest, printed(t, strings.TrimPrefix(command, "$ ")))
	case len(words) == 3 && words[0] == "yaml":
		requireLines(t, b.text, object(t, words[1], words[2]))
	case len(words) == 3 && words[0] == "json":
		requireLines(t, b.text, companions(t, words[1]))
	default:
		require.True(t, len(words) == 2 && strings.HasSuffix(words[1], "."+words[0]), "a block says what it is, and not %q", b.what)
		return 0
	}
	return 1
}

// printed is what a command that succeeds prints.
func printed(t *testing.T, command string) string {
	var out bytes.Buffer
	code := run(t.Context(), strings.Fields(command)[1:], streams{in: strings.NewReader(""), out: &out, err: &out})
	require.Zero(t, code, "%s: %s", command, out.String())
	return out.String()
}

func object(t *testing.T, env, key string) string {
	kind, name, _ := strings.Cut(key, "/")
	for doc := range strings.SplitSeq(printed(t, "tenantsmith render --output - --env "+env), "---\n") {
		if strings.Contains(doc, "\nkind: "+kind+"\n") && strings.Contains(doc, "\n  name: "+name+"\n") {
			return doc
		}
	}
	require.Fail(t, "there is no "+key+" in "+env)
	return ""
}

func companions(t *testing.T, env string) string {
	documents, problems := manifest.Parse(env, []byte(printed(t, "tenantsmith render --output - --env "+env)), manifest.ManifestLimits)
	require.Empty(t, problems)
	var objects []manifest.Object
	for _, document := range documents {
		found, problems := manifest.Objects(document)
		require.Empty(t, problems)
		objects = append(objects, found...)
	}
	data, err := json.MarshalIndent(generators.Companions(objects), "", "  ")
	require.NoError(t, err)
	return string(data) + "\n"
}

// requireLines holds that whole has the lines of part in their order, with others between them only
// where part has a line ….
func requireLines(t *testing.T, part, whole string) {
	rest := "\n" + whole
	var lines string
	for line := range strings.Lines(part + "…\n") {
		if strings.TrimSpace(line) != "…" {
			lines += line
			continue
		}
		_, after, found := strings.Cut(rest, "\n"+lines)
		require.True(t, found, "not there, or not in this order:\n%s\nin:\n%s", lines, whole)
		rest, lines = "\n"+after, ""
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`)

// TestLinks holds that links from page to page lead somewhere.
func TestLinks(t *testing.T) {
	var pages []string
	for _, pattern := range []string{"../../*.md", "../../docs/*.md", "../../docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		require.NoError(t, err)
		pages = append(pages, found...)
	}
	require.NotEmpty(t, pages)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(page), m[1]))
			require.NoError(t, err, page)
		}
	}
}

// TestPlanPage: docs/plan.md shows what plan prints. A file that the page has twice is changed by the second one; what
// comes first is committed.
func TestPlanPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/plan.md")
	t.Chdir(t.TempDir())
	committed := map[string]bool{}
	for _, b := range blocks {
		if !committed[b.what] {
			b.write(t)
			committed[b.what] = true
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "."}, {"-c", "user.name=Ann", "-c", "user.email=ann@example.com", "commit", "-q", "-m", "base"}} {
		out, err := exec.Command("git", args...).CombinedOutput()
		require.NoError(t, err, string(out))
	}
	shows := 0
	for _, b := range blocks {
		b.write(t)
		if b.what == "console" {
			shows += b.check(t)
		}
	}
	require.Equal(t, 2, shows)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(printed(t, "tenantsmith plan --base HEAD --format json")))
	require.NoError(t, err)
	require.NoError(t, compiled(t, []byte(printed(t, "tenantsmith schema plan"))).Validate(doc))
}

// TestExistingNamespacesPage: what the page about namespaces that were there before shows is what the command prints.
func TestExistingNamespacesPage(t *testing.T) {
	blocks := blocksOf(t, "../../docs/existing-namespaces.md")
	t.Chdir(t.TempDir())
	shows := 0
	for _, b := range blocks {
		b.write(t)
		shows += b.check(t)
	}
	require.Equal(t, 1, shows)
	printed(t, "tenantsmith check --now 2030-11-20")
}

// TestGuardRailsPage: the tenant of the page has ten lines and no finding, its team's YAML the findings that the page shows,
// and the service at its end is one.
func TestGuardRailsPage(t *testing.T) {
	const tenant, team = "platform/tenants/shop.yaml", "shop/envs/production/web.yaml"
	page, err := os.ReadFile("../../docs/guard-rails.md")
	require.NoError(t, err)
	require.LessOrEqual(t, bytes.Count(page, []byte("\n")), 60)
	brought, err := os.ReadFile("testdata/guard-rails/web.yaml")
	require.NoError(t, err)
	blocks := blocksOf(t, "../../docs/guard-rails.md")
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll(filepath.Dir(team), 0o755))
	require.NoError(t, os.WriteFile(team, brought, 0o644))
	shows := 0
	for _, b := range blocks {
		if b.write(t); b.what == "yaml "+tenant {
			require.LessOrEqual(t, strings.Count(b.text, "\n"), 10)
		}
		if b.what == "console 1" {
			command, want, _ := strings.Cut(b.text, "\n")
			var out bytes.Buffer
			require.Equal(t, 1, run(t.Context(), strings.Fields(command)[2:], streams{in: strings.NewReader(""), out: &out, err: &out}))
			requireLines(t, want, out.String())
			shows++
		}
	}
	require.Equal(t, 1, shows)
	require.Contains(t, printed(t, "tenantsmith -C platform check --fail-on low"), "1 environment, 13 objects, ")
	printed(t, "tenantsmith -C platform workflow shop --check --platform example/platform -o ../shop")
	require.FileExists(t, "shop/.github/workflows/tenantsmith-check.yml")
	old, err := os.ReadFile(tenant)
	require.NoError(t, err)
	_, service, found := strings.Cut(string(page), "\n    services: ")
	require.True(t, found)
	service, _, _ = strings.Cut(service, "\n")
	require.NoError(t, os.WriteFile(tenant, append(old, "  services: "+service+"\n"...), 0o644))
	require.Contains(t, printed(t, "tenantsmith -C platform render --output -"), "kind: Rollout\n")
}
