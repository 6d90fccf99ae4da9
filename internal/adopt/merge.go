package adopt

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// merged is the rendered object with what it lost of the one that was read.
func merged(was, is tree, kind, isKind string, v view, lost []Difference) tree {
	out := copied(is).(tree)
	from, to := templateAt(kind), templateAt(isKind)
	last := func(d Difference) int { return strings.Count(d.Path.String(), initOrder) }
	lost = slices.SortedStableFunc(slices.Values(lost), func(x, y Difference) int { return last(x) - last(y) })
	for _, d := range lost {
		p := d.Path
		if from != nil && len(p) > len(from)+1 && p[:len(from)+1].String() == from.Join("spec").String() {
			mergePod(mapAt(was, from.Join("spec")...), mapAt(out, to.Join("spec")...), v, p[len(from)+1:], d.Was)
			continue
		}
		if isKind == "Service" && len(p) > 2 && p[:2].String() == "spec.ports" {
			mergePort(was, out, p[2].(string), v)
			continue
		}
		if len(p) > 2 && p[:2].String() == "spec.volumeClaimTemplates" {
			mergeTemplate(was, out, p)
			continue
		}
		setAt(out, p, d.Was)
	}
	return out
}

// mergeTemplate takes what a claim of a StatefulSet asks for over, or the whole of one that is not rendered.
func mergeTemplate(was, out tree, p manifest.Path) {
	name := p[2].(string)
	named := func(x any) bool { return textAt(x, "metadata", "name") == name }
	source, list := listAt(was, "spec", "volumeClaimTemplates"), slices.Clone(listAt(out, "spec", "volumeClaimTemplates"))
	from, to := slices.IndexFunc(source, named), slices.IndexFunc(list, named)
	switch {
	case from < 0:
	case to < 0:
		put(out, append(list, copied(source[from])), "spec", "volumeClaimTemplates")
	case len(p) > 3:
		setAt(list[to].(tree), p[3:], at(source[from], p[3:]...))
	}
}

// setAt sets or removes what stands at a path of keys.
func setAt(t tree, p manifest.Path, value any) {
	for i, step := range p {
		key, ok := step.(string)
		switch {
		case !ok:
			return
		case i == len(p)-1 && value == nil:
			delete(t, key)
			return
		case i == len(p)-1:
			t[key] = copied(value)
			return
		}
		next, isMap := t[key].(tree)
		if !isMap {
			next = tree{}
			t[key] = next
		}
		t = next
	}
}

// mergePort takes a port of a Service over as it was, or adds it.
func mergePort(was, out tree, id string, v view) {
	find := func(t tree) (int, any) {
		for i, p := range listAt(t, "spec", "ports") {
			if fmt.Sprintf("%v/%s", at(p, "port"), orText(textAt(p, "protocol"), "TCP")) == id {
				return i, p
			}
		}
		return -1, nil
	}
	_, found := find(was)
	source := copied(found).(tree)
	if n := v.ports[fmt.Sprint(source["targetPort"])]; n != nil {
		source["targetPort"] = n // the container's own name for it is another now
	}
	ports := slices.Clone(listAt(out, "spec", "ports"))
	if i, _ := find(out); i >= 0 {
		ports[i] = source
	} else {
		ports = append(ports, source)
	}
	put(out, ports, "spec", "ports")
}

// mergePod takes over what stands at a path of the view of a pod.
func mergePod(was, out tree, v view, p manifest.Path, value any) {
	list, _ := p[0].(string)
	if list == "imagePullSecrets" {
		setAt(out, manifest.Path{list}, was[list])
		return
	}
	if list == initOrder {
		reorder(out, value)
		return
	}
	if list != "containers" && list != "initContainers" || len(p) < 2 {
		setAt(out, p, value)
		return
	}
	name := p[1].(string)
	source := find(was, list, name, v)
	target := find(out, list, name, view{main: v.service, service: v.service})
	switch {
	case source == nil:
	case target == nil:
		c := copied(source).(tree)
		if c["restartPolicy"] == "Always" {
			list = "initContainers"
		}
		out[list] = append(slices.Clone(listAt(out, list)), c)
		for _, m := range listAt(c, "volumeMounts") {
			addVolume(was, out, textAt(m, "name"))
		}
	case len(p) == 2:
	default:
		mergeContainer(was, out, source, target, p[2:], value)
	}
}

