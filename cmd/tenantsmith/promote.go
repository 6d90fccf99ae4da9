package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

type promoteOptions struct {
	editing
	from, to         string
	services, fields []string
}

func newPromoteCmd(w *workspace) *cobra.Command {
	o := promoteOptions{fields: []string{"image"}}
	cmd := &cobra.Command{
		Use:   "promote TENANT --from ENV --to ENV",
		Short: "Let one environment run what another runs",
		Long: `Promote writes into the tenant's file that one environment runs the images of another: of the services that
differ, and nothing else. Sizes, release strategy and the rest stay each environment's own; --fields asks
for more of what runs: command, args, env, files, init, sidecars. Comments, order and quotes of the file stay. An image
that an override decides is edited there, and that is said.

What would come of it is rendered and checked first: with a problem nothing is written. Nothing reaches a
cluster by it. Publish renders what is committed.`,
		Example: `  tenantsmith promote acme-corp --from staging --to production --dry-run
  tenantsmith promote acme-corp --from staging --to production --services api,shop --commit`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("name the tenant: tenantsmith promote TENANT --from ENV --to ENV")
			}
			return atMost(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.promote(cmd.Context(), w.tenants(args)[0], o)
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.from, "from", "", "the environment to take from")
	f.StringVar(&o.to, "to", "", "the environment that takes")
	f.StringSliceVar(&o.services, "services", nil, "only these services; all otherwise")
	f.StringSliceVar(&o.fields, "fields", o.fields, "what is taken over: "+strings.Join(pipeline.Promotable, ", "))
	for _, name := range []string{"from", "to"} {
		_ = cmd.RegisterFlagCompletionFunc(name, w.listed(environmentNames)) // the flag is there
	}
	o.editing.flags(cmd)
	w.date(cmd)
	return cmd
}

func (o *promoteOptions) check() error {
	switch {
	case o.from == "" || o.to == "":
		return errors.New("say from which environment to which: --from ENV --to ENV")
	case o.from == o.to:
		return fmt.Errorf("--from and --to both name %s", o.from)
	}
	for _, field := range o.fields {
		if !slices.Contains(pipeline.Promotable, field) {
			return fmt.Errorf("--fields: %s is not promoted; use %s", field, strings.Join(pipeline.Promotable, ", "))
		}
	}
	return nil
}

func (w *workspace) promote(ctx context.Context, tenant string, o promoteOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	p, problems, err := pipeline.Promote(root.FS(), tenant, o.from, o.to, o.services, o.fields)
	if err := w.unanswered(problems, p == nil, err); err != nil {
		return err
	}
	if len(p.Alone) > 0 {
		w.say("left alone: %s, which only one of %s and %s has", list(p.Alone), o.from, o.to)
	}
	if len(p.Beside) > 0 {
		w.say("not taken over: %s, which %s has otherwise; --fields image,init,sidecars takes them over, too", list(p.Beside), o.to)
	}
	if w.patched(p, o) {
		w.say("nothing written")
		return errProblems
	}
	if len(p.Moves) == 0 {
		if len(p.Beside) == 0 {
			w.say("%s runs what %s runs already", o.to, o.from)
		}
		return nil
	}
	e, err := w.moved(root, p, o)
	if err != nil {
		return err
	}
	return w.promoted(ctx, root, p, e, o)
}

// patched tells of images that patches decide in either environment: fields neither say what one runs, nor change what
// the other does.
func (w *workspace) patched(p *pipeline.Promotion, o promoteOptions) bool {
	found := false
	for _, service := range p.Considered {
		images := pipeline.PatchedImages(p.Tenant, service)
		for _, env := range []string{o.from, o.to} {
			if i, is := images[env]; is && slices.Contains(o.fields, "image") {
				w.say("%s of %s runs %s, which %s patches into what is rendered; put that into the tenant's file, or name other --services", service, env, tagOf(i.Image), i.File)
				found = true
			}
		}
	}
	return found
}

// moved are the files with all that is taken over.
func (w *workspace) moved(root *os.Root, p *pipeline.Promotion, o promoteOptions) (edit, error) {
	e := edit{files: map[string][]byte{}, subject: promotion(p, o)}
	for _, m := range p.Moves {
		after := changedFS{root.FS(), e.files}
		if image, ok := m.New.(string); ok && m.Path.String() == "image" {
			set, problems, err := pipeline.SetImage(after, p.Tenant.Name, m.Service, o.to, image)
			if err := w.unanswered(problems, set == nil, err); err != nil {
				return e, err
			}
			e.files[set.File] = set.Data
			w.shown(set)
			continue
		}
		file, data, err := p.SetIn(after, o.to, m)
		if err := w.unanswered(nil, false, err); err != nil {
			return e, err
		}
		e.files[file] = data
		fmt.Fprintf(w.out, "%s: %s\n    %s\n -> %s\n", file, append(manifest.Path{"spec", "environments", o.to, "services", m.Service}, m.Path...), inOneLine(m.Old), inOneLine(m.New))
	}
	return e, nil
}

// inOneLine is a value as people read it.
func inOneLine(value any) string {
	if value == nil {
		return "nothing"
	}
	return report.Clean(strings.TrimSpace(string(bytes.ReplaceAll(manifest.Marshal(value), []byte("\n"), []byte(" ")))))
}

// promotion is the subject of the commit.
func promotion(p *pipeline.Promotion, o promoteOptions) string {
	var names []string
	for _, m := range p.Moves {
		names = append(names, m.Service)
	}
	names = slices.Compact(names)
	subject := fmt.Sprintf("%s: promote %s from %s to %s", p.Tenant.Name, strings.Join(names, ", "), o.from, o.to)
	if len(subject) > 72 {
		subject = fmt.Sprintf("%s: promote %s from %s to %s", p.Tenant.Name, report.Plural(len(names), "service"), o.from, o.to)
	}
	return subject
}

// promoted judges the edit and writes it.
func (w *workspace) promoted(ctx context.Context, root *os.Root, p *pipeline.Promotion, e edit, o promoteOptions) error {
	tree, err := w.workTree(o.editing, e)
	if err != nil {
		return err
	}
	if tree != nil {
		defer tree.Close()
	}
	res, err := w.judged(ctx, changedFS{root.FS(), e.files}, p.Tenant.Name)
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
	if err := p.Check(res.Tenants[0].Tenant, o.to); err != nil {
		return err
	}
	if o.dryRun {
		w.say("nothing written (--dry-run)")
		return nil
	}
	if err := w.settle(ctx, root, o.editing, e, tree); err != nil {
		return err
	}
	w.say("no cluster has it yet: tenantsmith publish %s --repo URL renders what is committed", p.Tenant.Name)
	return nil
}
