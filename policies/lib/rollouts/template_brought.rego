package lib.rollouts

# What the API server or the controller refuses in the pod template of the Rollout at hand. The
# controller looks at it before it makes a ReplicaSet, and refuses the whole Rollout. Each fault is
# {"path", "message"}.
template := spec.template if is_object(spec.template)

at_pod(steps) := array.concat(["spec", "template", "spec"], steps)

template_faults contains {"path": at_pod(["restartPolicy"]), "message": message} if {
	template.spec.restartPolicy != "Always"
	message := sprintf("pods of a rollout restart always, not %v", [template.spec.restartPolicy])
}

template_faults contains {"path": at_pod([field]), "message": message} if {
	some field in {"activeDeadlineSeconds", "ephemeralContainers"}
	template.spec[field]
	message := sprintf("pods of a rollout cannot have %s", [field])
}

template_faults contains {"path": at_pod(["containers"]), "message": "pod template has no container"} if {
	template.spec
	count([c | some c in template.spec.containers; is_object(c)]) == 0
}

# The containers as [list, position, container].
containers := [[list, i, c] |
	some list in ["initContainers", "containers"]
	some i, c in template.spec[list]
	is_object(c)
]

container_names := [c.name | some [_, _, c] in containers]

# Most templates are sound, and seen to be so at once: where as many containers, ports, volumes and
# mounts are sound as there are, nobody has to look for faults. A number of a port is one between two
# numbers.
sound_template if {
	pod := template.spec
	is_object(pod)
	object.get(pod, "restartPolicy", "Always") == "Always"
	not pod.activeDeadlineSeconds
	not pod.ephemeralContainers
	sound := {c.name |
		some [_, _, c] in containers
		is_string(c.name)
		regex.match(dns_label, c.name)
		c.image != ""
		is_string(c.image)
	}
	count(sound) == count(containers)
	count([i | some ["containers", i, _] in containers]) > 0
	ports := [port | some [_, _, c] in containers; some port in c.ports]
	sound_ports := {[i, port.name, number] |
		some [list, i, c] in containers
		list == "containers"
		some port in c.ports
		number := port.containerPort
		number > 0
		number < 65536
		number == floor(number)
		is_string(port.name)
		regex.match(`^[a-z]([a-z0-9]|-[a-z0-9]){0,14}$`, port.name)
	}
	count(sound_ports) == count(ports)
	count({[i, name] | some [i, name, _] in sound_ports}) == count(ports)
	sound_volumes
	quantities := {quantity | some [_, _, c] in containers; some list in {"limits", "requests"}; some quantity in c.resources[list]}
	every quantity in quantities { is_quantity(quantity) }
}

dns_label := `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`

sound_volumes if {
	volumes := [volume | some volume in template.spec.volumes]
	sound := {volume.name |
		some volume in volumes
		is_string(volume.name)
		volume.name != ""
		count(volume) < 3
	}
	count(sound) == count(volumes)
	mounts := [[list, i, mount] | some [list, i, c] in containers; some mount in c.volumeMounts]
	mounted := {[list, i, mount.mountPath] |
		some [list, i, mount] in mounts
		mount.name in sound
		is_string(mount.mountPath)
		mount.mountPath != ""
	}
	count(mounted) == count(mounts)
}

template_faults contains {"path": at_pod([list, i, "resources", part, name]), "message": message} if {
	some [list, i, c] in containers
	some part in ["limits", "requests"]
	some name, quantity in c.resources[part]
	not is_quantity(quantity)
	message := sprintf("%v %v is no quantity such as 250m, 0.5, 512Mi or 1e9", [name, quantity])
}

is_quantity(x) if is_number(x)

is_quantity(x) if {
	is_string(x)
	regex.match(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$`, x)
}

template_faults contains {"path": at_pod([list, i]), "message": "container has no name"} if {
	template.spec
	some [list, i, c] in containers
	value := get(c, "name")
	not text(value)
}

template_faults contains {"path": at_pod([list, i, "name"]), "message": message} if {
	template.spec
	some [list, i, c] in containers
	text(c.name)
	fault := name_fault(c.name)
	message := sprintf("container name %q %s", [c.name, fault])
}

name_fault(name) := "is no DNS label" if {
	not regex.match(dns_label, name)
} else := "is taken twice" if count([n | some n in container_names; n == name]) > 1

template_faults contains {"path": at_pod([list, i]), "message": message} if {
	template.spec
	some [list, i, c] in containers
	value := get(c, "image")
	not text(value)
	message := sprintf("container %q has no image", [sprintf("%v", [get(c, "name")])])
}

template_faults contains {"path": at_pod([list, i, "ports", j]), "message": message} if {
	template.spec
	some [list, i, c] in containers
	some j, port in c.ports
	value := get(port, "containerPort")
	not port_number(value)
	message := sprintf("port of container %q is not a number from 1 to 65535", [sprintf("%v", [get(c, "name")])])
}

port_number(n) if {
	natural(n)
	n > 0
	n < 65536
}

template_faults contains {"path": at_pod([list, i, "ports", j, "name"]), "message": message} if {
	template.spec
	some [list, i, c] in containers
	some j, port in c.ports
	fault := port_fault(port.name, c.ports)
	message := sprintf("name %q of a port %s", [sprintf("%v", [port.name]), fault])
}

port_fault(name, ports) := "is none of at most 15 small letters, digits and dashes" if {
	not port_name(name)
} else := "is taken twice in its container" if count([p | some p in ports; p.name == name]) > 1

port_name(name) if {
	is_string(name)
	regex.match(`^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$`, name)
	regex.match(`[a-z]`, name)
	not contains(name, "--")
}

volume_names := [v.name | some v in template.spec.volumes]

template_faults contains {"path": at_pod(["volumes", i]), "message": message} if {
	some i, volume in template.spec.volumes
	fault := volume_fault(volume)
	message := sprintf("volume %q %s", [sprintf("%v", [get(volume, "name")]), fault])
}

volume_fault(volume) := "has no name" if {
	value := get(volume, "name")
	not text(value)
} else := "is there twice" if count([n | some n in volume_names; n == volume.name]) > 1

else := "has more than one source" if count(object.keys(volume)) > 2

template_faults contains {"path": at_pod([list, i, "volumeMounts", j]), "message": message} if {
	template.spec
	some [list, i, c] in containers
	some j, mount in c.volumeMounts
	fault := mount_fault(mount, c.volumeMounts)
	message := sprintf("mount of container %q %s", [sprintf("%v", [get(c, "name")]), fault])
}

mount_fault(mount, mounts) := "has no mountPath" if {
	value := get(mount, "mountPath")
	not text(value)
} else := sprintf("uses path %v twice", [mount.mountPath]) if {
	count([m | some m in mounts; m.mountPath == mount.mountPath]) > 1
} else := sprintf("names volume %q, which the pod does not have", [volume]) if {
	volume := sprintf("%v", [get(mount, "name")])
	count({volume} & {n | some n in volume_names}) == 0
}