// reorder puts the steps before a pod's containers in an order, sidecars first.
func reorder(pod tree, order any) {
	names, _ := order.([]any)
	list := slices.Clone(listAt(pod, "initContainers"))
	slices.SortStableFunc(list, func(x, y any) int {
		return slices.Index(names, any(textAt(x, "name"))) - slices.Index(names, any(textAt(y, "name")))
	})
	pod["initContainers"] = list
}

// find is a container by its name in the view, in which sidecars stand among the containers.
func find(pod tree, list, name string, v view) tree {
	if list == "containers" {
		for _, c := range listAt(pod, "initContainers") {
			if textAt(c, "name") == name && at(c, "restartPolicy") == "Always" {
				return c.(tree)
			}
		}
	}
	for _, c := range listAt(pod, list) {
		own := textAt(c, "name")
		if list == "containers" && own == v.main {
			own = v.service
		}
		if own == name {
			return c.(tree)
		}
	}
	return nil
}

func mergeContainer(wasPod, outPod, source, target tree, p manifest.Path, value any) {
	field, _ := p[0].(string)
	if len(p) == 1 {
		setAt(target, p, value)
		return
	}
	key, _ := p[1].(string)
	switch field {
	case "env":
		takeOver(source, target, "env", func(x any) bool { return textAt(x, "name") == key })
	case "ports":
		takeOver(source, target, "ports", func(x any) bool {
			return fmt.Sprintf("%v/%s", at(x, "containerPort"), orText(textAt(x, "protocol"), "TCP")) == key
		})
	case "mounts", "files":
		mergeMount(wasPod, outPod, source, target, field, key)
	case "readinessProbe", "livenessProbe", "startupProbe", "lifecycle":
		if strings.HasSuffix(field, "Probe") {
			target[field] = copied(source[field])
			for _, how := range []string{"httpGet", "tcpSocket"} {
				numbered(mapAt(target, field, how), portNumbers(source))
			}
			return
		}
		setAt(target, p, value)
	default:
		setAt(target, p, value)
	}
}

// takeOver makes an element of a list what it was.
func takeOver(source, target tree, list string, is func(any) bool) {
	was := slices.IndexFunc(listAt(source, list), is)
	if was < 0 {
		return
	}
	value := copied(listAt(source, list)[was])
	out := slices.Clone(listAt(target, list))
	if i := slices.IndexFunc(out, is); i >= 0 {
		out[i] = value
	} else {
		out = append(out, value)
	}
	target[list] = out
}

// mergeMount takes a mount over, with its volume; of files the mount that they come from.
func mergeMount(wasPod, outPod, source, target tree, field, path string) {
	for _, m := range listAt(source, "volumeMounts") {
		where := textAt(m, "mountPath")
		if where != path && (field != "files" || !strings.HasPrefix(path, strings.TrimSuffix(where, "/")+"/")) {
			continue
		}
		takeOver(source, target, "volumeMounts", func(x any) bool { return textAt(x, "mountPath") == where })
		addVolume(wasPod, outPod, textAt(m, "name"))
	}
}

func addVolume(wasPod, outPod tree, name string) {
	volume := byName(listAt(wasPod, "volumes"))[name]
	if volume == nil || byName(listAt(outPod, "volumes"))[name] != nil {
		return
	}
	outPod["volumes"] = append(slices.Clone(listAt(outPod, "volumes")), copied(volume))
}
