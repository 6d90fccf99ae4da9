package schemas

import (
	"testing"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Whatever a file says: no panic, the same answer twice, and every problem lies in the file and says
// something that its author understands.
func FuzzInput(f *testing.F) {
	c := checked(f, nil)
	for _, seed := range []string{
		sample, head, head + "  services: {web: {env: {A: 1}, ports: {x: {}}}}\n", "[]", "1", "spec: {tier: [], owners: {}, environments: []}\n",
		head + "  environments: {production: {services: {web: null}}}\n  extensions: {a: [b]}\n", "kind: {}\nmetadata: []\nspec: null\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		docs, problems := manifest.Parse("acme.yaml", []byte(text), manifest.TenantLimits)
		if len(problems) > 0 || len(docs) != 1 {
			return
		}
		for _, kind := range []string{"Tenant", "Platform", "Override", "Waiver"} {
			found := c.session().input(kind, docs[0])
			judge(t, found)
			if again := c.session().input(kind, docs[0]); lines(again) != lines(found) {
				t.Fatalf("%s\nand then\n%s", lines(found), lines(again))
			}
		}
		judge(t, c.session().complete(docs[0]))
		judge(t, c.session().rules(docs[0]))
	})
}

func judge(t *testing.T, problems []manifest.Problem) {
	for _, p := range problems {
		if p.File != "acme.yaml" || p.Line < 1 || p.Column < 1 {
			t.Fatalf("%s: %s: lies at %v", p.Field, p.Message, p.Position)
		}
		if p.Message == "" {
			t.Fatalf("%s: says nothing", p.Field)
		}
	}
}
