package podsecurity

import (
	"maps"

	"pgregory.net/rapid"
)

// dice make pods of all fields that the standards look at, and of their neighbours.
type dice struct {
	*rapid.T
	// tame pods start as restricted demands, and have few fields beside.
	tame bool
}

var anyPod = rapid.Custom(func(t *rapid.T) fields { return dice{t, rapid.Bool().Draw(t, "tame")}.pod() })

func choice[T any](d dice, from ...T) T { return rapid.SampledFrom(from).Draw(d.T, "choice") }

// maybe sets a field, now and then to null.
func (d dice) maybe(f fields, key string, value func() any) {
	chances := []string{"absent", "set", "set", "null"}
	if d.tame {
		chances = []string{"absent", "absent", "absent", "absent", "absent", "absent", "absent", "set", "null"}
	}
	switch choice(d, chances...) {
	case "set":
		f[key] = value()
	case "null":
		f[key] = nil
	}
}

// any sets a field to one of the values.
func (d dice) any(f fields, key string, values ...any) {
	d.maybe(f, key, func() any { return choice(d, values...) })
}

// some makes a list.
func (d dice) some(most int, one func() any) []any {
	list := make([]any, rapid.IntRange(0, most).Draw(d.T, "length"))
	for i := range list {
		list[i] = one()
	}
	return list
}

