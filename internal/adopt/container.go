package adopt

import (
	"path"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// containerDoc says what every container may say. Whatever has no field is left to the comparison, which makes a patch
// of it.
func (a *Adoption) containerDoc(s *service, c corev1.Container) fields {
	var f fields
	f.set("image", c.Image)
	f.set("command", texts(c.Command))
	f.set("args", texts(c.Args))
	return f
}

func texts(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

var envName = pattern.Of(`^[A-Za-z_][A-Za-z0-9_]*$`)

// envDoc says the variables, those of ConfigMaps that are among the objects as texts.
func (a *Adoption) envDoc(c corev1.Container) fields {
	values := map[string]any{}
	for _, from := range c.EnvFrom {
		if from.ConfigMapRef == nil {
			continue
		}
		for k, v := range variablesOf(a.configMap(from.ConfigMapRef.Name)) {
			values[from.Prefix+k] = v
		}
	}
	for _, e := range c.Env {
		if v := a.envValue(e); v != nil {
			values[e.Name] = v
		} else {
			delete(values, e.Name)
		}
	}
	var out fields
	for _, name := range sortedKeys(values) {
		text, isText := values[name].(string)
		if !envName().MatchString(name) || isText && (strings.HasPrefix(text, "\t") || early(name, text, values)) {
			continue
		}
		out.keep(name, values[name])
	}
	return out
}

var reference = pattern.Of(`\$\(([^)]+)\)`)

// early reports whether a text refers to a variable that is written after it: a kubelet would not know it yet.
func early(name, text string, values map[string]any) bool {
	for _, m := range reference().FindAllStringSubmatch(text, -1) {
		if _, there := values[m[1]]; there && m[1] > name {
			return true
		}
	}
	return false
}

// envValue is the value of a variable; nil where a field cannot say it.
func (a *Adoption) envValue(e corev1.EnvVar) any {
	from := e.ValueFrom
	switch {
	case from == nil:
		return e.Value
	case from.ConfigMapKeyRef != nil:
		if v, ok := a.configMap(from.ConfigMapKeyRef.Name)[from.ConfigMapKeyRef.Key].(string); ok {
			return v
		}
	case from.SecretKeyRef != nil && !yes(from.SecretKeyRef.Optional) && a.fetches(from.SecretKeyRef.Name):
		return fields{{"secret", from.SecretKeyRef.Name}, {"key", from.SecretKeyRef.Key}}
	case from.FieldRef != nil && slices.Contains(podFields, from.FieldRef.FieldPath):
		return fields{{"field", from.FieldRef.FieldPath}}
	case from.ResourceFieldRef != nil && from.ResourceFieldRef.ContainerName == "" && from.ResourceFieldRef.Divisor.IsZero() &&
		slices.Contains([]string{"requests.cpu", "requests.memory", "limits.cpu", "limits.memory"}, from.ResourceFieldRef.Resource):
		return fields{{"resource", from.ResourceFieldRef.Resource}}
	}
	return nil
}

var podFields = []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.podIP", "status.hostIP"}

var secretName = pattern.Of(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

// fetches reports whether a secret can be a field: the cluster has an operator that fetches it, and its name is one of a
// field.
func (a *Adoption) fetches(secret string) bool {
	return a.cluster().Has("external-secrets") && secretName().MatchString(secret)
}

func (a *Adoption) envFromDoc(c corev1.Container) []any {
	var out []any
	for _, from := range c.EnvFrom {
		if from.SecretRef == nil || yes(from.SecretRef.Optional) || !a.fetches(from.SecretRef.Name) {
			continue
		}
		f := fields{{"secret", from.SecretRef.Name}}
		f.set("prefix", from.Prefix)
		out = append(out, f)
	}
	return out
}

// resourcesDoc says requests, limits and devices.
func resourcesDoc(r corev1.ResourceRequirements) fields {
	var f, devices fields
	f.set("requests", compute(r.Requests))
	f.set("limits", compute(r.Limits))
	for _, name := range sortedKeys(asStrings(r.Limits)) {
		if q := r.Limits[corev1.ResourceName(name)]; strings.Contains(name, "/") {
			devices.set(name, q.Value())
		}
	}
	f.set("devices", devices)
	return f
}

func asStrings(l corev1.ResourceList) map[string]resource.Quantity {
	out := map[string]resource.Quantity{}
	for k, v := range l {
		out[string(k)] = v
	}
	return out
}

func compute(l corev1.ResourceList) fields {
	var f fields
	for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if q, ok := l[name]; ok {
			f.set(string(name), amountOf(tree{string(name): q.String()}, string(name)))
		}
	}
	return f
}

// probesDoc says the probes of a container. Those that ask a port without a name stay for a patch.
func (s *service) probesDoc(c corev1.Container) fields {
	var f fields
	f.set("ready", s.probeDoc(c.ReadinessProbe))
	f.set("live", s.probeDoc(c.LivenessProbe))
	f.set("startup", s.probeDoc(c.StartupProbe))
	return f
}

func (s *service) probeDoc(p *corev1.Probe) fields {
	if p == nil {
		return nil
	}
	var f fields
	switch {
	case p.HTTPGet != nil:
		port := s.portOf(p.HTTPGet.Port.IntVal, p.HTTPGet.Port.StrVal)
		if port == "" || p.HTTPGet.Host != "" {
			return nil
		}
		f.set("path", orText(p.HTTPGet.Path, "/"))
		f.set("port", port)
		if p.HTTPGet.Scheme == corev1.URISchemeHTTPS && port != "https" {
			f.set("tls", true)
		}
		var headers fields
		for _, h := range p.HTTPGet.HTTPHeaders {
			headers.set(h.Name, h.Value)
		}
		f.set("headers", headers)
	case p.TCPSocket != nil:
		port := s.portOf(p.TCPSocket.Port.IntVal, p.TCPSocket.Port.StrVal)
		if port == "" {
			return nil
		}
		f.set("port", port)
	case p.GRPC != nil:
		port := s.portOf(p.GRPC.Port, "")
		if port == "" {
			return nil
		}
		f.set("port", port)
		f.set("grpc", true)
		if p.GRPC.Service != nil {
			f.set("service", *p.GRPC.Service)
		}
	case p.Exec != nil:
		f.set("exec", texts(p.Exec.Command))
	default:
		return nil
	}
	for _, n := range []struct {
		key   string
		value int32
		is    int32
	}{
		{"initialDelay", p.InitialDelaySeconds, 0}, {"period", p.PeriodSeconds, 0}, {"timeout", p.TimeoutSeconds, 0},
		{"failureThreshold", p.FailureThreshold, 0}, {"successThreshold", p.SuccessThreshold, 0},
	} {
		if n.value != n.is {
			f.set(n.key, int64(n.value))
		}
	}
	return f
}

// securityDoc says what the container may do today. A default that is stricter than that would change it, so that it is
// said to be off; checks tell what that means.
func securityDoc(pod *corev1.PodSecurityContext, c *corev1.SecurityContext) fields {
	p, s := corev1.PodSecurityContext{}, corev1.SecurityContext{}
	if pod != nil {
		p = *pod
	}
	if c != nil {
		s = *c
	}
	var f fields
	if !yes(s.ReadOnlyRootFilesystem) {
		f.keep("readOnlyRootFilesystem", false)
	}
	if !yes(first(s.RunAsNonRoot, p.RunAsNonRoot)) {
		f.keep("runAsNonRoot", false)
	}
	for _, id := range []struct {
		key string
		is  *int64
	}{{"runAsUser", first(s.RunAsUser, p.RunAsUser)}, {"runAsGroup", first(s.RunAsGroup, p.RunAsGroup)}, {"fsGroup", p.FSGroup}} {
		if id.is != nil {
			f.keep(id.key, *id.is)
		}
	}
	if s.Capabilities != nil && slices.ContainsFunc(s.Capabilities.Drop, func(c corev1.Capability) bool { return strings.EqualFold(string(c), "ALL") }) {
		var add []any
		for _, capability := range s.Capabilities.Add {
			add = append(add, strings.TrimPrefix(strings.ToUpper(string(capability)), "CAP_"))
		}
		f.set("addCapabilities", add)
	}
	return f
}

func yes(b *bool) bool { return b != nil && *b }

func first[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// preStopDoc says what a container does before it stops.
func preStopDoc(l *corev1.Lifecycle) fields {
	var f fields
	switch {
	case l == nil || l.PreStop == nil:
	case l.PreStop.Exec != nil:
		f.set("exec", texts(l.PreStop.Exec.Command))
	case l.PreStop.Sleep != nil:
		f.set("sleep", strconv.FormatInt(l.PreStop.Sleep.Seconds, 10)+"s")
	}
	return f
}

// mountsDoc says the files and volumes of a container.
func (a *Adoption) mountsDoc(s *service, c corev1.Container) (files fields, volumes []any) {
	content := map[string]string{}
	raw := byName(listAt(s.source.tree, templateAt(s.source.Kind()).Join("spec", "volumes")...))
	for _, m := range c.VolumeMounts {
		volume := raw[m.Name]
		if from := mapAt(volume, "configMap"); from != nil {
			mount := tree{"mountPath": m.MountPath}
			if m.SubPath != "" {
				mount["subPath"] = m.SubPath
			}
			for p, text := range filesOf(mount, from, a.configMap(textAt(from, "name"))) {
				content[path.Clean(p)] = text
			}
			continue
		}
		if f := a.volumeDoc(s, m); f != nil {
			volumes = append(volumes, f)
		}
	}
	for _, p := range sortedKeys(content) {
		if !strings.HasPrefix(content[p], "\t") {
			files.keep(p, content[p])
		}
	}
	return files, volumes
}

// volumeDoc says a volume that a field can say; nil otherwise.
func (a *Adoption) volumeDoc(s *service, m corev1.VolumeMount) any {
	i := slices.IndexFunc(s.pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name })
	f := fields{{"mount", strings.TrimSuffix(m.MountPath, "/")}}
	if i < 0 {
		return a.template(s, m, f)
	}
	v := s.pod.Volumes[i]
	switch {
	case m.MountPropagation != nil || m.SubPathExpr != "":
		return nil
	case v.EmptyDir != nil && v.EmptyDir.SizeLimit != nil && m.SubPath == "" && (v.EmptyDir.Medium == "" || v.EmptyDir.Medium == corev1.StorageMediumMemory):
		f.set("emptyDir", v.EmptyDir.SizeLimit.String())
		if v.EmptyDir.Medium != "" {
			f.set("inMemory", true)
		}
	case v.PersistentVolumeClaim != nil:
		if claim := a.item("", "PersistentVolumeClaim", v.PersistentVolumeClaim.ClaimName); claim == nil || !claimDoc(&f, claim.tree, claim.Name()) {
			return nil
		}
	case v.Secret != nil && len(v.Secret.Items) == 0 && !yes(v.Secret.Optional) && m.SubPath == "" && a.fetches(v.Secret.SecretName):
		f.set("secret", v.Secret.SecretName)
		return f
	default:
		return nil
	}
	if m.SubPath != "" {
		f.set("subPath", m.SubPath)
	}
	if m.ReadOnly {
		f.set("readOnly", true)
	}
	return f
}

// template says a volume that each replica has of its own.
func (a *Adoption) template(s *service, m corev1.VolumeMount, f fields) any {
	for _, c := range listAt(s.source.tree, "spec", "volumeClaimTemplates") {
		if textAt(c, "metadata", "name") != m.Name || m.MountPropagation != nil || m.SubPathExpr != "" || !claimDoc(&f, c, m.Name) {
			continue
		}
		f.set("subPath", m.SubPath)
		if m.ReadOnly {
			f.set("readOnly", true)
		}
		return f
	}
	return nil
}

// claimDoc says a claim; false where it asks for what no field says.
func claimDoc(f *fields, claim any, name string) bool {
	modes := listAt(claim, "spec", "accessModes")
	size, ok := canonical(at(claim, "spec", "resources", "requests", "storage")).(string)
	if !ok || len(modes) != 1 || textAt(claim, "spec", "volumeMode") == "Block" || at(claim, "spec", "dataSource") != nil || at(claim, "spec", "selector") != nil {
		return false
	}
	f.set("claim", size)
	f.set("class", textAt(claim, "spec", "storageClassName"))
	if modes[0] != "ReadWriteOnce" {
		f.set("accessMode", modes[0])
	}
	f.set("name", name)
	return true
}
