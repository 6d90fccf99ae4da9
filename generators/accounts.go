package generators

import (
	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// defaultAccount locks the account that pods have which name none.
func defaultAccount(in input) []object {
	return []object{in.account("default", "", "metadata.name")}
}

// accounts makes one ServiceAccount a service, named like it, so that no two services share an
// identity, one for each smoke test, and those that pods from elsewhere name. None of them mounts a
// token: only pods of a service that talks to the Kubernetes API do, and they say so themselves.
func accounts(in input) []object {
	var out []object
	for _, name := range in.services() {
		s := in.env.Spec.Services[name]
		if in.first(name) == name { // a second version has the identity of the first
			account := in.account(name, name, servicePath(name))
			account.typed.(*corev1.ServiceAccount).Annotations = in.identityOf(s)
			out = append(out, account)
		}
		if runs(s) && in.smoked(s) {
			out = append(out, in.account(smokeAccount(name), name, servicePath(name, "release", "smoke")))
		}
	}
	for i, name := range in.env.Spec.Delivery.Accounts {
		out = append(out, in.account(name, "", manifest.Path{"spec", "delivery", "accounts", i}.String()))
	}
	return out
}

func (in input) account(name, service, subject string) object {
	return object{owner: manifest.OwnerPlatform, subject: subject, typed: &corev1.ServiceAccount{
		TypeMeta:                     kind("v1", "ServiceAccount"),
		ObjectMeta:                   in.meta(name, service),
		AutomountServiceAccountToken: new(false),
	}}
}
