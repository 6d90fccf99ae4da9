package adopt

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// view is what a workload does, as two objects can be compared that say it in different words: a container by what it
// is and not by what it is called, its variables, ports and mounts by what they are known by from inside, files by their
// content. Other objects are viewed as they are.
type view struct {
	main    string // the name of the container that is the service's
	service string // that it is called by in the view
	files   func(configMap string) tree
	auth    func(triggerAuthentication string) []any
	ports   map[string]any // numbers of the ports of the pods behind a Service, by name
}

// of is the view of an object, which stays as it is.
func (v view) of(kind string, t tree) tree {
	out := copied(t).(tree)
	undefault(kind, out)
	delete(out, "metadata")
	if m := mapAt(t, "metadata", "annotations"); len(m) > 0 {
		put(out, copied(m), "metadata", "annotations")
	}
	spec := mapAt(out, "spec")
	switch kind {
	case "Service":
		v.servicePorts(spec)
	case "HorizontalPodAutoscaler":
		delete(spec, "scaleTargetRef")
	case "ScaledObject":
		v.scaling(spec)
	case "VerticalPodAutoscaler":
		v.vertical(spec)
	}
	claimTemplates(spec)
	delete(spec, "selector")
	delete(out, "apiVersion")
	delete(out, "kind")
	if p := templateAt(kind); p != nil {
		template := mapAt(out, p...)
		delete(mapAt(template, "metadata"), "labels")
		prune(mapAt(template, "metadata"), "annotations")
		prune(template, "metadata")
		v.pod(mapAt(template, "spec"))
	}
	return out
}

// claimTemplates are those of a StatefulSet by name, which is what claims that exist are found by. Labels of theirs are
// the platform's.
func claimTemplates(spec tree) {
	templates := map[string]tree{}
	for _, x := range listAt(spec, "volumeClaimTemplates") {
		if c, ok := x.(tree); ok {
			templates[textAt(c, "metadata", "name")] = c
		}
	}
	for _, c := range templates {
		for _, field := range []string{"apiVersion", "kind", "status"} {
			delete(c, field)
		}
		for _, field := range []string{"name", "labels"} {
			delete(mapAt(c, "metadata"), field)
		}
		prune(mapAt(c, "metadata"), "annotations")
		prune(c, "metadata")
	}
	setMap(spec, "volumeClaimTemplates", asTree(templates))
}

func (v view) pod(spec tree) {
	volumes := byName(listAt(spec, "volumes"))
	viewed := map[string]tree{"containers": {}, "initContainers": {}}
	var order []any
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range listAt(spec, list) {
			container, ok := c.(tree)
			if !ok {
				continue
			}
			name, to := textAt(container, "name"), list
			switch {
			case list == "containers" && name == v.main:
				name = v.service
			case container["restartPolicy"] == "Always": // a sidecar, which goes on running like any container
				to = "containers"
				delete(container, "restartPolicy")
			case list == "initContainers":
				order = append(order, name)
			}
			delete(container, "name")
			v.container(container, volumes)
			inherit(container, mapAt(spec, "securityContext"))
			capabilities(container)
			viewed[to][name] = container
		}
	}
	for list, containers := range viewed {
		setMap(spec, list, containers)
	}
	if len(order) > 1 {
		spec[initOrder] = order
	}
	for _, field := range inherited {
		delete(mapAt(spec, "securityContext"), field)
	}
	prune(spec, "securityContext")
	delete(spec, "volumes")
	delete(spec, "serviceAccountName")
	setMap(spec, "imagePullSecrets", asTree(byName(listAt(spec, "imagePullSecrets"))))
}

// initOrder is the order of the steps before a pod's containers, in a view.
const initOrder = "order of initContainers"

// inherited are the fields of a pod's security context that hold for containers without a word of their own.
var inherited = []string{"runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile"}

func inherit(container, pod tree) {
	for _, field := range inherited {
		if own := mapAt(container, "securityContext"); pod[field] != nil && own[field] == nil {
			put(container, pod[field], "securityContext", field)
		}
	}
	for _, field := range []string{"runAsNonRoot", "readOnlyRootFilesystem"} {
		if at(container, "securityContext", field) == nil {
			put(container, false, "securityContext", field) // what is stricter than that is no addition
		}
	}
}

