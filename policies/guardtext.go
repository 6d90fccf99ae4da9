package policies

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// What a denial can be asked of in each pod: the pod itself; its containers, of all kinds; what has a securityContext,
// the pod's spec and its containers; its volumes. In conditions pod is {metadata, spec, containers}, it the thing.
var podLoops = []string{"pods", "containers", "contexts", "volumes"}

// rulesLoop are the rules of a role. The API server writes none as null, as it does with containers.
const (
	rulesLoop = "rules"
	rulesText = `(object.?rules.orValue(null) == null ? [] : object.rules)`
)

// grantsLoop are the rules of a role that grant some of the variable powers, a list of {verbs, groups, resources}.
const grantsLoop = "grants"

// podsText finds every pod that an object would start, as lib.pods does. dyn keeps the API server from looking for
// the fields of one kind in another.
const podsText = `(request.kind.kind == "Pod" ? [dyn(object)] :
request.kind.kind == "PodTemplate" ? [dyn(object).template] :
request.kind.kind == "CronJob" ? [dyn(object).spec.jobTemplate.spec.template] :
request.kind.kind == "ScaledJob" ? [dyn(object).spec.jobTargetRef.template] :
request.kind.kind == "Experiment" ? dyn(object).spec.templates.map(entry, entry.template) :
request.kind.kind in ["AnalysisRun", "AnalysisTemplate"] ?
dyn(object).spec.metrics.filter(metric, metric.?provider.?job.hasValue()).map(metric, metric.provider.job.spec.template) :
dyn(object).spec.?template.hasValue() ? [dyn(object).spec.template] : [])
.map(pod, {"metadata": pod.?metadata.orValue({}), "spec": pod.spec, "containers":
(pod.spec.?containers.orValue(null) == null ? [] : pod.spec.containers) + pod.spec.?initContainers.orValue([]) + pod.spec.?ephemeralContainers.orValue([])})`

// grantsText matches rules with powers as lib.rbacrules does.
const grantsText = rulesText + `.filter(rule, variables.powers.exists(power,
rule.?verbs.orValue([]).exists(verb, verb == "*" || verb in power.verbs) &&
rule.?apiGroups.orValue([]).exists(group, group == "*" || group in power.groups) &&
rule.?resources.orValue([]).exists(named, named == "*" || named in power.resources || power.resources.exists(resource,
resource.contains("/") && named in ["*/*", "*/" + resource.split("/")[1], resource.split("/")[0] + "/*"]))))`

// waivedText is for what the annotations of the namespace list: Kind/name, service/name, or * for everything.
const waivedText = `(request.kind.kind == "Namespace" ? dyn(object) : dyn(namespaceObject)).metadata.?annotations[?%q]
.orValue("").split(" ").exists(word, word in ["*", request.kind.kind + "/" + dyn(object).metadata.?name.orValue(""),
"service/" + dyn(object).metadata.?labels[?"app.kubernetes.io/name"].orValue("")])`

// guard is the draft as it holds in a context.
func (d guardDraft) guard(facts map[string]any) manifest.Guard {
	g := manifest.Guard{
		Name: strings.ToLower(d.rule.ID), Check: d.rule.ID, Title: d.rule.Title, Severity: d.rule.Severity, Hands: d.hands,
		Resources: d.resources, Operations: d.operations, Changed: d.changed(), Waivable: d.rule.Waivable && !d.hands,
	}
	if d.name != "" {
		g.Name += "-" + d.name
	}
	for _, s := range d.settings {
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: s.Name, Expression: literal(setting(facts, s.Expression))})
	}
	if d.pods {
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: "pods", Expression: line(podsText)})
	}
	g.Variables = append(g.Variables, d.variables...)
	if g.Waivable {
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: "waived", Expression: line(fmt.Sprintf(waivedText, waivedAnnotation+d.rule.ID))})
	}
	for i := range d.denials {
		d.refuse(&g, i)
	}
	return g
}

// waivedAnnotation begins the annotations of a tenant's Namespace that say which of its objects waivers are about; the
// id of the check follows.
const waivedAnnotation = "waived.tenantsmith.dev/"

