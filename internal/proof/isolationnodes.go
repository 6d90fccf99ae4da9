package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// mention is a word that may name a tenant, or a namespace, whose nodes a pod asks for; or a pool of other tenants.
type mention struct {
	words string
	cause Cause
	pool  *Pool
}

const tenantLabel = "tenantsmith.dev/tenant"

// longestLabel is the longest key of a label; the API server refuses longer ones.
const longestLabel = 317

// common are labels of nodes that tell what these are, and not for whom.
var common = []string{
	"kubernetes.io/os", "kubernetes.io/arch", "topology.kubernetes.io/region", "topology.kubernetes.io/zone", "node.kubernetes.io/instance-type",
}

// nodes reads where a pod, or what makes pods, wants to run. Only pods say nodeName and mean it.
func (r *reader) nodes(spec map[string]any, at manifest.Path) {
	if _, pod := spec["containers"]; pod && text(spec, "nodeName") != "" {
		r.opens(Nodes, "", false, at.Join("nodeName"), "has a pod on a node of its own choice, which may be reserved for the other",
			"the scheduler is not asked, and its taints do not hold")
	}
	if class := text(spec, "priorityClassName"); strings.HasPrefix(class, "system-") {
		r.opens(Nodes, "", false, at.Join("priorityClassName"), "has pods that take the room of the other's pods on every node",
			"the scheduler evicts pods of less priority, of whatever namespace")
	}
	for i, t := range list(spec, "tolerations") {
		r.tolerates(t, at.Join("tolerations", i))
	}
	labels, _ := spec["nodeSelector"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		value, _ := labels[key].(string)
		r.wants(key, value, false, at.Join("nodeSelector", key))
	}
	r.affinity(spec["nodeAffinity"], at.Join("nodeAffinity"))
}

// tolerates reads a toleration. One of a key with any value is of every tenant, if values name tenants.
func (r *reader) tolerates(t any, at manifest.Path) {
	key, operator := text(t, "key"), text(t, "operator")
	every := operator != "" && operator != "Equal" // of numbers as well: which ones, taints say
	switch {
	case every && (key == "" || key == tenantLabel):
		r.opens(Nodes, "", false, at, "has pods that may run on nodes that are reserved for the other", "the toleration holds for the taint of every tenant")
	case strings.HasPrefix(key, "node.kubernetes.io/"): // the state of a node
	case every:
		r.wants(key, "", true, at)
		r.doubt(Nodes, "%s tolerates %s whatever its value: whether that reserves nodes for others is not among the objects", r.key, key)
	default:
		r.wants(key, text(t, "value"), false, at)
	}
}

// affinity reads what is asked of nodes. What is to be avoided is nobody's way.
func (r *reader) affinity(affinity any, at manifest.Path) {
	const required, preferred = "requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution"
	for i, term := range list(affinity, required, "nodeSelectorTerms") {
		r.expressions(term, at.Join(required, "nodeSelectorTerms", i))
	}
	for i, p := range list(affinity, preferred) {
		r.expressions(get(p, "preference"), at.Join(preferred, i, "preference"))
	}
}

func (r *reader) expressions(term any, at manifest.Path) {
	for _, field := range []string{"matchExpressions", "matchFields"} {
		for i, e := range list(term, field) {
			switch text(e, "operator") {
			case "Exists", "Gt", "Lt":
				r.wants(text(e, "key"), "", true, at.Join(field, i))
			case "In":
				for k, value := range texts(e, "values") {
					r.wants(text(e, "key"), value, false, at.Join(field, i, "values", k))
				}
			}
		}
	}
}

// wants notes that pods ask for nodes with a label, or tolerate a taint, with one value or any.
func (r *reader) wants(key, value string, any bool, at manifest.Path) {
	if slices.Contains(common, key) || r.pooled(key, value, any, at) {
		return
	}
	for _, words := range []string{key, value} {
		if words != "" {
			r.mentions = append(r.mentions, mention{words: words, cause: r.cause(at)})
		}
	}
}

