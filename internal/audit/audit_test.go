package audit_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/audit"
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/policies"
)

const (
	// root finds containers that run as root; several controls ask for it.
	root = "TS-POD-008"
	// limits is another check.
	limits = "TS-POD-001"
)

// git runs real git, away from the settings of the machine, as a person on a day.
func git(t testing.TB, dir, day string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ann", "GIT_AUTHOR_EMAIL=ann@example.com", "GIT_COMMITTER_NAME=Ann", "GIT_COMMITTER_EMAIL=ann@example.com",
		"GIT_AUTHOR_DATE="+day+"T12:00:00Z", "GIT_COMMITTER_DATE="+day+"T12:00:00Z")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %s: %s", strings.Join(args, " "), out)
	return strings.TrimSpace(string(out))
}

// world is a GitOps repository of a test.
type world struct {
	*testing.T
	repo     string
	controls *pipeline.ControlMap
	options  audit.Options
	publish  gitops.Options
}

func newWorld(t *testing.T) *world {
	repo := filepath.Join(t.TempDir(), "gitops.git")
	git(t, t.TempDir(), "2026-01-01", "init", "-q", "--bare", "-b", "main", repo)
	controls, problems, err := pipeline.MapControls(fstest.MapFS{}, nil, []string{"pss", "soc2"})
	require.NoError(t, err)
	require.Empty(t, problems)
	return &world{T: t, repo: repo, controls: controls, options: audit.Options{
		Repository: "gitops.git", Branch: "main", To: at("2026-01-12"), Now: at("2026-11-20"), NoOrigin: "none is at hand",
	}, publish: gitops.Options{URL: repo, Branch: "main", Version: "1.2.3", Author: gitops.Author{Name: "bot", Email: "bot@example.com"}}}
}

func at(day string) time.Time {
	when, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return when
}

// record is one of today, in which every check was asked and nothing was found.
func (w *world) record() *manifest.Record {
	r := &manifest.Record{Tenant: "acme", Version: "1.2.3", Schemas: "s", Policies: w.controls.Digest}
	for _, rule := range w.controls.Rules {
		r.Checks = append(r.Checks, rule.ID)
	}
	return r
}

// files are what a tenant has; image stands for what changes.
func files(image string) map[string]string {
	return map[string]string{
		"platform/base/kustomization.yaml":                                           "resources:\n- resourcequota-compute.yaml\n",
		"platform/base/resourcequota-compute.yaml":                                   "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: compute}\nspec: {hard: {requests.cpu: \"4\", limits.memory: 8Gi}}\n",
		"platform/overlays/development/kustomization.yaml":                           "resources:\n- ../../base\n",
		"platform/overlays/production/kustomization.yaml":                            "resources:\n- namespaced\n",
		"platform/overlays/production/namespaced/kustomization.yaml":                 "resources:\n- ../../../base\npatches:\n- path: patches/resourcequota-compute.yaml\n  target: {kind: ResourceQuota, name: compute}\n",
		"platform/overlays/production/namespaced/patches/resourcequota-compute.yaml": "- {op: replace, path: /spec/hard/requests.cpu, value: \"8\"}\n",
		"workload/base/rollout-web.yaml":                                             "image: " + image + "\n",
	}
}

// put publishes the tenant on a day at noon.
func (w *world) put(day string, r *manifest.Record, files map[string]string) gitops.Result {
	w.Helper()
	u := gitops.Update{Tenant: "acme", Files: map[string][]byte{}}
	r.Files = map[string]string{}
	for name, content := range files {
		file := "tenants/acme/" + name
		u.Files[file], r.Files[file] = []byte(content), manifest.Digest([]byte(content))
	}
	u.Files[manifest.RecordPath("acme")] = r.Bytes()
	return w.push(day, u)
}