// refuse adds the denial at an index: where it looks at several things, a variable of those it found.
func (d guardDraft) refuse(g *manifest.Guard, index int) {
	one, name := d.denials[index], fmt.Sprintf("found%d", index+1)
	found := "variables." + name
	v := manifest.GuardValidation{Expression: "size(" + found + ") == 0", Message: quote(d.said(one.message))}
	switch {
	case one.each == "":
		v.Expression = "!(" + one.when + ")"
	case one.each == "pods":
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: name, Expression: "variables.pods.filter(pod, " + one.when + ")"})
		v.Message = quote(d.said("pod " + one.message))
	case slices.Contains(podLoops, one.each):
		loop := podLists[one.each]
		text := fmt.Sprintf("variables.pods.map(pod, %s.filter(it, %s).map(it, string(it.?name.orValue(\"pod\"))))", loop.list, one.when)
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: name, Expression: text})
		v.Expression = found + ".all(names, size(names) == 0)"
		v.Message = fmt.Sprintf("%s + %s.map(names, names.join(\", \")).join(\" \") + %s", quote(d.rule.ID+": "+loop.word+" "), found, quote(" "+one.message+d.mend()))
	default:
		list, when := cmp.Or(ruleLists[one.each], "("+one.each+")"), cmp.Or(one.when, "true")
		g.Variables = append(g.Variables, manifest.GuardVariable{Name: name, Expression: fmt.Sprintf("%s.filter(it, %s)", list, when)})
	}
	if g.Waivable {
		v.Expression = "variables.waived || " + v.Expression
	}
	g.Validations = append(g.Validations, v)
}

// podLists are what the loops over parts of pods look at, and what they call it.
var podLists = map[string]struct{ list, word string }{
	"containers": {"pod.containers", "container"},
	"contexts":   {"([pod.spec] + pod.containers)", "securityContext of"},
	"volumes":    {"pod.spec.?volumes.orValue([])", "volume"},
}

// ruleLists are the same for roles.
var ruleLists = map[string]string{rulesLoop: rulesText, grantsLoop: line(grantsText)}

// said is a message with the id of the check and what mends it.
func (d guardDraft) said(message string) string { return d.rule.ID + ": " + message + d.mend() }

func (d guardDraft) mend() string {
	if d.hands {
		return "; change the tenant's file or the platform's instead"
	}
	return "; fix: " + d.rule.Remedy
}

// changed tells whether one of the fields that are judged is another one than before.
func (d guardDraft) changed() string {
	parts := []string{`request.operation != "UPDATE"`}
	judged := d.judges
	if d.pods {
		judged = append(slices.Clone(judged), "template")
	}
	for _, field := range judged {
		at := ".?" + strings.ReplaceAll(field, ".", ".?")
		parts = append(parts, "dyn(object)"+at+" != dyn(oldObject)"+at)
	}
	return strings.Join(parts, " || ")
}

// setting is what stands at a path of the context; where a step of it is *, a list of what stands at the rest of the path
// in each part of a map, in the order of its keys, or the parts where nothing follows, and of parts that are lists their items.
func setting(facts map[string]any, path string) any {
	before, after, every := strings.Cut(path+".", ".*.")
	after = strings.TrimSuffix(after, ".")
	if !every {
		return lookup(facts, path)
	}
	value := lookup(facts, before)
	if v, ok := value.(ast.Value); ok {
		value, _ = ast.JSON(v)
	}
	parts, _ := value.(map[string]any)
	out := []any{}
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		part, ok := parts[key].(map[string]any)
		texts, listed := parts[key].([]any)
		switch {
		case listed && after == "":
			out = append(out, texts...)
		case !ok:
		case after == "":
			out = append(out, part)
		case lookup(part, after) != nil:
			out = append(out, lookup(part, after))
		}
	}
	return out
}

// literal is a value of the platform in CEL: a number, a list of texts, a map of them. A text that may be missing is
// a list of none or one, a map of anything else the list of its keys.
func literal(value any) string {
	if v, ok := value.(ast.Value); ok {
		value, _ = ast.JSON(v)
	}
	switch v := value.(type) {
	case nil:
		return "[]"
	case string:
		return "[" + quote(v) + "]"
	case []any:
		return "[" + strings.Join(each(v), ", ") + "]"
	case map[string]any:
		var keys, pairs []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			keys = append(keys, quote(key))
			if text, ok := v[key].(string); ok {
				pairs = append(pairs, quote(key)+": "+quote(text))
			}
		}
		if len(pairs) == len(keys) && len(keys) > 0 {
			return "{" + strings.Join(pairs, ", ") + "}"
		}
		return "[" + strings.Join(keys, ", ") + "]"
	}
	return fmt.Sprint(value)
}

func each(values []any) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = quote(fmt.Sprint(v))
		if part, ok := v.(map[string]any); ok {
			out[i] = whole(part)
		}
	}
	return out
}

// whole is a map with all that is in it. The API server wants the values of one map to be of one type, or of any.
func whole(value any) string {
	switch v := value.(type) {
	case map[string]any:
		var pairs []string
		for _, key := range slices.Sorted(maps.Keys(v)) {
			pairs = append(pairs, quote(key)+": dyn("+whole(v[key])+")")
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case []any:
		return "[" + strings.Join(each(v), ", ") + "]"
	case string:
		return quote(v)
	}
	return fmt.Sprint(value)
}

// quote writes a text in CEL.
func quote(text string) string {
	data, _ := json.Marshal(text) // a text can always be written
	return string(data)
}

// line is a text of several lines as one.
func line(text string) string { return strings.Join(strings.Fields(text), " ") }
