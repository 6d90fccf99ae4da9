package repository

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/tenantsmith/tenantsmith/schemas"
)

func fleet(t *testing.T, files map[string]string) (fstest.MapFS, *schemas.Fleet) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	f, err := schemas.Load(fsys, schemas.Options{})
	require.NoError(t, err)
	require.NotNil(t, f.Platform, "%v", f.Problems)
	require.Empty(t, f.Held, "%v", f.Problems)
	return fsys, f
}

const head = "apiVersion: tenantsmith.dev/v1alpha1\nkind: %s\nmetadata: {name: %s}\nspec:\n"

func doc(kind, name, spec string) string { return fmt.Sprintf(head, kind, name) + spec }

// sample has a tenant in one file, one in a folder, and one whose people review nothing.
var sample = map[string]string{
	"tenantsmith.yaml":          doc("Platform", "p", "  gitops: {reviewers: [\"@example/platform\", \"@ann\"], path: clusters/a}\n"),
	"tenants/acme.yaml":         doc("Tenant", "acme", "  tier: basic\n  owners: [{group: a, role: admin}]\n  environments: {development: {}}\n  delivery: {reviewers: [\"@example/acme\"]}\n"),
	"tenants/shop/tenant.yaml":  doc("Tenant", "shop", "  tier: basic\n  owners: [{group: s, role: admin}]\n  environments: {development: {}}\n  delivery: {reviewers: [\"@example/shop\", shop@example.com]}\n"),
	"tenants/shop/run.yaml":     doc("Tenant", "shop", "  services: {web: {image: \"a.io/web:1\", ports: {http: 80}}}\n"),
	"tenants/shop/images.yaml":  doc("Tenant", "shop", "  environments: {development: {services: {web: {image: \"a.io/web:2\"}}}}\n"),
	"tenants/shop/more.yaml":    doc("Tenant", "shop", "  environments: {development: {resources: {cpu: 500m}}}\n"),
	"tenants/shop/odd [x].yaml": doc("Tenant", "shop", "  tags: {a: b}\n"),
	"tenants/third.yaml":        doc("Tenant", "third", "  tier: free\n  owners: [{group: t, role: admin}]\n  environments: {development: {}}\n"),
}

func TestPlatformOwners(t *testing.T) {
	fsys, f := fleet(t, sample)
	got, err := PlatformOwners(fsys, f)
	require.NoError(t, err)
	require.Equal(t, strings.Join([]string{
		Begin,
		"* @example/platform @ann",
		"/tenants/shop/images.yaml @example/shop shop@example.com",
		"/tenants/shop/run.yaml @example/shop shop@example.com",
		"/tenants/shop/patches/ @example/shop shop@example.com",
		"/tenants/shop/resources/ @example/shop shop@example.com",
		End, "",
	}, "\n"), string(got))
}

func TestGitOpsOwners(t *testing.T) {
	_, f := fleet(t, sample)
	got, err := GitOpsOwners(f)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(got), Begin+"\n* @example/platform @ann\n/clusters/a/tenants/acme/workload/ @example/acme\n"), string(got))
	require.NotContains(t, string(got), "third")
	f.Platform.GitOps.Path = ""
	got, err = GitOpsOwners(f)
	require.NoError(t, err)
	require.Contains(t, string(got), "\n/tenants/acme/workload/ ")
}

func TestNobodyReviews(t *testing.T) {
	fsys, f := fleet(t, map[string]string{"tenants/third.yaml": sample["tenants/third.yaml"]})
	_, err := PlatformOwners(fsys, f)
	require.ErrorIs(t, err, ErrNoReviewers)
	_, err = GitOpsOwners(f)
	require.ErrorIs(t, err, ErrNoReviewers)
}

func TestInsert(t *testing.T) {
	b := string(block([]string{"* @a"}))
	for _, c := range []struct{ name, old, want string }{
		{"a new file", "", b},
		{"above the lines of others", "docs/ @b\n", b + "\ndocs/ @b\n"},
		{"in place", "# ours\n" + string(block([]string{"* @z", "/x @y"})) + "docs/ @b\n", "# ours\n" + b + "docs/ @b\n"},
		{"twice the same", b, b},
		{"lines of Windows", "docs/ @b\r\n", strings.ReplaceAll(b, "\n", "\r\n") + "\r\ndocs/ @b\r\n"},
	} {
		got, err := Insert([]byte(c.old), []byte(b))
		require.NoError(t, err, c.name)
		require.Equal(t, c.want, string(got), c.name)
		again, err := Insert(got, []byte(b))
		require.NoError(t, err, c.name)
		require.Equal(t, string(got), string(again), c.name)
	}
	for _, broken := range []string{Begin + "\n", End + "\n", End + "\n" + Begin + "\n", b + b} {
		_, err := Insert([]byte(broken), []byte(b))
		require.ErrorContains(t, err, "not there once each", broken)
	}
}

// flow is what the tests read of a workflow.
type flow struct {
	Permissions map[string]string
	Jobs        map[string]struct {
		If       string
		Strategy struct {
			Matrix struct{ Include []map[string]string }
		}
		Steps []struct {
			Uses, Run string
			Env       map[string]string
			With      map[string]any
		}
	}
}

