package policies

import (
	"embed"
	"fmt"
	"path"
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

// FindFramework returns the framework of an id or a prefix.
func FindFramework(id string) (Framework, bool) {
	all := frameworks()
	i := slices.IndexFunc(all, func(f Framework) bool { return f.ID == id || f.Prefix == id })
	if i < 0 {
		return Framework{}, false
	}
	return all[i], true
}

// frameworks reads the embedded files; a fault of theirs is one of ours, which the tests find.
var frameworks = sync.OnceValue(func() []Framework {
	entries, err := frameworkFiles.ReadDir("frameworks")
	if err != nil {
		panic(err)
	}
	var all []Framework
	for _, e := range entries {
		name := path.Join("frameworks", e.Name())
		data, err := frameworkFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		docs, problems := manifest.Parse(name, data, manifest.TenantLimits)
		if len(docs) != 1 || len(problems) > 0 {
			panic(fmt.Sprint(name, ": ", problems))
		}
		all = append(all, readFramework(docs[0]))
	}
	return all
})

func readFramework(n *manifest.Node) Framework {
	f := Framework{
		ID: word(n, "id"), Prefix: word(n, "prefix"), Name: word(n, "name"), Version: word(n, "version"), Scope: word(n, "scope"),
	}
	for _, item := range n.Get("controls").Items {
		c := FrameworkControl{
			ID: word(item, "id"), Title: word(item, "title"), Class: Class(word(item, "class")), NotShown: word(item, "notShown"),
		}
		if aliases := item.Get("aliases"); aliases != nil {
			c.Aliases = map[string]string{}
			for i := range aliases.Fields {
				c.Aliases[aliases.Fields[i].Key] = word(aliases, aliases.Fields[i].Key)
			}
		}
		f.Controls = append(f.Controls, c)
	}
	return f
}

func word(n *manifest.Node, key string) string {
	v := n.Get(key)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v.Value)
}
