package adopt

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

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
