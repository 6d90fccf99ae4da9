package adopt

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// File is the path of the tenant's file: in a folder where something stands beside it.
func (a *Adoption) File() string {
	if a.beside() {
		return "tenants/" + a.Tenant + "/tenant.yaml"
	}
	return "tenants/" + a.Tenant + ".yaml"
}

func (a *Adoption) beside() bool {
	for file := range a.patches {
		if strings.HasPrefix(file, "tenants/") {
			return true
		}
	}
	return slices.ContainsFunc(a.Items, func(i *Item) bool { return i.State == Kept })
}

// Files are the tenant's file, its patches and its objects, by path.
func (a *Adoption) Files() map[string][]byte {
	out := map[string][]byte{a.File(): a.document()}
	maps.Copy(out, a.patches)
	if content := a.override(); content != nil {
		out[a.overrideFile()] = content
	}
	for _, i := range a.Items {
		if i.State == Kept {
			out[i.File] = append([]byte("# As it was before tenantsmith; no field says it.\n"), manifest.Marshal(a.keptTree(i))...)
		}
	}
	return out
}

// document is the tenant's file.
func (a *Adoption) document() []byte {
	var b strings.Builder
	up := "../"
	if a.beside() {
		up = "../../"
	}
	b.WriteString("# yaml-language-server: $schema=" + up + "schemas/tenant.schema.json\n")
	fmt.Fprintf(&b, "# What %s runs, as `tenantsmith adopt` read it. What is not said here comes from the tier and from tenantsmith.yaml.\n", a.Tenant)
	fmt.Fprintf(&b, "apiVersion: tenantsmith.dev/v1alpha1\nkind: Tenant\nmetadata:\n  name: %s\nspec:\n", scalarText(a.Tenant))
	spec := any(a.spec())
	for _, p := range a.dropped {
		spec = without(spec, p)
	}
	write(&b, spec.(fields), 2)
	return []byte(b.String())
}

func (a *Adoption) spec() fields {
	var f, services, secrets, env fields
	f.set("tier", a.Tier.Name)
	f.set("owners", a.ownersDoc())
	f.set("resources", a.resources)
	f.set("domains", texts(a.domains))
	if a.namespace != "" && (a.phased() || a.namespace != a.pattern()) {
		env.set("namespace", a.namespace)
	}
	f.keep("environments", fields{{a.Environment.Name, env}})
	slices.SortFunc(a.services, func(x, y *service) int { return strings.Compare(x.name, y.name) })
	names := slices.Clone(a.secrets)
	for _, s := range a.services {
		services.keep(s.name, a.serviceDoc(s))
		names = append(names, s.secretNames()...)
	}
	f.set("services", services)
	slices.Sort(names)
	names = slices.DeleteFunc(names, func(n string) bool { return !a.fetches(n) })
	for _, name := range slices.Compact(names) {
		secrets.keep(name, fields{{"path", a.secretPath(name)}})
	}
	f.set("secrets", secrets)
	return f
}

// secretPath is where a secret is to lie in the platform's store: where the ExternalSecret says it lies, or below the
// name of the tenant.
func (a *Adoption) secretPath(name string) string {
	for _, i := range a.Items {
		if i.Kind() != "ExternalSecret" || orText(textAt(i.tree, "spec", "target", "name"), i.Name()) != name {
			continue
		}
		for _, from := range listAt(i.tree, "spec", "dataFrom") {
			if key := textAt(from, "extract", "key"); key != "" {
				return key
			}
		}
		for _, from := range listAt(i.tree, "spec", "data") {
			if key := textAt(from, "remoteRef", "key"); key != "" {
				return key
			}
		}
	}
	return a.Tenant + "/" + name
}

func (a *Adoption) ownersDoc() []any {
	if a.Owner != "" {
		return []any{fields{{"group", a.Owner}, {"role", "admin"}}}
	}
	var out []any
	seen := map[string]bool{}
	for _, o := range a.owners {
		text, _ := flow(o)
		if !seen[text] {
			out = append(out, o)
		}
		seen[text] = true
	}
	return out
}

// Owned reports whether somebody owns the tenant: without an owner there is none.
func (a *Adoption) Owned() bool { return len(a.ownersDoc()) > 0 }

// secretNames are the secrets that the file's fields name.
func (s *service) secretNames() []string {
	var out []string
	for _, c := range append(slices.Clone(s.pod.Containers), s.pod.InitContainers...) {
		for _, e := range c.Env {
			if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && !yes(e.ValueFrom.SecretKeyRef.Optional) {
				out = append(out, e.ValueFrom.SecretKeyRef.Name)
			}
		}
		for _, e := range c.EnvFrom {
			if e.SecretRef != nil && !yes(e.SecretRef.Optional) {
				out = append(out, e.SecretRef.Name)
			}
		}
	}
	for _, v := range s.pod.Volumes {
		if v.Secret != nil && len(v.Secret.Items) == 0 && !yes(v.Secret.Optional) {
			out = append(out, v.Secret.SecretName)
		}
	}
	for _, p := range s.pod.ImagePullSecrets {
		out = append(out, p.Name)
	}
	return out
}

// serviceDoc says a service.
func (a *Adoption) serviceDoc(s *service) fields {
	c := s.container()
	spec := mapAt(s.source.tree, "spec")
	var f fields
	if s.kind != "service" {
		f.set("kind", s.kind)
	}
	f = append(f, a.containerDoc(s, c)...)
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
