package overlay

import (
	"crypto/sha256"
	"encoding/hex"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// dir returns the folder of a tenant's tree, or of something in it.
func (t *Tree) dir(owner manifest.Owner, elements ...string) string {
	return path.Join(append([]string{"tenants", t.tenant, string(owner)}, elements...)...)
}

// name gives every object its file. Names are settled folder by folder, so that an object that one
// environment adds never renames the files of another.
func (t *Tree) name() {
	base := map[string][]*member{}
	for i := range t.base {
		m := &t.base[i]
		d := t.dir(m.Owner, "base")
		base[d] = append(base[d], m)
	}
	nameAll(base, func(m *member, file string) { m.file = file })
	for _, e := range t.envs {
		whole, patches := map[string][]*member{}, map[string][]*member{}
		for _, m := range e.members {
			d := t.dir(m.Owner, "overlays", e.name)
			switch {
			case m.placed:
				whole[d] = append(whole[d], m)
			case m.whole:
				whole[d+"/namespaced"] = append(whole[d+"/namespaced"], m)
			case m.ops != nil:
				patches[d+"/namespaced/patches"] = append(patches[d+"/namespaced/patches"], m)
			}
			if m.base != nil {
				m.file = m.base.file
			}
		}
		for _, m := range e.audit {
			d := t.auditDir(m.Owner, e)
			whole[d] = append(whole[d], m)
		}
		nameAll(whole, func(m *member, file string) { m.file = file })
		nameAll(patches, func(m *member, file string) { m.patch = file })
	}
}

func nameAll(dirs map[string][]*member, set func(*member, string)) {
	for d, members := range dirs {
		for i, name := range fileNames(members) {
			set(members[i], d+"/"+name)
		}
	}
}

// fileNames returns a name for each object of a folder: the shortest of the forms below that no other
// object of the folder shares, whatever the order they come in.
func fileNames(members []*member) []string {
	groups := map[string]map[string]bool{}
	for _, m := range members {
		kind := strings.ToLower(m.Kind())
		if groups[kind] == nil {
			groups[kind] = map[string]bool{}
		}
		groups[kind][m.Key().Group] = true
	}
	out := make([]string, len(members))
	for form := range 3 {
		count := map[string]int{}
		for i, m := range members {
			if form == 0 || out[i] == "" {
				out[i] = fileName(m.Key(), len(groups[strings.ToLower(m.Kind())]) > 1, form)
			}
			count[out[i]]++
		}
		if form == 2 {
			break
		}
		for i := range out {
			if count[out[i]] > 1 {
				out[i] = ""
			}
		}
	}
	return out
}

// fileName writes <kind>-<name>.yaml, with the group where two kinds share the word. Form 1 adds the
// namespace, form 2 a digest of the whole identity.
func fileName(k manifest.Key, shared bool, form int) string {
	stem := strings.ToLower(k.Kind)
	if shared && k.Group != "" {
		stem += "." + k.Group
	}
	stem += "-"
	if form > 0 && k.Namespace != "" {
		stem += k.Namespace + "."
	}
	stem = clean(stem + k.Name)
	const longest = 180 // a file name holds 255 bytes, and a digest and an ending follow
	if form > 1 || len(stem) > longest {
		sum := sha256.Sum256([]byte(k.Group + "\x00" + k.Kind + "\x00" + k.Namespace + "\x00" + k.Name))
		stem = stem[:min(len(stem), longest)] + "-" + hex.EncodeToString(sum[:4])
	}
	return stem + ".yaml"
}

// clean keeps what every file system and kustomize take for a plain file name.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '-'
	}, strings.ToLower(s))
}
