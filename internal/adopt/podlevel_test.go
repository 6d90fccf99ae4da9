package adopt

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestLevels: each field that a level of Pod Security refuses asks for the next one.
func TestLevels(t *testing.T) {
	require.Equal(t, restricted, levelOf(hardened()))
	type step struct {
		want  level
		about string
		do    func(pod, container tree)
	}
	for _, s := range []step{
		{baseline, "root", func(pod, _ tree) { put(pod, false, "securityContext", "runAsNonRoot") }},
		{baseline, "user 0", func(_, c tree) { put(c, int64(0), "securityContext", "runAsUser") }},
		{baseline, "user 0 of the pod", func(pod, _ tree) { put(pod, int64(0), "securityContext", "runAsUser") }},
		{baseline, "escalation", func(_, c tree) { delete(mapAt(c, "securityContext"), "allowPrivilegeEscalation") }},
		{baseline, "capabilities", func(_, c tree) { delete(mapAt(c, "securityContext"), "capabilities") }},
		{baseline, "added", func(_, c tree) { put(c, []any{"CHOWN"}, "securityContext", "capabilities", "add") }},
		{baseline, "no seccomp", func(pod, _ tree) { delete(mapAt(pod, "securityContext"), "seccompProfile") }},
		{baseline, "a disk", func(pod, _ tree) { pod["volumes"] = []any{tree{"name": "a", "nfs": tree{}}} }},
		{restricted, "a claim", func(pod, _ tree) { pod["volumes"] = []any{tree{"name": "a", "persistentVolumeClaim": tree{}}} }},
		{restricted, "a low port", func(_, c tree) {
			put(c, []any{"NET_BIND_SERVICE"}, "securityContext", "capabilities", "add")
		}},
		{privileged, "host network", func(pod, _ tree) { pod["hostNetwork"] = true }},
		{privileged, "host path", func(pod, _ tree) { pod["volumes"] = []any{tree{"name": "a", "hostPath": tree{}}} }},
		{privileged, "host port", func(_, c tree) { c["ports"] = []any{tree{"hostPort": int64(80)}} }},
		{privileged, "privileged", func(_, c tree) { put(c, true, "securityContext", "privileged") }},
		{privileged, "unmasked", func(_, c tree) { put(c, "Unmasked", "securityContext", "procMount") }},
		{privileged, "SYS_ADMIN", func(_, c tree) { put(c, []any{"SYS_ADMIN"}, "securityContext", "capabilities", "add") }},
		{privileged, "unconfined", func(pod, _ tree) { put(pod, "Unconfined", "securityContext", "seccompProfile", "type") }},
		{privileged, "sysctl", func(pod, _ tree) { put(pod, []any{tree{"name": "kernel.msgmax"}}, "securityContext", "sysctls") }},
		{privileged, "SELinux", func(pod, _ tree) { put(pod, "spc_t", "securityContext", "seLinuxOptions", "type") }},
		{privileged, "a step", func(pod, _ tree) {
			pod["initContainers"] = []any{tree{"securityContext": tree{"privileged": true}}}
		}},
	} {
		pod := hardened()
		s.do(pod, listAt(pod, "containers")[0].(tree))
		require.Equal(t, s.want, levelOf(pod), s.about)
	}
}

func hardened() tree {
	return tree{
		"securityContext": tree{"runAsNonRoot": true, "seccompProfile": tree{"type": "RuntimeDefault"}},
		"containers":      []any{tree{"securityContext": tree{"allowPrivilegeEscalation": false, "capabilities": tree{"drop": []any{"ALL"}}}}},
	}
}
