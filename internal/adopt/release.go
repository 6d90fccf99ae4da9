package adopt

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// switched are the Services that a Rollout leads requests by: that of the version which is released, and that of the one on
// trial; empty for a workload that has none.
func (s *service) switched() (stable, trial string) {
	if s.source.Kind() != "Rollout" {
		return "", ""
	}
	way := mapAt(s.source.tree, "spec", "strategy")
	return textAt(way, "blueGreen", "activeService") + textAt(way, "canary", "stableService"),
		textAt(way, "blueGreen", "previewService") + textAt(way, "canary", "canaryService")
}

// readOther reads a Service beside that of a workload: of the version on trial, and the headless one of a StatefulSet.
func (a *Adoption) readOther(i *Item) {
	for _, s := range a.services {
		if _, trial := s.switched(); trial == i.Name() {
			i.leave("a release of %s leads requests by it: spec.services.%s.release renders one where it needs it", s.source.Name(), s.name)
		}
		if s.kind == "statefulset" && s.address != i && i.Name() == s.name+"-headless" && s.selects(mapAt(i.tree, "spec", "selector")) {
			i.Service, i.Into = s.name, manifest.Key{Kind: "Service", Name: i.Name()}
		}
	}
}

// releaseDoc says how a Rollout replaces the old version, in the words of fields where there are some and in its own steps
// otherwise. How a Deployment does is left to the tier.
func (s *service) releaseDoc() fields {
	if s.source.Kind() != "Rollout" {
		return nil
	}
	var f fields
	way := mapAt(s.source.tree, "spec", "strategy")
	canary, blueGreen := mapAt(way, "canary"), mapAt(way, "blueGreen")
	switch {
	case blueGreen != nil:
		f.set("strategy", "blueGreen")
		if blueGreen["autoPromotionEnabled"] == false {
			f.set("approval", "manual")
		}
		if n, ok := blueGreen["scaleDownDelaySeconds"].(int64); ok {
			f.set("keepOldFor", fmt.Sprintf("%ds", n))
		}
	case len(listAt(canary, "steps")) > 0:
		f.set("strategy", "canary")
		f.set("steps", documented(canary["steps"]))
	default:
		f.set("strategy", "rolling")
	}
	return f
}

// documented is a part of an object as a document writes it.
func documented(v any) any {
	switch v := v.(type) {
	case tree:
		out := fields{}
		for _, k := range sortedKeys(v) {
			out.keep(k, documented(v[k]))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, x := range v {
			out[i] = documented(x)
		}
		return out
	}
	return v
}
