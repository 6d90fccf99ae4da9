package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// harmless are the volumes that Pod Security's level restricted allows, but for those of drivers; paths of the node
// are told by themselves.
var harmless = []string{"configMap", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret", "hostPath", "name"}

// placed lists where a pod may run that others may not, whom it pushes out, and what storage it reaches by itself.
func placed(pod map[string]any) []weakness {
	var out []weakness
	for i, v := range list(pod["volumes"]) {
		m, _ := v.(map[string]any)
		for _, kind := range keysOf(m, nil) {
			if m[kind] == nil || slices.Contains(harmless, kind) {
				continue
			}
			what := "pods now mount storage of the type " + kind
			if driver := text(m, kind, "driver"); driver != "" {
				what = "pods now mount what the driver " + driver + " gives them"
			}
			out = append(out, weakness{what, manifest.Medium, manifest.Path{"volumes", i, kind}})
		}
	}
	if class := text(pod, "priorityClassName"); class != "" {
		severity := manifest.Medium
		if strings.HasPrefix(class, "system-") {
			severity = manifest.High
		}
		out = append(out, weakness{fmt.Sprintf("pods now have the priority class %s: they may push out pods of a lower one", class), severity, manifest.Path{"priorityClassName"}})
	}
	for i, t := range list(pod["tolerations"]) {
		key := text(t, "key")
		path := manifest.Path{"tolerations", i}
		switch {
		case key == "" && text(t, "operator") == "Exists":
			out = append(out, weakness{"pods may now run on every node, whatever it is kept for", manifest.High, path})
		case key != "" && !strings.HasPrefix(key, "node.kubernetes.io/"):
			taint := key
			if value := text(t, "value"); value != "" {
				taint += "=" + value
			}
			out = append(out, weakness{"pods may now run on nodes that the taint " + taint + " keeps for others", manifest.Medium, path})
		}
	}
	return out
}

// staticVolume tells of volumes that somebody wrote by hand: whoever claims one reaches what it names.
func staticVolume(c *comparison, p *pair) {
	if p.kind != "PersistentVolume" || p.new == nil {
		return
	}
	old, new := p.trees()
	for kind, severity := range map[string]manifest.Severity{"hostPath": manifest.Critical, "local": manifest.Critical, "csi": manifest.Medium, "nfs": manifest.Medium} {
		path := manifest.Path{"spec", kind}
		if is := child(new, "spec", kind); len(is) > 0 && string(plain(is)) != string(plain(child(old, "spec", kind))) {
			of := text(is, "path") + text(is, "volumeHandle")
			c.risk(OpenedPath, severity, p, path, fmt.Sprintf("whoever claims the volume reaches %s of the type %s", of, kind), "")
		}
	}
}
