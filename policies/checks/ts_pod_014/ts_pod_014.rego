# METADATA
# title: Safe sysctls only
# custom:
#   id: TS-POD-014
#   severity: medium
#   scope: object
#   waivable: true
#   remedy: remove the sysctl from the patch or object of your own
#   objects: [pods]
#   controls:
#     direct: [pss:sysctls]
#     supporting: [iso:A.8.9, soc2:CC7.1, csf:PR.PS-01]
package checks.ts_pod_014

import data.lib.pods

# Safe sysctls, with the minor version of Kubernetes from which they are.
safe := {
	"kernel.shm_rmid_forced": 0,
	"net.ipv4.ip_local_port_range": 0,
	"net.ipv4.tcp_syncookies": 0,
	"net.ipv4.ping_group_range": 0,
	"net.ipv4.ip_unprivileged_port_start": 0,
	"net.ipv4.ip_local_reserved_ports": 27,
	"net.ipv4.tcp_keepalive_time": 29,
	"net.ipv4.tcp_fin_timeout": 29,
	"net.ipv4.tcp_keepalive_intvl": 29,
	"net.ipv4.tcp_keepalive_probes": 29,
	"net.ipv4.tcp_rmem": 32,
	"net.ipv4.tcp_wmem": 32,
	"net.ipv4.tcp_slow_start_after_idle": 37,
	"net.ipv4.tcp_notsent_lowat": 37,
}

deny contains finding if {
	some p in pods.all
	some i, sysctl in p.spec.securityContext.sysctls
	name := object.get(sysctl, "name", "")
	not allowed(name)
	finding := {
		"path": array.concat(p.path, ["spec", "securityContext", "sysctls", i, "name"]),
		"message": sprintf("pod sets %v, which is not among the safe sysctls", [name]),
	}
}

allowed(name) if pods.minor >= safe[name]
