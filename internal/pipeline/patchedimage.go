package pipeline

import (
	"bytes"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// PatchedImage is an image that runs because a patch says so, whatever the fields of the service say.
type PatchedImage struct {
	Image string
	// File is the patch.
	File string
}

// PatchedImages are those of a service, by environment: none where what is applied runs what the fields say.
func PatchedImages(t *schemas.Tenant, service string) map[string]PatchedImage {
	out := map[string]PatchedImage{}
	if !slices.ContainsFunc(t.Extras, func(e manifest.Extra) bool { return e.Patch }) {
		return out
	}
	tree, _ := overlay.New(sourceOf(t))
	if tree == nil {
		return out // for reasons that its checks tell
	}
	for i := range t.Environments {
		env := &t.Environments[i]
		built, _ := tree.Build(env.Name)
		for _, b := range built {
			image := imageOfPods(b, service)
			if s, ok := env.Spec.Services[service]; ok && image != "" && b.Extra != "" && image != s.Image {
				out[env.Name] = PatchedImage{image, patchWith(t, env.Name, image, b.Extra)}
			}
		}
	}
	return out
}

// imageOfPods is what the container of a service runs in the pods of an object; empty for another object.
func imageOfPods(b overlay.Built, service string) string {
	if b.Key().Name != service {
		return ""
	}
	for _, spec := range []manifest.Path{{"spec", "template", "spec"}, {"spec", "jobTemplate", "spec", "template", "spec"}} {
		list, _ := spec.Join("containers").Lookup(b.Tree)
		containers, _ := list.([]any)
		for _, container := range containers {
			if name, _ := (manifest.Path{"name"}).Lookup(container); name == service {
				image, _ := (manifest.Path{"image"}).Lookup(container)
				text, _ := image.(string)
				return text
			}
		}
	}
	return ""
}

// patchWith is the last patch that names the image, or the last one of the object.
func patchWith(t *schemas.Tenant, env, image, last string) string {
	for _, e := range slices.Backward(t.Extras) {
		if e.Patch && (e.Environment == "" || e.Environment == env) && bytes.Contains(e.Bytes, []byte(image)) {
			return e.File
		}
	}
	return last
}
