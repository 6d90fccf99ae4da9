package plan

import (
	"strconv"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// templates say where the pod template of a kind is.
var templates = map[string]manifest.Path{
	"apps/Deployment": manifest.ParsePath("spec.template"), "apps/ReplicaSet": manifest.ParsePath("spec.template"),
	"apps/StatefulSet": manifest.ParsePath("spec.template"), "apps/DaemonSet": manifest.ParsePath("spec.template"),
	"argoproj.io/Rollout": manifest.ParsePath("spec.template"), "batch/Job": manifest.ParsePath("spec.template"),
	"batch/CronJob": manifest.ParsePath("spec.jobTemplate.spec.template"), "Pod": {},
}

// pods returns the pod specs of a workload before and after, and the way to them. Both are nil for what has no pods.
func (p *pair) pods() (old, new map[string]any, path manifest.Path) {
	way, ok := templates[p.kind]
	if !ok {
		return nil, nil, nil
	}
	path = way.Join("spec")
	if p.old != nil {
		old = under(p.old.Tree, path)
	}
	if p.new != nil {
		new = under(p.new.Tree, path)
	}
	return old, new, path
}

func under(tree any, path manifest.Path) map[string]any {
	v, _ := path.Lookup(tree)
	m, _ := v.(map[string]any)
	return m
}

// container is one container of a pod and the way to it from the pod's spec.
type container struct {
	name string
	tree map[string]any
	path manifest.Path
}

// containers lists those of a pod by name; one without a name goes by its place.
func containers(pod map[string]any, lists ...string) []container {
	var out []container
	for _, key := range lists {
		for i, v := range list(pod[key]) {
			tree, _ := v.(map[string]any)
			name := text(tree, "name")
			if name == "" {
				name = key + " " + strconv.Itoa(i)
			}
			out = append(out, container{name: name, tree: tree, path: manifest.Path{key, i}})
		}
	}
	return out
}

// all are the lists of containers in a pod.
var all = []string{"initContainers", "containers", "ephemeralContainers"}

// find returns the container of a name, or nil.
func find(cs []container, name string) map[string]any {
	for _, c := range cs {
		if c.name == name {
			return c.tree
		}
	}
	return nil
}
