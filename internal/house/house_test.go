// Package house holds the structure of the project as a test: who may import whom, and which package
// is the one door to each heavy module. docs/architecture.md says why.
package house

import (
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/tenantsmith/tenantsmith/"

// imports are the arrows between our packages: what is not listed is not allowed.
var imports = map[string][]string{
	"internal/manifest":   {"internal/pattern"},
	"internal/krm":        {},
	"internal/pin":        {},
	"internal/house":      {},
	"internal/pattern":    {},
	"internal/registry":   {"internal/pattern"},
	"internal/repository": {"schemas", "internal/manifest", "internal/pattern"},
	"internal/secrets":    {"internal/manifest", "internal/pattern"},
	"schemas":             {"internal/manifest", "internal/pattern"},
	"generators":          {"schemas", "internal/krm", "internal/manifest", "internal/proof"},
	"policies":            {"internal/manifest", "internal/pattern", "internal/secrets"},
	"internal/proof":      {"internal/manifest"},
	"internal/overlay":    {"internal/manifest", "internal/pattern"},
	"internal/gitops":     {"internal/manifest", "internal/pattern"},
	"internal/forge":      {"internal/pattern"},
	"internal/plan":       {"internal/manifest", "internal/pattern"},
	"internal/report":     {"internal/manifest", "internal/pattern", "internal/plan", "internal/secrets"},
	"internal/pipeline":   {"schemas", "generators", "policies", "internal/manifest", "internal/overlay", "internal/pattern", "internal/plan", "internal/proof", "internal/report"},
	"internal/adopt":      {"schemas", "internal/manifest", "internal/overlay", "internal/pattern"},
	"internal/audit":      {"policies", "internal/gitops", "internal/manifest", "internal/pipeline", "internal/report"},
	"internal/function":   {"internal/manifest", "internal/pattern", "internal/pipeline", "internal/report", "internal/secrets"},
	"cmd/tenantsmith": {
		"schemas", "internal/adopt", "internal/audit", "internal/forge", "internal/function", "internal/manifest", "internal/overlay", "internal/gitops", "internal/pattern", "internal/pipeline", "internal/plan", "internal/proof", "internal/registry", "internal/report", "internal/repository",
	},
}

// doors are the only importers of heavy modules.
var doors = map[string][]string{
	"cuelang.org/go":                        {"schemas"},
	"github.com/open-policy-agent/opa":      {"policies"},
	"github.com/google/cel-go":              {"policies"},
	"github.com/go-git/go-git":              {"internal/gitops"},
	"github.com/go-git/go-billy":            {"internal/gitops"},
	"github.com/google/go-github":           {"internal/forge"},
	"github.com/ProtonMail/go-crypto":       {"internal/gitops"},
	"github.com/hiddeco/sshsig":             {"internal/gitops"},
	"golang.org/x/crypto":                   {"internal/gitops"},
	"sigs.k8s.io/kustomize/api":             {"internal/overlay"},
	"sigs.k8s.io/kustomize/kyaml":           {"internal/overlay", "internal/function"},
	"go.yaml.in/yaml":                       {"internal/manifest"},
	"k8s.io/api/":                           {"generators", "internal/proof", "internal/adopt"},
	"k8s.io/autoscaler":                     {"generators"},
	"k8s.io/kube-openapi":                   {"internal/function"},
	"github.com/argoproj/argo-rollouts":     {"generators"},
	"sigs.k8s.io/gateway-api":               {"generators"},
	"github.com/spf13/cobra":                {"cmd/tenantsmith"},
	"github.com/spf13/pflag":                {"cmd/tenantsmith"},
	"github.com/fsnotify/fsnotify":          {"cmd/tenantsmith"},
	"golang.org/x/term":                     {"cmd/tenantsmith"},
	"github.com/defenseunicorns/go-oscal":   {"internal/report"},
	"golang.org/x/net":                      {"internal/pipeline"},
	"sigs.k8s.io/yaml":                      {},
	"github.com/open-policy-agent/opa/rego": {},
}

func TestImports(t *testing.T) {
	for pkg, deps := range list(t) {
		name := strings.TrimPrefix(pkg, module)
		allowed, known := imports[name]
		require.True(t, known, "%s is not in the table of packages: docs/architecture.md lists them; add it there and here", name)
		for _, dep := range deps {
			if ours, ok := strings.CutPrefix(dep, module); ok {
				require.Contains(t, allowed, ours, "%s must not import %s", name, ours)
			}
			for heavy, owners := range doors {
				if strings.HasPrefix(dep, heavy) {
					require.Contains(t, owners, name, "%s must not import %s: its door is %v", name, dep, owners)
				}
			}
		}
	}
}

// TestPage holds that docs/architecture.md lists these packages, and no others.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/architecture.md")
	require.NoError(t, err)
	_, table, found := strings.Cut(string(page), "## Packages\n")
	require.True(t, found)
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z/]+)` \\|").FindAllStringSubmatch(strings.Split(table, "\n\n")[0], -1) {
		listed = append(listed, m[1])
	}
	require.ElementsMatch(t, slices.Collect(maps.Keys(imports)), listed)
}

// TestNames refuses packages whose name says nothing.
func TestNames(t *testing.T) {
	for pkg := range list(t) {
		name := pkg[strings.LastIndexByte(pkg, '/')+1:]
		require.False(t, slices.Contains([]string{"util", "utils", "common", "helpers", "manager", "misc"}, name), pkg)
	}
}

// list returns what each package of the module imports, tests left out.
func list(t *testing.T) map[string][]string {
	cmd := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	require.NoError(t, err)
	pkgs := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		pkgs[fields[0]] = fields[1:]
	}
	require.NotEmpty(t, pkgs)
	return pkgs
}
