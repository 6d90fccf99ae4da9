package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/tenantsmith/tenantsmith/generators"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/policies"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Shard is a share of all tenants: number Index, counted from 1, Of so many. The zero value is all of them.
type Shard struct{ Index, Of int }

// mostShards is far beyond what anybody runs at once; each costs a hash a tenant.
const mostShards = 1024

// ParseShard reads 3/8.
func ParseShard(s string) (Shard, error) {
	before, after, _ := strings.Cut(s, "/")
	index, err := strconv.Atoi(before)
	of, notNumber := strconv.Atoi(after)
	switch {
	case err != nil || notNumber != nil:
		return Shard{}, errors.New("is no shard: write I/N, such as 1/8")
	case of < 1 || of > mostShards:
		return Shard{}, fmt.Errorf("there can be 1 to %d shards, not %d", mostShards, of)
	case index < 1 || index > of:
		return Shard{}, fmt.Errorf("shards count from 1 to %d", of)
	}
	return Shard{index, of}, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// All reports whether it is all tenants.
func (s Shard) All() bool { return s.Of <= 1 }

// Has reports whether a tenant, of today or one that is gone, belongs to the shard. Every shard gives the name a
// weight, and it belongs to the heaviest (rendezvous hashing): one shard more takes tenants from the others, and moves none
// between them.
func (s Shard) Has(tenant string) bool {
	if s.All() {
		return true
	}
	heaviest, most := 0, uint64(0)
	for i := 1; i <= s.Of; i++ {
		sum := sha256.Sum256([]byte(tenant + "/" + strconv.Itoa(i)))
		if weight := binary.BigEndian.Uint64(sum[:8]); heaviest == 0 || weight > most {
			heaviest, most = i, weight
		}
	}
	return heaviest == s.Index
}

// share parts the fleet: what is of the shard, together with what belongs to no tenant, and the tenants of the others.
func (s Shard) share(fleet *schemas.Fleet) (mine *schemas.Fleet, others []*schemas.Tenant) {
	if s.All() {
		return fleet, nil
	}
	part := *fleet
	part.Tenants, part.Held, part.Waivers, part.Problems = nil, nil, nil, nil
	for _, t := range fleet.Tenants {
		if s.Has(t.Name) {
			part.Tenants = append(part.Tenants, t)
		} else {
			others = append(others, t)
		}
	}
	for _, name := range fleet.Held {
		if s.Has(name) {
			part.Held = append(part.Held, name)
		}
	}
	for _, w := range fleet.Waivers {
		if s.Has(w.Tenant) {
			part.Waivers = append(part.Waivers, w)
		}
	}
	for _, p := range fleet.Problems {
		if p.Tenant == "" || s.Has(p.Tenant) {
			part.Problems = append(part.Problems, p)
		}
	}
	return &part, others
}

// leaves are the names of the tenants of other shards, sorted.
func (s Shard) leaves(fleet *schemas.Fleet) []string {
	out := slices.Clone(fleet.Held)
	for _, t := range fleet.Tenants {
		out = append(out, t.Name)
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), s.Has)
}

// fleetOf are the tenants as the fleet sees them: those that were rendered and those of other shards, so that every
// shard finds what it would find of its tenants among all.
func (c chain) fleetOf(ctx context.Context, rendered []Rendered, others []*schemas.Tenant) ([]policies.Member, error) {
	mine := members(rendered)
	if len(others) == 0 {
		return mine, nil
	}
	seen := make([][]policies.Member, len(others))
	err := each(len(others), nil, func(i int) (err error) {
		if err = ctx.Err(); err == nil {
			seen[i], err = c.glimpse(others[i])
		}
		return err
	})
	all := append(mine, slices.Concat(seen...)...)
	slices.SortStableFunc(all, func(a, b policies.Member) int { return cmp.Compare(a.Tenant, b.Tenant) })
	return all, err
}

// glimpse is what others have to know of a tenant: which objects it has, and what it claims. Nothing of it is judged.
func (c chain) glimpse(t *schemas.Tenant) ([]policies.Member, error) {
	var tree *overlay.Tree
	if len(t.Extras) > 0 {
		if tree, _ = overlay.New(sourceOf(t)); tree == nil {
			return nil, nil
		}
	}
	var out []policies.Member
	for i := range t.Environments {
		e := &t.Environments[i]
		if c.options.Environment != "" && c.options.Environment != e.Name {
			continue
		}
		objects, err := placedBy(tree, t, e)
		if err != nil {
			return nil, err
		}
		out = append(out, member(t.Name, e, objects))
	}
	return out, nil
}

// placedBy are the objects of a tenant in an environment: what its tree builds, or without one what is generated, which by
// the law of the overlay is the same where nobody adds anything.
func placedBy(tree *overlay.Tree, t *schemas.Tenant, e *schemas.Environment) ([]manifest.Object, error) {
	if tree == nil {
		return overlay.Place(generators.Generate(t, e), e.Namespace, e.Name), nil
	}
	built, problems := tree.Build(e.Name)
	objects := make([]manifest.Object, len(built))
	for i, b := range built {
		objects[i] = b.Object
	}
	return objects, fault(problems)
}
