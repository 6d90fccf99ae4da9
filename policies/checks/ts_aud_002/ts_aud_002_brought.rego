# Objects of the Prometheus operator, which tenantsmith does not render.
package checks.ts_aud_002

import data.lib.selectors

deny contains {"path": array.concat(path, ["any"]), "message": "monitor looks into every namespace"} if {
	some [path, selector] in monitored
	selector.any == true
}

deny contains finding if {
	some [path, selector] in monitored
	some i, namespace in selector.matchNames
	input.ctx.tenant
	not namespace in input.ctx.namespaces
	finding := {
		"path": array.concat(path, ["matchNames", i]),
		"message": sprintf("monitor looks into namespace %v, which is not the tenant's", [namespace]),
	}
}

# Without names a discovery looks into every namespace.
deny contains finding if {
	some i, discovery in input.object.spec.kubernetesSDConfigs
	operator
	fault := strays(object.get(discovery, "namespaces", {}))
	finding := {
		"path": ["spec", "kubernetesSDConfigs", i, "namespaces"],
		"message": fault,
	}
}

deny contains {"path": ["spec", "receivers", i, "webhookConfigs", j, "url"], "message": "address of the webhook stands in the object; whoever reads it can write there"} if {
	operator
	some i, receiver in input.object.spec.receivers
	some j, webhook in receiver.webhookConfigs
	webhook.url
}

deny contains {"object": entry.index, "path": [], "message": "no monitor looks at it, though the tenant has monitors"} if {
	monitors
	some kind in ["Rollout", "Deployment", "StatefulSet"]
	some entry in input.kinds[kind]
	namespace := object.get(entry.object, ["metadata", "namespace"], "")
	pod := entry.object.spec.template
	some container in pod.spec.containers
	count(container.ports) > 0
	labels := object.get(pod, ["metadata", "labels"], {})
	not watched(namespace, labels)
}

operator if startswith(input.object.apiVersion, "monitoring.coreos.com/")

monitored contains [["spec", "namespaceSelector"], selector] if {
	selector := input.object.spec.namespaceSelector
	operator
}

monitored contains [["spec", "targets", "ingress", "namespaceSelector"], selector] if {
	selector := input.object.spec.targets.ingress.namespaceSelector
	operator
}

strays(namespaces) := "discovery looks into every namespace" if {
	not namespaces.ownNamespace == true
	count(object.get(namespaces, "names", [])) == 0
} else := sprintf("discovery looks into namespace %v, which is not the tenant's", [namespace]) if {
	input.ctx.tenant
	foreign := [name | some name in namespaces.names; not name in input.ctx.namespaces]
	namespace := foreign[0]
}

monitors if input.kinds.ServiceMonitor

monitors if input.kinds.PodMonitor

watched(namespace, labels) if {
	some monitor in input.kinds.PodMonitor
	looks_into(monitor.object, namespace)
	selectors.matches(object.get(monitor.object.spec, "selector", {}), labels)
}

watched(namespace, labels) if {
	some entry in input.kinds.Service
	object.get(entry.object, ["metadata", "namespace"], "") == namespace
	selector := object.get(entry.object, ["spec", "selector"], {})
	count(selector) > 0
	selectors.matches({"matchLabels": selector}, labels)
	some monitor in input.kinds.ServiceMonitor
	looks_into(monitor.object, namespace)
	selectors.matches(object.get(monitor.object.spec, "selector", {}), object.get(entry.object, ["metadata", "labels"], {}))
}

looks_into(monitor, _) if monitor.spec.namespaceSelector.any == true

looks_into(monitor, namespace) if namespace in monitor.spec.namespaceSelector.matchNames

looks_into(monitor, namespace) if {
	count(object.get(monitor, ["spec", "namespaceSelector", "matchNames"], [])) == 0
	object.get(monitor, ["metadata", "namespace"], "") == namespace
}