func written(t *testing.T, ask Ask, change func(*schemas.Tenant, *schemas.Platform)) (flow, string) {
	t.Helper()
	_, f := fleet(t, sample)
	tenant := f.Tenants[1]
	change(tenant, f.Platform)
	ask.Platform, ask.Branch = "example/platform", "main"
	text, err := Workflow(tenant, f.Platform, ask)
	require.NoError(t, err)
	var out flow
	require.NoError(t, yaml.Unmarshal(text, &out))
	return out, string(text)
}

// Nothing from outside is part of a script, and nothing runs for a fork with our rights.
func TestWorkflowIsSafe(t *testing.T) {
	w, text := written(t, Ask{}, func(*schemas.Tenant, *schemas.Platform) {})
	require.Empty(t, w.Permissions)
	require.NotContains(t, text, "pull_request")
	for _, step := range w.Jobs["image"].Steps {
		require.NotContains(t, step.Run, "${{")
		if step.Uses != "" {
			require.Regexp(t, `^[\w./-]+@[0-9a-f]{40}$`, step.Uses)
		}
	}
	require.Equal(t, []map[string]string{
		{"name": "web", "image": "a.io/web", "registry": "a.io", "context": ".", "services": "web"},
	}, w.Jobs["image"].Strategy.Matrix.Include)
}

func TestWorkflowImages(t *testing.T) {
	w, _ := written(t, Ask{Context: "src/{service}"}, func(tenant *schemas.Tenant, _ *schemas.Platform) {
		tenant.Base.Spec.Services = map[string]schemas.Service{
			"web": {Image: "a.io/web:1"}, "jobs": {Image: "a.io/web:2@sha256:11"}, "db": {Image: "redis"},
		}
	})
	require.Equal(t, []map[string]string{
		{"name": "jobs", "image": "a.io/web", "registry": "a.io", "context": "src/jobs", "services": "jobs web"},
		{"name": "db", "image": "redis", "registry": "docker.io", "context": "src/db", "services": "db"},
	}, w.Jobs["image"].Strategy.Matrix.Include)
}

func TestWorkflowRepository(t *testing.T) {
	for repository, want := range map[string]string{
		"":                                      "",
		"https://github.com/example/shop.git":   "github.repository == 'example/shop'",
		"git@github.com:example/shop":           "github.repository == 'example/shop'",
		"ssh://git@github.com/example/shop.git": "github.repository == 'example/shop'",
	} {
		w, _ := written(t, Ask{}, func(tenant *schemas.Tenant, _ *schemas.Platform) { tenant.Base.Spec.Delivery.Repository = repository })
		require.Equal(t, want, w.Jobs["image"].If, repository)
	}
	for failOn, want := range map[string]string{"": "HIGH,CRITICAL", "low": "LOW,MEDIUM,HIGH,CRITICAL", "critical": "CRITICAL"} {
		w, _ := written(t, Ask{}, func(_ *schemas.Tenant, p *schemas.Platform) { p.Policies.FailOn = failOn })
		require.Equal(t, want, w.Jobs["image"].Steps[3].With["severity"], failOn)
	}
}

func TestWorkflowRefuses(t *testing.T) {
	_, f := fleet(t, sample)
	acme, shop := f.Tenants[0], f.Tenants[1]
	good := Ask{Platform: "example/platform", Branch: "main"}
	for want, ask := range map[string]Ask{
		`--platform: "evil/${{ x }}" is no repository of GitHub`: {Platform: "evil/${{ x }}", Branch: "main"},
		`--branch: "a b" is no plain name`:                       {Platform: "example/platform", Branch: "a b"},
		`--context: "../{x}" is no folder of the repository`:     {Platform: "example/platform", Branch: "main", Context: "../{x}"},
		`--context: "a/../.." is no folder of the repository`:    {Platform: "example/platform", Branch: "main", Context: "a/../.."},
		"tenant shop has no service wep; did you mean web?":      {Platform: "example/platform", Branch: "main", Services: []string{"wep"}},
	} {
		_, err := Workflow(shop, f.Platform, ask)
		require.ErrorContains(t, err, want)
	}
	_, err := Workflow(acme, f.Platform, good)
	require.ErrorIs(t, err, ErrTenant, "a tenant without services")
	for _, elsewhere := range []string{"https://gitlab.com/example/shop", "https://github.com/a/b/c", "https://github.com/x'||true||'/y", "https://github.com.evil.com/a/b"} {
		shop.Base.Spec.Delivery.Repository = elsewhere
		_, err := Workflow(shop, f.Platform, good)
		require.ErrorIs(t, err, ErrTenant, elsewhere)
	}
}

// The template names every action by what the table says of it.
func TestWorkflowNamesActionsInOnePlace(t *testing.T) {
	text, err := os.ReadFile("workflow.yml.tmpl")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		if _, action, ok := strings.Cut(line, "uses: "); ok {
			require.True(t, strings.HasPrefix(action, "{{.Use."), line)
		}
	}
}
