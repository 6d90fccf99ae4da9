package manifest

import (
	"errors"
	"fmt"
)

// SetField returns a YAML file of one document with the field at a path set to a JSON tree, as [Marshal] knows it.
// Maps on the way are made where they are missing. The text is edited, not written anew: comments, order, quotes and
// line ends stay, as does every byte outside of what changes. Of a map that is there only those entries change that
// differ; a list is replaced whole. A number among the steps is that of an item which exists. The file is named in
// errors only.
func SetField(file string, data []byte, p Path, value any) ([]byte, error) {
	doc, err := editable(file, data)
	if err != nil {
		return nil, err
	}
	old, there := p.Lookup(doc.Tree())
	if there && Equal(old, value) {
		return data, nil
	}
	was, isMap := old.(map[string]any)
	next, toMap := value.(map[string]any)
	if isMap && toMap && len(was) > 0 && len(next) > 0 {
		return setEntries(file, data, p, was, next)
	}
	want, err := put(doc.Tree(), p, value)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return edited(file, data, doc, p, want, func(e *editor) { e.set(p, value) })
}

// setEntries brings a map from what it was to what it shall be. Entries are added before others go, so that the map
// is never empty.
func setEntries(file string, data []byte, p Path, was, next map[string]any) ([]byte, error) {
	var err error
	for _, key := range sortedKeys(next) {
		if data, err = SetField(file, data, p.Join(key), next[key]); err != nil {
			return nil, err
		}
	}
	for _, key := range sortedKeys(was) {
		if _, stays := next[key]; stays {
			continue
		}
		if data, err = RemoveField(file, data, p.Join(key)); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// RemoveField returns the file without the entry of a map at a path; of a field that is not there it returns the
// file as it is. The last entry of a map leaves {} behind. Comments on the lines of the entry go with it, those above
// it stay.
func RemoveField(file string, data []byte, p Path) ([]byte, error) {
	doc, err := editable(file, data)
	if err != nil {
		return nil, err
	}
	if _, there := p.Lookup(doc.Tree()); !there {
		return data, nil
	}
	want := doc.Tree()
	parent, _ := p[:max(len(p)-1, 0)].Lookup(want)
	entries, ok := parent.(map[string]any)
	if !ok || len(p) == 0 {
		return nil, fmt.Errorf("%s: %s is no entry of a map, and only those can be removed", file, p)
	}
	delete(entries, p[len(p)-1].(string))
	return edited(file, data, doc, p, want, func(e *editor) { e.remove(p) })
}

// editable parses the file that is to be edited.
func editable(file string, data []byte) (*Node, error) {
	docs, problems := Parse(file, data, TenantLimits)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: %s", problems[0].Position, problems[0].Message)
	}
	return docs[0], nil
}

// put returns a tree with the value at a path; it changes the tree.
func put(tree any, p Path, value any) (any, error) {
	if len(p) == 0 {
		return value, nil
	}
	var err error
	switch step := p[0].(type) {
	case string:
		m, ok := tree.(map[string]any)
		if !ok && tree != nil {
			return nil, fmt.Errorf("%s cannot be set: there is no map to hold it", p)
		}
		if m == nil {
			m = map[string]any{}
		}
		m[step], err = put(m[step], p[1:], value)
		return m, err
	case int:
		if l, ok := tree.([]any); ok && step >= 0 && step < len(l) {
			l[step], err = put(l[step], p[1:], value)
			return l, err
		}
	}
	return nil, fmt.Errorf("%s cannot be set: there is no such item", p)
}

var errEdit = errors.New("cannot be edited in place; edit the file by hand")

// edited makes one edit and reads the result again: text that does not say what was wanted, and nothing else, is
// never returned.
func edited(file string, data []byte, doc *Node, p Path, want any, change func(*editor)) ([]byte, error) {
	e := newEditor(data, doc)
	change(e)
	at, _ := doc.Find(p)
	if e.lost {
		return nil, fmt.Errorf("%s: %s %w", at, p, errEdit)
	}
	out := e.spliced()
	docs, problems := Parse(file, out, TenantLimits)
	if len(problems) > 0 || !Equal(docs[0].Tree(), want) {
		return nil, fmt.Errorf("%s: %s %w", at, p, errEdit)
	}
	return out, nil
}
