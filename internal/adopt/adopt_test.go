package adopt

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/overlay"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

var update = flag.Bool("update", false, "write how much of each application is reproduced into it")

// TestRates adopts applications of the shapes that public ones have: the first line of each says how much of it is
// reproduced, and whatever is not has its reason.
func TestRates(t *testing.T) {
	for name, archive := range applications(t) {
		t.Run(name, func(t *testing.T) {
			a, _ := settled(t, name, archive)
			for _, i := range a.Items {
				require.NotEmpty(t, i.State, i.Key())
				require.True(t, i.State != Left || i.Reason != "", i.Key())
			}
			sum := a.Account().Summary.String()
			t.Log(sum)
			if *update {
				archive.Comment = []byte(sum + "\n")
				require.NoError(t, os.WriteFile("../../testdata/adopt/"+name+".txtar", txtar.Format(archive), 0o644))
			}
			require.Equal(t, sum+"\n", string(archive.Comment))
		})
	}
}

// silent are the fields that a cluster does not look at, or that are names of things inside of an object which are
// compared by what they stand for.
var silent = []string{
	"apiVersion", "kind", "metadata.name", "metadata.namespace", "metadata.labels",
	"spec.template.metadata.labels", "spec.selector", "spec.scaleTargetRef",
	"spec.template.spec.serviceAccountName", "spec.strategy", "spec.serviceName", "spec.revisionHistoryLimit",
	"spec.template.spec.securityContext.runAsNonRoot", // each container says it itself
}

// TestNothingLostInSilence changes each value of each object that is said to be reproduced: the comparison has to see
// it, or it would have seen no difference there before.
func TestNothingLostInSilence(t *testing.T) {
	changed := 0
	for name, archive := range applications(t) {
		t.Run(name, func(t *testing.T) {
			a, is := settled(t, name, archive)
			for _, i := range a.Items {
				if i.State == Left || i.Into.Kind == "" && i.State != Kept || slices.Contains([]string{"Namespace", "NetworkPolicy"}, i.Kind()) {
					continue
				}
				whole := i.tree
				leaves(whole, nil, func(p manifest.Path) {
					if quiet(i.Kind(), p) {
						return
					}
					i.tree = copied(whole).(tree)
					change(i.tree, p)
					lost := i.differs(a, is)
					require.True(t, lost, "%s: %s", i.Key(), p)
					changed++
				})
				i.tree = whole
			}
		})
	}
	require.Greater(t, changed, 300)
}

// differs reports whether the comparison sees a difference.
func (i *Item) differs(a *Adoption, is outcome) bool {
	state, lost, added := i.State, i.Lost, i.Added
	defer func() { i.State, i.Lost, i.Added = state, lost, added }()
	if i.State == Kept {
		v := view{}
		l, _ := compare(v.of(i.Kind(), a.keptTree(i)), v.of(i.Kind(), is[plainKey(i.Key())]), nil)
		return len(l) > 0
	}
	a.compare(is)
	return len(i.Lost) > 0
}

// quiet reports whether a value may change unseen.
func quiet(kind string, p manifest.Path) bool {
	text := p.String()
	for _, s := range silent {
		if text == s || strings.HasPrefix(text, s+".") || strings.HasPrefix(text, s+"[") {
			return true
		}
	}
	last := p[len(p)-1]
	inList := len(p) > 1 && slices.Contains([]any{"containers", "initContainers", "volumes", "ports", "volumeMounts", "rules", "tls"}, p[max(len(p)-3, 0)])
	if strings.HasSuffix(text, ".readOnly") { // a Secret cannot be written to, whatever a mount says
		return true
	}
	return last == "name" && inList || kind == "Ingress" && strings.Contains(text, ".port.name") || strings.HasSuffix(text, "ingressClassName") || strings.HasPrefix(text, "spec.tls")
}

func leaves(v any, p manifest.Path, visit func(manifest.Path)) {
	switch v := v.(type) {
	case tree:
		for _, k := range sortedKeys(v) {
			leaves(v[k], p.Join(k), visit)
		}
	case []any:
		for i, x := range v {
			leaves(x, p.Join(i), visit)
		}
	default:
		visit(p)
	}
}

// change gives a value another one.
func change(t tree, p manifest.Path) {
	parent := at(t, p[:len(p)-1]...)
	if list, ok := parent.([]any); ok {
		list[p[len(p)-1].(int)] = other(list[p[len(p)-1].(int)])
		return
	}
	m := parent.(tree)
	m[p[len(p)-1].(string)] = other(m[p[len(p)-1].(string)])
}

func other(v any) any {
	switch v := v.(type) {
	case string:
		if _, isAmount := canonical(v).(string); isAmount && v != "" && strings.ContainsAny(v[:1], "0123456789") {
			return "7" + v
		}
		return v + "x"
	case int64:
		return v + 1
	case bool:
		return !v
	}
	return "x"
}

func applications(t *testing.T) map[string]*txtar.Archive {
	files, err := filepath.Glob("../../testdata/adopt/*.txtar")
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(files), 10)
	out := map[string]*txtar.Archive{}
	for _, f := range files {
		archive, err := txtar.ParseFile(f)
		require.NoError(t, err)
		out[strings.TrimSuffix(filepath.Base(f), ".txtar")] = archive
	}
	return out
}

// settled adopts an application, and returns what is rendered of it.
func settled(t *testing.T, name string, archive *txtar.Archive) (*Adoption, outcome) {
	app, repository := fstest.MapFS{}, fstest.MapFS{}
	for _, f := range archive.Files {
		into := app
		if f.Name == "tenantsmith.yaml" {
			into = repository
		}
		into[f.Name] = &fstest.MapFile{Data: f.Data}
	}
	p, problems, err := schemas.LoadPlatform(repository)
	require.NoError(t, err)
	for _, p := range problems {
		require.NotEqual(t, manifest.Error, p.Severity, p.Message)
	}
	in := Input{Tenant: name, Owner: "team", Platform: p, Environment: p.Environments[0], Objects: objects(t, app)}
	if Live(in.Objects, "") {
		in.Until = "2031-01-31"
	}
	a, problems := New(in)
	require.Empty(t, problems)
	var last []manifest.Object
	problems, err = a.Settle(func(files map[string][]byte) (_ []manifest.Object, problems []manifest.Problem, err error) {
		all := fstest.MapFS{}
		for k, v := range repository {
			all[k] = v
		}
		for k, data := range files {
			all[k] = &fstest.MapFile{Data: data}
		}
		last, problems, err = pipeline.Unjudged(all, name, p.Environments[0].Name)
		return last, problems, err
	})
	require.NoError(t, err)
	require.Empty(t, problems)
	return a, newOutcome(last)
}

func objects(t *testing.T, app fs.FS) []manifest.Object {
	if _, err := fs.Stat(app, "kustomization.yaml"); err == nil {
		out, problems := overlay.Foreign(app, ".")
		for _, p := range problems {
			require.Empty(t, p.Message, p.File)
		}
		return out
	}
	var out []manifest.Object
	require.NoError(t, fs.WalkDir(app, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(app, file)
		require.NoError(t, err)
		docs, problems := manifest.Parse(file, data, manifest.ManifestLimits)
		require.Empty(t, problems)
		for _, doc := range docs {
			found, problems := manifest.Objects(doc)
			require.Empty(t, problems)
			out = append(out, found...)
		}
		return nil
	}))
	return out
}
