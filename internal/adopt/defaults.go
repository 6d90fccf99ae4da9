package adopt

import (
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"
)

// macros are the schedules that have a name.
var macros = map[string]string{
	"@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
}

// undefault takes out of an object what an API server fills in where nothing is said, and writes quantities one way, so
// that a source file and a dump of what it became compare alike.
func undefault(kind string, t tree) {
	spec := mapAt(t, "spec")
	quantities(t, "")
	switch kind {
	case "Deployment", "Rollout":
		drop(spec, tree{"replicas": int64(1), "revisionHistoryLimit": int64(10), "progressDeadlineSeconds": int64(600), "minReadySeconds": int64(0), "paused": false})
		undefaultStrategy(spec)
	case "StatefulSet":
		drop(spec, tree{"replicas": int64(1), "revisionHistoryLimit": int64(10), "podManagementPolicy": "OrderedReady", "minReadySeconds": int64(0)})
		drop(mapAt(spec, "updateStrategy", "rollingUpdate"), tree{"partition": int64(0)})
		drop(mapAt(spec, "updateStrategy"), tree{"type": "RollingUpdate"})
		drop(mapAt(spec, "persistentVolumeClaimRetentionPolicy"), tree{"whenDeleted": "Retain", "whenScaled": "Retain"})
		for _, c := range listAt(spec, "volumeClaimTemplates") {
			undefaultClaim(c)
		}
		prune(spec["updateStrategy"], "rollingUpdate")
		prune(spec, "updateStrategy", "persistentVolumeClaimRetentionPolicy")
	case "DaemonSet":
		drop(spec, tree{"revisionHistoryLimit": int64(10), "minReadySeconds": int64(0)})
		drop(mapAt(spec, "updateStrategy", "rollingUpdate"), tree{"maxSurge": int64(0), "maxUnavailable": int64(1)})
		drop(mapAt(spec, "updateStrategy"), tree{"type": "RollingUpdate"})
		prune(spec["updateStrategy"], "rollingUpdate")
		prune(spec, "updateStrategy")
	case "CronJob":
		if five := macros[textAt(spec, "schedule")]; five != "" {
			spec["schedule"] = five
		}
		drop(spec, tree{"concurrencyPolicy": "Allow", "failedJobsHistoryLimit": int64(1), "successfulJobsHistoryLimit": int64(3), "suspend": false})
		undefaultJob(mapAt(spec, "jobTemplate", "spec"))
		delete(mapAt(spec, "jobTemplate", "metadata"), "creationTimestamp")
		prune(spec["jobTemplate"], "metadata")
	case "Job":
		undefaultJob(spec)
	case "Service":
		undefaultService(spec)
	case "PersistentVolumeClaim":
		undefaultClaim(t)
	case "HorizontalPodAutoscaler":
		drop(spec, tree{"minReplicas": int64(1)})
	case "Ingress":
		for _, r := range listAt(spec, "rules") {
			for _, p := range listAt(r, "http", "paths") {
				drop(p, tree{"pathType": "ImplementationSpecific"})
			}
		}
	}
	if path := templateAt(kind); path != nil {
		undefaultPod(mapAt(t, path.Join("spec")...))
	}
}

func undefaultStrategy(spec tree) {
	drop(mapAt(spec, "strategy", "rollingUpdate"), tree{"maxSurge": "25%", "maxUnavailable": "25%"})
	drop(mapAt(spec, "strategy"), tree{"type": "RollingUpdate"})
	prune(spec["strategy"], "rollingUpdate")
	prune(spec, "strategy")
}

func undefaultJob(spec tree) {
	drop(spec, tree{"backoffLimit": int64(6), "completionMode": "NonIndexed", "completions": int64(1), "parallelism": int64(1), "suspend": false,
		"manualSelector": false, "podReplacementPolicy": "TerminatingOrFailed"})
}

func undefaultService(spec tree) {
	drop(spec, tree{"type": "ClusterIP", "sessionAffinity": "None", "internalTrafficPolicy": "Cluster", "externalTrafficPolicy": "Cluster",
		"allocateLoadBalancerNodePorts": true, "publishNotReadyAddresses": false})
	for _, p := range listAt(spec, "ports") {
		drop(p, tree{"protocol": "TCP"})
		if port, ok := p.(tree); ok && port["targetPort"] != nil && port["targetPort"] == port["port"] {
			delete(port, "targetPort")
		}
	}
}

func undefaultClaim(c any) {
	drop(mapAt(c, "spec"), tree{"volumeMode": "Filesystem"})
	claim, _ := c.(tree)
	delete(claim, "status")
	delete(mapAt(claim, "metadata"), "creationTimestamp")
}

func undefaultPod(spec tree) {
	delete(spec, "serviceAccount") // the old name of serviceAccountName
	drop(spec, tree{"restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": int64(30),
		"serviceAccountName": "default", "enableServiceLinks": true, "automountServiceAccountToken": true, "hostNetwork": false, "hostPID": false, "hostIPC": false,
		"preemptionPolicy": "PreemptLowerPriority", "shareProcessNamespace": false})
	if spec["priorityClassName"] != nil {
		delete(spec, "priority")
	}
	drop(spec, tree{"priority": int64(0)})
	for _, list := range []string{"containers", "initContainers"} {
		for _, c := range listAt(spec, list) {
			undefaultContainer(c)
		}
	}
	for _, v := range listAt(spec, "volumes") {
		undefaultVolume(v)
	}
	drop(mapAt(spec, "securityContext"), tree{"fsGroupChangePolicy": "Always"})
	prune(spec, "securityContext", "tolerations", "nodeSelector", "affinity", "imagePullSecrets", "volumes", "initContainers")
}