// capabilities writes what a container may do in one way: lists without an order, in capitals.
func capabilities(c tree) {
	for _, field := range []string{"add", "drop"} {
		list := slices.Clone(listAt(c, "securityContext", "capabilities", field))
		for i := range list {
			list[i] = strings.TrimPrefix(strings.ToUpper(fmt.Sprint(list[i])), "CAP_")
		}
		if slices.SortFunc(list, func(x, y any) int { return strings.Compare(x.(string), y.(string)) }); len(list) > 0 {
			put(c, list, "securityContext", "capabilities", field)
		}
	}
}

func (v view) container(c tree, volumes map[string]tree) {
	numbers := portNumbers(c)
	ports := tree{}
	for _, p := range listAt(c, "ports") {
		port, _ := p.(tree)
		delete(port, "name")
		ports[fmt.Sprintf("%v/%s", port["containerPort"], orText(textAt(port, "protocol"), "TCP"))] = port
	}
	setMap(c, "ports", ports)
	for _, field := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		for _, how := range []string{"httpGet", "tcpSocket"} {
			numbered(mapAt(c, field, how), numbers)
		}
	}
	v.env(c)
	mounts, files := tree{}, tree{}
	for _, m := range listAt(c, "volumeMounts") {
		if mount, ok := m.(tree); ok {
			v.mount(mount, volumes[textAt(mount, "name")], mounts, files)
		}
	}
	delete(c, "volumeMounts")
	setMap(c, "mounts", mounts)
	setMap(c, "files", files)
}

// env are the variables of a container by name, those of a ConfigMap that is known as texts.
func (v view) env(c tree) {
	env, from := tree{}, []any(nil)
	for _, f := range listAt(c, "envFrom") {
		values := v.variables(mapAt(f, "configMapRef"))
		if values == nil {
			from = append(from, f)
		}
		for k, text := range values {
			env[textAt(f, "prefix")+k] = tree{"name": textAt(f, "prefix") + k, "value": text}
		}
	}
	for _, e := range listAt(c, "env") {
		if ref := mapAt(e, "valueFrom", "configMapKeyRef"); ref != nil && v.files != nil {
			if text, ok := v.files(textAt(ref, "name"))[textAt(ref, "key")].(string); ok {
				e = tree{"name": textAt(e, "name"), "value": text}
			}
		}
		drop(e, tree{"value": ""})
		env[textAt(e, "name")] = e
	}
	if delete(c, "envFrom"); len(from) > 0 {
		c["envFrom"] = from
	}
	setMap(c, "env", env)
}

// variables are the entries of a ConfigMap that make variables; nil where it is not known, or holds what is no name of one.
func (v view) variables(ref tree) tree {
	if ref == nil || v.files == nil {
		return nil
	}
	return variablesOf(v.files(textAt(ref, "name")))
}

func variablesOf(data tree) tree {
	for k, text := range data {
		if _, ok := text.(string); !ok || !envName().MatchString(k) {
			return nil
		}
	}
	return data
}

// mount adds what is mounted: the files of a ConfigMap that is known, otherwise the volume itself.
func (v view) mount(mount, volume, mounts, files tree) {
	at := textAt(mount, "mountPath")
	if from := mapAt(volume, "configMap"); from != nil && v.files != nil {
		if found := filesOf(mount, from, v.files(textAt(from, "name"))); found != nil {
			for p, content := range found {
				files[p] = content
			}
			return
		}
	}
	source := copied(volume)
	if t, ok := source.(tree); ok {
		delete(t, "name")
		delete(mapAt(t, "secret"), "defaultMode")
	}
	out := tree{"volume": source}
	for k, x := range mount {
		if k != "name" && k != "mountPath" && (k != "readOnly" || mapAt(volume, "secret") == nil) {
			out[k] = x
		}
	}
	mounts[at] = out
}

