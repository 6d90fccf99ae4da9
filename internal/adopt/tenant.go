package adopt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// File is the path of the tenant's file: in a folder where something stands beside it.
func (a *Adoption) File() string {
	if a.beside() {
		return "tenants/" + a.Tenant + "/tenant.yaml"
	}
	return "tenants/" + a.Tenant + ".yaml"
}

func (a *Adoption) beside() bool {
	for file := range a.patches {
		if strings.HasPrefix(file, "tenants/") {
			return true
		}
	}
	return slices.ContainsFunc(a.Items, func(i *Item) bool { return i.State == Kept })
}

// Files are the tenant's file, its patches and its objects, by path.
func (a *Adoption) Files() map[string][]byte {
	out := map[string][]byte{a.File(): a.document()}
	maps.Copy(out, a.patches)
	if content := a.override(); content != nil {
		out[a.overrideFile()] = content
	}
	for _, i := range a.Items {
		if i.State == Kept {
			out[i.File] = append([]byte("# As it was before tenantsmith; no field says it.\n"), manifest.Marshal(a.keptTree(i))...)
		}
	}
	return out
}

// document is the tenant's file.
func (a *Adoption) document() []byte {
	var b strings.Builder
	up := "../"
	if a.beside() {
		up = "../../"
	}
	b.WriteString("# yaml-language-server: $schema=" + up + "schemas/tenant.schema.json\n")
	fmt.Fprintf(&b, "# What %s runs, as `tenantsmith adopt` read it. What is not said here comes from the tier and from tenantsmith.yaml.\n", a.Tenant)
	fmt.Fprintf(&b, "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata:\n  name: %s\nspec:\n", scalarText(a.Tenant))
	spec := any(a.spec())
	for _, p := range a.dropped {
		spec = without(spec, p)
	}
	write(&b, spec.(fields), 2)
	return []byte(b.String())
}

func (a *Adoption) spec() fields {
	var f, services, secrets, env fields
	f.set("tier", a.Tier.Name)
	f.set("owners", a.ownersDoc())
	f.set("resources", a.resources)
	f.set("domains", texts(a.domains))
	if a.namespace != "" && (a.phased() || a.namespace != a.pattern()) {
		env.set("namespace", a.namespace)
	}
	f.keep("environments", fields{{a.Environment.Name, env}})
	slices.SortFunc(a.services, func(x, y *service) int { return strings.Compare(x.name, y.name) })
	names := slices.Clone(a.secrets)
	for _, s := range a.services {
		services.keep(s.name, a.serviceDoc(s))
		names = append(names, s.secretNames()...)
	}
	f.set("services", services)
	slices.Sort(names)
	names = slices.DeleteFunc(names, func(n string) bool { return !a.fetches(n) })
	for _, name := range slices.Compact(names) {
		secrets.keep(name, fields{{"path", a.secretPath(name)}})
	}
	f.set("secrets", secrets)
	return f
}

// secretPath is where a secret is to lie in the platform's store: where the ExternalSecret says it lies, or below the
// name of the tenant.
func (a *Adoption) secretPath(name string) string {
	for _, i := range a.Items {
		if i.Kind() != "ExternalSecret" || orText(textAt(i.tree, "spec", "target", "name"), i.Name()) != name {
			continue
		}
		if keys := remoteKeys(i.tree); len(keys) > 0 {
			return keys[0]
		}
	}
	return a.Tenant + "/" + name
}

// remoteKeys are the places in a store that an ExternalSecret reads, those it reads whole first.
func remoteKeys(externalSecret tree) []string {
	var out []string
	add := func(key string) {
		if key != "" && !slices.Contains(out, key) {
			out = append(out, key)
		}
	}
	for _, from := range listAt(externalSecret, "spec", "dataFrom") {
		add(textAt(from, "extract", "key"))
	}
	for _, from := range listAt(externalSecret, "spec", "data") {
		add(textAt(from, "remoteRef", "key"))
	}
	return out
}

func (a *Adoption) ownersDoc() []any {
	if a.Owner != "" {
		return []any{fields{{"group", a.Owner}, {"role", "admin"}}}
	}
	var out []any
	seen := map[string]bool{}
	for _, o := range a.owners {
		text, _ := flow(o)
		if !seen[text] {
			out = append(out, o)
		}
		seen[text] = true
	}
	return out
}

// Owned reports whether somebody owns the tenant: without an owner there is none.
func (a *Adoption) Owned() bool { return len(a.ownersDoc()) > 0 }

// secretNames are the secrets that the file's fields name.
func (s *service) secretNames() []string {
	var out []string
	for _, c := range append(slices.Clone(s.pod.Containers), s.pod.InitContainers...) {
		for _, e := range c.Env {
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && !yes(e.ValueFrom.SecretKeyRef.Optional) {
				out = append(out, e.ValueFrom.SecretKeyRef.Name)
			}
		}
		for _, e := range c.EnvFrom {
			if e.SecretRef != nil && !yes(e.SecretRef.Optional) {
				out = append(out, e.SecretRef.Name)
			}
		}
	}
	for _, v := range s.pod.Volumes {
		if v.Secret != nil && len(v.Secret.Items) == 0 && !yes(v.Secret.Optional) {
			out = append(out, v.Secret.SecretName)
		}
	}
	for _, p := range s.pod.ImagePullSecrets {
		out = append(out, p.Name)
	}
	return out
}
