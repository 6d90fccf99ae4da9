package manifest

import (
	"path"
	"slices"
	"strings"
)

// PlatformName owns what belongs to no tenant: it has a folder and a record as tenants have, and no tenant may have
// its name.
const PlatformName = "platform"

// Engines are the folders of the output that hold what GitOps engines apply tenants by.
var Engines = []string{"argocd", "flux"}

// Folder is where the files of an owner stand in the output, its record among them.
func Folder(owner string) string {
	if owner == PlatformName {
		return "platform"
	}
	return "tenants/" + owner
}

// RecordPath returns where the record of an owner stands in the output.
func RecordPath(owner string) string { return path.Join(Folder(owner), RecordName) }

// DeliveryPath is the file by which an engine applies a tenant in an environment.
func DeliveryPath(engine, env, tenant string) string { return path.Join(engine, env, tenant+".yaml") }

// RootPath is the file of what an engine needs that belongs to no tenant.
func RootPath(engine string) string { return path.Join(engine, PlatformName+".yaml") }

// Ownable reports whether the record of an owner may claim the path: a clean one inside of its folder, with no hidden
// part (.git, the record itself) and nothing that another system would read as a separator or a drive; or the file by
// which a GitOps engine applies the tenant in an environment, or all of them.
func Ownable(owner, p string) bool {
	if path.Clean(p) != p || strings.ContainsAny(p, "\\:\x00") {
		return false
	}
	if rest, ok := strings.CutPrefix(p, Folder(owner)+"/"); ok {
		return rest != "" && !slices.ContainsFunc(strings.Split(rest, "/"), func(part string) bool { return strings.HasPrefix(part, ".") })
	}
	engine, file, _ := strings.Cut(p, "/")
	if !slices.Contains(Engines, engine) {
		return false
	}
	if owner == PlatformName {
		return p == RootPath(engine)
	}
	env := path.Dir(file)
	return isLabel(env) && p == DeliveryPath(engine, env, owner)
}

// Patchable reports whether people can patch what stands in a file: the objects of a tenant, and nothing else.
func Patchable(owner, file string) bool {
	return owner != PlatformName && strings.HasPrefix(file, Folder(owner)+"/")
}

// EnvironmentOf is the environment that a path of the output belongs to alone: tenants/<tenant>/<tree>/overlays/<env>/…,
// rendered/<env>/…, platform/<env>/… and <engine>/<env>/…; empty for what several share.
func EnvironmentOf(file string) string {
	parts := strings.Split(file, "/")
	switch {
	case len(parts) > 5 && parts[0] == "tenants" && parts[3] == "overlays":
		return parts[4]
	case len(parts) > 2 && (parts[0] == "rendered" || parts[0] == "platform" || slices.Contains(Engines, parts[0])):
		return parts[1]
	}
	return ""
}