func (w *world) push(day string, u gitops.Update) gitops.Result {
	w.Helper()
	w.publish.When = at(day).Add(12 * time.Hour)
	res, err := gitops.Publish(context.Background(), w.publish, gitops.Always(u))
	require.NoError(w, err)
	require.NotEmpty(w, res.Commit, "%v", res.Problems)
	return res
}

// edit has a person change files on a day.
func (w *world) edit(day, message string, edit func(dir string)) string {
	w.Helper()
	work := w.TempDir()
	git(w, work, day, "clone", "-q", w.repo, ".")
	edit(work)
	git(w, work, day, "add", "-A")
	git(w, work, day, "commit", "-q", "-m", message)
	git(w, work, day, "push", "-q", "origin", "HEAD:main")
	return git(w, work, day, "rev-parse", "HEAD")
}

func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		file := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o644))
	}
}

func (w *world) audit() *report.Audit {
	w.Helper()
	a, err := w.run()
	require.NoError(w, err)
	return a
}

func (w *world) run() (*report.Audit, error) {
	w.Helper()
	w.publish.When = w.options.Now
	h, err := gitops.OpenHistory(context.Background(), w.publish)
	require.NoError(w, err)
	defer h.Close()
	return audit.Run(context.Background(), h, w.controls, w.options)
}

func (w *world) check(a *report.Audit, id string) report.AuditCheck {
	w.Helper()
	for _, c := range a.Tenants[0].Checks {
		if c.ID == id {
			return c
		}
	}
	require.Fail(w, "no check "+id)
	return report.AuditCheck{}
}

func (w *world) control(a *report.Audit, framework, id string) report.AuditControl {
	w.Helper()
	for _, f := range a.Tenants[0].Frameworks {
		for _, c := range f.Controls {
			if f.ID == framework && c.ID == id {
				return c
			}
		}
	}
	require.Fail(w, "no control "+id)
	return report.AuditControl{}
}

// TestDays: a day counts with the worst of it, one without a commit with the state that held then, and a waiver up
// to its last day.
func TestDays(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-02", w.record(), files("1"))
	found := w.record()
	found.Findings = []manifest.RecordedFinding{{Check: root, Severity: manifest.Medium, Environment: "production", Object: "Rollout web"}}
	w.put("2026-01-05", found, files("2"))
	waived := w.record()
	waived.Findings = []manifest.RecordedFinding{{Check: root, Severity: manifest.Medium, Environment: "production", Object: "Rollout web", Waiver: "legacy"}}
	waived.Waivers = []string{"legacy"}
	waived.Accepted = []manifest.RecordedWaiver{{Name: "legacy", Expires: "2026-01-09", Ticket: "SEC-1", ApprovedBy: "sam@example.com"}}
	waived.Lifecycle, waived.Until = "offboarding", "2026-03-01"
	w.put("2026-01-07", waived, files("3"))

	a := w.audit()
	require.Equal(t, "offboarding 2026-03-01", a.Tenants[0].Changes[2].Lifecycle)
	require.Equal(t, []string{"2026-01-02", "2026-01-12"}, []string{a.From, a.To})
	require.Len(t, a.Tenants, 1)
	tenant := a.Tenants[0]
	require.Equal(t, 11, tenant.Days)
	require.Equal(t, report.Days{Held: 3, Failed: 6, Accepted: 2}, w.check(a, root).Days)
	require.Equal(t, []report.Span{
		{From: "2026-01-05", To: "2026-01-07", Outcome: report.OutcomeFailed}, {From: "2026-01-08", To: "2026-01-09", Outcome: report.OutcomeAccepted},
		{From: "2026-01-10", To: "2026-01-12", Outcome: report.OutcomeFailed},
	}, w.check(a, root).Spans)
	require.Equal(t, report.Days{Held: 11}, w.check(a, limits).Days)
	require.Equal(t, report.Days{Held: 3, Failed: 6, Accepted: 2}, w.control(a, "pss", "runAsNonRoot").Days)
	require.Equal(t, []report.AuditWaiver{{Name: "legacy", Checks: []string{root}, Ticket: "SEC-1", ApprovedBy: "sam@example.com", Expires: "2026-01-09", Days: 3}}, tenant.Waivers)
	require.Empty(t, tenant.Evidence)
	require.False(t, a.Alarms())

	// A range inside of it knows what was before, and days after a waiver.
	w.options.From, w.options.To = at("2026-01-09"), at("2026-01-10")
	a = w.audit()
	require.Empty(t, a.Tenants[0].Changes)
	require.Equal(t, report.Days{Failed: 1, Accepted: 1}, w.check(a, root).Days)
	require.Zero(t, a.Commits)

	// Before there was a tenant there are no days.
	w.options.From, w.options.To = at("2025-12-01"), at("2026-01-01")
	require.Empty(t, w.audit().Tenants)
	w.options.Tenants = []string{"acme"}
	_, err := w.run()
	require.EqualError(t, err, "up to 2026-01-01 the branch never held a tenant acme; it held: none")
}

