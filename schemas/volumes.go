package schemas

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// claimNames refuses volumes that name one claim and say different things of it, or that cannot share it.
func (e *resolved) claimNames() {
	type user struct {
		service string
		volume  Volume
	}
	first := map[string]user{}
	e.podClaims()
	for _, name := range sortedKeys(e.environment.Spec.Services) {
		s := e.environment.Spec.Services[name]
		for i, v := range s.Volumes {
			called := claimName(name, s, v)
			if called == "" {
				continue
			}
			at, claim := manifest.Path{"spec", "services", name, "volumes", i}.Join("name"), called
			if s.Kind == "statefulset" {
				claim += " of " + name // its claims have its name as well
			}
			if v.Name == "" {
				at[len(at)-1] = "claim"
			}
			other, ok := first[claim]
			switch {
			case !ok:
				first[claim] = user{name, v}
			case !sameClaim(v, other.volume):
				e.complain(at, "%s is a claim of service %s with another size, class or accessMode", called, other.service)
			case other.service != name && !v.Shared():
				p := e.complain(at, "%s is a claim of service %s, and one service at a time may mount it", called, other.service)
				p.Remedy = "set the accessMode of both to ReadWriteMany, or use another name"
			}
		}
	}
}

// podClaims refuses claims that are called like those which a controller makes for the pods of a statefulset: data-db-0 is
// the claim at /data of the first pod of db, and that at /0 of a service data-db.
func (e *resolved) podClaims() {
	services := e.environment.Spec.Services
	sets := map[string]string{}
	for _, name := range sortedKeys(services) {
		for i, v := range services[name].Volumes {
			if services[name].Kind != "statefulset" || v.Claim == nil {
				continue
			}
			begin := template(v) + "-" + name
			if other := sets[begin]; other != "" && other != name {
				e.called(name, i, v, begin+"-0", other)
			}
			sets[begin] = name
		}
	}
	for _, name := range sortedKeys(services) {
		s := services[name]
		for i, v := range s.Volumes {
			called := claimName(name, s, v)
			cut := strings.LastIndexByte(called, '-')
			if s.Kind == "statefulset" || cut < 0 || sets[called[:cut]] == "" || strings.Trim(called[cut+1:], "0123456789") != "" {
				continue
			}
			e.called(name, i, v, called, sets[called[:cut]])
		}
	}
}

// called refuses a volume whose claim has the name of one of a statefulset.
func (e *resolved) called(service string, i int, v Volume, claim, set string) {
	volume := manifest.Path{"spec", "services", service, "volumes", i}
	at := volume.Join("name")
	if v.Name == "" {
		at = volume.Join("claim")
	}
	p := e.complain(at, "%s is a claim of statefulset %s as well", claim, set)
	p.Remedy = fmt.Sprintf("set %s to another name", e.field(volume.Join("name")))
}

// template is what the claims of a statefulset's volume are called, before the name of the service, where people could
// choose the same; nothing elsewhere.
func template(v Volume) string {
	if v.Name == "" && plainPath().MatchString(v.Mount) {
		return strings.Trim(v.Mount, "/")
	}
	return v.Name
}

// plainPath is one whose claim has a name that people could choose for another; that of any other path ends in a digest.
var plainPath = pattern.Of(`^/[a-z0-9]+/?$`)

// claimName is what the claim of a volume is called, where others could be called the same; nothing elsewhere. What
// templates of a statefulset are called is told apart where its mounts are judged.
func claimName(service string, s Service, v Volume) string {
	switch {
	case v.Claim == nil:
		return ""
	case v.Name != "" || s.Kind == "statefulset" || !plainPath().MatchString(v.Mount):
		return v.Name
	}
	return service + "-" + strings.Trim(v.Mount, "/")
}

func sameClaim(a, b Volume) bool {
	const usual = "ReadWriteOnce"
	return a.Claim.Cmp(*b.Claim) == 0 && a.Class == b.Class && cmp.Or(a.AccessMode, usual) == cmp.Or(b.AccessMode, usual)
}
