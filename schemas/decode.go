package schemas

import (
	"fmt"
	"math"
	"reflect"
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// decode fills the struct that v points to from the node. What it cannot read is a problem at its
// place: the schemas have judged the node before, so there should be none.
func decode(n *manifest.Node, v any) []manifest.Problem {
	d := decoder{keys: fieldKeys()}
	d.value(n, reflect.ValueOf(v).Elem(), nil)
	return d.problems
}

// decodeSpec decodes the spec of a resolved tenant. A service that limits no memory is limited to what
// it requests: more could be taken from its neighbours only, and the quota counts limits.
func decodeSpec(n *manifest.Node, s *Spec) []manifest.Problem {
	problems := decode(n, s)
	for name, service := range s.Services {
		if r := &service.Resources; r.Limits.Memory == nil {
			r.Limits.Memory = r.Requests.Memory
		}
		service.offerSidecars()
		s.Services[name] = service
	}
	return problems
}

// fieldKeys maps the types of this package to their fields by key: worked out once, then only read.
var fieldKeys = sync.OnceValue(func() map[reflect.Type]map[string]int {
	out := map[reflect.Type]map[string]int{}
	collectKeys(reflect.TypeFor[Spec](), out)
	collectKeys(reflect.TypeFor[Platform](), out)
	collectKeys(reflect.TypeFor[Waiver](), out)
	return out
})

func collectKeys(t reflect.Type, out map[reflect.Type]map[string]int) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		collectKeys(t.Elem(), out)
	case reflect.Struct:
		if out[t] != nil || t == quantityType {
			return
		}
		keys := map[string]int{}
		out[t] = keys
		for i := range t.NumField() {
			if key := t.Field(i).Tag.Get("json"); key != "" && key != "-" {
				keys[key] = i
			}
			collectKeys(t.Field(i).Type, out)
		}
	}
}

var (
	quantityType = reflect.TypeFor[resource.Quantity]()
	envValueType = reflect.TypeFor[EnvValue]()
	portType     = reflect.TypeFor[Port]()
	sharedType   = reflect.TypeFor[SharedPort]()
)

type decoder struct {
	keys     map[reflect.Type]map[string]int
	problems []manifest.Problem
}

func (d *decoder) value(n *manifest.Node, v reflect.Value, at manifest.Path) {
	if n == nil || isNull(n) {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.value(n, v.Elem(), at)
	case reflect.Struct:
		d.structure(n, v, at)
	case reflect.Map:
		d.table(n, v, at)
	case reflect.Slice:
		d.slice(n, v, at)
	case reflect.Interface:
		v.Set(reflect.ValueOf(n.Tree()))
	default:
		d.scalar(n, v, at)
	}
}

func (d *decoder) structure(n *manifest.Node, v reflect.Value, at manifest.Path) {
	switch v.Type() {
	case quantityType:
		q, err := parseQuantity(n)
		if err != nil || n.Kind != manifest.Scalar {
			d.complain(n, at, "a quantity")
			return
		}
		v.Set(reflect.ValueOf(q))
		return
	case envValueType:
		v.Set(reflect.ValueOf(envValue(n)))
		return
	case portType, sharedType:
		if n.Kind == manifest.Scalar {
			n = mapOf("port", n)
		}
	}
	if n.Kind != manifest.Map {
		d.complain(n, at, "a map")
		return
	}
	keys := d.keys[v.Type()]
	for i := range n.Fields {
		if k, ok := keys[n.Fields[i].Key]; ok {
			d.value(n.Fields[i].Value, v.Field(k), append(at, n.Fields[i].Key))
		}
	}
	if p, ok := v.Addr().Interface().(*Port); ok && p.Protocol == "" {
		p.Protocol = "TCP"
	}
}

func (d *decoder) table(n *manifest.Node, v reflect.Value, at manifest.Path) {
	if n.Kind != manifest.Map {
		d.complain(n, at, "a map")
		return
	}
	t := v.Type()
	m := reflect.MakeMapWithSize(t, len(n.Fields))
	for i := range n.Fields {
		item := reflect.New(t.Elem()).Elem()
		d.value(n.Fields[i].Value, item, append(at, n.Fields[i].Key))
		m.SetMapIndex(reflect.ValueOf(n.Fields[i].Key), item)
	}
	v.Set(m)
}

func (d *decoder) slice(n *manifest.Node, v reflect.Value, at manifest.Path) {
	if n.Kind != manifest.List {
		d.complain(n, at, "a list")
		return
	}
	s := reflect.MakeSlice(v.Type(), len(n.Items), len(n.Items))
	for i, item := range n.Items {
		d.value(item, s.Index(i), append(at, i))
	}
	v.Set(s)
}

func (d *decoder) scalar(n *manifest.Node, v reflect.Value, at manifest.Path) {
	switch v.Kind() {
	case reflect.String:
		if s, ok := n.Value.(string); ok {
			v.SetString(s)
			return
		}
		d.complain(n, at, "a text")
	case reflect.Bool:
		if b, ok := n.Value.(bool); ok {
			v.SetBool(b)
			return
		}
		d.complain(n, at, "true or false")
	case reflect.Int32, reflect.Int64:
		if i, ok := integer(n.Value); ok && !v.OverflowInt(i) {
			v.SetInt(i)
			return
		}
		d.complain(n, at, "a whole number")
	case reflect.Float64:
		if f, ok := number(n.Value); ok {
			v.SetFloat(f)
			return
		}
		d.complain(n, at, "a number")
	}
}

func (d *decoder) complain(n *manifest.Node, at manifest.Path, want string) {
	d.problems = append(d.problems, fault(n.Position, at.String(), "want %s", want))
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) < 1<<53
	}
	return 0, false
}

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// envValue reads the value of an environment variable: a text, or a map that says where it comes from.
func envValue(n *manifest.Node) EnvValue {
	if n.Kind != manifest.Map {
		return EnvValue{Value: text(n.Value)}
	}
	of := func(key string) string {
		if v := n.Get(key); v != nil {
			return text(v.Value)
		}
		return ""
	}
	return EnvValue{Secret: of("secret"), Key: of("key"), Field: of("field"), Resource: of("resource")}
}

// text is a scalar as people wrote it.
func text(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}
