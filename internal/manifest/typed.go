package manifest

import (
	"bytes"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// FromTyped turns a typed Kubernetes object (a struct or a pointer to one) into a JSON tree as people would write
// it. A field tagged omitempty goes when it is zero, also when it is a struct, which encoding/json would write as
// {}; nulls and the top-level status go. What is empty and means something stays: podSelector: {} (no omitempty),
// emptyDir: {} (a pointer). Integers are int64, other numbers float64.
//
// A value that cannot be marshalled is a mistake in the program, and panics.
func FromTyped(v any) map[string]any {
	value := reflect.ValueOf(v)
	for value.Kind() == reflect.Pointer {
		value = value.Elem()
	}
	if !value.CanAddr() {
		// Methods with pointer receivers count, as they do for encoding/json behind a pointer.
		copied := reflect.New(value.Type()).Elem()
		copied.Set(value)
		value = copied
	}
	out, _ := encoderOf(value.Type())(value)
	tree, ok := out.(map[string]any)
	if !ok {
		panic(fmt.Sprintf("manifest: %T is no object", v))
	}
	delete(tree, "status")
	return tree
}

// encoder turns a value into a tree. False means null: the field goes.
type encoder func(reflect.Value) (any, bool)

// encoders caches what reflection finds out about types.
var encoders sync.Map

func encoderOf(t reflect.Type) encoder {
	if e, ok := encoders.Load(t); ok {
		return e.(encoder)
	}
	// Types refer to themselves; until the encoder is there, this one waits for it.
	var ready sync.WaitGroup
	var e encoder
	ready.Add(1)
	waiting := encoder(func(v reflect.Value) (any, bool) {
		ready.Wait()
		return e(v)
	})
	if earlier, loaded := encoders.LoadOrStore(t, waiting); loaded {
		return earlier.(encoder)
	}
	e = newEncoder(t)
	ready.Done()
	encoders.Store(t, e)
	return e
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

func newEncoder(t reflect.Type) encoder {
	switch t {
	case reflect.TypeFor[resource.Quantity]():
		return encodeQuantity
	case reflect.TypeFor[intstr.IntOrString]():
		return encodeIntOrString
	case reflect.TypeFor[map[string]string]():
		return encodeStrings
	}
	switch {
	case t.Kind() == reflect.Struct && reflect.PointerTo(t).Implements(jsonMarshaler):
		return marshalerEncoder(t)
	case t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(jsonMarshaler):
		return encodeMarshaler
	case t.Kind() != reflect.Pointer && t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(textMarshaler):
		return encodeText
	}
	switch t.Kind() {
	case reflect.Pointer:
		return pointerEncoder(t)
	case reflect.Interface:
		return encodeInterface
	case reflect.Struct:
		return structEncoder(t)
	case reflect.Map:
		return mapEncoder(t)
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return encodeBytes
		}
		return listEncoder(t)
	case reflect.Array:
		return listEncoder(t)
	}
	return encodeScalar
}

func encodeScalar(v reflect.Value) (any, bool) {
	switch v.Kind() {
	case reflect.String:
		return v.String(), true
	case reflect.Bool:
		return v.Bool(), true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int(), true
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		if n := v.Uint(); n <= 1<<63-1 {
			return int64(n), true
		}
		return float64(v.Uint()), true
	case reflect.Float32:
		// The shortest text that names the 32 bits, as encoding/json writes it.
		f, _ := strconv.ParseFloat(strconv.FormatFloat(v.Float(), 'g', -1, 32), 64)
		return f, true
	case reflect.Float64:
		return v.Float(), true
	}
	panic(fmt.Sprintf("manifest: %s has no place in an object", v.Type()))
}

// encodeQuantity works on a copy: a quantity remembers its text, which would be a race between readers.
func encodeQuantity(v reflect.Value) (any, bool) {
	q := v.Interface().(resource.Quantity)
	return q.String(), true
}

func encodeIntOrString(v reflect.Value) (any, bool) {
	x := v.Addr().Interface().(*intstr.IntOrString)
	if x.Type == intstr.String {
		return x.StrVal, true
	}
	return int64(x.IntVal), true
}

func encodeStrings(v reflect.Value) (any, bool) {
	if v.IsNil() {
		return nil, false
	}
	m := v.Interface().(map[string]string)
	out := make(map[string]any, len(m))
	for k, s := range m {
		out[k] = s
	}
	return out, true
}

// encodeMarshaler asks the type. What it answers is its own business, unless it is a struct.
func encodeMarshaler(v reflect.Value) (any, bool) {
	data, err := addressed(v).Interface().(json.Marshaler).MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("manifest: marshal %s: %v", v.Type(), err))
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		panic(fmt.Sprintf("manifest: marshal %s: %v", v.Type(), err))
	}
	return numbers(out), out != nil
}

// addressed returns a pointer to the value, copying it where it has no address.
func addressed(v reflect.Value) reflect.Value {
	if v.CanAddr() {
		return v.Addr()
	}
	p := reflect.New(v.Type())
	p.Elem().Set(v)
	return p
}

// numbers replaces the numbers of a decoded tree by int64 where they are whole, else by float64.
func numbers(tree any) any {
	switch x := tree.(type) {
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, _ := x.Float64()
		return f
	case map[string]any:
		for k, v := range x {
			x[k] = numbers(v)
		}
	case []any:
		for i, v := range x {
			x[i] = numbers(v)
		}
	}
	return tree
}

func encodeText(v reflect.Value) (any, bool) {
	text, err := addressed(v).Interface().(encoding.TextMarshaler).MarshalText()
	if err != nil {
		panic(fmt.Sprintf("manifest: marshal %s: %v", v.Type(), err))
	}
	return string(text), true
}

func encodeInterface(v reflect.Value) (any, bool) {
	if v.IsNil() {
		return nil, false
	}
	inner := v.Elem()
	return encoderOf(inner.Type())(inner)
}

func encodeBytes(v reflect.Value) (any, bool) {
	if v.IsNil() {
		return nil, false
	}
	return base64.StdEncoding.EncodeToString(v.Bytes()), true
}

func pointerEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(v reflect.Value) (any, bool) {
		if v.IsNil() {
			return nil, false
		}
		return elem(v.Elem())
	}
}

func listEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(v reflect.Value) (any, bool) {
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil, false
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i], _ = elem(v.Index(i))
		}
		return out, true
	}
}

func mapEncoder(t reflect.Type) encoder {
	elem := encoderOf(t.Elem())
	return func(v reflect.Value) (any, bool) {
		if v.IsNil() {
			return nil, false
		}
		out := make(map[string]any, v.Len())
		// Values of a map have no address; one place serves all of them.
		place := reflect.New(t.Elem()).Elem()
		for iter := v.MapRange(); iter.Next(); {
			place.SetIterValue(iter)
			if value, ok := elem(place); ok {
				out[mapKey(iter.Key())] = value
			}
		}
		return out, true
	}
}

func mapKey(v reflect.Value) string {
	if v.Kind() == reflect.String {
		return v.String()
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			panic(fmt.Sprintf("manifest: marshal key %s: %v", v.Type(), err))
		}
		return string(text)
	}
	return fmt.Sprint(v.Interface())
}
