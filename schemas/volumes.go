package schemas

import (
	"cmp"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// claimNames refuses volumes that name one claim and say different things of it, or that cannot share it.
func (e *resolved) claimNames() {
	type user struct {
		service string
		volume  Volume
	}
	first := map[string]user{}
	for _, name := range sortedKeys(e.environment.Spec.Services) {
		for i, v := range e.environment.Spec.Services[name].Volumes {
			if v.Claim == nil || v.Name == "" {
				continue
			}
			at := manifest.Path{"spec", "services", name, "volumes", i}
			other, ok := first[v.Name]
			switch {
			case !ok:
				first[v.Name] = user{name, v}
			case !sameClaim(v, other.volume):
				e.complain(at.Join("name"), "%s is a claim of service %s with another size, class or accessMode", v.Name, other.service)
			case other.service != name && !v.Shared():
				p := e.complain(at.Join("name"), "%s is a claim of service %s, and one service at a time may mount it", v.Name, other.service)
				p.Remedy = "set the accessMode of both to ReadWriteMany, or use another name"
			}
		}
	}
}

func sameClaim(a, b Volume) bool {
	const usual = "ReadWriteOnce"
	return a.Claim.Cmp(*b.Claim) == 0 && a.Class == b.Class && cmp.Or(a.AccessMode, usual) == cmp.Or(b.AccessMode, usual)
}
