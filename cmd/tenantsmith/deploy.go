package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/registry"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type deployOptions struct {
	editing
	image, environment, container string
	resolve                       bool
}

func newDeployCmd(w *workspace) *cobra.Command {
	var o deployOptions
	cmd := &cobra.Command{
		Use:   "deploy TENANT SERVICE --image IMAGE",
		Short: "Give a service another image, in the file that decides",
		Long: `Deploy edits the image of a service in place: comments, order and quotes of the file stay. It edits the
file that decides, the tenant's or an override, and says which; with --env the value of that environment, with --container that of an init step or a sidecar.
What would come of it is rendered and checked first: with a problem nothing is written.

Nothing reaches a cluster by it. Publish renders what is committed.`,
		Example: `  tenantsmith deploy corner-shop web --image ghcr.io/example/corner-shop-web:2.4.0 --dry-run
  tenantsmith deploy corner-shop web --image ghcr.io/example/corner-shop-web:2.4.0 --env development --dry-run
  tenantsmith deploy parcel-desk api --container labels --image ghcr.io/example/label-printer:1.3.0 --dry-run
  tenantsmith deploy shop web --image registry.git.example.com/shop/web:1.5.0 --resolve --commit --push`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 2 {
				return errors.New("name a tenant and one of its services: tenantsmith deploy TENANT SERVICE --image IMAGE")
			}
			return atMost(2)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.deploy(cmd.Context(), w.tenants(args[:1])[0], args[1], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.image, "image", "", "the image, with its tag or digest")
	f.StringVar(&o.container, "container", "", "the image of the service's init step or sidecar of this `NAME`")
	f.StringVar(&o.environment, "env", "", "only this environment")
	f.BoolVar(&o.resolve, "resolve", false, "ask the registry for the digest of the image, and pin it")
	o.editing.flags(cmd)
	w.date(cmd)
	return cmd
}

func (w *workspace) deploy(ctx context.Context, tenant, service string, o deployOptions) error {
	if o.image == "" {
		return errors.New("say which image: --image IMAGE")
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	if o.resolve {
		if o.image, err = pinned(ctx, o.image); err != nil {
			return fmt.Errorf("--resolve: %w", err)
		}
	}
	change, problems, err := pipeline.SetImage(root.FS(), tenant, service, o.container, o.environment, o.image)
	if err := w.unanswered(problems, change == nil, err); err != nil {
		return err
	}
	return w.deployed(ctx, root, service, o, change)
}

// deployed judges the edit, writes it and says what it does.
func (w *workspace) deployed(ctx context.Context, root *os.Root, service string, o deployOptions, c *pipeline.ImageEdit) error {
	e := edit{files: map[string][]byte{c.File: c.Data}, subject: subjectOf(c, o.what(service), o.environment)}
	tree, err := w.workTree(o.editing, e)
	if err != nil {
		return err
	}
	if tree != nil {
		defer tree.Close()
	}
	after := changedFS{root.FS(), e.files}
	res, err := w.judged(ctx, after, c.Tenant)
	if err != nil {
		return err
	}
	if err := w.refusals(res); err != nil {
		return err
	}
	if len(res.Held) > 0 || len(res.Tenants) != 1 {
		w.say("nothing written")
		return errProblems
	}
	if inVain(res, service, o) {
		w.kept(res, service, o)
		w.say("nothing written")
		return errProblems
	}
	now, err := root.ReadFile(c.File)
	same := err == nil && bytes.Equal(now, c.Data)
	if same {
		w.say("%s says so already", c.File)
	} else {
		w.shown(c)
	}
	w.kept(res, service, o)
	if same {
		return nil
	}
	if o.dryRun {
		w.say("nothing written (--dry-run)")
		return nil
	}
	if err := w.settle(ctx, root, o.editing, e, tree); err != nil {
		return err
	}
	w.say("no cluster has it yet: tenantsmith publish %s --repo URL renders what is committed", c.Tenant)
	return nil
}

// pinned asks the registry, as whoever the environment names, else as docker login left it.
func pinned(ctx context.Context, image string) (string, error) {
	username, password := os.Getenv("TENANTSMITH_REGISTRY_USERNAME"), os.Getenv("TENANTSMITH_REGISTRY_PASSWORD")
	client := registry.Client{Credentials: func(string) (string, string) { return username, password }}
	if password == "" {
		home, _ := os.UserHomeDir() // without one there is no file
		data, _ := os.ReadFile(filepath.Join(cmp.Or(os.Getenv("DOCKER_CONFIG"), filepath.Join(home, ".docker")), "config.json"))
		client.Credentials = registry.DockerConfig(data)
	}
	return client.Pin(ctx, image)
}

// what is deployed, in the words of a commit.
func (o deployOptions) what(service string) string {
	return strings.TrimSuffix(service+"/"+o.container, "/")
}

// patched are the images that patches say; those of steps and sidecars are not looked for.
func (o deployOptions) patched(t *schemas.Tenant, service string) map[string]pipeline.PatchedImage {
	if o.container != "" {
		return nil
	}
	return pipeline.PatchedImages(t, service)
}

func subjectOf(c *pipeline.ImageEdit, service, env string) string {
	where := ""
	if env != "" {
		where = " in " + env
	}
	return fmt.Sprintf("%s: deploy %s %s%s", c.Tenant, service, tagOf(c.New), where)
}

// tagOf is what tells an image from others of its repository.
func tagOf(image string) string {
	name := image[strings.LastIndexByte(image, '/')+1:]
	if tagged, _, ok := strings.Cut(name, "@"); ok && strings.Contains(tagged, ":") {
		name = tagged
	}
	return name
}

// shown prints the edit: where, and what becomes of it.
func (w *workspace) shown(c *pipeline.ImageEdit) {
	at := manifest.Position{File: c.File, Line: c.Line}
	old := c.Old
	if c.Line == 0 {
		old = "new"
		if c.Old != "" {
			old += ", " + c.Old + " so far"
		}
	}
	fmt.Fprintf(w.out, "%s: %s\n    %s\n -> %s\n", at, c.Field, report.Clean(old), report.Clean(c.New))
	if c.Why != "" {
		w.say("%s is edited: %s", c.File, c.Why)
	}
}

// kept names the environments that keep an image of their own, or one that a patch says.
func (w *workspace) kept(res *pipeline.Result, service string, o deployOptions) {
	t, runs := res.Tenants[0].Tenant, false
	patched := o.patched(t, service)
	for _, e := range t.Environments {
		image := pipeline.ImageIn(e.Spec.Services[service], o.container)
		p, is := patched[e.Name]
		runs = runs || image == o.image && !is || p.Image == o.image && is
		switch {
		case image == "" || o.environment != "" && o.environment != e.Name:
		case is && p.Image != o.image:
			w.say("%s keeps %s, which %s patches into what is rendered; change or remove that patch", e.Name, tagOf(p.Image), p.File)
		case image != o.image && !is:
			at := t.At(e.Name, pipeline.ImagePath(e.Spec.Services[service], service, o.container))
			w.say("%s keeps %s, which %s says; deploy --env %s changes it", e.Name, tagOf(image), at, e.Name)
		}
	}
	if !runs {
		w.say("no environment runs it")
	}
}

// inVain reports whether patches keep the edit from reaching any environment that it is for.
func inVain(res *pipeline.Result, service string, o deployOptions) bool {
	t, patched, vain := res.Tenants[0].Tenant, o.patched(res.Tenants[0].Tenant, service), false
	for _, e := range t.Environments {
		if pipeline.ImageIn(e.Spec.Services[service], o.container) != o.image || o.environment != "" && o.environment != e.Name {
			continue
		}
		if p, is := patched[e.Name]; !is || p.Image == o.image {
			return false
		}
		vain = true
	}
	return vain
}
