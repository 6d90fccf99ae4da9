package adopt

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// guards are those that begin in audit where pods run already: the first publish must break nothing.
var guards = []string{schemas.GuardAccounts, schemas.GuardAdmission, schemas.GuardLimits, schemas.GuardMesh, schemas.GuardNetwork, schemas.GuardQuota}

// Live reports whether the objects of the namespace that would be adopted run: a cluster gave them their marks.
func Live(objects []manifest.Object, asked string) bool {
	namespace := Namespace(objects, asked)
	return slices.ContainsFunc(objects, func(o manifest.Object) bool {
		return o.Namespace() == namespace && namespace != "" && (at(o.Tree, "metadata", "uid") != nil || at(o.Tree, "metadata", "resourceVersion") != nil)
	})
}

// phased reports whether guards begin in audit.
func (a *Adoption) phased() bool { return a.Until != "" }

// overrideFile is where the platform team's word on the environment stands: whether a guard holds is not the tenant's to say.
func (a *Adoption) overrideFile() string {
	return path.Join("overrides", a.Tenant, a.Environment.Name+".yaml")
}

// override says which guards are not enforced yet, and the Pod Security level that the pods need; nil for nothing. A
// namespace that nobody uses yet needs none of it.
func (a *Adoption) override() []byte {
	if !a.phased() {
		return nil
	}
	var spec, modes fields
	for _, g := range guards {
		if !slices.Contains(a.enforced, g) {
			modes.set(g, schemas.Audit)
		}
	}
	if len(modes) > 0 {
		modes.set("until", a.Until)
	}
	spec.set("guards", modes)
	if a.level != restricted {
		spec.set("podSecurity", a.level.String())
	}
	if len(spec) == 0 {
		return nil
	}
	var b strings.Builder
	b.WriteString("# yaml-language-server: $schema=../../schemas/override.schema.json\n")
	b.WriteString("# What is not enforced yet in a namespace that holds pods already; take the guards out one after the other.\n")
	fmt.Fprintf(&b, "apiVersion: tenantsmith.dev/v1alpha1\nkind: Override\nmetadata: {name: %s}\nspec:\n", flowText(a.Tenant))
	write(&b, spec, 2)
	return []byte(b.String())
}

// enforce takes a guard out of audit that cannot be there; false where the problem is about something else.
func (a *Adoption) enforce(p manifest.Problem) bool {
	at := manifest.ParsePath(p.Field)
	if len(at) < 3 || at[1] != "guards" {
		return false
	}
	name, _ := at[2].(string)
	if !slices.Contains(guards, name) || slices.Contains(a.enforced, name) {
		return false
	}
	a.enforced = append(a.enforced, name)
	a.Notes = append(a.Notes, fmt.Sprintf("guard %s is enforced from the first publish on: %s", name, p.Message))
	return true
}

// leveled takes the Pod Security level that the pods need, as they are rendered.
func (a *Adoption) leveled(is outcome) {
	a.level = restricted
	for key, t := range is {
		if template := templateAt(key.Kind); template != nil {
			a.level = max(a.level, levelOf(mapAt(t, template.Join("spec")...)))
		}
	}
	if !a.phased() {
		return
	}
	ns := a.item("", "Namespace", a.namespace)
	if ns == nil {
		return
	}
	switch said := textAt(ns.tree, "metadata", "labels", "pod-security.kubernetes.io/enforce"); {
	case said == "" || said == a.level.String():
	case slices.Contains(levelNames[a.level:], said):
		a.Notes = append(a.Notes, fmt.Sprintf("namespace %s enforces Pod Security level %s, and what was read needs no more than %s", a.namespace, said, a.level))
	default:
		a.Notes = append(a.Notes, fmt.Sprintf("namespace %s enforces Pod Security level %s, which refuses pods that were read: they need %s", a.namespace, said, a.level))
	}
}
