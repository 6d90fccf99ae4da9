package overlay

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// try applies a person's patch to one object, alone, and judges what became of it: a patch may fail,
// make another object of it, or lose what nobody asked to lose. It returns the tree after the patch,
// or the one before it if the patch is refused.
func (a *applied) try(e *environment, o manifest.Object, m *member) (map[string]any, []manifest.Problem) {
	refuse := func(message, remedy string) (map[string]any, []manifest.Problem) {
		found := problem(a.target.at, "", message, remedy)
		found.Environment, found.Object, found.APIVersion = e.name, o.Key(), o.APIVersion()
		return o.Tree, []manifest.Problem{found}
	}
	after, err := a.apply(e, o, m)
	if err != nil {
		return refuse(fmt.Sprintf("the patch does not apply to %s: %s", o.Key(), reason(err)), "")
	}
	if got := (manifest.Object{Tree: after}); got.Key() != o.Key() || got.APIVersion() != o.APIVersion() {
		return refuse(fmt.Sprintf("the patch makes %s of %s", got.Key(), o.Key()), "add an object of that name instead")
	}
	if m, ok := changedMark(o.Tree, after); ok {
		tree, found := refuse(fmt.Sprintf("a patch cannot change %s of %s: the platform tells objects apart by it", m.path, o.Key()), "")
		pos, field := a.mention(m.label())
		found[0].Position, found[0].Field = pos, field.String()
		return tree, found
	}
	if p := directive(after, nil); p != nil {
		return refuse(fmt.Sprintf("%s is left in %s: kustomize does not know the lists of a %s", p, o.Key(), o.Kind()), advice)
	}
	gone := lost(nil, o.Tree, after)
	gone = slices.DeleteFunc(gone, func(p []any) bool { return a.asks(o.Tree, p) })
	if len(gone) > 0 {
		remedy := advice
		if _, ok := a.body.([]any); ok {
			remedy = `"add" replaces what is there: add the single keys or items, or write "replace" if that is meant`
		}
		return refuse(fmt.Sprintf("the patch would lose %s of %s", describe(gone), o.Key()), remedy)
	}
	return after, nil
}

const advice = "write it as JSON 6902: a map of target and patch, with a list of operations"

// apply has kustomize apply the patch to the object alone.
func (a *applied) apply(e *environment, o manifest.Object, m *member) (map[string]any, error) {
	trees, err := kustomize(single(a.extra.File, o.Tree, a.content(m), e.selector(m, true)), "")
	if err != nil {
		return nil, err
	}
	if len(trees) != 1 {
		return nil, fmt.Errorf("it deletes the object")
	}
	return trees[0], nil
}

// lost returns the fields and items of one tree that the other has no more. Items of lists are told
// apart by what names them; lists without such a field are taken as one value.
func lost(at []any, before, after any) [][]any {
	var out [][]any
	switch before := before.(type) {
	case map[string]any:
		after, ok := after.(map[string]any)
		if !ok {
			return nil // replaced by another kind of value, which only an explicit word does
		}
		for k, v := range before {
			path := append(slices.Clone(at), k)
			if other, ok := after[k]; ok {
				out = append(out, lost(path, v, other)...)
			} else if v != nil {
				out = append(out, path)
			}
		}
	case []any:
		after, _ := after.([]any)
		key := itemKey(before)
		if key == "" {
			return nil
		}
		for _, item := range before {
			path := append(slices.Clone(at), itemStep{key, item.(map[string]any)[key]})
			if other, ok := find(after, key, item.(map[string]any)[key]); ok {
				out = append(out, lost(path, item, other)...)
			} else {
				out = append(out, path)
			}
		}
	}
	return out
}

// itemStep is the step of a path to the item of a list whose field has the value.
type itemStep struct {
	key   string
	value any
}

// itemKey returns the field that tells the items of a list apart, or "".
func itemKey(list []any) string {
	for _, key := range []string{"name", "mountPath", "containerPort", "port"} {
		if isKey(list, key) {
			return key
		}
	}
	return ""
}

