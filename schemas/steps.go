package schemas

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Steps in the words of Argo Rollouts are checked for what its controller would refuse in the middle of
// a release, ignore without a word, or not come out of.

// stepped goes through the steps of one service.
type stepped struct {
	*resolved
	service  string
	node     *manifest.Node
	unrouted obstacle
	// weight is the largest share so far, pods whether the new version has any by now, told whether
	// the lack of a router was, and others whether it was that a host is not the service's alone.
	weight             int64
	pods, told, others bool
}

// steps judges the steps of a service; at is its release, n the service.
func (e *resolved) steps(at manifest.Path, n *manifest.Node) {
	list := n.Get("release").Get("steps")
	if list == nil || list.Kind != manifest.List || word(n.Get("release").Get("strategy")) != "canary" {
		return
	}
	at = at.Join("steps")
	if len(list.Items) == 0 {
		p := e.complain(at, "must not be empty")
		p.Remedy = fmt.Sprintf("remove %s, or list what a release does", p.Field)
	}
	service, _ := at[2].(string)
	j := stepped{resolved: e, service: service, node: n, unrouted: unrouted(n, e.cluster)}
	for i, step := range list.Items {
		j.step(at.Join(i), step)
	}
}

// step judges one of them: it does one thing, since the controller does one of several.
func (j *stepped) step(at manifest.Path, n *manifest.Node) {
	if len(n.Fields) != 1 {
		j.actions(at, n)
		return
	}
	action, body := n.Fields[0].Key, n.Fields[0].Value
	at = at.Join(action)
	switch action {
	case "setWeight":
		j.setWeight(at, whole(body))
	case "setCanaryScale":
		j.setCanaryScale(at, body)
	case "setHeaderRoute":
		j.setHeaderRoute(at, body)
	case "setMirrorRoute":
		j.setMirrorRoute(at, body)
	case "analysis":
		j.analysis(at, body)
	case "experiment":
		j.experiment(at, body)
	}
}

// actions refuses a step that does nothing, or several things.
func (j *stepped) actions(at manifest.Path, n *manifest.Node) {
	if len(n.Fields) == 0 {
		j.complain(at, "does nothing").Remedy = "give it one action, such as setWeight"
		return
	}
	var names []string
	for _, f := range n.Fields {
		names = append(names, f.Key)
	}
	p := j.complain(at, "has %d actions, %s, and Argo Rollouts takes one a step", len(names), listed(names))
	p.Remedy = fmt.Sprintf("make it %d steps", len(names))
}

func (j *stepped) setWeight(at manifest.Path, weight int64) {
	if weight < j.weight {
		p := j.complain(at, "%d is below an earlier step's %d: the share of a new version does not fall", weight, j.weight)
		p.Remedy = fmt.Sprintf("set %s to %d or more", p.Field, j.weight)
	}
	j.weight = max(j.weight, weight)
	j.pods = j.pods || weight > 0
}

func (j *stepped) setCanaryScale(at manifest.Path, n *manifest.Node) {
	if !j.needsRouter(at) || !j.one(at, n, "replicas", "weight", "matchTrafficWeight") {
		return
	}
	if says(n, "weight") && j.node.Get("autoscaling") != nil {
		p := j.complain(at.Join("weight"), "follows the autoscaler, which follows the load on these pods: the two would drive each other")
		p.Remedy = fmt.Sprintf("set %s instead", j.field(at.Join("replicas")))
	}
	j.pods = j.weight > 0
	if !says(n, "matchTrafficWeight") {
		j.pods = whole(n.Get("replicas")) > 0 || whole(n.Get("weight")) > 0
	}
}

