# Identities of workloads and people beside those of ServiceAccounts.
package checks.ts_rbac_012

import data.lib.pods

# kube2iam and kiam give a pod the role that it asks for.
deny contains finding if {
	some p in pods.all
	identity := p.pod.metadata.annotations["iam.amazonaws.com/role"]
	not assigned(identity)
	finding := {
		"path": array.concat(p.path, ["metadata", "annotations", "iam.amazonaws.com/role"]),
		"message": sprintf("pod stands for %v in the cloud, which the platform does not assign to the tenant", [identity]),
	}
}

# Who shows a certificate is whom it names.
deny contains finding if {
	input.object.kind == "Certificate"
	some [path, identity] in certified
	not assigned(identity)
	finding := {
		"path": path,
		"message": sprintf("certificate stands for %v, which is no account of the tenant's, and the platform does not assign it to the tenant", [identity]),
	}
}

certified contains [["spec", "uris", i], uri] if {
	some i, uri in input.object.spec.uris
	startswith(lower(uri), "spiffe:")
	not own_account(uri)
}

certified contains [["spec", "emailAddresses", i], address] if some i, address in input.object.spec.emailAddresses

certified contains [["spec", "otherNames", i], object.get(name, "utf8Value", "")] if some i, name in input.object.spec.otherNames

# It replaces the common name, and may have any.
certified contains [["spec", "literalSubject"], subject] if {
	subject := input.object.spec.literalSubject
	subject != ""
}

# An account of the tenant in this environment, as the mesh names it.
own_account(uri) if {
	some namespace in input.ctx.namespaces
	account := trim_prefix(uri, sprintf("spiffe://%s/ns/%s/sa/", [object.get(input.ctx, ["cluster", "trustDomain"], "cluster.local"), namespace]))
	regex.match(`^[a-z0-9]([-.a-z0-9]*[a-z0-9])?$`, account)
}
