package adopt

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

func (a *Adoption) readQuota(i *Item) {
	hard := mapAt(i.tree, "spec", "hard")
	for _, key := range []string{"cpu", "memory", "storage"} {
		asked := cmp.Or(hard["requests."+key], hard[key])
		if a.resources.get(key) == nil {
			a.resources.set(key, amountOf(tree{key: asked}, key))
		}
	}
	i.leave("a guard rail: spec.resources has its figures, and the platform renders a quota with room for releases")
}

// readClaim finds the service that mounts a claim. Those of the replicas of a StatefulSet are its own.
func (a *Adoption) readClaim(i *Item) {
	for _, s := range a.services {
		for _, c := range listAt(s.source.tree, "spec", "volumeClaimTemplates") {
			ordinal, ok := strings.CutPrefix(i.Name(), textAt(c, "metadata", "name")+"-"+s.source.Name()+"-")
			if _, err := strconv.Atoi(ordinal); ok && err == nil {
				i.leave("StatefulSet %s made it of its claim template, and finds it again by its name", s.source.Name())
				return
			}
		}
		for _, v := range s.pod.Volumes {
			if v.PersistentVolumeClaim != nil && v.PersistentVolumeClaim.ClaimName == i.Name() {
				i.Service, i.Into = s.name, manifest.Key{Kind: "PersistentVolumeClaim", Name: i.Name()}
			}
		}
	}
}

func (a *Adoption) readAccount(i *Item) {
	if s := a.service(i.Name()); s != nil || i.Name() == "default" {
		i.Into = manifest.Key{Kind: "ServiceAccount", Name: i.Name()}
		if s != nil {
			i.Service = s.name
		}
		return
	}
	for _, s := range a.services {
		if s.pod.ServiceAccountName == i.Name() {
			i.leave("a guard rail: the platform renders one for each service, and %s gets %s", s.name, s.name)
		}
	}
}

var roles = map[string]string{"admin": "admin", "cluster-admin": "admin", "edit": "developer", "view": "viewer"}

// readOwners takes groups that have one of the roles that every cluster has.
func (a *Adoption) readOwners(i *Item) {
	role := roles[textAt(i.tree, "roleRef", "name")]
	if textAt(i.tree, "roleRef", "kind") != "ClusterRole" || role == "" {
		return
	}
	groups := 0
	for _, subject := range listAt(i.tree, "subjects") {
		if group := textAt(subject, "name"); textAt(subject, "kind") == "Group" && !strings.HasPrefix(group, "system:") {
			a.owners = append(a.owners, fields{{"group", group}, {"role", role}})
			groups++
		}
	}
	if groups > 0 {
		i.leave("a guard rail: spec.owners has its groups, and the platform renders roles for them")
	}
}

// readExternalSecret takes over where a secret comes from. Fields name one place, so that more of them are told.
func (a *Adoption) readExternalSecret(i *Item) {
	i.leave("the platform fetches secrets: spec.secrets names them, with the path in its store")
	name := orText(textAt(i.tree, "spec", "target", "name"), i.Name())
	if !slices.Contains(a.secrets, name) {
		a.secrets = append(a.secrets, name)
	}
	if keys := remoteKeys(i.tree); len(keys) > 1 && a.fetches(name) {
		a.Notes = append(a.Notes, fmt.Sprintf("ExternalSecret %s reads %s, and spec.secrets.%s can name one path: put all that it reads at %s",
			i.Name(), strings.Join(keys, ", "), name, keys[0]))
	}
}
