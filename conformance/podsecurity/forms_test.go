package podsecurity

import (
	"maps"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// fields are those of an object.
type fields = map[string]any

// form is an object that starts pods.
type form struct {
	apiVersion, kind string
	path             []any // to the pod; numbers lead into lists
	lists            int   // how many Lists are around it
}

const (
	argo = "argoproj.io/v1alpha1"
	keda = "keda.sh/v1alpha1"
)

var (
	template = []any{"spec", "template"}
	cron     = []any{"spec", "jobTemplate", "spec", "template"}
	metric   = []any{"spec", "metrics", 1, "provider", "job", "spec", "template"}
)

// forms are all objects that we know to start pods.
var forms = []form{
	{"v1", "Pod", nil, 0},
	{"v1", "PodTemplate", []any{"template"}, 0},
	{"v1", "ReplicationController", template, 0},
	{"apps/v1", "ReplicaSet", template, 0},
	{"apps/v1", "Deployment", template, 0},
	{"apps/v1", "StatefulSet", template, 0},
	{"apps/v1", "DaemonSet", template, 0},
	{"batch/v1", "Job", template, 0},
	{"batch/v1", "CronJob", cron, 0},
	{argo, "Rollout", template, 0},
	{argo, "Experiment", []any{"spec", "templates", 1, "template"}, 0},
	{argo, "AnalysisTemplate", metric, 0},
	{argo, "ClusterAnalysisTemplate", metric, 0},
	{argo, "AnalysisRun", metric, 0},
	{keda, "ScaledJob", []any{"spec", "jobTargetRef", "template"}, 0},
	{"v1", "Pod", nil, 1},
	{"batch/v1", "CronJob", cron, 1},
	{"apps/v1", "Deployment", template, 2},
}

// around returns the form with the pod in it. The name is the object's, not that of Lists around it.
func (f form) around(pod fields, name string) manifest.Object {
	metadata, _ := pod["metadata"].(fields)
	metadata = maps.Clone(metadata)
	delete(metadata, "name")
	object := place(f.path, fields{"metadata": metadata, "spec": pod["spec"]}).(fields)
	if object["metadata"] == nil {
		object["metadata"] = fields{}
	}
	object["apiVersion"], object["kind"] = f.apiVersion, f.kind
	object["metadata"].(fields)["name"] = name
	for range f.lists {
		object = fields{"apiVersion": "v1", "kind": "List", "items": []any{fields{"kind": "ConfigMap"}, object}}
	}
	return manifest.Object{Owner: manifest.OwnerWorkload, Tree: object}
}

// place makes the maps and lists that lead to a value. What stands before it in a list is empty.
func place(path []any, value any) any {
	if len(path) == 0 {
		return value
	}
	inner := place(path[1:], value)
	key, ok := path[0].(string)
	if ok {
		return fields{key: inner}
	}
	list := make([]any, path[0].(int)+1)
	for i := range list {
		list[i] = fields{}
	}
	list[len(list)-1] = inner
	return list
}

func (f form) String() string {
	return strings.Repeat("List of ", f.lists) + f.kind
}
