package policies

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// guardReader reads a file of guards and notes what is wrong with it.
type guardReader struct {
	dataReader
	rule  Rule
	names map[string]bool
}

// podResources are those that start pods. What a cluster lacks of them is not asked about.
var podResources = []string{
	"v1/pods", "v1/pods/ephemeralcontainers", "v1/podtemplates", "v1/replicationcontrollers",
	"apps/v1/daemonsets", "apps/v1/deployments", "apps/v1/replicasets", "apps/v1/statefulsets",
	"batch/v1/cronjobs", "batch/v1/jobs",
	"argoproj.io/v1alpha1/analysisruns", "argoproj.io/v1alpha1/analysistemplates", "argoproj.io/v1alpha1/experiments", "argoproj.io/v1alpha1/rollouts",
	"keda.sh/v1alpha1/scaledjobs",
}

func (r *guardReader) draft(n *manifest.Node) guardDraft {
	d := guardDraft{rule: r.rule}
	if !r.fields(n, "a guard", "name", "by", "only", "since", "resources", "operations", "judges", "settings", "variables", "deny") {
		return d
	}
	d.name, d.only = r.optional(n, "a guard", "name"), r.optional(n, "a guard", "only")
	if r.names[d.name] {
		r.say(n, "another guard of %s is called %q", r.rule.ID, d.name)
	}
	r.names[d.name] = true
	if by := r.optional(n, "a guard", "by"); by != "" {
		if d.hands = by == "others"; !d.hands {
			r.say(n.Get("by"), "by %q is not others", by)
		}
	}
	if since := n.Get("since"); since != nil {
		var ok bool
		if d.since, ok = since.Value.(int64); !ok {
			r.say(since, "since is the minor version of Kubernetes, a number")
		}
	}
	r.resources(n, &d)
	d.operations = r.texts(n, "operations", []string{"CREATE", "UPDATE"})
	d.judges = r.texts(n, "judges", []string{"spec"})
	d.settings, d.variables = r.named(n.Get("settings")), r.named(n.Get("variables"))
	if n.Get("variables") != nil {
		for _, f := range n.Get("variables").Fields {
			r.expression(f.Value)
		}
	}
	r.denials(n, &d)
	return d
}

// resources are group/version/resource, without the group for the core; pods among them stands for all that start
// pods, and alone for their pods as well.
func (r *guardReader) resources(n *manifest.Node, d *guardDraft) {
	list := r.texts(n, "resources", nil)
	if v := n.Get("resources"); v != nil && v.Kind == manifest.Scalar {
		d.pods, list = true, []string{r.text(n, "a guard", "resources")}
	}
	for _, text := range list {
		all := []string{text}
		if text == "pods" {
			all = podResources
		}
		for _, one := range all {
			resource, ok := parseResource(one)
			if !ok {
				r.say(n.Get("resources"), "resource %q is not pods or group/version/resource", one)
			}
			d.resources = append(d.resources, resource)
		}
	}
	if len(d.resources) == 0 {
		r.say(n, "a guard needs resources")
	}
}

// parseResource reads group/version/resource[/subresource]; the core group has no name.
func parseResource(text string) (manifest.GuardedResource, bool) {
	steps := strings.Split(text, "/")
	if strings.HasPrefix(steps[0], "v1") {
		steps = append([]string{""}, steps...)
	}
	if len(steps) < 3 || len(steps) > 4 {
		return manifest.GuardedResource{}, false
	}
	return manifest.GuardedResource{Group: steps[0], Version: steps[1], Resource: strings.Join(steps[2:], "/")}, true
}

// texts is a list of texts, or what stands for one that is not there.
func (r *guardReader) texts(n *manifest.Node, key string, otherwise []string) []string {
	v := n.Get(key)
	if v == nil || v.Kind == manifest.Scalar && key == "resources" {
		return otherwise
	}
	var out []string
	for _, item := range r.list(v, key+": a list of texts") {
		text, ok := item.Value.(string)
		if !ok {
			r.say(item, "%s holds more than texts", key)
		}
		out = append(out, text)
	}
	return out
}

// named are the texts of a map, in its order.
func (r *guardReader) named(n *manifest.Node) []manifest.GuardVariable {
	var out []manifest.GuardVariable
	if n == nil {
		return nil
	}
	for _, f := range n.Fields {
		text, ok := f.Value.Value.(string)
		if !ok {
			r.say(f.Value, "%s must be a text", f.Key)
		}
		out = append(out, manifest.GuardVariable{Name: f.Key, Expression: text})
	}
	return out
}

func (r *guardReader) denials(n *manifest.Node, d *guardDraft) {
	list := n.Get("deny")
	if list == nil {
		r.say(n, "a guard needs deny")
		return
	}
	for _, item := range r.list(list, "deny: a list") {
		if !r.fields(item, "a denial", "each", "when", "message") {
			continue
		}
		one := denial{each: r.optional(item, "a denial", "each"), when: r.optional(item, "a denial", "when"), message: r.text(item, "a denial", "message")}
		for _, key := range []string{"each", "when"} {
			if v := item.Get(key); v != nil {
				r.condition(v)
			}
		}
		switch {
		case one.each != grantsLoop && one.when == "":
			r.say(item, "a denial needs when")
		case slices.Contains(podLoops, one.each) && !d.pods:
			r.say(item, "each %s is for guards whose resources are pods", one.each)
		}
		d.denials = append(d.denials, one)
	}
}
