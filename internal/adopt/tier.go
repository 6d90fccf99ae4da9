package adopt

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// need is what the services request together.
type need struct {
	cpu, memory, storage resource.Quantity
	pods                 int64 // of the service with the most
}

func (a *Adoption) needed() need {
	var n need
	for _, s := range a.services {
		pods := orNumber(at(s.source.tree, "spec", "replicas"), 1)
		if s.scaler != nil {
			spec := mapAt(s.scaler.tree, "spec")
			pods = max(pods, orNumber(spec["maxReplicas"], orNumber(spec["maxReplicaCount"], 1)))
		}
		if s.kind != "job" && s.kind != "cronjob" {
			n.pods = max(n.pods, pods)
		}
		for _, c := range listAt(s.source.tree, "spec", "volumeClaimTemplates") {
			n.storage.Add(times(storageOf(c), pods))
		}
		for _, c := range s.pod.Containers {
			n.cpu.Add(times(c.Resources.Requests[corev1.ResourceCPU], pods))
			n.memory.Add(times(c.Resources.Requests[corev1.ResourceMemory], pods))
		}
	}
	for _, i := range a.Items {
		if i.Kind() == "PersistentVolumeClaim" && i.State != Left {
			n.storage.Add(storageOf(i.tree))
		}
	}
	return n
}

// storageOf is what a claim asks for; nothing where that is no quantity.
func storageOf(claim any) resource.Quantity {
	q, _ := resource.ParseQuantity(fmt.Sprint(at(claim, "spec", "resources", "requests", "storage")))
	return q
}

func times(q resource.Quantity, n int64) resource.Quantity {
	q = q.DeepCopy()
	q.Mul(n)
	return q
}

// chooseTier takes the smallest tier that has room for what runs, and asks for more where the largest would not do
// without.
func (a *Adoption) chooseTier() {
	n := a.needed()
	if a.Tier == nil {
		a.Tier = a.smallest(n)
	}
	if len(a.resources) > 0 {
		return // a ResourceQuota said it
	}
	for _, x := range []struct {
		key  string
		need resource.Quantity
		has  resource.Quantity
	}{{"cpu", n.cpu, a.Tier.CPU.Default}, {"memory", n.memory, a.Tier.Memory.Default}, {"storage", n.storage, a.Tier.Storage.Default}} {
		if x.need.Cmp(x.has) > 0 {
			a.resources.set(x.key, x.need.String())
		}
	}
}

// tiers are those of the platform, the smallest first.
func (a *Adoption) tiers() []*schemas.Tier {
	return slices.SortedFunc(maps.Values(a.Platform.Tiers), func(x, y *schemas.Tier) int {
		return cmp.Or(x.CPU.Default.Cmp(y.CPU.Default), x.Memory.Default.Cmp(y.Memory.Default), cmp.Compare(x.Name, y.Name))
	})
}

func (a *Adoption) smallest(n need) *schemas.Tier {
	tiers := a.tiers()
	for _, t := range tiers {
		if n.cpu.Cmp(t.CPU.Default) <= 0 && n.memory.Cmp(t.Memory.Default) <= 0 && n.storage.Cmp(t.Storage.Default) <= 0 &&
			n.pods <= int64(t.Replicas.Maximum) && (len(a.domains) == 0 || t.Allows.Domains) {
			return t
		}
	}
	return tiers[len(tiers)-1]
}

// Larger is the next tier after that of the tenant; nil after the largest.
func (a *Adoption) Larger() *schemas.Tier {
	tiers := a.tiers()
	if i := slices.Index(tiers, a.Tier); i >= 0 && i+1 < len(tiers) {
		return tiers[i+1]
	}
	return nil
}
