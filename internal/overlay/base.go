package overlay

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// identity is what an object of the base and one of an environment must share to be the same. The
// version belongs to it, because a patch cannot change the version.
type identity struct {
	owner                  manifest.Owner
	apiVersion, kind, name string
}

func identityOf(o manifest.Object) identity {
	return identity{o.Owner, o.APIVersion(), o.Kind(), o.Name()}
}

// addGenerated finds what all environments share, and makes the rest whole or a patch.
func (t *Tree) addGenerated(src Source) []manifest.Problem {
	var problems []manifest.Problem
	shared := sharedIdentities(src)
	for _, o := range src.Base {
		if id := identityOf(o); shared[id] == len(src.Envs) {
			shared[id] = 0 // an object that stands twice is reported below, and laid out once
			t.base = append(t.base, member{Object: o})
		}
	}
	bases := map[identity]*member{}
	for i := range t.base {
		bases[identityOf(t.base[i].Object)] = &t.base[i]
	}
	for _, env := range src.Envs {
		e := &environment{name: env.Name, namespace: env.Namespace}
		problems = append(problems, e.addGenerated(env.Objects, bases)...)
		for _, o := range env.Audit {
			e.audit = append(e.audit, &member{Object: o, whole: true, placed: true})
		}
		t.envs = append(t.envs, e)
	}
	return problems
}

// sharedIdentities counts, for what may stand in a base, the environments that have it.
func sharedIdentities(src Source) map[identity]int {
	count := map[identity]int{}
	for _, env := range src.Envs {
		seen := map[identity]bool{}
		for _, o := range env.Objects {
			if id := identityOf(o); !standsPlaced(o) && !seen[id] {
				seen[id] = true
				count[id]++
			}
		}
	}
	for _, o := range src.Base {
		if standsPlaced(o) {
			delete(count, identityOf(o))
		}
	}
	return count
}

// standsPlaced tells what stands complete in an overlay's outer level. Two namespaced kinds do, because
// kustomize does more than place them (tried): it gives the tenant's namespace to every subject named
// "default", be it a group, in a binding that it places; and to every subject of any binding that is
// named like an account that it placed. Of accounts and bindings that stand complete it changes nothing.
func standsPlaced(o manifest.Object) bool {
	return o.Outer || o.Kind() == "ServiceAccount" || o.Kind() == "RoleBinding"
}

func (e *environment) addGenerated(objs []manifest.Object, bases map[identity]*member) []manifest.Problem {
	var problems []manifest.Problem
	seen := map[manifest.Key]string{}
	for _, o := range objs {
		key := o.Key()
		if key.Namespace == "" && !o.Outer {
			key.Namespace = e.namespace
		}
		if subject, twice := seen[key]; twice {
			problems = append(problems, collision(e.name, o, key, subject))
			continue
		}
		seen[key] = o.Subject
		e.members = append(e.members, newMember(o, bases))
	}
	return problems
}

func newMember(o manifest.Object, bases map[identity]*member) *member {
	m := &member{Object: o, placed: standsPlaced(o)}
	if m.placed {
		m.whole = true
		return m
	}
	if m.base = bases[identityOf(o)]; m.base == nil {
		m.whole = true
		return m
	}
	if !equal(m.base.Tree, o.Tree) {
		m.ops = diff(m.base.Tree, o.Tree)
	}
	return m
}

func collision(env string, o manifest.Object, key manifest.Key, other string) manifest.Problem {
	message := fmt.Sprintf("%s is made twice", key)
	if other != "" && other != o.Subject {
		message = fmt.Sprintf("%s is made by %s as well", key, other)
	}
	return manifest.Problem{
		Check: "schema", Severity: manifest.Error, Message: message, Environment: env,
		Field: o.Subject, Object: key, APIVersion: o.APIVersion(), Remedy: "rename one of the two",
	}
}
