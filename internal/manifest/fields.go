package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// plan says how a field of a struct becomes an entry of a map.
type plan struct {
	name string
	// index leads to the field, through embedded structs.
	index []int
	// zero: drop when the Go value is zero; empty: drop also an empty list, map or string.
	zero, empty bool
	// quoted writes numbers and booleans as strings.
	quoted bool
	encode encoder
}

func structEncoder(t reflect.Type) encoder {
	plans := plansOf(t)
	return func(v reflect.Value) (any, bool) {
		out := make(map[string]any, len(plans)/2+1)
		for i := range plans {
			p := &plans[i]
			f, ok := p.field(v)
			if !ok || p.zero && f.IsZero() || p.empty && isEmpty(f) {
				continue
			}
			value, ok := p.encode(f)
			if !ok {
				continue
			}
			if p.quoted {
				value = fmt.Sprint(value)
			}
			out[p.name] = value
		}
		return out, true
	}
}

// marshalerEncoder serves structs that marshal themselves. Some of them, such as the spec of a Rollout, write their
// own fields; of those, the ones that would not be written otherwise go.
func marshalerEncoder(t reflect.Type) encoder {
	clean := cleanerOf(t)
	return func(v reflect.Value) (any, bool) {
		out, ok := encodeMarshaler(v)
		clean(v, out)
		return out, ok
	}
}

// cleanerOf returns a function that removes from a tree what the value it was made of would not write. It never
// looks into types that have no fields for JSON.
func cleanerOf(t reflect.Type) func(reflect.Value, any) {
	var plans []plan
	var once sync.Once
	return func(v reflect.Value, tree any) {
		m, ok := tree.(map[string]any)
		if !ok {
			return
		}
		once.Do(func() { plans = plansOf(t) })
		for i := range plans {
			p := &plans[i]
			written, ok := m[p.name]
			if !ok {
				continue
			}
			f, ok := p.field(v)
			if written == nil || ok && (p.zero && f.IsZero() || p.empty && isEmpty(f)) {
				delete(m, p.name)
				continue
			}
			if ok {
				clean(f, written)
			}
		}
	}
}

// clean looks for structs behind pointers and in lists and maps.
func clean(v reflect.Value, tree any) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			clean(v.Elem(), tree)
		}
	case reflect.Struct:
		cleaner(v.Type())(v, tree)
	case reflect.Slice, reflect.Array:
		if items, ok := tree.([]any); ok && len(items) == v.Len() && worthCleaning(v.Type().Elem()) {
			for i := range items {
				clean(v.Index(i), items[i])
			}
		}
	case reflect.Map:
		if m, ok := tree.(map[string]any); ok && worthCleaning(v.Type().Elem()) {
			for iter := v.MapRange(); iter.Next(); {
				clean(iter.Value(), m[mapKey(iter.Key())])
			}
		}
	}
}

// worthCleaning rules out the elements that have no fields, which most have not.
func worthCleaning(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct, reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice, reflect.Array:
		return true
	}
	return false
}

// cleaners caches [cleanerOf].
var cleaners sync.Map

func cleaner(t reflect.Type) func(reflect.Value, any) {
	if c, ok := cleaners.Load(t); ok {
		return c.(func(reflect.Value, any))
	}
	c, _ := cleaners.LoadOrStore(t, cleanerOf(t))
	return c.(func(reflect.Value, any))
}

// field follows the index; false when an embedded pointer on the way is nil.
func (p *plan) field(v reflect.Value) (reflect.Value, bool) {
	if len(p.index) == 1 {
		return v.Field(p.index[0]), true
	}
	for i, n := range p.index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return v, false
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, true
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() == 0
	}
	return false
}

// plansOf lists the fields as encoding/json sees them: embedded structs without a name are part of the outer one,
// and a field nearer to the outside hides those further in.
func plansOf(t reflect.Type) []plan {
	var plans []plan
	collect(t, nil, &plans)
	slices.SortStableFunc(plans, func(a, b plan) int { return len(a.index) - len(b.index) })
	seen := map[string]bool{}
	return slices.DeleteFunc(plans, func(p plan) bool {
		hidden := seen[p.name]
		seen[p.name] = true
		return hidden
	})
}

func collect(t reflect.Type, index []int, plans *[]plan) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag, tagged := f.Tag.Lookup("json")
		name, options, _ := strings.Cut(tag, ",")
		path := append(slices.Clone(index), i)
		if tagged && tag == "-" {
			continue
		}
		if f.Anonymous && name == "" {
			if inner := deref(f.Type); inner.Kind() == reflect.Struct {
				collect(inner, path, plans)
				continue
			}
		}
		if !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		has := func(option string) bool { return slices.Contains(strings.Split(options, ","), option) }
		*plans = append(*plans, plan{
			name: name, index: path, encode: encoderOf(f.Type),
			zero: has("omitempty") || has("omitzero"), empty: has("omitempty"), quoted: has("string"),
		})
	}
}

func deref(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}
