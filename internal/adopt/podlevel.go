package adopt

import (
	"fmt"
	"slices"
	"strings"
)

// level is a level of the Pod Security standards, the strictest first.
type level int

const (
	restricted level = iota
	baseline
	privileged
)

var levelNames = []string{"restricted", "baseline", "privileged"}

func (l level) String() string { return levelNames[l] }

// levelOf is the strictest level that admits a pod, as the standards of Kubernetes have it.
func levelOf(pod tree) level {
	if !admittedBaseline(pod) {
		return privileged
	}
	if !admittedRestricted(pod) {
		return baseline
	}
	return restricted
}

// everyContainer are the containers of a pod.
func everyContainer(pod tree) []any {
	return slices.Concat(listAt(pod, "initContainers"), listAt(pod, "containers"), listAt(pod, "ephemeralContainers"))
}

// harmless are the capabilities that baseline lets a container add, sysctls those that it lets a pod set, and seTypes
// the types of SELinux.
var (
	harmless = []any{"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"}
	sysctls  = []string{"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.tcp_syncookies",
		"net.ipv4.ping_group_range", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"}
	seTypes = []string{"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
)

func admittedBaseline(pod tree) bool {
	for _, field := range []string{"hostNetwork", "hostPID", "hostIPC"} {
		if pod[field] == true {
			return false
		}
	}
	for _, v := range listAt(pod, "volumes") {
		if at(v, "hostPath") != nil {
			return false
		}
	}
	for _, s := range listAt(pod, "securityContext", "sysctls") {
		if !slices.Contains(sysctls, textAt(s, "name")) {
			return false
		}
	}
	if !admittedContext(mapAt(pod, "securityContext")) {
		return false
	}
	for _, c := range everyContainer(pod) {
		context := mapAt(c, "securityContext")
		if !admittedContext(context) || context["privileged"] == true || notAny(textAt(context, "procMount"), "", "Default") || !addsOnly(context, harmless) {
			return false
		}
		for _, p := range listAt(c, "ports") {
			if n := orNumber(at(p, "hostPort"), 0); n != 0 {
				return false
			}
		}
	}
	return true
}

// admittedContext reports whether baseline admits what a security context of a pod or container says.
func admittedContext(context tree) bool {
	return textAt(context, "seccompProfile", "type") != "Unconfined" && textAt(context, "appArmorProfile", "type") != "Unconfined" &&
		at(context, "windowsOptions", "hostProcess") != true && slices.Contains(seTypes, textAt(context, "seLinuxOptions", "type")) &&
		textAt(context, "seLinuxOptions", "user") == "" && textAt(context, "seLinuxOptions", "role") == ""
}

func notAny(s string, of ...string) bool { return !slices.Contains(of, s) }

// addsOnly reports whether all the capabilities that a container adds are among those given.
func addsOnly(context tree, among []any) bool {
	return !slices.ContainsFunc(listAt(context, "capabilities", "add"), func(c any) bool {
		return !slices.Contains(among, any(strings.TrimPrefix(fmt.Sprint(c), "CAP_")))
	})
}

// volumeTypes are the sources that restricted lets a volume have.
var volumeTypes = []string{"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}

func admittedRestricted(pod tree) bool {
	for _, v := range listAt(pod, "volumes") {
		volume, _ := v.(tree)
		for source := range volume {
			if source != "name" && !slices.Contains(volumeTypes, source) {
				return false
			}
		}
	}
	own := mapAt(pod, "securityContext")
	if own["runAsUser"] == int64(0) {
		return false
	}
	for _, c := range everyContainer(pod) {
		context := mapAt(c, "securityContext")
		either := func(path ...any) any {
			if v := at(context, path...); v != nil {
				return v
			}
			return at(own, path...)
		}
		drops := slices.Contains(listAt(context, "capabilities", "drop"), any("ALL"))
		if context["allowPrivilegeEscalation"] != false || context["runAsUser"] == int64(0) || either("runAsNonRoot") != true || either("seccompProfile", "type") == nil ||
			!drops || !addsOnly(context, []any{"NET_BIND_SERVICE"}) {
			return false
		}
	}
	return true
}
