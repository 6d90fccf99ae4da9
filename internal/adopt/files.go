package adopt

import (
	"path"
	"strings"
)

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
