package podsecurity

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/policies"
)

// framework is what METADATA calls the standards; its controls have the ids of upstream's checks.
const framework = "pss"

// ours are our rules, those that name a control of the standards.
type ours struct {
	engine *policies.Engine
	ids    []string
	// holds names the check of ours that answers for one of upstream's.
	holds map[policy.CheckID]string
}

func newOurs() (ours, error) {
	engine, err := policies.Compile(nil)
	if err != nil {
		return ours{}, err
	}
	engine.Deadline = time.Hour // for thousands of objects at once
	rules, err := engine.Selected(nil)
	o := ours{engine: engine, holds: map[policy.CheckID]string{}}
	for _, r := range rules {
		for _, c := range r.Controls {
			if c.Framework == framework {
				o.holds[policy.CheckID(c.ID)] = r.ID
			}
		}
	}
	o.ids = slices.Compact(slices.Sorted(maps.Values(o.holds)))
	return o, err
}

// found are the checks of ours that object to a pod.
type found map[string]bool

// judge returns the findings about each object, by its name.
func (o ours) judge(v version, objects ...manifest.Object) (map[string][]manifest.Problem, error) {
	problems, err := o.engine.Check(context.Background(), policies.Input{
		Context: policies.Context{Platform: policies.Platform{ClusterVersion: v.cluster()}},
		Objects: objects, Checks: o.ids,
	})
	of := map[string][]manifest.Problem{}
	for _, p := range problems {
		of[p.Object.Name] = append(of[p.Object.Name], p)
	}
	return of, err
}

// at returns the checks that object at a level. Those of the baseline level are those that answer for
// one of its checks; what such a check finds in the name of the restricted level only, it says.
func (o ours) at(level api.Level, baseline found, problems []manifest.Problem) found {
	f := found{}
	for _, p := range problems {
		if level == api.LevelRestricted || baseline[p.Check] && !strings.Contains(p.Message, "restricted") {
			f[p.Check] = true
		}
	}
	return f
}
