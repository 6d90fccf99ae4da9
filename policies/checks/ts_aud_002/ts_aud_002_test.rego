package checks.ts_aud_002_test

import data.checks.ts_aud_002
import data.lib.samples_test as samples

operator(kind, spec) := {"apiVersion": "monitoring.coreos.com/v1", "kind": kind, "metadata": samples.meta("web"), "spec": spec}

said(o) := {f.message | some f in ts_aud_002.deny with input as samples.of(o)}

together(objects) := {f.message | some f in ts_aud_002.deny with input as samples.set(objects)}

labels := {"app": "web"}

run(kind, container) := {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": samples.meta("web"), "spec": {"template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}}}

serving := {"name": "web", "ports": [{"containerPort": 8080}]}

service(selector) := {"apiVersion": "v1", "kind": "Service", "metadata": object.union(samples.meta("web"), {"labels": {"part": "web"}}), "spec": {"selector": selector}}

unwatched := "no monitor looks at it, though the tenant has monitors"

test_violates_unwatched_tenant if {
	ts_aud_002.deny == {{
		"path": [],
		"field": ["spec", "monitoring", "level"],
		"message": "nobody watches the tenant in a protected environment",
	}} with input as samples.within(samples.set([]), {"spec": {"monitoring": {"level": "none"}}})
}

test_violates_every_namespace if {
	every kind in ["ServiceMonitor", "PodMonitor"] {
		said(operator(kind, {"namespaceSelector": {"any": true}})) == {"monitor looks into every namespace"}
	}
	o := operator("Probe", {"targets": {"ingress": {"namespaceSelector": {"any": true}}}})
	said(o) == {"monitor looks into every namespace"}
	count(ts_aud_002.deny) == 1 with input as {"object": o, "ctx": {"namespaces": []}}
}

test_violates_foreign_namespace if {
	some f in ts_aud_002.deny with input as samples.of(operator("PodMonitor", {"namespaceSelector": {"matchNames": ["acme-production", "globex"]}}))
	f.path == ["spec", "namespaceSelector", "matchNames", 1]
	f.message == "monitor looks into namespace globex, which is not the tenant's"
}

test_violates_discovery if {
	every namespaces in [{}, {"names": []}, {"ownNamespace": false}] {
		said(operator("ScrapeConfig", {"kubernetesSDConfigs": [{"role": "Pod", "namespaces": namespaces}]})) == {"discovery looks into every namespace"}
	}
	said(operator("ScrapeConfig", {"kubernetesSDConfigs": [{"role": "Pod"}]})) == {"discovery looks into every namespace"}
	every own in [true, false] {
		said(operator("ScrapeConfig", {"kubernetesSDConfigs": [{"role": "Pod", "namespaces": {"ownNamespace": own, "names": ["globex"]}}]})) == {"discovery looks into namespace globex, which is not the tenant's"}
	}
}

test_violates_address_in_the_open if {
	o := operator("AlertmanagerConfig", {"receivers": [{"name": "a", "webhookConfigs": [{"urlSecret": {"name": "a", "key": "url"}}, {"url": "https://hooks.example.com/t0ken"}]}]})
	some f in ts_aud_002.deny with input as samples.of(o)
	f.path == ["spec", "receivers", 0, "webhookConfigs", 1, "url"]
	not contains(f.message, "t0ken")
}

test_violates_forgotten_service if {
	every kind in ["Rollout", "Deployment", "StatefulSet"] {
		every monitors in [
			[operator("PodMonitor", {"selector": {"matchLabels": {"app": "api"}}})],
			[operator("ServiceMonitor", {"selector": {"matchLabels": {"part": "web"}}})],
			[operator("ServiceMonitor", {"selector": {"matchLabels": {"part": "api"}}}), service(labels)],
			[operator("ServiceMonitor", {}), service({"app": "api"})],
			[operator("ServiceMonitor", {}), service({})],
			[operator("PodMonitor", {"namespaceSelector": {"matchNames": ["acme-extra"]}})],
			[object.union(operator("PodMonitor", {}), {"metadata": {"namespace": "acme-extra"}})],
		] {
			unwatched in together(array.concat([run(kind, serving)], monitors))
		}
	}
}

test_passes_own_namespace if {
	every spec in [{}, {"namespaceSelector": {"matchNames": ["acme-production"]}}, {"namespaceSelector": {"any": false}}] {
		said(operator("ServiceMonitor", spec)) == set()
	}
	every namespaces in [{"ownNamespace": true}, {"names": ["acme-production"]}] {
		said(operator("ScrapeConfig", {"kubernetesSDConfigs": [{"namespaces": namespaces}]})) == set()
	}
	said({"apiVersion": "example.com/v1", "kind": "Thing", "spec": {"namespaceSelector": {"any": true}}}) == set()
}

test_passes_watched if {
	every kind in ["Rollout", "Deployment", "StatefulSet"] {
		every monitors in [
			[operator("PodMonitor", {"selector": {"matchLabels": labels}})],
			[operator("PodMonitor", {"namespaceSelector": {"matchNames": ["acme-production"]}})],
			[operator("PodMonitor", {"namespaceSelector": {"any": true}})],
			[operator("ServiceMonitor", {"selector": {"matchLabels": {"part": "web"}}}), service(labels)],
		] {
			together(array.concat([run(kind, serving)], monitors)) == set()
		}
	}
}

test_passes_without_monitors_or_ports if {
	together([run("Rollout", serving)]) == set()
	together([run("Rollout", {"name": "worker"}), operator("PodMonitor", {"selector": {"matchLabels": {"app": "api"}}})]) == set()
}

test_passes_level if {
	every more in [{"spec": {"monitoring": {"level": "basic"}}}, {"protected": false, "spec": {"monitoring": {"level": "none"}}}] {
		count(ts_aud_002.deny) == 0 with input as samples.within(samples.set([]), more)
	}
}

test_passes_other_tenants_unknown if {
	o := operator("PodMonitor", {"namespaceSelector": {"matchNames": ["globex"]}})
	count(ts_aud_002.deny) == 0 with input as {"object": o, "ctx": {"namespaces": []}}
}
