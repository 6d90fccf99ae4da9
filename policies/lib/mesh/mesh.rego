# METADATA
# title: The mesh
# description: Reads the objects of security.istio.io, which no generator makes yet.
package lib.mesh

# Whether the cluster has a mesh.
istio if input.ctx.cluster.mesh == "istio"

# Namespaces of the tenant whose pods have rules of their own about the mesh, each as [namespace, index],
# where index is that of the first object with one.
guarded contains [namespace, min(indexes)] if {
	input.facts
	istio
	some namespace in input.ctx.namespaces
	indexes := {entry.index |
		some kind in ["PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"]
		some entry in input.kinds[kind]
		startswith(entry.object.apiVersion, "security.istio.io/")
		entry.object.metadata.namespace == namespace
	}
	count(indexes) > 0
}

# Whether a policy is for all pods of its namespace.
everything(spec) if {
	count(object.get(spec, ["selector", "matchLabels"], {})) == 0
	not spec.targetRef
	count(object.get(spec, "targetRefs", [])) == 0
}
