package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

type newOptions struct {
	tier, name, owner, image, output string
	environments                     []string
}

func newNewCmd(w *workspace) *cobra.Command {
	o := newOptions{}
	cmd := &cobra.Command{
		Use:   "new TENANT --tier TIER",
		Short: "Write the file of a new tenant",
		Long: `New writes tenants/TENANT.yaml: the tenant in the environments of the platform, with comments that say
what the fields are for, and a first line by which editors complete and check them. The file is valid
as it stands; a name that another tenant has, or namespaces that would be another's, are refused.`,
		Example: `  tenantsmith new pet-shop --tier basic --output -
  tenantsmith new pet-shop --tier basic --name Petshop --env development,production
  tenantsmith new bookshop --tier premium --owner books-team --image ghcr.io/example/bookshop:1.0.0`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("name one tenant: tenantsmith new TENANT --tier TIER")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions, // the name is new
		RunE:              func(_ *cobra.Command, args []string) error { return w.tenant(args[0], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.tier, "tier", "", "the tier: free, basic, premium, enterprise, or one of the platform's own")
	f.StringVar(&o.name, "name", "", "what people call the tenant (default TENANT)")
	f.StringSliceVar(&o.environments, "env", nil, "the environments (default all of the platform)")
	f.StringVar(&o.owner, "owner", "", "the `GROUP` that owns it (default TENANT-team)")
	f.StringVar(&o.image, "image", "", "the image of a first service")
	f.StringVarP(&o.output, "output", "o", "", "- prints the file instead")
	return cmd
}

// tenant writes or prints the file of a new tenant, unless what comes out would not be valid.
func (w *workspace) tenant(name string, o newOptions) error {
	if o.output != "" && o.output != "-" {
		return fmt.Errorf("--output %s: the file is tenants/%s.yaml; - prints it instead", o.output, name)
	}
	if err := schemas.TenantName(name); err != nil {
		return err
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	if info, err := root.Lstat("tenants"); err == nil && !info.IsDir() {
		return errors.New("tenants is a file or a link, and should be a folder")
	}
	for _, there := range []string{"tenants/" + name, "tenants/" + name + ".yaml", "tenants/" + name + ".yml"} {
		if _, err := root.Lstat(there); err == nil {
			return fmt.Errorf("there is a tenant %s: %s", name, there)
		}
	}
	p, problems, err := schemas.LoadPlatform(root.FS())
	if err != nil {
		return err
	}
	if p == nil {
		return errors.Join(w.problems(reportOf(problems)), errProblems)
	}
	data, err := draft(name, o, p)
	if err != nil {
		return err
	}
	return w.place(root, name, data, o.output == "-")
}

// seed is what the starter of a tenant asks for; Display, Owner and Image are YAML.
type seed struct {
	Tenant, Name, Display, Owner, Image string
	Tier                                *schemas.Tier
	Environments                        []schemas.PlatformEnvironment
}

// draft fills the starter in.
func draft(name string, o newOptions, p *schemas.Platform) ([]byte, error) {
	tiers := p.TierNames()
	switch {
	case o.tier == "":
		last := len(tiers) - 1
		return nil, fmt.Errorf("say which tier it has: --tier %s or %s", strings.Join(tiers[:last], ", "), tiers[last])
	case p.Tiers[o.tier] == nil:
		return nil, fmt.Errorf("--tier %s is not one of %s%s", o.tier, strings.Join(tiers, ", "), schemas.Suggest(o.tier, tiers))
	}
	environments, err := chosen(p, o.environments)
	if err != nil {
		return nil, err
	}
	t, err := template.ParseFS(starter, "starter/tenant.yaml")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	display := cmp.Or(o.name, name)
	err = t.Execute(&b, seed{
		Tenant: name, Name: strings.Join(strings.Fields(display), " "), Display: written(display), Tier: p.Tiers[o.tier],
		Owner: written(cmp.Or(o.owner, name+"-team")), Environments: environments, Image: written(o.image),
	})
	return b.Bytes(), err
}

// chosen are the environments of the platform that were asked for, in its order; all without a word.
func chosen(p *schemas.Platform, asked []string) ([]schemas.PlatformEnvironment, error) {
	var names []string
	for _, e := range p.Environments {
		names = append(names, e.Name)
	}
	for _, name := range asked {
		if !slices.Contains(names, name) {
			return nil, fmt.Errorf("--env: the platform has no environment %s%s", name, schemas.Suggest(name, names))
		}
	}
	if len(asked) == 0 {
		return p.Environments, nil
	}
	return slices.DeleteFunc(slices.Clone(p.Environments), func(e schemas.PlatformEnvironment) bool { return !slices.Contains(asked, e.Name) }), nil
}

// written is a text as YAML, in one line whatever it holds; none stays none.
func written(s string) string {
	if s == "" {
		return ""
	}
	text := strings.TrimSuffix(string(manifest.Marshal(s)), "\n")
	if strings.Contains(text, "\n") {
		quoted, _ := json.Marshal(s) // a string always can be
		return string(quoted)
	}
	return text
}

// place writes the file where the loader has nothing against it among all that is there.
func (w *workspace) place(root *os.Root, name string, data []byte, print bool) error {
	file := "tenants/" + name + ".yaml"
	fleet, err := schemas.Load(changedFS{root.FS(), map[string][]byte{file: data}}, schemas.Options{Tenants: []string{name}})
	if err != nil {
		return err
	}
	valid := slices.ContainsFunc(fleet.Tenants, func(t *schemas.Tenant) bool { return t.Name == name })
	if print {
		_, err = w.out.Write(data)
	}
	switch {
	case err != nil || print && valid:
		return err
	case !valid:
		if !print {
			defer w.say("nothing written; --output - prints the file all the same, to be completed")
		}
		return w.refused(file, fleet.Problems)
	}
	if err := root.Mkdir("tenants", 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return w.unusable("new", "tenants", err)
	}
	if err := create(root, file, data); err != nil {
		return w.unusable("new", file, err)
	}
	w.say("%s written; `tenantsmith check %s` judges it", file, name)
	if _, err := root.Lstat("schemas/tenant.schema.json"); err != nil {
		w.say("editors complete it when `tenantsmith schema --write schemas` has written the schema that its first line names")
	}
	return nil
}

// refused says what is wrong with a file that was not written, and so has no lines to point at. Schemas of
// the platform may ask for more than a new file says.
func (w *workspace) refused(file string, problems []manifest.Problem) error {
	r := report.Report{}
	for _, p := range problems {
		if p.Severity != manifest.Error {
			continue
		}
		if p.Position.File == file {
			p.Position = manifest.Position{}
		}
		r.Problems = append(r.Problems, p)
	}
	if err := w.problems(r); err != nil {
		return err
	}
	return errProblems
}