// TestDaysUnknown: what no record says is not taken to have held.
func TestDaysUnknown(t *testing.T) {
	w := newWorld(t)
	old := &manifest.Record{Tenant: "acme", Version: "0.1.0", Policies: "others", Waivers: []string{"w"}}
	old.Findings = []manifest.RecordedFinding{{Check: limits, Severity: manifest.High}}
	w.put("2026-01-01", old, files("1"))
	old = &manifest.Record{Tenant: "acme", Version: "0.1.0", Policies: "others"}
	old.Findings = []manifest.RecordedFinding{{Check: limits, Severity: manifest.Low}}
	w.put("2026-01-03", old, files("2"))
	part := w.record()
	part.Unasked = map[string]manifest.CheckIDs{"development": {limits, root}, "production": {limits}}
	w.put("2026-01-06", part, files("3"))
	fewer := w.record()
	fewer.Checks = []string{limits}
	w.put("2026-01-10", fewer, files("4"))

	a := w.audit()
	require.Equal(t, report.Days{Unknown: 2, Failed: 4, Held: 3, NotShown: 3, Partly: 1}, w.check(a, limits).Days)
	require.Equal(t, report.Days{Unknown: 6, Held: 4, NotShown: 2, Partly: 4}, w.check(a, root).Days)
	require.Len(t, a.Unknown, 3)
	require.Contains(t, a.Unknown[0], "which checks were in force after 2 changes")
	require.Contains(t, a.Unknown[1], "1 version of the policies other than today's")
	require.Contains(t, a.Unknown[2], "4 changes: the commit does not name its source")
	require.True(t, a.Tenants[0].Changes[2].Rejudged)
	require.False(t, a.Tenants[0].Changes[3].Rejudged)

	// Of a control that no manifest shows, checks that hold show nothing.
	pss := w.controls.Frameworks[0]
	pss.Controls = slices.Clone(pss.Controls)
	i := slices.IndexFunc(pss.Controls, func(c policies.FrameworkControl) bool { return c.ID == "runAsNonRoot" })
	pss.Controls[i].Class = policies.Manual
	w.controls.Frameworks[0] = pss
	require.Equal(t, report.Days{NotShown: 12}, w.control(w.audit(), "pss", "runAsNonRoot").Days)
}

