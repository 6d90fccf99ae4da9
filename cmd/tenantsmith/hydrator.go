package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

const attributes = "**/" + gitops.HydratorFile + " linguist-generated=true\n"

// hydrate publishes to the branch that proposes what becomes active. Where nothing changes no commit is made, only
// the note tells that this commit of the platform repository has been rendered.
func hydrate(ctx context.Context, r route, j job) (delivered, error) {
	opts := j.aim(r)
	opts.Reason = j.dry.Subject
	opts.Trailers = slices.Concat(opts.Trailers, j.dry.Trailers())
	opts.Beside = func(head *gitops.Commit, changed []gitops.Change) (map[string][]byte, error) {
		return besides(head, changed, r.env, j), nil
	}
	note, err := json.Marshal(map[string]string{"drySha": j.dry.DrySHA})
	if err != nil {
		return delivered{}, err
	}
	note = append(note, '\n')
	opts.Notes = append(slices.Clone(opts.Notes), gitops.Note{Ref: gitops.HydratorFile, Content: func(string, []byte) []byte { return note }})
	done, err := gitops.Publish(ctx, opts, j.prepare)
	out := delivered{Result: done, branch: opts.Branch}
	if err != nil || opts.DryRun || done.Commit != "" || len(done.Changed)+len(done.Skipped)+len(done.Held) > 0 {
		return out, err
	}
	told, err := gitops.Annotate(ctx, opts)
	if told {
		out.said = fmt.Sprintf("%s is up to date at %s; its note says that it was rendered from %s", opts.Branch, short(done.Head), short(j.dry.DrySHA))
	}
	return out, err
}

// proposing is the branch from which GitOps Promoter promotes to the active one. A folder that has a promotion
// strategy of its own has a branch of its own, too.
func proposing(active, folder string) string {
	return strings.TrimSuffix(active+"-next/"+strings.Trim(folder, "./"), "/")
}

// besides are the files of the contract: what was rendered, at the top and in each folder that changes.
func besides(head *gitops.Commit, changed []gitops.Change, env string, j job) map[string][]byte {
	files := map[string][]byte{gitops.HydratorFile: j.dry.JSON()}
	if !holds(head, ".gitattributes") {
		files[".gitattributes"] = []byte(attributes)
	}
	rendered := map[string]map[string][]byte{}
	for _, u := range updatesOf(j.res) {
		rendered[u.Tenant] = u.Files
	}
	for _, c := range changed {
		there := overlays(slices.Collect(maps.Keys(rendered[c.Tenant])), env)
		for _, folder := range overlays(c.Removed, "") {
			if !slices.Contains(there, folder) {
				files[path.Join(folder, gitops.HydratorFile)] = nil
			}
		}
		d := gitops.Dry{RepoURL: j.dry.RepoURL, DrySHA: j.dry.DrySHA, Commands: []string{"tenantsmith render " + c.Tenant}}
		if c.Tenant == manifest.PlatformName {
			d.Commands = []string{"tenantsmith render"}
		}
		for _, folder := range there {
			if slices.Contains(c.Environments, path.Base(folder)) {
				files[path.Join(folder, gitops.HydratorFile)] = d.JSON()
			}
		}
	}
	return files
}

// overlays are the folders tenants/<tenant>/<tree>/overlays/<env> that files lie in, those that a GitOps engine builds,
// and platform/<env>, which it applies as they are. An empty env asks for all.
func overlays(files []string, env string) []string {
	var out []string
	for _, file := range files {
		parts := strings.Split(file, "/")
		of := manifest.EnvironmentOf(file)
		switch {
		case of == "" || env != "" && of != env:
		case parts[0] == "tenants":
			out = append(out, strings.Join(parts[:5], "/"))
		case parts[0] == manifest.PlatformName:
			out = append(out, strings.Join(parts[:2], "/"))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// inputs are what a platform repository is read from.
var inputs = []string{"tenantsmith.yaml", "tenants", "overrides", "waivers", "schemas", "policies"}

// dry is the commit that is rendered. One that the working tree differs from would name the wrong source.
func (w *workspace) dry() (gitops.Dry, error) {
	d, err := gitops.ReadDry(w.dir)
	if err != nil {
		return d, fmt.Errorf("--hydrator names the commit that is rendered: %w", err)
	}
	root, err := w.open()
	if err != nil {
		return d, err
	}
	defer root.Close()
	commit, err := gitops.OpenCommit(w.dir, "HEAD")
	if err != nil {
		return d, err
	}
	defer commit.Close()
	changed, err := commit.Differences(root.FS(), inputs)
	if err == nil && len(changed) > 0 {
		w.say("not committed: %s", list(changed))
		err = errors.New("--hydrator names the commit that is rendered, and the working tree differs from it: commit first")
	}
	return d, err
}
