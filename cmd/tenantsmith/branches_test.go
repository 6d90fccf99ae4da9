package main

import (
	"bytes"
	"encoding/json"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const byEnvironment = "environments/{env}"

func (f *fleet) names(branch string) string {
	return f.git("-C", f.repo, "ls-tree", "-r", "--name-only", branch)
}

func (f *fleet) show(branch, file string) string {
	return f.git("-C", f.repo, "show", branch+":"+file)
}

// only gives a tenant another image in one environment.
func (f *fleet) only(env, name, version string) {
	file := filepath.Join(f.dir, "tenants", name+".yaml")
	text, err := os.ReadFile(file)
	require.NoError(f.t, err)
	edited := strings.Replace(string(text), env+": {", env+": {services: {web: {image: ghcr.io/example/web:"+version+"}}", 1)
	require.NotEqual(f.t, string(text), edited)
	require.NoError(f.t, os.WriteFile(file, []byte(edited), 0o644))
}

func TestBranchForEachEnvironment(t *testing.T) {
	f := newFleet(t)
	out, errs := f.publish(0, "--branch", byEnvironment, "--dry-run")
	require.Contains(t, errs, "2 tenants would change on environments/production")
	require.Regexp(t, `(?m)^acme\t\d+ added, 0 modified, 0 removed\tenvironments/production$`, out)
	require.Empty(t, f.git("-C", f.repo, "branch"))

	out, errs = f.publish(0, "--branch", byEnvironment)
	require.Contains(t, out, " removed\tenvironments/development\n")
	require.Contains(t, errs, "2 tenants changed on environments/production: ")
	require.NotContains(t, f.names("environments/production"), "development")
	require.NotContains(t, f.names("environments/development"), "production")
	work := filepath.Join(t.TempDir(), "work")
	f.git("clone", "-q", "--branch", "environments/production", f.repo, work)
	require.FileExists(t, filepath.Join(work, "tenants/acme/workload/overlays/production/kustomization.yaml"))
	require.FileExists(t, filepath.Join(work, "tenants/acme/workload/base/rollout-web.yaml"))

	// Each branch is as it should be, and says so.
	status := func(env string, args ...string) (string, int) {
		var out bytes.Buffer
		args = append([]string{"-C", f.dir, "status", "--repo", f.repo, "--branch", byEnvironment, "--env", env}, args...)
		code := run(t.Context(), args, streams{out: &out, err: &out})
		return out.String(), code
	}
	said, code := status("production", "--exit-code")
	require.Zero(t, code, said)
	require.Regexp(t, `(?m)^acme +active .* current$`, said)
	require.Contains(t, said, "2 tenants on environments/production at ")
	said, code = status("prod")
	require.Equal(t, 2, code, said)
	require.Contains(t, said, `the platform has no environment "prod"; did you mean production?`)
	said, code = status("")
	require.Equal(t, 2, code, said)
	require.Contains(t, said, "name it by --env")

	// A change of one environment makes a commit on its branch only.
	at := f.sha("environments/production")
	f.only("development", "acme", "1.1.0")
	said, code = status("development", "--exit-code")
	require.Equal(t, 1, code, said)
	require.Regexp(t, `(?m)^acme .* stale: \d+ files?$`, said)
	said, code = status("production", "--exit-code")
	require.Zero(t, code, said)
	_, errs = f.publish(0, "--branch", byEnvironment)
	require.Contains(t, errs, "1 tenant changed on environments/development: ")
	require.Contains(t, errs, "environments/production is up to date at "+at[:12])
	require.Equal(t, at, f.sha("environments/production"))

	// One that is in no environment's way is found by all: the digest of a plan is that of the tenants, not of branches.
	f.commit("now")
	f.tenant("shop", "2.0.0")
	var o, e bytes.Buffer
	require.Equal(t, 0, run(t.Context(), []string{"-C", f.dir, "plan", "--base", "HEAD"}, streams{out: &o, err: &e}), e.String())
	lines := strings.Fields(o.String())
	f.tenant("shop", "3.0.0")
	_, errs = f.publish(1, "--branch", byEnvironment, "--expect", lines[len(lines)-1])
	require.Contains(t, errs, "nothing published")
	require.Equal(t, at, f.sha("environments/production"))
	f.tenant("shop", "2.0.0")
	f.publish(0, "--branch", byEnvironment, "--expect", lines[len(lines)-1])
	require.NotEqual(t, at, f.sha("environments/production"))

	// A pull request for each of them.
	f.tenant("acme", "4.0.0")
	f.propose(0, "--branch", byEnvironment)
	require.Len(t, f.pulls, 2)
	require.Regexp(t, "^tenantsmith/development/acme-[0-9a-f]{8}$", f.pulls[0].head)
	require.Regexp(t, "^tenantsmith/production/acme-[0-9a-f]{8}$", f.pulls[1].head)
	require.Equal(t, "environments/production", f.pulls[1].base)
	require.NotContains(t, f.names(f.pulls[1].head), "development")
	f.git("-C", f.repo, "fsck", "--strict", "--no-dangling")
}

// What the readers of the contract take out of a commit: GitOps Promoter reads hydrator.metadata at the top of the
// proposed branch and the note on its head, Argo CD the trailers. The field names, the forms of values and the names of
// branch and note are those of argo-cd's commitserver and util/hydrator, and of gitops-promoter's HydratorMetadata.
func TestHydrator(t *testing.T) {
	f := newFleet(t)
	f.git("-C", f.dir, "remote", "add", "origin", "git@github.com:example/platform.git")
	f.publish(0, "--hydrator", "--branch", byEnvironment, "--dry-run")
	require.Empty(t, f.git("-C", f.repo, "branch"))
	_, errs := f.publish(0, "--hydrator", "--branch", byEnvironment)
	require.Contains(t, errs, "2 tenants changed on environments/production-next: ")
	require.Contains(t, errs, "clusters follow when it is promoted")
	first := f.git("-C", f.dir, "rev-parse", "HEAD")
	const next = "environments/production-next"

	// The active branch is there, empty, and the proposed one begins at it.
	require.Empty(t, f.names("environments/production"))
	require.Equal(t, f.sha("environments/production"), f.git("-C", f.repo, "rev-parse", next+"^"))
	type metadata struct {
		DrySha, RepoURL, Author, Date, Subject string
		Commands                               []string
	}
	read := func(text string) (m metadata) {
		require.NoError(t, json.Unmarshal([]byte(text), &m))
		return m
	}
	at := read(f.show(next, "hydrator.metadata"))
	require.Equal(t, metadata{DrySha: first, RepoURL: "https://github.com/example/platform.git", Author: "Ann <ann@example.com>", Date: at.Date, Subject: "first"}, at)
	below := read(f.show(next, "tenants/acme/workload/overlays/production/hydrator.metadata"))
	require.Equal(t, metadata{DrySha: first, RepoURL: at.RepoURL, Commands: []string{"tenantsmith render acme"}}, below)
	require.Equal(t, strings.TrimSpace(attributes), f.show(next, ".gitattributes"))
	require.NotContains(t, f.names(next), "development")
	require.JSONEq(t, `{"drySha": "`+first+`"}`, f.git("-C", f.repo, "notes", "--ref=hydrator.metadata", "show", next))
	trailer := func(key string) string {
		return f.git("-C", f.repo, "log", "-1", "--format=%(trailers:key="+key+",valueonly)", next)
	}
	require.Equal(t, first, trailer("Argocd-reference-commit-sha"))
	_, err := mail.ParseAddress(trailer("Argocd-reference-commit-author"))
	require.NoError(t, err)
	require.Equal(t, "Ann <ann@example.com>", trailer("Co-authored-by"))

	// A commit that changes nothing in production makes no commit there. The note moves on.
	head := f.sha(next)
	f.only("development", "acme", "1.1.0")
	second := f.commit("bump development")
	_, errs = f.publish(0, "--hydrator", "--branch", byEnvironment)
	require.Contains(t, errs, next+" is up to date at "+head[:12]+"; its note says that it was rendered from "+second[:12])
	require.Equal(t, head, f.sha(next))
	require.JSONEq(t, `{"drySha": "`+second+`"}`, f.git("-C", f.repo, "notes", "--ref=hydrator.metadata", "show", next))
	require.Equal(t, second, read(f.show("environments/development-next", "hydrator.metadata")).DrySha)
	notes := f.git("-C", f.repo, "rev-parse", "refs/notes/hydrator.metadata")
	f.publish(0, "--hydrator", "--branch", byEnvironment)
	require.Equal(t, notes, f.git("-C", f.repo, "rev-parse", "refs/notes/hydrator.metadata"), "a run that repeats another writes nothing")

	// Only the folders that changed are rendered anew; what a person wrote into .gitattributes stays.
	f.edits(next, ".gitattributes", "* text\n")
	f.tenant("shop", "2.0.0")
	third := f.commit("bump shop")
	f.publish(0, "--hydrator", "--branch", byEnvironment)
	require.Equal(t, third, read(f.show(next, "hydrator.metadata")).DrySha)
	require.Equal(t, third, read(f.show(next, "tenants/shop/workload/overlays/production/hydrator.metadata")).DrySha)
	require.Equal(t, first, read(f.show(next, "tenants/acme/workload/overlays/production/hydrator.metadata")).DrySha)
	require.Equal(t, "* text", f.show(next, ".gitattributes"))

	// A folder with a promotion strategy of its own.
	f.publish(0, "--hydrator", "--branch", "environment/eu", "--path", "apps/eu")
	require.Equal(t, third, read(f.show("environment/eu-next/apps/eu", "apps/eu/hydrator.metadata")).DrySha)
	require.NotContains(t, strings.Fields(f.names("environment/eu-next/apps/eu")), "hydrator.metadata")

	// What is not committed has no commit to name.
	f.tenant("shop", "3.0.0")
	_, errs = f.publish(2, "--hydrator")
	require.Contains(t, errs, "not committed: tenants/shop.yaml")
	require.NoError(t, os.RemoveAll(filepath.Join(f.dir, ".git")))
	_, errs = f.publish(2, "--hydrator")
	require.Contains(t, errs, "--hydrator names the commit that is rendered: the folder is in no git repository")
	f.git("-C", f.repo, "fsck", "--strict", "--no-dangling")
}