// TestStrange: what a GitOps engine applies and no record names is evidence against the platform, from the commit on that
// brought it up to the one that took it away.
func TestStrange(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	r := &manifest.Record{Tenant: manifest.PlatformName, Version: "1.2.3", Files: map[string]string{"argocd/platform.yaml": manifest.Digest([]byte("a"))}}
	w.edit("2026-01-02", "root", func(dir string) {
		write(t, dir, map[string]string{"argocd/platform.yaml": "a", manifest.RecordPath(manifest.PlatformName): string(r.Bytes())})
	})
	w.options.From = at("2026-01-03")
	evil := w.edit("2026-01-04", "one more", func(dir string) {
		write(t, dir, map[string]string{"argocd/production/evil\t1.yaml": "x", "argocd/README.md": "x"})
	})
	found := w.audit().Tenants[1].Evidence
	require.Len(t, found, 1)
	require.Equal(t, report.Evidence{
		Kind: report.FileStrange, Commit: evil, Time: "2026-01-04T12:00:00Z", File: "argocd/production/evil\t1.yaml",
		Message: "no record names the file, and Argo CD applies it beside the tenants of production",
	}, found[0])
	require.True(t, w.audit().Alarms())
	w.edit("2026-01-05", "away", func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "argocd/production/evil\t1.yaml"))) })
	require.Equal(t, "2026-01-05T12:00:00Z", w.audit().Tenants[1].Evidence[0].Ended)
}

