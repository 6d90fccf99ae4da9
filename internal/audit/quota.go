package audit

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// figure is one of a ResourceQuota in an environment.
type figure struct{ environment, quota, resource string }

// quotas are the figures of a tenant, and why they are in doubt, if they are.
type quotas struct {
	figures map[figure]string
	doubt   string
}

// quotas reads the ResourceQuotas from the platform tree, as kustomize would build them: the resources of each
// overlay, and the patches that are about them. No program runs on what the past holds.
func (w *walk) quotas() quotas {
	out := quotas{figures: map[figure]string{}}
	overlays := path.Join("tenants", w.name, "platform", "overlays")
	envs := map[string]bool{}
	for file := range w.files {
		if rest, ok := strings.CutPrefix(file, overlays+"/"); ok && strings.HasSuffix(rest, "/kustomization.yaml") {
			env, _, _ := strings.Cut(rest, "/")
			envs[env] = true
		}
	}
	for _, env := range slices.Sorted(maps.Keys(envs)) {
		found, err := w.built(path.Join(overlays, env), map[string]bool{})
		if err != nil {
			out.doubt = cmp.Or(out.doubt, fmt.Sprintf("%s: %v", env, err))
		}
		for name, hard := range found {
			for resource, value := range hard {
				out.figures[figure{env, name, resource}] = value
			}
		}
	}
	return out
}

// built are the quotas of a folder, by name and resource. Each folder is entered once, so that what people write by
// hand cannot lead in circles.
func (w *walk) built(dir string, entered map[string]bool) (map[string]map[string]string, error) {
	if entered[dir] {
		return nil, fmt.Errorf("%s stands in it twice", dir)
	}
	entered[dir] = true
	k, err := w.yaml(path.Join(dir, "kustomization.yaml"))
	if err != nil {
		return nil, err
	}
	out := map[string]map[string]string{}
	for _, resource := range texts(k["resources"]) {
		at := path.Join(dir, resource)
		if _, file := w.files[at]; !file {
			inner, err := w.built(at, entered)
			if err != nil {
				return out, err
			}
			maps.Copy(out, inner)
			continue
		}
		if !strings.HasPrefix(path.Base(at), "resourcequota-") {
			continue // one object a file, named after its kind
		}
		o, err := w.yaml(at)
		if err != nil {
			return out, err
		}
		object := manifest.Object{Tree: o}
		out[object.Name()] = hardOf(o)
	}
	return out, w.patched(dir, k, out)
}

// patched applies the patches of a kustomization that are about quotas.
func (w *walk) patched(dir string, k map[string]any, out map[string]map[string]string) error {
	patches, _ := k["patches"].([]any)
	for _, p := range patches {
		entry, _ := p.(map[string]any)
		target, _ := entry["target"].(map[string]any)
		file, _ := entry["path"].(string)
		if target != nil && target["kind"] != "ResourceQuota" && target["kind"] != nil {
			continue
		}
		body, err := w.parse(path.Join(dir, file))
		if err != nil {
			return err
		}
		name, _ := target["name"].(string)
		switch body := body.(type) {
		case map[string]any:
			object := manifest.Object{Tree: body}
			if object.Kind() == "ResourceQuota" && out[object.Name()] != nil {
				merge(out[object.Name()], body)
			}
		case []any:
			if err := apply(out[name], body); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
	}
	return nil
}

// merge lays the figures of a patch over those of a quota; null takes one away.
func merge(hard map[string]string, patch map[string]any) {
	given, _ := manifest.Path{"spec", "hard"}.Lookup(patch)
	fields, _ := given.(map[string]any)
	for resource, value := range fields {
		if value == nil {
			delete(hard, resource)
		} else {
			hard[resource] = fmt.Sprint(value)
		}
	}
}

// apply does the operations of a JSON patch.
func apply(hard map[string]string, operations []any) error {
	for _, o := range operations {
		op, _ := o.(map[string]any)
		at, _ := op["path"].(string)
		resource, about := strings.CutPrefix(at, "/spec/hard/")
		resource = strings.NewReplacer("~1", "/", "~0", "~").Replace(resource)
		switch {
		case strings.HasPrefix(at, "/metadata/"):
		case !about || hard == nil:
			return fmt.Errorf("the patch of %s is not one of figures", at)
		case op["op"] == "remove":
			delete(hard, resource)
		case op["op"] == "add" || op["op"] == "replace":
			hard[resource] = fmt.Sprint(op["value"])
		default:
			return fmt.Errorf("the patch does %v", op["op"])
		}
	}
	return nil
}

func hardOf(o map[string]any) map[string]string {
	out := map[string]string{}
	merge(out, o)
	return out
}

// yaml reads a file that is a map.
func (w *walk) yaml(file string) (map[string]any, error) {
	tree, err := w.parse(file)
	if err != nil {
		return nil, err
	}
	out, ok := tree.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s is no map", file)
	}
	return out, nil
}

func (w *walk) parse(file string) (any, error) {
	id, there := w.files[file]
	if !there {
		return nil, fmt.Errorf("%s is not there", file)
	}
	data, err := w.history.Read(id)
	if err != nil {
		return nil, err
	}
	docs, problems := manifest.Parse(file, data, manifest.ManifestLimits)
	if len(problems) > 0 || len(docs) != 1 {
		return nil, fmt.Errorf("%s cannot be read", file)
	}
	return docs[0].Tree(), nil
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, item := range list {
		if s, ok := item.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// differences are the figures that are not what they were.
func differences(before, after quotas) []report.QuotaChange {
	out := []report.QuotaChange{}
	for f, value := range before.figures {
		if after.figures[f] != value {
			out = append(out, report.QuotaChange{Environment: f.environment, Quota: f.quota, Resource: f.resource, Before: value, After: after.figures[f]})
		}
	}
	for f, value := range after.figures {
		if _, there := before.figures[f]; !there {
			out = append(out, report.QuotaChange{Environment: f.environment, Quota: f.quota, Resource: f.resource, After: value})
		}
	}
	slices.SortFunc(out, func(a, b report.QuotaChange) int {
		return cmp.Or(strings.Compare(a.Environment, b.Environment), strings.Compare(a.Quota, b.Quota), strings.Compare(a.Resource, b.Resource))
	})
	return out
}