func isKey(list []any, key string) bool {
	seen := map[any]bool{}
	for _, item := range list {
		m, _ := item.(map[string]any)
		switch v := m[key].(type) {
		case string, int64, float64:
			if seen[v] {
				return false
			}
			seen[v] = true
		default:
			return false
		}
	}
	return len(list) > 0
}

func find(list []any, key string, value any) (any, bool) {
	for _, item := range list {
		if m, ok := item.(map[string]any); ok && equal(m[key], value) {
			return m, true
		}
	}
	return nil, false
}

// asks reports whether the patch says in so many words that the path goes away.
func (a *applied) asks(before map[string]any, path []any) bool {
	if ops, ok := a.body.([]any); ok {
		return operationsAsk(ops, pointerOf(before, path))
	}
	return mergeAsks(a.body, path)
}

// operationsAsk looks for a remove, a move or a replace at the path or above it. Indexes are not
// compared: earlier operations shift them.
func operationsAsk(ops []any, path []string) bool {
	for _, op := range ops {
		m := op.(map[string]any)
		var pointer string
		switch m["op"] {
		case "remove", "replace":
			pointer, _ = m["path"].(string)
		case "move":
			pointer, _ = m["from"].(string)
		default:
			continue
		}
		got := steps(pointer)
		if len(got) <= len(path) && slices.EqualFunc(got, path[:len(got)], sameStep) {
			return true
		}
	}
	return false
}

func sameStep(a, b string) bool {
	if _, err := strconv.Atoi(a); err == nil {
		_, err = strconv.Atoi(b)
		return err == nil
	}
	return a == b
}

// pointerOf writes the path with the indexes of its items.
func pointerOf(tree any, path []any) []string {
	var out []string
	for _, step := range path {
		switch s := step.(type) {
		case string:
			out = append(out, s)
			tree = tree.(map[string]any)[s]
		case itemStep:
			list := tree.([]any)
			i := slices.IndexFunc(list, func(item any) bool { return equal(item.(map[string]any)[s.key], s.value) })
			out = append(out, strconv.Itoa(i))
			tree = list[i]
		}
	}
	return out
}

// mergeAsks follows the path through a merge patch and looks for a null or a $patch directive on the
// way.
func mergeAsks(patch any, path []any) bool {
	for _, step := range path {
		if m, ok := patch.(map[string]any); ok && m["$patch"] != nil {
			return true
		}
		var ok bool
		switch s := step.(type) {
		case string:
			m, _ := patch.(map[string]any)
			if patch, ok = m[s]; !ok || patch == nil {
				return ok
			}
		case itemStep:
			list, _ := patch.([]any)
			if slices.ContainsFunc(list, replacesList) {
				return true
			}
			if patch, ok = find(list, s.key, s.value); !ok {
				return false
			}
		}
	}
	m, _ := patch.(map[string]any)
	return m["$patch"] != nil
}

func replacesList(item any) bool {
	m, _ := item.(map[string]any)
	return m["$patch"] == "replace"
}

// directive finds a $patch that kustomize left in an object.
func directive(v any, at manifest.Path) manifest.Path {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range sortedKeys(v) {
			if p := at.Join(k); k == "$patch" {
				return p
			} else if found := directive(v[k], p); found != nil {
				return found
			}
		}
	case []any:
		for i := range v {
			if found := directive(v[i], at.Join(i)); found != nil {
				return found
			}
		}
	}
	return nil
}

// describe names what is lost, in the words of the object: spec.containers[web].image.
func describe(paths [][]any) string {
	var all []string
	for _, path := range paths {
		var b strings.Builder
		for _, step := range path {
			switch s := step.(type) {
			case string:
				if b.Len() > 0 {
					b.WriteByte('.')
				}
				b.WriteString(s)
			case itemStep:
				fmt.Fprintf(&b, "[%v]", s.value)
			}
		}
		all = append(all, b.String())
	}
	slices.Sort(all)
	const most = 4
	if len(all) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), len(all)-most)
	}
	return strings.Join(all, ", ")
}
