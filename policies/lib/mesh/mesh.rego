# METADATA
# title: The mesh
# description: Reads what a cluster's mesh goes by.
package lib.mesh

# Whether the cluster has a mesh.
istio if input.ctx.cluster.mesh == "istio"

# Whether it has a proxy on every node instead of one in every pod.
ambient if {
	istio
	input.ctx.cluster.dataPlane == "ambient"
}

# Namespaces of the tenant that have to say who may talk to their pods, each as [namespace, index], where
# index is that of the first object that is about all of them: the Namespace itself, or a rule of the mesh.
guarded contains [namespace, min(indexes)] if {
	input.facts
	istio
	some namespace in input.ctx.namespaces
	indexes := abouts(namespace)
	count(indexes) > 0
}

abouts(namespace) := {entry.index |
	some entry in input.kinds.Namespace
	entry.object.metadata.name == namespace
} | {entry.index |
	some kind in ["PeerAuthentication", "AuthorizationPolicy", "RequestAuthentication"]
	some entry in input.kinds[kind]
	startswith(entry.object.apiVersion, "security.istio.io/")
	entry.object.metadata.namespace == namespace
}

# Whether a policy is for all pods of its namespace.
everything(spec) if {
	count(object.get(spec, ["selector", "matchLabels"], {})) == 0
	not spec.targetRef
	count(object.get(spec, "targetRefs", [])) == 0
}

# What the platform's pattern calls the namespace of another tenant in the same environment. One that has a
# name of its own cannot be told from others.
of_tenant(tenant) := replace(replace(input.ctx.platform.spec.namespacePattern, "{tenant}", tenant), "{env}", input.ctx.environment)