// TestTampering: a file that is not what the record says, one that is gone, and a record that a person wrote are
// evidence from the commit on that made them, up to the one that put them right; these days show nothing.
func TestTampering(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	hand := w.edit("2026-01-03", "hot fix", func(dir string) {
		write(t, dir, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: evil\n"})
		require.NoError(t, os.Remove(filepath.Join(dir, "tenants/acme/platform/overlays/development/kustomization.yaml")))
	})
	a := w.audit()
	require.Len(t, a.Tenants[0].Evidence, 3)
	for i, want := range []string{report.EditedByHand, report.FileMissing, report.DigestDiffers} {
		require.Equal(t, want, a.Tenants[0].Evidence[i].Kind)
		require.Equal(t, hand, a.Tenants[0].Evidence[i].Commit)
		require.Empty(t, a.Tenants[0].Evidence[i].Ended)
	}
	require.True(t, a.Alarms())
	require.Equal(t, "hand", a.Tenants[0].Changes[1].By)
	require.Equal(t, "Ann", a.Tenants[0].Changes[1].Author.Name)
	require.Equal(t, report.Days{Held: 2, Unknown: 10}, w.check(a, root).Days)

	w.edit("2026-01-05", "Revert \"hot fix\"", func(dir string) { git(t, dir, "2026-01-05", "checkout", "-q", "HEAD~1", "--", ".") })
	a = w.audit()
	require.Equal(t, "2026-01-05T12:00:00Z", a.Tenants[0].Evidence[1].Ended)
	require.Equal(t, report.Days{Held: 2 + 7, Unknown: 3}, w.check(a, root).Days)

	// Evidence that ended before the range is not of it.
	w.options.From = at("2026-01-06")
	require.Empty(t, w.audit().Tenants[0].Evidence)
	w.options.From = time.Time{}

	// Who writes both the file and the record is found by the words of the commit.
	forged := w.edit("2026-01-08", "harmless", func(dir string) {
		r, content := w.record(), files("evil")
		r.Files = map[string]string{}
		for name, text := range content {
			r.Files["tenants/acme/"+name] = manifest.Digest([]byte(text))
		}
		write(t, filepath.Join(dir, "tenants/acme"), content)
		write(t, dir, map[string]string{manifest.RecordPath("acme"): string(r.Bytes())})
	})
	a = w.audit()
	last := a.Tenants[0].Evidence[len(a.Tenants[0].Evidence)-1]
	require.Equal(t, report.EditedByHand, last.Kind)
	require.Equal(t, forged, last.Commit)
	require.Equal(t, report.Days{Held: 2 + 2, Unknown: 3 + 5}, w.check(a, root).Days)

	// A record that nobody can read.
	w.edit("2026-01-10", "oops", func(dir string) { write(t, dir, map[string]string{manifest.RecordPath("acme"): "{"}) })
	a = w.audit()
	last = a.Tenants[0].Evidence[len(a.Tenants[0].Evidence)-1]
	require.Equal(t, report.RecordBroken, last.Kind)
	require.Contains(t, last.Message, "the record cannot be used")
}

// TestForeignFiles: what nobody owns may change by any hand.
func TestForeignFiles(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	w.edit("2026-01-03", "notes", func(dir string) {
		write(t, dir, map[string]string{"tenants/acme/NOTES.md": "hello\n", "README.md": "x\n"})
	})
	a := w.audit()
	require.Empty(t, a.Tenants[0].Evidence)
	require.Equal(t, []string{"tenants/acme/NOTES.md"}, a.Tenants[0].Changes[1].Added)
	require.Equal(t, report.Days{Held: 12}, w.check(a, root).Days)
}

// TestHold: an edit that a hold announced is evidence, and no alarm.
func TestHold(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	w.edit("2026-01-03", "hold acme", func(dir string) {
		write(t, dir, map[string]string{"tenants/acme/.hold.json": `{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Hold", "tenant": "acme",
			"until": "2026-01-05T00:00:00Z", "ticket": "INC-7", "reason": "fire", "by": "ann@example.com"}`})
	})
	edit := func(image string) func(string) {
		return func(dir string) {
			write(t, dir, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: " + image + "\n"})
		}
	}
	w.edit("2026-01-04", "fire", edit("fixed"))
	a := w.audit()
	require.Equal(t, &report.AuditHold{Ticket: "INC-7", By: "ann@example.com", Reason: "fire", Until: "2026-01-05T00:00:00Z"}, a.Tenants[0].Changes[2].Hold)
	require.Len(t, a.Tenants[0].Evidence, 2)
	require.Equal(t, "hold of ann@example.com for INC-7 until 2026-01-05T00:00:00Z", a.Tenants[0].Evidence[0].Announced)
	require.False(t, a.Alarms())

	require.Equal(t, "held", a.Tenants[0].Changes[1].Effect)
	require.Equal(t, "a hold is made of no input", a.Tenants[0].Changes[1].Source.Why)

	// Afterwards another edit of the same file is one, whatever its commit says of itself.
	w.edit("2026-01-06", "late\n\nTenantsmith-Version: 1\nTenantsmith-Tenant: acme", edit("again"))
	a = w.audit()
	require.True(t, a.Alarms())
	require.Equal(t, "2026-01-06T12:00:00Z", a.Tenants[0].Evidence[1].Ended)
	w.edit("2026-01-07", "over", func(dir string) { require.NoError(t, os.Remove(filepath.Join(dir, "tenants/acme/.hold.json"))) })
	require.Equal(t, "released", w.audit().Tenants[0].Changes[4].Effect)
}

// TestHoldOfTheSameCommit: an edit that brings its own hold was announced by nobody.
func TestHoldOfTheSameCommit(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	w.edit("2026-01-03", "fire", func(dir string) {
		write(t, dir, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: evil\n", "tenants/acme/.hold.json": `{"apiVersion": "tenantsmith.dev/v1alpha1", "kind": "Hold", "tenant": "acme",
			"until": "2026-01-05T00:00:00Z", "ticket": "INC-7", "reason": "fire", "by": "ann@example.com"}`})
	})
	a := w.audit()
	require.True(t, a.Alarms())
	require.Empty(t, a.Tenants[0].Evidence[0].Announced)
}

// TestQuota: figures before and after, as the overlays make them.
func TestQuota(t *testing.T) {
	w := newWorld(t)
	first := files("1")
	w.put("2026-01-01", w.record(), first)
	second := files("1")
	second["platform/base/resourcequota-compute.yaml"] = strings.ReplaceAll(first["platform/base/resourcequota-compute.yaml"], "8Gi", "9Gi")
	second["platform/overlays/production/namespaced/patches/resourcequota-compute.yaml"] = "- {op: remove, path: /spec/hard/requests.cpu}\n- {op: add, path: /spec/hard/pods, value: \"7\"}\n"
	w.put("2026-01-02", w.record(), second)
	third := files("1")
	third["platform/overlays/production/namespaced/patches/resourcequota-compute.yaml"] = "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: compute}\nspec: {hard: {requests.cpu: 5, limits.memory: null}}\n"
	w.put("2026-01-03", w.record(), third)
	broken := files("1")
	broken["platform/overlays/production/namespaced/patches/resourcequota-compute.yaml"] = "- {op: replace, path: /spec, value: {}}\n"
	w.put("2026-01-04", w.record(), broken)
	changes := w.audit().Tenants[0].Changes
	require.Equal(t, []report.QuotaChange{
		{Environment: "development", Quota: "compute", Resource: "limits.memory", After: "8Gi"}, {Environment: "development", Quota: "compute", Resource: "requests.cpu", After: "4"},
		{Environment: "production", Quota: "compute", Resource: "limits.memory", After: "8Gi"}, {Environment: "production", Quota: "compute", Resource: "requests.cpu", After: "8"},
	}, changes[0].Quota)
	require.Equal(t, []report.QuotaChange{
		{Environment: "development", Quota: "compute", Resource: "limits.memory", Before: "8Gi", After: "9Gi"}, {Environment: "production", Quota: "compute", Resource: "limits.memory", Before: "8Gi", After: "9Gi"},
		{Environment: "production", Quota: "compute", Resource: "pods", After: "7"}, {Environment: "production", Quota: "compute", Resource: "requests.cpu", Before: "8"},
	}, changes[1].Quota)
	require.Equal(t, []report.QuotaChange{
		{Environment: "development", Quota: "compute", Resource: "limits.memory", Before: "9Gi", After: "8Gi"}, {Environment: "production", Quota: "compute", Resource: "limits.memory", Before: "9Gi"},
		{Environment: "production", Quota: "compute", Resource: "pods", Before: "7"}, {Environment: "production", Quota: "compute", Resource: "requests.cpu", After: "5"},
	}, changes[2].Quota)
	require.Empty(t, changes[2].QuotaUnknown)
	require.Equal(t, "production: patches/resourcequota-compute.yaml: the patch of /spec is not one of figures", changes[3].QuotaUnknown)
}

// TestQuotaInCircles: kustomizations that people wrote may lead in circles, and at each turn in many.
func TestQuotaInCircles(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	w.edit("2026-01-02", "circles", func(dir string) {
		dir = filepath.Join(dir, "tenants/acme/platform")
		write(t, dir, map[string]string{
			"base/kustomization.yaml":                 "resources:\n" + strings.Repeat("- ../overlays/development\n- .\n- ./\n", 500),
			"overlays/development/kustomization.yaml": "resources:\n" + strings.Repeat("- ../../base\n- ../../../../../../etc\n", 500),
			"overlays/production/kustomization.yaml":  "resources: {a: b}\npatches: [1, {path: [x]}, {target: 3, path: kustomization.yaml}]\n",
		})
	})
	change := w.audit().Tenants[0].Changes[1]
	require.Contains(t, change.QuotaUnknown, "stands in it twice")
}

// TestRemoval: a tenant that is gone has no days any more, and may come back.
func TestRemoval(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	w.push("2026-01-04", gitops.Update{Tenant: "acme"})
	w.put("2026-01-10", w.record(), files("2"))
	a := w.audit()
	require.Equal(t, 4+3, a.Tenants[0].Days)
	require.Equal(t, []string{"created", "removed", "created"}, []string{a.Tenants[0].Changes[0].Effect, a.Tenants[0].Changes[1].Effect, a.Tenants[0].Changes[2].Effect})
	require.Empty(t, a.Tenants[0].Evidence)
}

// TestMerge: a merged pull request of tenantsmith is its work, and one to which a person added is not.
func TestMerge(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	git(t, w.repo, "2026-01-01", "branch", "side", "main")
	w.publish.Branch, w.publish.Reason = "side", "It has to be."
	w.put("2026-01-02", w.record(), files("2"))
	w.publish.Branch = "main"
	merge := func(day string, more func(dir string)) {
		w.edit(day, "unused "+day, func(dir string) {
			git(t, dir, day, "merge", "-q", "--no-ff", "--no-commit", "origin/side")
			more(dir)
			git(t, dir, day, "add", "-A")
			git(t, dir, day, "commit", "-q", "-m", "Merge pull request #12 from example/side")
			write(t, dir, map[string]string{"other-" + day: "x\n"})
		})
	}
	merge("2026-01-03", func(string) {})
	a := w.audit()
	change := a.Tenants[0].Changes[1]
	require.Equal(t, "tenantsmith", change.By)
	require.Equal(t, []string{"#12", "It has to be.", "Ann"}, []string{change.PullRequest, change.Reason, change.Author.Name})
	require.Len(t, change.Merged, 1)
	require.Equal(t, "bot", change.Merged[0].Author.Name)
	require.Empty(t, a.Tenants[0].Evidence)
	require.Equal(t, report.Days{Held: 12}, w.check(a, root).Days)

	w.publish.Branch = "side"
	w.put("2026-01-04", w.record(), files("3"))
	w.publish.Branch = "main"
	merge("2026-01-05", func(dir string) {
		write(t, dir, map[string]string{"tenants/acme/workload/base/rollout-web.yaml": "image: evil\n"})
	})
	a = w.audit()
	require.Equal(t, "hand", a.Tenants[0].Changes[2].By)
	require.True(t, a.Alarms())
}

// TestRewritten: history that lacks a commit of the past, and times that go back, are told.
func TestRewritten(t *testing.T) {
	w := newWorld(t)
	w.put("2026-01-01", w.record(), files("1"))
	gone := w.put("2026-01-05", w.record(), files("2")).Commit
	w.options.Since = gone
	require.Empty(t, w.audit().Evidence)
	git(t, w.repo, "2026-01-05", "update-ref", "refs/heads/main", gone+"~1")
	w.put("2026-01-06", w.record(), files("3"))
	a := w.audit()
	require.Equal(t, []string{report.HistoryRewritten, gone}, []string{a.Evidence[0].Kind, a.Evidence[0].Commit})
	require.True(t, a.Alarms())

	w.options.Since = ""
	w.put("2026-01-02", w.record(), files("4"))
	w.put("2031-01-02", w.record(), files("5"))
	a = w.audit()
	require.Len(t, a.Evidence, 2)
	require.Contains(t, a.Evidence[0].Message, "is before that of the commit which it follows, 2026-01-06T12:00:00Z")
	require.Contains(t, a.Evidence[1].Message, "has not come yet")
	require.Equal(t, "2026-01-06T12:00:00Z", a.Tenants[0].Changes[3].Time, "what comes after cannot be younger")
	require.Equal(t, "2026-01-02T12:00:00Z", a.Tenants[0].Changes[2].Committer.Time)
	require.Equal(t, 12, a.Tenants[0].Days)
}

// TestSource: the author of the input is looked up, and its files are held against the record.
func TestSource(t *testing.T) {
	w := newWorld(t)
	work := t.TempDir()
	git(t, work, "2026-01-01", "init", "-q", "-b", "main")
	write(t, work, map[string]string{"tenants/acme.yaml": "one\n"})
	git(t, work, "2026-01-01", "add", "-A")
	git(t, work, "2026-01-01", "commit", "-q", "-m", "More (#12)\n\nIt grows.\n\nReviewed-by: Bob <bob@example.com>")
	w.publish.SourceCommit = git(t, work, "2026-01-01", "rev-parse", "HEAD")
	origin, err := gitops.OpenOrigin(work)
	require.NoError(t, err)
	defer origin.Close()
	w.options.Origin = origin
	r := w.record()
	r.Inputs = map[string]string{"tenants/acme.yaml": manifest.Digest([]byte("one\n"))}
	w.put("2026-01-01", r, files("1"))
	a := w.audit()
	require.Equal(t, report.AuditSource{
		Commit: w.publish.SourceCommit, Examined: true, Author: report.AuditPerson{Name: "Ann", Email: "ann@example.com", Time: "2026-01-01T12:00:00Z"},
		Subject: "More (#12)", PullRequest: "#12", Reason: "It grows.", Approvals: []string{"Reviewed-by: Bob <bob@example.com>"},
	}, a.Tenants[0].Changes[0].Source)
	require.Empty(t, a.Tenants[0].Evidence)
	require.Empty(t, a.Unknown)

	// Other inputs than those of the commit, and one that it does not have.
	r = w.record()
	r.Inputs = map[string]string{"tenants/acme.yaml": manifest.Digest([]byte("two\n")), "overrides/acme/x.yaml": manifest.Digest(nil), "../../etc/passwd": "x"}
	w.put("2026-01-02", r, files("2"))
	a = w.audit()
	require.Len(t, a.Tenants[0].Evidence, 3)
	require.Equal(t, report.SourceDiffers, a.Tenants[0].Evidence[0].Kind)

	// Who says that edits were not committed has told.
	w.publish.SourceDirty = true
	w.put("2026-01-03", r, files("3"))
	a = w.audit()
	require.Len(t, a.Tenants[0].Evidence, 3)
	require.True(t, a.Tenants[0].Changes[2].Source.Dirty)

	w.publish.SourceCommit = strings.Repeat("1", 40)
	w.put("2026-01-04", r, files("4"))
	a = w.audit()
	require.Equal(t, []string{"who wrote the input of 1 change: the platform repository at hand does not hold the commit"}, a.Unknown)
}

// TestSignatures: a good signature names its signer, and one that does not fit its commit is evidence.
func TestSignatures(t *testing.T) {
	w := newWorld(t)
	key := filepath.Join(t.TempDir(), "key")
	out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).CombinedOutput()
	require.NoError(t, err, string(out))
	public, err := os.ReadFile(key + ".pub")
	require.NoError(t, err)
	allowed := filepath.Join(t.TempDir(), "signers")
	require.NoError(t, os.WriteFile(allowed, []byte("bot@example.com "+string(public)), 0o644))
	signer, err := gitops.NewSigner(key)
	require.NoError(t, err)
	w.put("2026-01-01", w.record(), files("1"))
	w.publish.Sign = signer.Commit
	w.put("2026-01-02", w.record(), files("2"))
	a := w.audit()
	require.Equal(t, "unknown key", a.Tenants[0].Changes[1].Signature.State)
	w.options.Trust, err = gitops.ReadTrust(allowed)
	require.NoError(t, err)
	a = w.audit()
	require.Equal(t, report.Signatures{Good: 1, Unsigned: 1}, a.Signatures)
	require.Equal(t, report.AuditSignature{State: "good", Format: "ssh", Signer: "bot@example.com", Key: signer.Key()}, a.Tenants[0].Changes[1].Signature)

	w.options.Signed = true
	a = w.audit()
	require.Len(t, a.Evidence, 1)
	require.Equal(t, []string{report.NotSigned, a.Tenants[0].Changes[0].Commit}, []string{a.Evidence[0].Kind, a.Evidence[0].Commit})
	w.options.Signed = false

	w.publish.Sign = func(commit []byte) (string, error) { return signer.Commit(append(commit, "more"...)) }
	bad := w.put("2026-01-03", w.record(), files("3")).Commit
	a = w.audit()
	require.Equal(t, 1, a.Signatures.Bad)
	require.Equal(t, []string{report.BadSignature, bad}, []string{a.Evidence[0].Kind, a.Evidence[0].Commit})
	require.True(t, a.Alarms())
}

// TestEmpty: a branch that does not exist shows nothing.
func TestEmpty(t *testing.T) {
	a := newWorld(t).audit()
	require.Empty(t, a.Head)
	require.Empty(t, a.Tenants)
	require.Equal(t, "2026-01-12", a.From)
}
