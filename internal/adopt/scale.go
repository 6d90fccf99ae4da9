package adopt

import (
	"slices"
	"strconv"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// readScaler takes an autoscaler over; a second one of the same workload is kept.
func (a *Adoption) readScaler(i *Item) {
	s := a.running(textAt(i.tree, "spec", "scaleTargetRef", "kind"), textAt(i.tree, "spec", "scaleTargetRef", "name"))
	if s == nil || s.scaler != nil || i.Kind() == "ScaledObject" && !a.triggered(s, i) {
		return
	}
	s.scaler, i.Service = i, s.name
	i.Into = manifest.Key{Group: i.Key().Group, Kind: i.Kind(), Name: s.name}
}

// triggered reports whether fields can say what KEDA scales a service by, and takes over what its triggers read secrets by.
func (a *Adoption) triggered(s *service, i *Item) bool {
	triggers, auths := listAt(i.tree, "spec", "triggers"), []*Item{}
	if !a.cluster().Has("keda") || len(triggers) == 0 || s.kind == "statefulset" {
		return false
	}
	for _, t := range triggers {
		if !only(t, "type", "metadata", "authenticationRef", "metricType") || textAt(t, "type") != "cpu" && at(t, "metricType") != nil ||
			textAt(t, "type") == "cpu" && (textAt(t, "metricType") != "Utilization" || !only(at(t, "metadata"), "value")) {
			return false
		}
		if ref := mapAt(t, "authenticationRef"); ref != nil {
			auth := a.item("keda.sh", "TriggerAuthentication", textAt(ref, "name"))
			if auth == nil || auth.State != "" || !only(ref, "name") || !a.plainAuth(auth) {
				return false
			}
			auths = append(auths, auth)
		}
	}
	for _, auth := range auths {
		auth.State, auth.Service, auth.Reason = Fields, s.name, "spec.services."+s.name+".autoscaling.triggers name its secrets"
		for _, x := range listAt(auth.tree, "spec", "secretTargetRef") {
			a.secrets = append(a.secrets, textAt(x, "name"))
		}
	}
	return true
}

// plainAuth reports whether an object names keys of secrets and nothing else, for one ScaledObject.
func (a *Adoption) plainAuth(i *Item) bool {
	users := 0
	for _, other := range a.Items {
		for _, t := range listAt(other.tree, "spec", "triggers") {
			if textAt(t, "authenticationRef", "name") == i.Name() {
				users++
			}
		}
	}
	return users == 1 && only(at(i.tree, "spec"), "secretTargetRef") && !slices.ContainsFunc(listAt(i.tree, "spec", "secretTargetRef"), func(x any) bool {
		return !only(x, "parameter", "name", "key") || !a.fetches(textAt(x, "name"))
	})
}

// rescale keeps the autoscaler of a service that fields cannot say, with what is for it alone.
func (a *Adoption) rescale(s *service) {
	for _, i := range a.Items {
		if i == s.scaler || i.Kind() == "TriggerAuthentication" && i.Service == s.name {
			i.State, i.Service, i.Reason, i.Into = "", "", "", manifest.Key{}
		}
	}
	s.scaler = nil
}

// scaleDoc says how many pods there are: as many as an autoscaler wants, or a number where the tier has another.
func (a *Adoption) scaleDoc(s *service, spec tree, f *fields) {
	switch n := orNumber(spec["replicas"], 1); {
	case s.kind == "job" || s.kind == "cronjob":
	case s.scaler != nil && s.scaler.Kind() == "ScaledObject":
		f.set("autoscaling", a.eventsDoc(mapAt(s.scaler.tree, "spec")))
	case s.scaler != nil:
		f.set("autoscaling", a.loadDoc(s, mapAt(s.scaler.tree, "spec")))
	case n != int64(a.Tier.Replicas.Default):
		f.keep("replicas", n)
	}
}

// loadDoc says a HorizontalPodAutoscaler: without metrics it aims at 80 % of the CPU.
func (a *Adoption) loadDoc(s *service, spec tree) fields {
	var f fields
	f.keep("min", orNumber(spec["minReplicas"], 1))
	f.set("max", spec["maxReplicas"])
	metrics := listAt(spec, "metrics")
	if len(metrics) == 0 {
		f.set("cpuPercent", int64(80))
	}
	for _, m := range metrics {
		if textAt(m, "resource", "name") == "cpu" {
			f.set("cpuPercent", at(m, "resource", "target", "averageUtilization"))
		}
		if n, ok := a.perSecond(m); ok && slices.ContainsFunc(s.ports, func(p port) bool { return p.name == "http" }) {
			f.set("requestsPerSecond", n)
		}
	}
	return f
}

// perSecond is how many requests each pod is to answer, where the platform's metric says so.
func (a *Adoption) perSecond(metric any) (int64, bool) {
	c := a.cluster()
	if !c.Has("prometheus-adapter") || textAt(metric, "pods", "metric", "name") != orText(c.Metrics.RequestsPerSecond, "http_requests_per_second") || at(metric, "pods", "metric", "selector") != nil {
		return 0, false
	}
	q, _ := canonical(at(metric, "pods", "target", "averageValue")).(string)
	n, err := strconv.ParseInt(q, 10, 32)
	return n, err == nil
}

// eventsDoc says a ScaledObject.
func (a *Adoption) eventsDoc(spec tree) fields {
	var f fields
	f.keep("min", orNumber(spec["minReplicaCount"], 0))
	f.keep("max", orNumber(spec["maxReplicaCount"], 100))
	var triggers []any
	for _, t := range listAt(spec, "triggers") {
		if textAt(t, "type") == "cpu" {
			if n, err := strconv.ParseInt(textAt(t, "metadata", "value"), 10, 32); err == nil {
				f.set("cpuPercent", n)
			}
			continue
		}
		trigger := fields{{"type", textAt(t, "type")}}
		trigger.set("metadata", documented(mapAt(t, "metadata")))
		var secrets fields
		for _, x := range a.auth(textAt(t, "authenticationRef", "name")) {
			secrets.set(textAt(x, "parameter"), fields{{"secret", textAt(x, "name")}, {"key", textAt(x, "key")}})
		}
		trigger.set("secrets", secrets)
		triggers = append(triggers, trigger)
	}
	f.set("triggers", triggers)
	return f
}

// auth are the keys of secrets that an object which was read names.
func (a *Adoption) auth(name string) []any {
	if i := a.item("keda.sh", "TriggerAuthentication", name); i != nil {
		return listAt(i.tree, "spec", "secretTargetRef")
	}
	return nil
}

// auth are the keys of secrets that a rendered object names.
func (o outcome) auth(name string) []any {
	return listAt(o[manifest.Key{Group: "keda.sh", Kind: "TriggerAuthentication", Name: name}], "spec", "secretTargetRef")
}

// scaling is a ScaledObject as two compare: its triggers with the secrets that they read.
func (v view) scaling(spec tree) {
	delete(spec, "scaleTargetRef")
	drop(spec, tree{"pollingInterval": int64(30), "cooldownPeriod": int64(300), "minReplicaCount": int64(0), "maxReplicaCount": int64(100)})
	for _, t := range listAt(spec, "triggers") {
		if ref := mapAt(t, "authenticationRef"); ref != nil && v.auth != nil {
			secrets := tree{}
			for _, x := range v.auth(textAt(ref, "name")) {
				secrets[textAt(x, "parameter")] = tree{"name": textAt(x, "name"), "key": textAt(x, "key")}
			}
			t.(tree)["authenticationRef"] = secrets
		}
	}
}