func (d dice) pod() fields {
	spec := fields{"containers": d.some(2, d.container)}
	if d.tame {
		spec["securityContext"] = fields{"runAsNonRoot": true, "seccompProfile": fields{"type": "RuntimeDefault"}}
	}
	for _, host := range []string{"hostNetwork", "hostPID", "hostIPC", "hostUsers", "shareProcessNamespace"} {
		d.any(spec, host, true, false)
	}
	d.any(spec, "os", fields{"name": "windows"}, fields{"name": "linux"}, fields{"name": "Windows"}, fields{})
	d.maybe(spec, "initContainers", func() any { return d.some(2, d.container) })
	d.maybe(spec, "ephemeralContainers", func() any { return d.some(1, d.container) })
	d.maybe(spec, "volumes", func() any { return d.some(3, d.volume) })
	d.maybe(spec, "securityContext", d.podContext)
	metadata := fields{"name": "random"}
	d.maybe(metadata, "annotations", d.annotations)
	return fields{"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
}

// names are few, so that annotations meet them.
var names = []any{"a", "b", ""}

// annotations are never null, which is an empty text to the API server, other than a null elsewhere.
func (d dice) annotations() any {
	f := fields{}
	profiles := []any{"runtime/default", "docker/default", "localhost/a", "localhost/", "localhost", "unconfined", "Unconfined", ""}
	d.any(f, "seccomp.security.alpha.kubernetes.io/pod", profiles...)
	for _, name := range []string{"a", "b", "", "gone"} {
		d.any(f, "container.seccomp.security.alpha.kubernetes.io/"+name, profiles...)
		d.any(f, "container.apparmor.security.beta.kubernetes.io/"+name, profiles...)
	}
	maps.DeleteFunc(f, func(_ string, value any) bool { return value == nil })
	return f
}

// sources are all types of volumes.
var sources = []any{
	"emptyDir", "configMap", "csi", "downwardAPI", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret",
	"hostPath", "hostPath", "awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "fc", "flexVolume", "flocker",
	"gcePersistentDisk", "gitRepo", "glusterfs", "iscsi", "nfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd",
	"scaleIO", "storageos", "vsphereVolume",
}

// volume has a source, none, or more than the API server would take.
func (d dice) volume() any {
	f := fields{"name": "v"}
	for range rapid.IntRange(0, 2).Draw(d.T, "sources") {
		f[choice(d, sources...).(string)] = choice[any](d, fields{}, fields{}, fields{}, nil)
	}
	return f
}

func (d dice) container() any {
	f := fields{"name": choice(d, names...)}
	if d.tame {
		f["securityContext"] = fields{"allowPrivilegeEscalation": false, "capabilities": fields{"drop": []any{"ALL"}}}
	}
	d.maybe(f, "ports", func() any {
		return d.some(2, func() any {
			port := fields{"containerPort": 80}
			d.any(port, "hostPort", 0, 80, 65535)
			d.any(port, "hostIP", "127.0.0.1")
			return port
		})
	})
	d.maybe(f, "securityContext", d.containerContext)
	for _, probe := range []string{"livenessProbe", "readinessProbe", "startupProbe"} {
		d.maybe(f, probe, d.handler)
	}
	d.maybe(f, "lifecycle", func() any {
		hooks := fields{}
		d.maybe(hooks, "postStart", d.handler)
		d.maybe(hooks, "preStop", d.handler)
		return hooks
	})
	return f
}

func (d dice) handler() any {
	f := fields{}
	for _, action := range []string{"httpGet", "tcpSocket"} {
		d.maybe(f, action, func() any {
			call := fields{"port": 80}
			d.any(call, "host", "", "169.254.169.254", "localhost")
			return call
		})
	}
	d.any(f, "exec", fields{"command": []any{"host"}})
	return f
}

// context are the fields that pods and containers share.
func (d dice) context() fields {
	f := fields{}
	profiles := []any{
		fields{"type": "RuntimeDefault"}, fields{"type": "Localhost", "localhostProfile": "a"}, fields{"type": "Unconfined"},
		fields{"type": "runtimeDefault"}, fields{"type": ""}, fields{"type": nil}, fields{},
	}
	d.any(f, "seccompProfile", profiles...)
	d.any(f, "appArmorProfile", profiles...)
	d.any(f, "runAsNonRoot", true, false)
	d.any(f, "runAsUser", 0, 1, 65534)
	d.any(f, "runAsGroup", 0, 1)
	d.maybe(f, "windowsOptions", func() any {
		options := fields{}
		d.any(options, "hostProcess", true, false)
		d.any(options, "runAsUserName", "ContainerUser")
		return options
	})
	d.maybe(f, "seLinuxOptions", func() any {
		options := fields{}
		d.any(options, "type", "", "container_t", "container_init_t", "container_kvm_t", "container_engine_t", "spc_t")
		d.any(options, "user", "", "system_u")
		d.any(options, "role", "", "system_r")
		d.any(options, "level", "", "s0")
		return options
	})
	return f
}

func (d dice) podContext() any {
	f := d.context()
	d.any(f, "fsGroup", 0, 1)
	d.maybe(f, "sysctls", func() any {
		return d.some(2, func() any {
			sysctl := fields{"value": "1"}
			d.any(sysctl, "name", sysctls...)
			return sysctl
		})
	})
	return f
}

// sysctls are those that some version calls safe, and some that none does.
var sysctls = []any{
	"kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range",
	"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports", "net.ipv4.tcp_keepalive_time",
	"net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem",
	"net.ipv4.tcp_wmem", "net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat", "kernel.msgmax",
	"net/ipv4/tcp_syncookies", "net.core.somaxconn", "",
}

// capabilities are the baseline set, the restricted one, and what is like them.
var capabilities = []any{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_BIND_SERVICE",
	"SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT", "ALL", "all", "NET_RAW", "SYS_ADMIN", "CAP_CHOWN", "chown", "",
}

func (d dice) containerContext() any {
	f := d.context()
	d.any(f, "privileged", true, false)
	d.any(f, "allowPrivilegeEscalation", true, false)
	d.any(f, "readOnlyRootFilesystem", true, false)
	d.any(f, "procMount", "Default", "Unmasked", "")
	d.maybe(f, "capabilities", func() any {
		c := fields{}
		d.maybe(c, "add", func() any { return d.some(2, func() any { return choice(d, capabilities...) }) })
		d.maybe(c, "drop", func() any { return d.some(2, func() any { return choice[any](d, "ALL", "ALL", "all", "NET_RAW", "") }) })
		return c
	})
	return f
}
