package adopt

import (
	"maps"
	"regexp"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// served are the versions in which clusters serve kinds whose older versions are gone.
var served = map[string]string{
	"CronJob": "batch/v1", "DaemonSet": "apps/v1", "Deployment": "apps/v1", "ReplicaSet": "apps/v1", "StatefulSet": "apps/v1",
	"HorizontalPodAutoscaler": "autoscaling/v2", "Ingress": "networking.k8s.io/v1", "NetworkPolicy": "networking.k8s.io/v1",
	"PodDisruptionBudget": "policy/v1", "Role": "rbac.authorization.k8s.io/v1", "RoleBinding": "rbac.authorization.k8s.io/v1",
}

var begun = regexp.MustCompile(`^(extensions|apps|autoscaling|batch|networking\.k8s\.io|policy|rbac\.authorization\.k8s\.io)/v[0-9]+(alpha|beta)[0-9]+$`)

// outdated reports whether no cluster serves the version of an object any more.
func outdated(o manifest.Object) bool {
	return served[o.Kind()] != "" && begun.MatchString(o.APIVersion())
}

// modern is an object in the version of today, where it is one that is gone or the first of autoscalers, which says less.
func modern(o manifest.Object) manifest.Object {
	if !outdated(o) && o.APIVersion() != "autoscaling/v1" {
		return o
	}
	o.Tree = copied(o.Tree).(tree)
	o.Tree["apiVersion"] = served[o.Kind()]
	spec := mapAt(o.Tree, "spec")
	switch o.Kind() {
	case "HorizontalPodAutoscaler":
		modernAutoscaler(spec)
	case "Ingress":
		modernIngress(spec)
	case "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet":
		if labels := mapAt(spec, "template", "metadata", "labels"); spec != nil && spec["selector"] == nil && labels != nil {
			put(spec, copied(labels), "selector", "matchLabels")
		}
	}
	return o
}

// modernAutoscaler says by metrics what fields said: percent and amounts stand under target.
func modernAutoscaler(spec tree) {
	if percent := spec["targetCPUUtilizationPercentage"]; percent != nil {
		spec["metrics"] = []any{tree{"type": "Resource", "resource": tree{"name": "cpu", "target": tree{"type": "Utilization", "averageUtilization": percent}}}}
	}
	delete(spec, "targetCPUUtilizationPercentage")
	for _, m := range listAt(spec, "metrics") {
		for _, source := range []string{"resource", "pods", "object", "external", "containerResource"} {
			modernMetric(mapAt(m, source))
		}
	}
}

func modernMetric(m tree) {
	for _, old := range []struct{ was, key, kind string }{
		{"targetAverageUtilization", "averageUtilization", "Utilization"}, {"targetAverageValue", "averageValue", "AverageValue"}, {"targetValue", "value", "Value"},
	} {
		if v := m[old.was]; v != nil {
			m["target"] = tree{"type": old.kind, old.key: v}
			delete(m, old.was)
		}
	}
	for _, old := range []struct{ was, key string }{{"metricName", "name"}, {"metricSelector", "selector"}} {
		if v := m[old.was]; v != nil {
			put(m, v, "metric", old.key)
			delete(m, old.was)
		}
	}
}

// modernIngress names Services where they stand today.
func modernIngress(spec tree) {
	backend := func(b tree) {
		if b["serviceName"] == nil {
			return
		}
		key := "number"
		if _, named := b["servicePort"].(string); named {
			key = "name"
		}
		b["service"] = tree{"name": b["serviceName"], "port": tree{key: b["servicePort"]}}
		maps.DeleteFunc(b, func(k string, _ any) bool { return strings.HasPrefix(k, "service") && k != "service" })
	}
	if b := mapAt(spec, "backend"); b != nil {
		spec["defaultBackend"] = b
		delete(spec, "backend")
	}
	backend(mapAt(spec, "defaultBackend"))
	for _, r := range listAt(spec, "rules") {
		for _, p := range listAt(r, "http", "paths") {
			backend(mapAt(p, "backend"))
			if path, ok := p.(tree); ok && path["pathType"] == nil {
				path["pathType"] = "ImplementationSpecific"
			}
		}
	}
}
