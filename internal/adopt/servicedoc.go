package adopt

import (
	"fmt"
	"strings"
)

// serviceDoc says a service.
func (a *Adoption) serviceDoc(s *service) fields {
	c := s.container()
	spec := mapAt(s.source.tree, "spec")
	var f fields
	if s.kind != "service" {
		f.set("kind", s.kind)
	}
	f = append(f, containerDoc(c)...)
	f.set("ports", s.portDoc())
	f.set("env", a.envDoc(c))
	f.set("envFrom", a.envFromDoc(c))
	files, volumes := a.mountsDoc(s, c)
	f.set("files", files)
	f.set("volumes", volumes)
	f.set("probes", s.probesDoc(c))
	f.set("resources", resourcesDoc(c.Resources))
	f.set("init", a.initDoc(s))
	f.set("sidecars", a.sidecarsDoc(s))
	var pulls []any
	for _, p := range s.pod.ImagePullSecrets {
		if a.fetches(p.Name) {
			pulls = append(pulls, p.Name)
		}
	}
	f.set("pullSecrets", pulls)
	f.set("placement", a.placementDoc(s))
	if a.asksAPI(s) {
		f.set("kubernetesApi", true)
	}
	f.set("securityContext", securityDoc(s.pod.SecurityContext, c.SecurityContext))
	a.scaleDoc(s, spec, &f)
	f.set("verticalScaling", s.verticalDoc())
	f.set("expose", s.expose)
	var calls []any
	for _, call := range s.calls {
		calls = append(calls, call)
	}
	f.set("calls", calls)
	if g := s.pod.TerminationGracePeriodSeconds; g != nil && *g != 30 {
		f.keep("terminationGracePeriod", *g)
	}
	f.set("preStop", preStopDoc(c.Lifecycle))
	f.set("release", s.releaseDoc())
	return append(f, runsDoc(s, spec)...)
}

// runsDoc says what jobs, cronjobs and statefulsets have of their own.
func runsDoc(s *service, spec tree) fields {
	var f fields
	job := spec
	switch s.kind {
	case "statefulset":
		if textAt(spec, "podManagementPolicy") == "Parallel" {
			f.set("podManagement", "parallel")
		}
		return f
	case "cronjob":
		job = mapAt(spec, "jobTemplate", "spec")
		f.set("schedule", orText(macros[textAt(spec, "schedule")], textAt(spec, "schedule")))
		f.set("timeZone", spec["timeZone"])
		policy := strings.ToLower(orText(textAt(spec, "concurrencyPolicy"), "Allow"))
		if policy != "forbid" {
			f.set("concurrency", policy)
		}
		if n, ok := spec["startingDeadlineSeconds"].(int64); ok {
			f.set("startingDeadline", fmt.Sprintf("%ds", n))
		}
		var history fields
		history.set("succeeded", spec["successfulJobsHistoryLimit"])
		history.keep("failed", orNumber(spec["failedJobsHistoryLimit"], 1))
		f.set("history", history)
	case "job":
	default:
		return nil
	}
	if n, ok := job["activeDeadlineSeconds"].(int64); ok {
		f.set("deadline", fmt.Sprintf("%ds", n))
	}
	f.keep("retries", orNumber(job["backoffLimit"], 6))
	f.set("parallelism", job["parallelism"])
	f.set("completions", job["completions"])
	return f
}

func orNumber(v any, fallback int64) int64 {
	if n, ok := v.(int64); ok {
		return n
	}
	return fallback
}

// asksAPI reports whether the pods of a service talk to the API of Kubernetes: they say so, or their account has rights.
func (a *Adoption) asksAPI(s *service) bool {
	if said := s.pod.AutomountServiceAccountToken; said != nil {
		return *said
	}
	name := s.pod.ServiceAccountName
	if name == "" || name == "default" {
		return false
	}
	for _, i := range a.Items {
		if i.Kind() != "RoleBinding" && i.Kind() != "ClusterRoleBinding" {
			continue
		}
		for _, subject := range listAt(i.tree, "subjects") {
			if textAt(subject, "kind") == "ServiceAccount" && textAt(subject, "name") == name {
				return true
			}
		}
	}
	return false
}

// placementDoc says what the platform has a name for.
func (a *Adoption) placementDoc(s *service) fields {
	var f fields
	for _, name := range sortedKeys(a.cluster().Pools) {
		labels, all := a.cluster().Pools[name].Labels, true
		for k, v := range labels {
			all = all && s.pod.NodeSelector[k] == v
		}
		if all && len(labels) > 0 {
			f.set("pool", name)
			break
		}
	}
	f.set("priority", s.pod.PriorityClassName)
	f.set("architecture", s.pod.NodeSelector["kubernetes.io/arch"])
	return f
}
