package conformance

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

// set is what a controller sees together: the objects of one namespace.
type set struct {
	name    string
	objects []*unstructured.Unstructured
}

// parse reads a stream of YAML documents; a key given twice is an error.
func parse(t *testing.T, stream []byte) []*unstructured.Unstructured {
	var out []*unstructured.Unstructured
	r := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(stream)))
	for {
		doc, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out
		}
		require.NoError(t, err)
		object := map[string]any{}
		data, err := yaml.YAMLToJSONStrict(doc)
		require.NoError(t, err, string(doc))
		if bytes.Equal(data, []byte("null")) {
			continue
		}
		u := &unstructured.Unstructured{Object: object}
		require.NoError(t, u.UnmarshalJSON(data), string(doc))
		out = append(out, u)
	}
}

// sets sorts objects by the namespace they live in; a Namespace lives in itself.
func sets(objects []*unstructured.Unstructured) []set {
	in := map[string][]*unstructured.Unstructured{}
	for _, o := range objects {
		name := o.GetNamespace()
		if o.GetKind() == "Namespace" {
			name = o.GetName()
		}
		in[name] = append(in[name], o)
	}
	var out []set
	for _, name := range slices.Sorted(maps.Keys(in)) {
		out = append(out, set{name, in[name]})
	}
	return out
}

func (s set) of(group, kind string) []*unstructured.Unstructured {
	return slices.DeleteFunc(slices.Clone(s.objects), func(o *unstructured.Unstructured) bool {
		return o.GroupVersionKind().Group != group || o.GetKind() != kind
	})
}

// find is the object of that name, or nil.
func (s set) find(group, kind, name string) *unstructured.Unstructured {
	for _, o := range s.of(group, kind) {
		if o.GetName() == name {
			return o
		}
	}
	return nil
}

// decode reads an object into the struct that its owner reads it into. What the struct does not know
// is an error.
func decode(o *unstructured.Unstructured, into any) error {
	data, err := yaml.Marshal(o.Object)
	if err != nil {
		return err
	}
	return yaml.UnmarshalStrict(data, into, yaml.DisallowUnknownFields)
}
