package pipeline

import (
	"regexp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// Remedies speak of the fields of a tenant's services. An object that people brought has no service: there a remedy names
// the field of the object instead, and where no field of it is the service's, says what is left of the remedy without.

// inContainer and inPod are fields of a service and those of a container and of a pod that they become.
var (
	inContainer = map[string]string{
		"image": "image", "ports": "ports", "env": "env", "resources": "resources", "resources.requests": "resources.requests",
		"resources.limits": "resources.limits", "securityContext.addCapabilities": "securityContext.capabilities.add",
		"securityContext.runAsNonRoot": "securityContext.runAsNonRoot", "securityContext.runAsUser": "securityContext.runAsUser",
		"securityContext.runAsGroup": "securityContext.runAsGroup", "securityContext.readOnlyRootFilesystem": "securityContext.readOnlyRootFilesystem",
	}
	inPod = map[string]string{"volumes": "volumes", "securityContext.fsGroup": "securityContext.fsGroup"}
)

const ofServices = "spec.services"

var (
	serviceField = regexp.MustCompile(`spec\.services(?:\.<name>)?(?:\.([A-Za-z.\[\]]*[A-Za-z\]]))?`)
	// further begins what is to be done beside something else.
	further = regexp.MustCompile(`,? and ((?:change|declare|give|have|leave|let|mount|name|only|remove|set) )`)
)

// theirs says the remedies of findings about what people brought in the words of their objects.
func theirs(found []manifest.Problem, in policies.Input) []manifest.Problem {
	brought := map[manifest.Key]bool{}
	for i, o := range in.Objects {
		brought[o.Key()] = in.Brought == nil || in.Brought[i]
	}
	for i := range found {
		if p := &found[i]; brought[p.Object] {
			p.Remedy = ofObject(p.Remedy, p.Object, p.Path)
		}
	}
	return found
}

// ofObject is a remedy in the words of an object that people brought; at is the field that it is about.
func ofObject(remedy string, object manifest.Key, at manifest.Path) string {
	if !strings.Contains(remedy, ofServices) {
		return remedy
	}
	var out []string
	for _, clause := range strings.Split(remedy, "; ") {
		clause = strings.ReplaceAll(clause, "the patch or object of your own", "the object")
		if clause = unserviced(renamed(clause, object, at)); clause != "" {
			out = append(out, clause)
		}
	}
	if len(out) == 0 || strings.HasPrefix(out[0], "only ") {
		out = slices.Insert(out, 0, "mend "+fieldOf(object, at))
	}
	return strings.Join(out, "; ")
}

// fieldOf names what a finding is about.
func fieldOf(object manifest.Key, at manifest.Path) string {
	if len(at) == 0 {
		return "the " + object.Kind
	}
	return at.String() + " of the " + object.Kind
}

// renamed is a clause with the fields of the object, if it has all that the clause names.
func renamed(clause string, object manifest.Key, at manifest.Path) string {
	all := true
	out := serviceField.ReplaceAllStringFunc(clause, func(word string) string {
		field, ok := translated(serviceField.FindStringSubmatch(word)[1], object, at)
		all = all && ok
		return field
	})
	if !all {
		return clause
	}
	return out
}

// translated is the field of an object that is what a service has as another.
func translated(field string, object manifest.Key, at manifest.Path) (string, bool) {
	if field == "volumes[].class" {
		switch object.Kind {
		case "PersistentVolumeClaim":
			return "spec.storageClassName", true
		case "StatefulSet":
			return "spec.volumeClaimTemplates[].spec.storageClassName", true
		}
	}
	pod, container := podAt(object, at)
	if own, ok := inContainer[field]; ok && container != "" {
		return container + "." + own, true
	}
	if own, ok := inPod[field]; ok && pod != "" {
		return pod + "." + own, true
	}
	return "", false
}

// podAt is where the pod that a finding is about has its spec, and where its container is; empty for an object without.
func podAt(object manifest.Key, at manifest.Path) (pod, container string) {
	for i, step := range at {
		if slices.Contains([]any{"containers", "initContainers", "ephemeralContainers"}, step) && i+1 < len(at) {
			return at[:i].String(), at[:i+2].String()
		}
	}
	switch object.Kind {
	case "Pod":
		pod = "spec"
	case "CronJob":
		pod = "spec.jobTemplate.spec.template.spec"
	case "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "Rollout", "StatefulSet":
		pod = "spec.template.spec"
	default:
		return "", ""
	}
	return pod, pod + ".containers[]"
}

// unserviced is a clause without what it says of services: without the alternatives that do, or without the further
// deeds.
func unserviced(clause string) string {
	if !strings.Contains(clause, ofServices) {
		return clause
	}
	named := func(part string) bool { return strings.Contains(part, ofServices) }
	if kept := slices.DeleteFunc(strings.Split(clause, ", or "), named); len(kept) > 0 {
		return strings.Join(kept, ", or ")
	}
	return strings.Join(slices.DeleteFunc(deeds(clause), named), " and ")
}

// deeds are what a clause tells to do, one beside the other.
func deeds(clause string) []string {
	var out []string
	for at := further.FindStringSubmatchIndex(clause); at != nil; at = further.FindStringSubmatchIndex(clause) {
		out = append(out, clause[:at[0]])
		clause = clause[at[2]:]
	}
	return append(out, clause)
}
