package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// checkManifests judges Kubernetes YAML of any origin.
func (w *workspace) checkManifests(ctx context.Context, args []string, o checkOptions, failOn manifest.Severity) error {
	if o.tenant != "" {
		args = append(args, o.tenant)
	}
	if len(args) > 1 || (len(args) == 1) != (o.environment != "") {
		return errors.New("--manifests judges objects as those of a tenant when it is given one --tenant and --env, or as nobody's without both")
	}
	if len(o.manifests) == 0 {
		return errors.New("--manifests names no file or folder")
	}
	fsys, release, err := w.platform()
	if err != nil {
		return err
	}
	defer release()
	r := report.Report{Manifests: true}
	objects, err := w.readManifests(o.manifests, &r)
	if err != nil {
		return err
	}
	res, err := pipeline.CheckManifests(ctx, fsys, objects, pipeline.Options{
		Tenants: w.tenants(args), Environment: o.environment, Checks: o.checks, FailOn: failOn, Now: w.day(),
	})
	if err != nil {
		return err
	}
	if len(res.Others) > 0 { // judged as nobody's they might pass
		return fmt.Errorf("--env %s: %s has no such environment%s", o.environment, args[0], hint(o.environment, res.Others, "; it has "+strings.Join(res.Others, ", ")))
	}
	r.Problems = manifest.SortProblems(append(r.Problems, res.Problems...))
	r.FailOn, r.Summary.Objects, r.Summary.Checks = res.FailOn, len(objects), len(res.Rules)
	if res.Tenant != "" {
		r.Summary.Tenants, r.Summary.Environments = 1, 1
	}
	r.Rules, r.Examined = rulesOf(res.Rules), []report.Place{{Tenant: res.Tenant, Environment: res.Environment}}
	r.Summary.Skipped = append(r.Summary.Skipped, pipeline.NotAsked(res.Unasked, ofTenants)...)
	return w.report(o.format, r)
}

// standardInput stands for it among the paths.
const standardInput = "-"

// readManifests reads files, standard input and folders, from -C as git does. A folder with a kustomization is built,
// others are walked. What is not read is named as skipped.
func (w *workspace) readManifests(paths []string, r *report.Report) ([]manifest.Object, error) {
	var out []manifest.Object
	for _, p := range paths {
		if p == standardInput {
			if err := w.readFrom(w.in, standardInput, &out, r); err != nil {
				return nil, err
			}
			continue
		}
		if !filepath.IsAbs(p) {
			p = filepath.Join(w.dir, p)
		}
		info, err := os.Stat(p)
		switch {
		case err != nil:
			err = w.unusable("--manifests", p, err)
		case !info.IsDir() && kustomization(filepath.Base(p)):
			err = w.buildFolder(filepath.Dir(p), &out, r)
		case !info.IsDir():
			err = w.readManifest(p, &out, r)
		case overlay.Kustomization(os.DirFS(p), ".") != "":
			err = w.buildFolder(p, &out, r)
		case exists(filepath.Join(p, "Chart.yaml")):
			err = fmt.Errorf("--manifests %s: this is a Helm chart; render it: helm template NAME %s | tenantsmith check --manifests -", w.named(p), w.named(p))
		default:
			err = w.walkManifests(p, &out, r)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// buildFolder builds a kustomization. It may build on what lies in its repository, or without one in its folder.
func (w *workspace) buildFolder(dir string, out *[]manifest.Object, r *report.Report) error {
	home, err := filepath.Abs(dir)
	if err != nil {
		return w.unusable("--manifests", dir, err)
	}
	top := home
	for at := home; ; at = filepath.Dir(at) {
		if exists(filepath.Join(at, ".git")) {
			top = at
			break
		}
		if at == filepath.Dir(at) {
			break
		}
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return w.unusable("--manifests", dir, err)
	}
	defer root.Close()
	below, err := filepath.Rel(top, home)
	if err != nil {
		return w.unusable("--manifests", dir, err)
	}
	back, err := filepath.Rel(home, top)
	if err != nil {
		return w.unusable("--manifests", dir, err)
	}
	objects, problems := overlay.BuildFolder(root.FS(), filepath.ToSlash(below), func(file string) string {
		return w.named(filepath.Join(dir, back, filepath.FromSlash(file)))
	})
	*out, r.Problems = append(*out, objects...), append(r.Problems, problems...)
	return nil
}

// walkManifests reads the YAML of a folder and of those below it.
func (w *workspace) walkManifests(dir string, out *[]manifest.Object, r *report.Report) error {
	return filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return w.unusable("--manifests", file, err)
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && file != dir:
			return fs.SkipDir
		case d.IsDir():
			return nil
		case !slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(file)) || strings.HasPrefix(d.Name(), "."):
			return nil
		case !d.Type().IsRegular():
			r.Summary.Skipped = append(r.Summary.Skipped, report.Skipped{What: w.named(file), Reason: "no regular file"})
			return nil
		case kustomization(d.Name()):
			return nil
		}
		return w.readManifest(file, out, r)
	})
}

// named is a file in the words of a report: relative to -C, also where it lies beside it.
func (w *workspace) named(file string) string {
	if rel, err := filepath.Rel(w.dir, file); err == nil && !filepath.IsAbs(file) {
		file = rel
	}
	return filepath.ToSlash(file)
}

func (w *workspace) readManifest(file string, out *[]manifest.Object, r *report.Report) error {
	f, err := os.Open(file)
	if err != nil {
		return w.unusable("--manifests", file, err)
	}
	defer f.Close()
	return w.readFrom(f, file, out, r)
}

// readFrom reads objects from what the name stands for.
func (w *workspace) readFrom(from io.Reader, file string, out *[]manifest.Object, r *report.Report) error {
	name := w.named(file)
	if file == standardInput {
		name = "stdin"
	}
	// One byte more than may be read tells that there is more: no device or growing file is trusted
	// to say its size.
	data, err := io.ReadAll(io.LimitReader(from, int64(manifest.ManifestLimits.File)+1))
	if err != nil {
		return w.unusable("--manifests", file, err)
	}
	docs, problems := manifest.Parse(name, data, manifest.ManifestLimits)
	r.Problems = append(r.Problems, problems...)
	if len(docs)+len(problems) == 0 {
		r.Summary.Skipped = append(r.Summary.Skipped, report.Skipped{What: name, Reason: "holds no object"})
	}
	for _, d := range docs {
		if d.Kind == manifest.List {
			r.Summary.Skipped = append(r.Summary.Skipped, report.Skipped{What: name, Reason: "a list is no Kubernetes object; patches look like that"})
			continue
		}
		objects, problems := manifest.Objects(d)
		r.Problems = append(r.Problems, problems...)
		*out = append(*out, objects...)
	}
	return nil
}

// kustomization files configure a build and are no objects of a cluster.
func kustomization(name string) bool {
	return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization"
}