// pooled reports whether the platform says whom the nodes are for: where they are for this tenant nothing more is asked, and
// pools that are not are noted.
func (r *reader) pooled(key, value string, any bool, at manifest.Path) bool {
	meets := func(words map[string]string) bool {
		word, ok := words[key]
		return ok && (any || word == value)
	}
	var others []mention
	for i := range r.Pools {
		p := &r.Pools[i]
		serves := len(p.Tenants) == 0 || slices.Contains(p.Tenants, r.Tenant)
		switch {
		case !meets(p.Labels) && !meets(p.Taint):
		case !serves:
			others = append(others, mention{words: key, cause: r.cause(at), pool: p})
		case !any:
			return true
		}
	}
	r.mentions = append(r.mentions, others...)
	return len(others) > 0
}

// daemons run on every node, but for those with a taint.
func (r *reader) daemons() {
	if text(r.object.Tree, "spec", "template", "spec", "nodeSelector", tenantLabel) != r.Tenant {
		r.doubt(Nodes, "%s runs on every node whose taints let it: whether nodes of others have taints is not among the objects", r.key)
	}
}

// node is one that somebody writes: its labels and taints say whose pods run there.
func (r *reader) node() {
	r.opens(Nodes, "", false, manifest.Path{"metadata", "name"}, "says whose pods run on a node, where pods of the other may run", "the labels and taints of a node are what the scheduler goes by")
}

// reserved tells of pods that ask for nodes in the name of another place. The longest name in a word is the one that is meant:
// acme-corp is not acme.
func (j *judge) reserved() {
	names := map[string][]int{}
	for _, i := range j.here {
		names[j.all[i].Tenant] = append(names[j.all[i].Tenant], i)
		if j.all[i].Namespace != j.all[i].Tenant {
			names[j.all[i].Namespace] = append(names[j.all[i].Namespace], i)
		}
	}
	for _, i := range j.here {
		e := j.all[i]
		for _, m := range e.mentions {
			if m.pool != nil {
				j.trespass(i, m, names)
				continue
			}
			name := longestName(m.words, names)
			if name == "" || name == e.Tenant || name == e.Namespace {
				continue
			}
			if n, a, b := j.cross([]int{i}, names[name]); n > 0 {
				j.breach(Breach{Channel: Nodes, From: j.all[a].Place, To: j.all[b].Place, Pairs: n, Causes: []Cause{m.cause},
					Message: fmt.Sprintf("has pods that ask for nodes of %s, by %s", name, m.words),
					Why:     "labels and taints of nodes let in every pod that names them, whoever it is of"})
			}
		}
	}
}

// trespass tells of pods that ask for the nodes of a pool that is others'.
func (j *judge) trespass(i int, m mention, names map[string][]int) {
	var owners []int
	for _, tenant := range m.pool.Tenants {
		for _, k := range names[tenant] {
			if j.all[k].Tenant == tenant {
				owners = append(owners, k)
			}
		}
	}
	if n, a, b := j.cross([]int{i}, owners); n > 0 {
		j.breach(Breach{Channel: Nodes, From: j.all[a].Place, To: j.all[b].Place, Pairs: n, Causes: []Cause{m.cause},
			Message: fmt.Sprintf("has pods that ask for nodes of pool %s, which is for %s, by %s", m.pool.Name, strings.Join(m.pool.Tenants, ", "), m.words),
			Why:     "labels and taints of nodes let in every pod that names them, whoever it is of"})
	}
}

// longestName is the longest of the names that stands in the text as words of its own; empty if there is none.
func longestName(text string, names map[string][]int) string {
	if len(text) > longestLabel {
		return ""
	}
	text = strings.ToLower(text)
	letter := func(i int) bool {
		return i >= 0 && i < len(text) && (text[i] >= 'a' && text[i] <= 'z' || text[i] >= '0' && text[i] <= '9')
	}
	best := ""
	for from := range len(text) {
		if !letter(from) || letter(from-1) {
			continue
		}
		for to := from + len(best) + 1; to <= len(text); to++ {
			if letter(to-1) && !letter(to) && names[text[from:to]] != nil {
				best = text[from:to]
			}
		}
	}
	return best
}
