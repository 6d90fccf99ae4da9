package plan

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// weakness is something that lets a pod do more to its node or its neighbours.
type weakness struct {
	what     string
	severity manifest.Severity
	path     manifest.Path
}

// weakerPod tells what pods may newly do.
func weakerPod(c *comparison, p *pair) {
	before, after, where := p.pods()
	if after == nil || p.moved {
		return
	}
	known := map[string]bool{}
	if before != nil {
		for _, w := range weaknesses(before) {
			known[w.what] = true
		}
	}
	for _, w := range weaknesses(after) {
		if known[w.what] {
			continue
		}
		known[w.what] = true
		if before == nil && w.severity == manifest.Medium {
			continue // a new workload is no worse for what it never had: checks judge it
		}
		c.risk(OpenedPath, w.severity, p, where.Join(w.path...), w.what, "")
	}
}

// weaknesses lists those of a pod.
func weaknesses(pod map[string]any) []weakness {
	var out []weakness
	for _, share := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if pod[share] == true {
			out = append(out, weakness{"pods now share with their node: " + share, manifest.Critical, manifest.Path{share}})
		}
	}
	for i, v := range list(pod["volumes"]) {
		if path := text(v, "hostPath", "path"); path != "" {
			out = append(out, weakness{fmt.Sprintf("pods now see %s of their node", path), manifest.Critical, manifest.Path{"volumes", i, "hostPath"}})
		}
	}
	out = append(out, placed(pod)...)
	security := child(pod, "securityContext")
	if pod["shareProcessNamespace"] == true {
		out = append(out, weakness{"containers of a pod now see each other's processes", manifest.Medium, manifest.Path{"shareProcessNamespace"}})
	}
	for _, name := range slices.Sorted(maps.Keys(named(security["sysctls"]))) {
		out = append(out, weakness{"pods now set the kernel parameter " + name, manifest.Medium, manifest.Path{"securityContext", "sysctls"}})
	}
	for _, c := range containers(pod, all...) {
		out = append(out, c.weaknesses(security)...)
	}
	return out
}

// inherited returns a field of a container's security context, or that of its pod.
func inherited(own, pod map[string]any, key string) any {
	if v, ok := own[key]; ok {
		return v
	}
	return pod[key]
}

func (c container) weaknesses(pod map[string]any) []weakness {
	own := child(c.tree, "securityContext")
	var out []weakness
	say := func(yes bool, s manifest.Severity, what string, path ...any) {
		if yes {
			out = append(out, weakness{fmt.Sprintf("container %q %s", c.name, what), s, c.path.Join(path...)})
		}
	}
	say(own["privileged"] == true, manifest.Critical, "is now privileged: it may do what root on the node may", "securityContext", "privileged")
	for _, added := range texts(at(own, "capabilities", "add")) {
		say(added != "NET_BIND_SERVICE", manifest.High, "now has the capability "+added, "securityContext", "capabilities", "add")
	}
	say(!slices.Contains(texts(at(own, "capabilities", "drop")), "ALL"), manifest.Medium, "now keeps the capabilities that containers have by default", "securityContext", "capabilities")
	say(own["allowPrivilegeEscalation"] != false, manifest.Medium, "may now gain more rights than it starts with", "securityContext", "allowPrivilegeEscalation")
	say(own["readOnlyRootFilesystem"] != true, manifest.Medium, "may now write to its own file system", "securityContext", "readOnlyRootFilesystem")
	say(inherited(own, pod, "runAsNonRoot") != true, manifest.Medium, "may now run as root", "securityContext", "runAsNonRoot")
	say(inherited(own, pod, "runAsUser") == int64(0), manifest.High, "now runs as root", "securityContext", "runAsUser")
	profile, _ := inherited(own, pod, "seccompProfile").(map[string]any)
	say(profile["type"] == nil || profile["type"] == "Unconfined", manifest.Medium, "may now make every system call", "securityContext", "seccompProfile")
	windows, _ := inherited(own, pod, "windowsOptions").(map[string]any)
	say(windows["hostProcess"] == true, manifest.Critical, "now runs on its node as the node's own processes do", "securityContext", "windowsOptions")
	armor, _ := inherited(own, pod, "appArmorProfile").(map[string]any)
	say(armor["type"] == "Unconfined", manifest.High, "now runs unconfined by AppArmor", "securityContext", "appArmorProfile")
	linux, _ := inherited(own, pod, "seLinuxOptions").(map[string]any)
	confined := []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
	say(!slices.Contains(confined, text(linux, "type")), manifest.High, "now runs as the SELinux type "+text(linux, "type"), "securityContext", "seLinuxOptions")
	say(text(own, "procMount") == "Unmasked", manifest.High, "now sees all of /proc", "securityContext", "procMount")
	for i, port := range list(c.tree["ports"]) {
		host := at(port, "hostPort")
		say(host != nil && host != int64(0), manifest.High, fmt.Sprintf("now listens on port %v of its node", host), "ports", i, "hostPort")
	}
	return out
}

// levels order what Pod Security allows.
var levels = map[string]int{"restricted": 0, "baseline": 1, "privileged": 2, "": 2}

// weakerNamespace tells of labels of a namespace that no longer hold pods back.
func weakerNamespace(c *comparison, p *pair) {
	if p.kind != "Namespace" || p.old == nil || p.new == nil {
		return
	}
	const enforce = "pod-security.kubernetes.io/enforce"
	old, new := child(p.old.Tree, "metadata", "labels"), child(p.new.Tree, "metadata", "labels")
	from, to := text(old, enforce), text(new, enforce)
	label := func(name string) manifest.Path { return manifest.Path{"metadata", "labels", name} }
	if before, ok := levels[from]; ok && from != to && levels[to] > before {
		if to == "" {
			to = "nothing"
		}
		c.risk(OpenedPath, manifest.Critical, p, label(enforce), fmt.Sprintf("the namespace now holds pods to %s instead of %s: pods that were refused are let in", to, from), "")
	}
	for name, lost := range map[string]string{
		"policy.sigstore.dev/include": "signatures of images are no longer asked for", "istio-injection": "new pods are no longer part of the mesh",
		"istio.io/dataplane-mode": "pods are no longer part of the mesh", "istio.io/rev": "new pods are no longer part of the mesh",
	} {
		if v := old[name]; v != nil && v != "false" && v != "disabled" && v != "none" && (new[name] == nil || new[name] == "false" || new[name] == "disabled" || new[name] == "none") {
			c.risk(RemovedGuard, manifest.High, p, label(name), lost, "")
		}
	}
}
