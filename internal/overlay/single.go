package overlay

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sigs.k8s.io/kustomize/api/types"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// single is the smallest tree in which a patch meets an object.
func single(source string, object map[string]any, patch any, target *types.Selector) map[string][]byte {
	k := types.Kustomization{
		Resources: []string{"object.yaml"},
		Patches:   []types.Patch{{Path: "patch.yaml", Target: target}},
	}
	return map[string][]byte{
		kustomizationFile: kustomization(source, k),
		"object.yaml":     manifest.Marshal(object),
		"patch.yaml":      manifest.Marshal(patch),
	}
}

// alone is the tree of one object and nothing else.
func alone(object map[string]any) map[string][]byte {
	return map[string][]byte{
		kustomizationFile: kustomization("", types.Kustomization{Resources: []string{"object.yaml"}}),
		"object.yaml":     manifest.Marshal(object),
	}
}

// kustomization writes the file through its own type, so that a field cannot be misspelt.
func kustomization(source string, k types.Kustomization) []byte {
	k.TypeMeta = types.TypeMeta{APIVersion: types.KustomizationVersion, Kind: types.KustomizationKind}
	data, err := json.Marshal(k)
	var tree any
	if err == nil {
		err = json.Unmarshal(data, &tree)
	}
	if err != nil {
		panic(err) // a struct of strings is always JSON
	}
	return emit(source, tree)
}

// reason picks the sentence that says what is wrong from kustomize's chain of wrappers.
func reason(err error) string {
	line := firstLine(err)
	for _, wrapper := range []string{"kustomize: ", "error in "} {
		line = strings.TrimPrefix(line, wrapper)
	}
	return line
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