// filesOf are the files that a mount of a ConfigMap puts into a container, by path: nil where fields cannot say so,
// because content or a mode of its own is asked for.
func filesOf(mount, from, data tree) map[string]string {
	if data == nil || mount["subPathExpr"] != nil {
		return nil
	}
	if mode := from["defaultMode"]; mode != nil && mode != int64(0o644) {
		return nil
	}
	keys := map[string]string{}
	for k := range data {
		keys[k] = k
	}
	if items := listAt(from, "items"); items != nil {
		clear(keys)
		for _, i := range items {
			if at(i, "mode") != nil {
				return nil
			}
			keys[textAt(i, "path")] = textAt(i, "key")
		}
	}
	out := map[string]string{}
	base, sub := textAt(mount, "mountPath"), textAt(mount, "subPath")
	for file, key := range keys {
		content, ok := data[key].(string)
		if !ok {
			return nil
		}
		switch {
		case sub == "":
			out[path.Join(base, file)] = content
		case sub == file:
			out[base] = content
		case strings.HasPrefix(file, sub+"/"):
			out[path.Join(base, strings.TrimPrefix(file, sub))] = content
		}
	}
	return out
}

func (v view) servicePorts(spec tree) {
	ports := tree{}
	for _, p := range listAt(spec, "ports") {
		port, _ := p.(tree)
		delete(port, "name")
		if n := v.ports[fmt.Sprint(port["targetPort"])]; n != nil {
			port["targetPort"] = n
		}
		if port["targetPort"] == port["port"] {
			delete(port, "targetPort")
		}
		ports[fmt.Sprintf("%v/%s", port["port"], orText(textAt(port, "protocol"), "TCP"))] = port
	}
	setMap(spec, "ports", ports)
}

// portNumbers are the numbers of the ports of a container by name.
func portNumbers(c tree) map[string]any {
	out := map[string]any{}
	for _, p := range listAt(c, "ports") {
		if name := textAt(p, "name"); name != "" {
			out[name] = at(p, "containerPort")
		}
	}
	return out
}

// numbered says the port of a probe as a number.
func numbered(how tree, numbers map[string]any) {
	if n := numbers[fmt.Sprint(how["port"])]; n != nil {
		how["port"] = n
	}
}

func setMap(t tree, key string, m tree) {
	delete(t, key)
	if len(m) > 0 {
		t[key] = m
	}
}

func byName(list []any) map[string]tree {
	out := map[string]tree{}
	for _, x := range list {
		if m, ok := x.(tree); ok {
			out[textAt(m, "name")] = m
		}
	}
	return out
}

func asTree(m map[string]tree) tree {
	out := tree{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

func orText(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// Difference is a field that two views of an object do not share.
type Difference struct {
	Path manifest.Path
	// Was is what the object that was read says, Is what the rendered one says; nil for nothing.
	Was, Is any
}

// keyed are the maps of a view whose entries come and go one by one.
var keyed = []string{"annotations", "containers", "env", "files", "imagePullSecrets", "initContainers", "metadata", "mounts", "ports", "volumeClaimTemplates"}

// compare parts the differences of two views: what was lost is said in the first and not in the second, or otherwise;
// what was added is said in the second alone.
func compare(was, is any, path manifest.Path) (lost, added []Difference) {
	w, ok := was.(tree)
	i, also := is.(tree)
	if !ok || !also {
		if manifest.Equal(was, is) {
			return nil, nil
		}
		return []Difference{{path, was, is}}, nil
	}
	for _, k := range sortedKeys(w) {
		if x, there := i[k]; there {
			l, a := compare(w[k], x, path.Join(k))
			lost, added = append(lost, l...), append(added, a...)
		} else if m, ok := w[k].(tree); ok && slices.Contains(keyed, k) {
			l, _ := compare(m, tree{}, path.Join(k))
			lost = append(lost, l...)
		} else if w[k] != nil {
			lost = append(lost, Difference{path.Join(k), w[k], nil})
		}
	}
	for _, k := range sortedKeys(i) {
		if _, there := w[k]; !there && !hollow(i[k]) {
			added = append(added, Difference{path.Join(k), nil, i[k]})
		}
	}
	return lost, added
}

// hollow reports whether a map holds nothing but maps that hold nothing. An empty volume says something, and stands deeper.
func hollow(v any) bool {
	m, ok := v.(tree)
	if !ok {
		return v == nil
	}
	for k, x := range m {
		if k == "emptyDir" || !hollow(x) {
			return false
		}
	}
	return true
}
