package schemas

import (
	"cmp"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Options choose what [Load] loads.
type Options struct {
	// Tenants are names (acme) or files (tenants/acme.yaml); empty means all. What tenants must not
	// share is looked for in all of them whatever is chosen.
	Tenants []string
	// Layers keeps what [Tenant.History] needs.
	Layers bool
	// Workers is how many tenants are loaded at once; 0 means one for each processor.
	Workers int
	// Memo, if not nil, spares judging again what another load with it found nothing wrong with.
	Memo *Memo
}

// Load reads a platform repository: the platform file, tenants, overrides and waivers, each checked
// against its schema, tenants resolved for every environment they have.
//
// An error is about reading, or a fault of ours; what people got wrong is in the fleet's problems. A
// tenant with a problem (warnings are none) is not among the fleet's tenants but held. A platform
// file with a problem leaves the fleet without platform and tenants.
func Load(fsys fs.FS, opts Options) (*Fleet, error) {
	p, problems, err := loadPlatform(fsys)
	if err != nil {
		return nil, err
	}
	fleet := &Fleet{Problems: problems}
	if hasErrors(problems) {
		fleet.Problems = manifest.SortProblems(fleet.Problems)
		return fleet, nil
	}
	fleet.Platform, fleet.Digest = p.facts, p.digest()
	l := &load{reader: reader{fsys: fsys, platform: p, grounds: p.grounds(p.checker.defaults()), layers: opts.Layers, memo: opts.Memo}, fleet: fleet, workers: opts.Workers}
	if l.workers <= 0 {
		l.workers = runtime.GOMAXPROCS(0)
	}
	if l.layout, err = discover(fsys, p.environmentNames()); err != nil {
		return nil, err
	}
	if err := l.run(opts.Tenants); err != nil {
		return nil, err
	}
	return fleet, nil
}

// digest identifies everything that judges tenants: the schemas and the platform file.
func (p *platform) digest() string {
	return digest([]source{{name: p.checker.digest()}, p.source})
}

// load is the state of one call of [Load].
type load struct {
	reader
	layout  layout
	fleet   *Fleet
	workers int
}

func (l *load) run(wanted []string) error {
	chosen, waivers, err := l.choose(wanted)
	if err != nil {
		return err
	}
	outcomes, err := l.tenants(chosen)
	if err != nil {
		return err
	}
	all := outcomes
	if len(wanted) > 0 {
		peers, err := l.peers(chosen, outcomes)
		if err != nil {
			return err
		}
		l.fleet.Problems = append(l.fleet.Problems, gaps(peers)...)
		all = slices.Concat(outcomes, peers)
		slices.SortFunc(all, func(a, b outcome) int { return cmp.Compare(a.name, b.name) })
	}
	l.fleet.Problems = append(l.fleet.Problems, l.serves(l.layout.names())...)
	between := conflicts(l.facts, all, l.layout.names())
	waived, err := l.waivers(chosen, waivers)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		l.settle(o, append(between[o.name], waived[o.name]...))
	}
	l.fleet.Problems = manifest.SortProblems(l.fleet.Problems)
	return nil
}

// settle takes a tenant into the fleet, or holds it back.
func (l *load) settle(o outcome, between []manifest.Problem) {
	problems := append(alone(o.problems, between), between...)
	for i := range problems {
		problems[i].Tenant = o.name
	}
	l.fleet.Problems = append(l.fleet.Problems, problems...)
	switch {
	case hasErrors(problems):
		l.fleet.Held = append(l.fleet.Held, o.name)
	case o.tenant != nil:
		o.tenant.waive(l.fleet.Waivers)
		l.fleet.Tenants = append(l.fleet.Tenants, o.tenant)
	}
}

// tenants loads tenants side by side; the outcomes come in the order of the names.
func (l *load) tenants(names []string) ([]outcome, error) {
	out := make([]outcome, len(names))
	err := l.each(len(names), func(i int) (err error) {
		out[i], err = l.tenant(l.layout.folders[names[i]])
		return err
	})
	return out, err
}

// each calls f for 0 to n-1, as many at once as there are workers, and returns the error of the
// lowest number.
func (l *load) each(n int, f func(i int) error) error {
	var next atomic.Int64
	var workers sync.WaitGroup
	errs := make([]error, n)
	for range min(l.workers, n) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				errs[i] = f(i)
			}
		})
	}
	workers.Wait()
	return cmp.Or(errs...)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