func undefaultContainer(c any) {
	container, ok := c.(tree)
	if !ok {
		return
	}
	drop(container, tree{"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File", "imagePullPolicy": pullPolicy(textAt(container, "image")),
		"stdin": false, "stdinOnce": false, "tty": false})
	for _, p := range listAt(container, "ports") {
		drop(p, tree{"protocol": "TCP"})
	}
	for _, e := range listAt(container, "env") {
		drop(e, tree{"value": ""})
		drop(mapAt(e, "valueFrom", "fieldRef"), tree{"apiVersion": "v1"})
		drop(mapAt(e, "valueFrom", "resourceFieldRef"), tree{"divisor": "0"})
		for _, from := range []string{"secretKeyRef", "configMapKeyRef"} {
			drop(mapAt(e, "valueFrom", from), tree{"optional": false})
		}
	}
	for _, m := range listAt(container, "volumeMounts") {
		drop(m, tree{"readOnly": false, "subPath": "", "recursiveReadOnly": "Disabled"})
	}
	for _, probe := range []string{"readinessProbe", "livenessProbe", "startupProbe"} {
		undefaultProbe(mapAt(container, probe))
	}
	drop(mapAt(container, "securityContext"), tree{"privileged": false, "procMount": "Default"})
	requested(mapAt(container, "resources"))
	prune(container, "resources", "securityContext", "env", "envFrom", "ports", "volumeMounts", "args", "command", "lifecycle")
}

func undefaultProbe(probe tree) {
	drop(probe, tree{"timeoutSeconds": int64(1), "periodSeconds": int64(10), "successThreshold": int64(1), "failureThreshold": int64(3), "initialDelaySeconds": int64(0)})
	drop(mapAt(probe, "httpGet"), tree{"scheme": "HTTP", "path": "/", "host": ""})
	drop(mapAt(probe, "grpc"), tree{"service": ""})
}

// requested takes out requests that say what the limits say: without them a pod requests its limits.
func requested(resources tree) {
	limits, requests := mapAt(resources, "limits"), mapAt(resources, "requests")
	for _, k := range sortedKeys(limits) {
		if requests == nil {
			requests = tree{}
			resources["requests"] = requests
		}
		if requests[k] == nil {
			requests[k] = limits[k]
		}
	}
	prune(resources, "limits", "requests")
}

func undefaultVolume(v any) {
	for _, source := range []string{"configMap", "secret", "projected", "downwardAPI"} {
		drop(mapAt(v, source), tree{"defaultMode": int64(0o644), "optional": false})
	}
	drop(mapAt(v, "hostPath"), tree{"type": ""})
	drop(mapAt(v, "emptyDir"), tree{"medium": ""})
}

// pullPolicy is what the API server says of an image when nobody else does.
func pullPolicy(image string) string {
	name := image[strings.LastIndexByte(image, '/')+1:]
	tag := name[strings.LastIndexByte(name, ':')+1:]
	if !strings.Contains(image, "@") && (tag == name || tag == "latest") {
		return "Always"
	}
	return "IfNotPresent"
}

// drop takes out the fields of a map that have the values given.
func drop(m any, defaults tree) {
	fields, _ := m.(tree)
	for k, v := range defaults {
		if x, there := fields[k]; there && (x == v || x == nil) {
			delete(fields, k)
		}
	}
}

// prune takes out the fields that say nothing.
func prune(m any, fields ...string) {
	t, _ := m.(tree)
	for _, f := range fields {
		if v, there := t[f]; there && empty(v) {
			delete(t, f)
		}
	}
}

// amounts are the maps and fields whose values are quantities.
var amounts = []string{"requests", "limits", "capacity", "hard", "minAllowed", "maxAllowed"}

// quantities writes each amount in one way.
func quantities(v any, under string) {
	m, ok := v.(tree)
	if list, isList := v.([]any); isList {
		for _, x := range list {
			quantities(x, under)
		}
	}
	if !ok {
		return
	}
	for k, x := range m {
		if slices.Contains(amounts, under) || slices.Contains([]string{"sizeLimit", "divisor", "averageValue"}, k) {
			m[k] = canonical(x)
			continue
		}
		quantities(x, k)
	}
}

// canonical is a quantity written in one way, whoever wrote it: with a unit of 1024 where that is exact, otherwise as a
// decimal. Other values stay.
func canonical(v any) any {
	switch v.(type) {
	case string, int64, float64:
		if q, err := resource.ParseQuantity(fmt.Sprint(v)); err == nil {
			if text := resource.NewDecimalQuantity(*q.AsDec(), resource.BinarySI).String(); strings.HasSuffix(text, "i") {
				return text
			}
			return decimal(q)
		}
	}
	return v
}

func decimal(q resource.Quantity) string {
	return resource.NewDecimalQuantity(*q.AsDec(), resource.DecimalSI).String()
}

// amountOf is what a list of resources says of cores or bytes, as people write it: cores have no units of 1024.
func amountOf(list any, name string) any {
	v := at(list, name)
	if q, err := resource.ParseQuantity(fmt.Sprint(v)); err == nil && name == "cpu" {
		return decimal(q)
	}
	return canonical(v)
}
