package adopt

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// injectedStatus is the annotation in which the injector of Istio says what it put into a pod.
const injectedStatus = "sidecar.istio.io/status"

// meshMarks are the labels and annotations that it writes beside.
var meshMarks = map[string][]string{
	"labels":      {"security.istio.io/tlsMode", "service.istio.io/canonical-name", "service.istio.io/canonical-revision", "istio.io/rev"},
	"annotations": {injectedStatus, "istio.io/rev"},
}

// uninject takes out of a pod, or of the template of one, what the injector of a mesh put into it, and returns the names of
// its containers: a mesh injects them again. A pod that would have none left, as that of a gateway, stays as it is.
func uninject(pod tree) []string {
	var status struct{ InitContainers, Containers, Volumes, ImagePullSecrets []string }
	if json.Unmarshal([]byte(textAt(pod, "metadata", "annotations", injectedStatus)), &status) != nil {
		return nil
	}
	spec := mapAt(pod, "spec")
	if !slices.ContainsFunc(listAt(spec, "containers"), func(x any) bool { return !slices.Contains(status.Containers, textAt(x, "name")) }) {
		return nil
	}
	var out []string
	for list, put := range map[string][]string{"initContainers": status.InitContainers, "containers": status.Containers, "volumes": status.Volumes, "imagePullSecrets": status.ImagePullSecrets} {
		var rest []any
		for _, x := range listAt(spec, list) {
			switch name := textAt(x, "name"); {
			case !slices.Contains(put, name):
				rest = append(rest, x)
			case strings.HasSuffix(list, "ontainers"):
				out = append(out, name)
			}
		}
		if spec[list] = rest; len(rest) == 0 {
			delete(spec, list)
		}
	}
	slices.Sort(out)
	metadata := mapAt(pod, "metadata")
	for field, keys := range meshMarks {
		for _, key := range keys {
			delete(mapAt(metadata, field), key)
		}
	}
	if notes := mapAt(metadata, "annotations"); textAt(notes, "prometheus.io/port") == "15020" { // that of the proxy
		for _, key := range []string{"scrape", "port", "path"} {
			delete(notes, "prometheus.io/"+key)
		}
	}
	cleanAnnotations(metadata)
	return out
}

// withoutMesh leaves injected containers out of an object, and tells of them.
func (a *Adoption) withoutMesh(i *Item) {
	pod := i.tree
	if at := templateAt(i.Kind()); at != nil {
		pod = mapAt(i.tree, at...)
	} else if i.Kind() != "Pod" {
		return
	}
	names := uninject(pod)
	if len(names) == 0 {
		return
	}
	note := fmt.Sprintf("%s %s: left out what a mesh put into its pods (%s); it does so again where the cluster has one", i.Kind(), i.Name(), strings.Join(names, ", "))
	if slices.ContainsFunc(listAt(pod, "spec", "containers"), proxied) {
		note += ". Its probes ask the proxy, at /app-health/: say what they should ask"
	}
	a.Notes = append(a.Notes, note)
}

// proxied reports whether a probe of a container was led to the proxy of a mesh.
func proxied(container any) bool {
	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		if strings.HasPrefix(textAt(container, probe, "httpGet", "path"), "/app-health/") {
			return true
		}
	}
	return false
}