func (j *stepped) setHeaderRoute(at manifest.Path, n *manifest.Node) {
	if !j.needsRouter(at) {
		return
	}
	j.routeName(at.Join("name"), n)
	matches := itemsOf(n.Get("match"))
	switch {
	case len(matches) > 1:
		p := j.complain(at.Join("match"), "has %d matches: with istio a request has to meet one of them, with gateway-api all", len(matches))
		p.Remedy = "keep one"
	case len(matches) == 1 && !j.pods:
		p := j.complain(at, "comes before the new version has pods, and Argo Rollouts takes the route away as long as it has none")
		p.Remedy = "put a setCanaryScale before it"
	}
	for i, m := range matches {
		j.value(at.Join("match", i, "headerValue"), m.Get("headerValue"))
	}
	if len(matches) > 0 {
		j.alone(at)
	}
}

func (j *stepped) setMirrorRoute(at manifest.Path, n *manifest.Node) {
	if !j.needsRouter(at) {
		return
	}
	if j.cluster.Router != Istio {
		p := j.complain(at, "needs router istio: %s of cluster %s takes the step and copies no request", j.cluster.Router, j.cluster.Name)
		p.Remedy = fmt.Sprintf("remove %s", p.Field)
		return
	}
	j.routeName(at.Join("name"), n)
	for i, m := range itemsOf(n.Get("match")) {
		here := at.Join("match", i)
		for _, part := range []string{"method", "path"} {
			if says(m, part) {
				j.value(here.Join(part), m.Get(part))
			}
		}
		for _, f := range fieldsOf(m.Get("headers")) {
			j.value(here.Join("headers", f.Key), f.Value)
		}
		if !says(m, "path") {
			j.alone(at)
		}
	}
}

// needsRouter refuses what only a router can do, once for all steps.
func (j *stepped) needsRouter(at manifest.Path) bool {
	if j.unrouted.why != "" && !j.told {
		p := j.complain(at, "%s", j.unrouted.why)
		p.Remedy = fmt.Sprintf("remove %s, or %s", p.Field, j.unrouted.mend)
		j.told = true
	}
	return j.unrouted.why == ""
}

// routeName keeps the routes of services apart, and from those that stay: the controller removes the
// ones that steps name when a release ends.
func (j *stepped) routeName(at manifest.Path, n *manifest.Node) {
	name := word(n.Get("name"))
	if strings.HasPrefix(name, j.service+"-") && name != "primary" && !strings.HasPrefix(name, "primary-") {
		return
	}
	if name == "primary" || strings.HasPrefix(name, "primary-") {
		p := j.complain(at, "%s is a route that stays, and Argo Rollouts removes those of steps when a release ends", name)
		p.Remedy = fmt.Sprintf("set %s to another name", p.Field)
		if j.service != "primary" {
			p.Remedy = fmt.Sprintf("set %s to a name that begins with %s-", p.Field, j.service)
		}
		return
	}
	p := j.complain(at, "%s does not say whose route it is", name)
	p.Remedy = fmt.Sprintf("set %s to %s-%s", p.Field, j.service, name)
}

// one demands exactly one of some fields.
func (j *stepped) one(at manifest.Path, n *manifest.Node, keys ...string) bool {
	given := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !says(n, key) })
	if len(given) == 1 {
		return true
	}
	j.complain(at, "must have exactly one of %s", listed(keys)).Remedy = "keep one of them"
	if len(given) == 0 {
		j.problems[len(j.problems)-1].Remedy = "give one of them"
	}
	return false
}

// askRouter reports whether steps do what only a router can.
func askRouter(steps *manifest.Node) bool {
	return slices.ContainsFunc(itemsOf(steps), func(step *manifest.Node) bool {
		return says(step, "setCanaryScale") || says(step, "setHeaderRoute") || says(step, "setMirrorRoute")
	})
}

// listed names things, at least one.
func listed(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// word is a text of the document; nothing for what is missing.
func word(n *manifest.Node) string {
	if n == nil {
		return ""
	}
	return text(n.Value)
}

// whole is a whole number of the document; 0 for anything else.
func whole(n *manifest.Node) int64 {
	if n == nil {
		return 0
	}
	v, _ := n.Value.(int64)
	return v
}
