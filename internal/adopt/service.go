package adopt

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// service is a workload of the tenant to be, with the objects that are about it.
type service struct {
	name, kind string
	source     *Item
	pod        corev1.PodSpec
	labels     map[string]string // of its pods
	main       int               // which container is the service's
	address    *Item             // its Service
	scaler     *Item             // its HorizontalPodAutoscaler
	vertical   *Item             // its VerticalPodAutoscaler
	ports      []port
	calls      []fields
	expose     []any
}

// port is one of a service.
type port struct {
	name, protocol  string
	number, service int32
}

// kinds of services that workloads are.
var workloadKinds = map[string]string{
	"apps/Deployment": "worker", "argoproj.io/Rollout": "worker", "apps/StatefulSet": "statefulset", "batch/Job": "job", "batch/CronJob": "cronjob",
}

// newService reads a workload; nil for what is none that fields can say.
func newService(o *Item) (*service, error) {
	kind, ok := workloadKinds[o.Key().Group+"/"+o.Kind()]
	if !ok {
		return nil, nil
	}
	template := mapAt(o.tree, templateAt(o.Kind())...)
	if at(template, "spec") == nil {
		return nil, nil // its pods are those of another object
	}
	s := &service{name: o.Name(), kind: kind, source: o, labels: map[string]string{}}
	if labels := mapAt(o.tree, "metadata", "labels"); kind == "job" && labels["app.kubernetes.io/managed-by"] == "tenantsmith" {
		s.name = orText(textAt(labels, "app.kubernetes.io/name"), s.name) // it was rendered: its own name ends in a digest
	}
	for k, v := range mapAt(template, "metadata", "labels") {
		s.labels[k], _ = v.(string)
	}
	plain := copied(template["spec"]).(tree)
	holder := tree{"spec": tree{"template": tree{"spec": plain}}}
	undefault("Deployment", holder)
	var counts struct {
		Replicas    *int32 `json:"replicas"`
		Parallelism *int32 `json:"parallelism"`
		Completions *int32 `json:"completions"`
	}
	if err := cmp.Or(decode(plain, &s.pod), decode(o.tree["spec"], &counts)); err != nil {
		return nil, err
	}
	if len(s.pod.Containers) == 0 {
		return nil, fmt.Errorf("has no container")
	}
	s.main = max(slices.IndexFunc(s.pod.Containers, func(c corev1.Container) bool { return c.Name == s.name }), 0)
	return s, nil
}

// decode reads a tree into a typed struct. The error names the field that does not fit, and no value.
func decode(t any, into any) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	err = json.Unmarshal(data, into)
	if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
		what, _, _ := strings.Cut(wrong.Value, " ")
		return fmt.Errorf("%s cannot be a %s", orText(wrong.Field, "it"), what)
	}
	return err
}

// container is that of the service.
func (s *service) container() corev1.Container { return s.pod.Containers[s.main] }

// selects reports whether a selector finds the pods of the service.
func (s *service) selects(selector tree) bool {
	if len(selector) == 0 {
		return false
	}
	for k, v := range selector {
		if value, ok := s.labels[k]; !ok || value != v {
			return false
		}
	}
	return true
}

// findPorts are those of the container and those by which the Service finds it, named as the Service does.
func (s *service) findPorts() {
	taken := map[string]bool{}
	for _, p := range s.container().Ports {
		s.ports = append(s.ports, port{name: p.Name, protocol: string(p.Protocol), number: p.ContainerPort})
	}
	if s.address != nil {
		s.serve()
	}
	for i := range s.ports {
		p := &s.ports[i]
		if p.name == "" || taken[p.name] {
			p.name = fmt.Sprintf("p%d", p.number)
			if !taken["http"] && s.speaksHTTP(*p) {
				p.name = "http"
			}
		}
		taken[p.name] = true
	}
}

// speaksHTTP reports whether a port without a name answers requests, as far as anybody says: routers and meshes go by the
// name that it gets.
func (s *service) speaksHTTP(p port) bool {
	if p.protocol == "UDP" {
		return false
	}
	c := s.container()
	for _, probe := range []*corev1.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
		if probe != nil && probe.HTTPGet != nil && probe.HTTPGet.Scheme != corev1.URISchemeHTTPS && probe.HTTPGet.Port.IntVal == p.number {
			return true
		}
	}
	return p.number == 80 || p.number == 8080
}

// serve takes the numbers and names of the Service over.
func (s *service) serve() {
	for _, x := range listAt(s.address.tree, "spec", "ports") {
		var p corev1.ServicePort
		if decode(x, &p) != nil {
			continue
		}
		target := p.TargetPort.IntVal
		if p.TargetPort.StrVal != "" {
			for _, own := range s.container().Ports {
				if own.Name == p.TargetPort.StrVal {
					target = own.ContainerPort
				}
			}
			if target == 0 {
				continue
			}
		}
		if target == 0 {
			target = p.Port
		}
		protocol := string(p.Protocol)
		if protocol == "TCP" {
			protocol = ""
		}
		i := slices.IndexFunc(s.ports, func(o port) bool {
			return o.number == target && (o.protocol == protocol || protocol == "" && o.protocol == "TCP")
		})
		if i < 0 {
			s.ports = append(s.ports, port{number: target, protocol: protocol})
			i = len(s.ports) - 1
		}
		own := &s.ports[i]
		if p.Name != "" && own.service == 0 && !slices.ContainsFunc(s.ports, func(o port) bool { return o.name == p.Name }) {
			own.name = p.Name
		}
		if own.service == 0 {
			own.service = p.Port
		}
	}
}

// portDoc says the ports.
func (s *service) portDoc() fields {
	var out fields
	for _, p := range s.ports {
		var f fields
		f.set("port", int64(p.number))
		if p.protocol == "UDP" {
			f.set("protocol", "UDP")
		}
		if p.service != 0 && p.service != p.number {
			f.set("service", int64(p.service))
		}
		if len(f) == 1 {
			out.set(p.name, int64(p.number))
		} else {
			out.set(p.name, f)
		}
	}
	return out
}

// portOf is the name of a port by its number, or by the name that the container gives it.
func (s *service) portOf(number int32, name string) string {
	for _, own := range s.container().Ports {
		if own.Name == name && name != "" {
			number = own.ContainerPort
		}
	}
	for _, p := range s.ports {
		if p.number == number {
			return p.name
		}
	}
	return ""
}

// servedAs is the name of the port that the Service answers at, by number or name.
func (s *service) servedAs(number int32, name string) string {
	if s.address == nil {
		return ""
	}
	for _, x := range listAt(s.address.tree, "spec", "ports") {
		var p corev1.ServicePort
		if decode(x, &p) != nil || name != "" && p.Name != name || name == "" && p.Port != number {
			continue
		}
		target := p.TargetPort.IntVal
		if target == 0 && p.TargetPort.StrVal == "" {
			target = p.Port
		}
		return s.portOf(target, p.TargetPort.StrVal)
	}
	return ""
}

// rendered is the object that the service becomes, as its key without a namespace.
func (s *service) rendered(rollouts bool) manifest.Key {
	switch {
	case s.kind != "service" && s.kind != "worker":
		k := s.source.Key()
		return manifest.Key{Group: k.Group, Kind: k.Kind, Name: s.name}
	case rollouts:
		return manifest.Key{Group: "argoproj.io", Kind: "Rollout", Name: s.name}
	}
	return manifest.Key{Group: "apps", Kind: "Deployment", Name: s.name}
}
