package policies

import (
	"cmp"
	"embed"
	"slices"
	"sync"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

//go:embed frameworks
var frameworkFiles embed.FS

// Framework is a list of controls, as frameworks/<id>.yaml has it.
type Framework struct {
	// ID is what tenants and flags call it, Prefix what METADATA does: iso27001 and iso.
	ID, Prefix    string
	Name, Version string
	// Scope says what of it is here, and what is not.
	Scope    string
	Controls []FrameworkControl
}

// Class says how much of a control manifests can show.
type Class string

const (
	Automated Class = "automated" // all of it
	Partial   Class = "partial"   // some
	Manual    Class = "manual"    // nothing
)

// FrameworkControl is one control; NotShown is what no manifest shows, empty where all is shown.
type FrameworkControl struct {
	ID, Title string
	Class     Class
	NotShown  string
	// Aliases are its ids in other versions of the framework, by version.
	Aliases map[string]string
}

// Control is how checks and findings name it.
func (f Framework) Control(c FrameworkControl) manifest.Control {
	return manifest.Control{Framework: f.Prefix, ID: c.ID}
}

// Frameworks are those that come with tenantsmith, sorted by id.
func Frameworks() []Framework { return slices.Clone(frameworks()) }

// Frameworks are ours and those of the platform, sorted by id.
func (e *Engine) Frameworks() []Framework {
	all := append(Frameworks(), e.frameworks...)
	slices.SortFunc(all, func(a, b Framework) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// FindFramework returns the framework of an id or a prefix.
func (e *Engine) FindFramework(id string) (Framework, bool) { return find(e.Frameworks(), id) }

func find(all []Framework, id string) (Framework, bool) {
	i := slices.IndexFunc(all, func(f Framework) bool { return f.ID == id || f.Prefix == id })
	if i < 0 {
		return Framework{}, false
	}
	return all[i], true
}

// frameworks reads the embedded files; a fault of theirs is one of ours, which the tests find.
var frameworks = sync.OnceValue(func() []Framework {
	all, err := readFrameworks(frameworkFiles, ".", nil)
	if err != nil {
		panic(err)
	}
	return all
})
