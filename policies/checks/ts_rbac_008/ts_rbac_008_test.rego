package checks.ts_rbac_008_test

import data.checks.ts_rbac_008
import data.lib.samples_test as samples

role(groups, resources, verbs) := samples.of({"kind": "Role", "rules": [{"apiGroups": groups, "resources": resources, "verbs": verbs}]})

test_violates if {
	every given in [
		role([""], ["resourcequotas", "limitranges"], ["patch"]),
		role([""], ["resourcequotas/status"], ["patch"]),
		role([""], ["namespaces"], ["delete"]),
		role([""], ["namespaces/finalize"], ["update"]),
		role(["networking.k8s.io"], ["networkpolicies"], ["delete"]),
		role(["extensions"], ["networkpolicies"], ["deletecollection"]),
		role(["cilium.io"], ["ciliumnetworkpolicies"], ["create"]),
		role(["projectcalico.org"], ["networkpolicies"], ["create"]),
		role(["security.istio.io"], ["peerauthentications"], ["update"]),
		role(["security.istio.io"], ["authorizationpolicies"], ["create"]),
		role(["external-secrets.io"], ["externalsecrets", "secretstores"], ["create"]),
		role(["argoproj.io"], ["analysistemplates"], ["patch"]),
		role(["monitoring.coreos.com"], ["podmonitors"], ["delete"]),
		role([""], ["endpoints"], ["update"]),
		role(["discovery.k8s.io"], ["endpointslices"], ["create"]),
		role(["gateway.networking.k8s.io"], ["referencegrants"], ["patch"]),
		role(["networking.k8s.io"], ["*"], ["*"]),
	] {
		count(ts_rbac_008.deny) == 1 with input as given
	}
	count(ts_rbac_008.deny) == 1 with input as role(["*"], ["*"], ["*"])
}

test_violates_by_name if {
	ts_rbac_008.deny == {{"path": ["rules", 0], "message": "rule grants delete of networkpolicies, which are guard rails"}} with input as role(["networking.k8s.io"], ["networkpolicies", "ingresses"], ["get", "delete"])
}

test_passes if {
	every given in [
		role(["networking.k8s.io"], ["networkpolicies", "ingresses"], ["get", "list", "watch"]),
		role(["networking.k8s.io"], ["ingresses"], ["delete"]),
		role([""], ["resourcequotas", "limitranges", "endpoints"], ["list"]),
		role(["discovery.k8s.io"], ["endpointslices"], ["get", "list", "watch"]),
		role([""], ["configmaps"], ["create", "delete"]),
		role(["argoproj.io"], ["rollouts"], ["patch"]),
	] {
		count(ts_rbac_008.deny) == 0 with input as given
	}
}

named(name, groups, resources) := samples.of({
	"kind": "Role",
	"metadata": samples.meta(name),
	"rules": [{"apiGroups": groups, "resources": resources, "verbs": ["patch"]}],
})

test_passes_what_the_engine_delivers if {
	every given in [[["argoproj.io"], ["analysistemplates"]], [["monitoring.coreos.com"], ["servicemonitors"]], [["gateway.networking.k8s.io"], ["referencegrants"]]] {
		count(ts_rbac_008.deny) == 0 with input as named("tenant-delivery", given[0], given[1])
		count(ts_rbac_008.deny) == 1 with input as named("tenant-deployer", given[0], given[1])
	}
}

test_violates_engine if {
	every given in [[[""], ["resourcequotas"]], [["networking.k8s.io"], ["networkpolicies"]], [["external-secrets.io"], ["externalsecrets"]]] {
		count(ts_rbac_008.deny) == 1 with input as named("tenant-delivery", given[0], given[1])
	}
}
