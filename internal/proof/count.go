package proof

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// aliases are the names under which a quota counts what [Demand] has under another one.
var aliases = map[string]string{
	"cpu": "requests.cpu", "memory": "requests.memory", "ephemeral-storage": "requests.ephemeral-storage",
	"count/services": "services", "count/persistentvolumeclaims": "persistentvolumeclaims",
	"configmaps": "count/configmaps", "secrets": "count/secrets", "resourcequotas": "count/resourcequotas",
	"replicationcontrollers": "count/replicationcontrollers",
}

// hidden are objects that controllers write in numbers we do not know.
var hidden = []string{
	"pods", "events", "events.events.k8s.io", "endpoints", "endpointslices.discovery.k8s.io", "leases.coordination.k8s.io",
	"controllerrevisions.apps", "certificaterequests.cert-manager.io", "orders.acme.cert-manager.io", "challenges.acme.cert-manager.io",
	"experiments.argoproj.io", "scheduledbackups.postgresql.cnpg.io", "backups.postgresql.cnpg.io",
}

// examined translates a key of a quota to the name that [Demand] uses; false if it cannot be counted.
func examined(name string) (string, bool) {
	if other, ok := aliases[name]; ok {
		return other, true
	}
	if strings.HasPrefix(name, "hugepages-") {
		return "requests." + name, true
	}
	if kind, ok := strings.CutPrefix(name, "count/"); ok {
		return name, !slices.Contains(hidden, kind)
	}
	switch name {
	case "pods", "services", "services.loadbalancers", "services.nodeports", "persistentvolumeclaims",
		"limits.cpu", "limits.memory", "limits.ephemeral-storage":
		return name, true
	}
	byClass := strings.HasSuffix(name, classPrefix+"requests.storage") || strings.HasSuffix(name, classPrefix+"persistentvolumeclaims")
	return name, byClass || strings.HasPrefix(name, "requests.")
}

// count counts the object itself and those that its controller makes of it.
func (w *work) count() {
	s := w.space(w.key.Namespace)
	count := func(name string, steady, more int64) {
		s.steady.addCount(name, steady)
		s.peak.addCount(name, steady+more)
	}
	switch k := w.key; {
	case k.Group == "" && (k.Kind == "Pod" || k.Kind == "PersistentVolumeClaim" || k.Kind == "Namespace"):
	case k.Group == "" && k.Kind == "Service":
		w.service(count)
	default:
		count(resourceName(k), 1, 0)
		w.derived(count)
	}
}

// counter adds objects that are there at all times, and more at the peak.
type counter func(name string, steady, more int64)

func (w *work) service(count counter) {
	count("services", 1, 0)
	ports := int64(len(list(w.object.Tree, "spec", "ports")))
	switch text(w.object.Tree, "spec", "type") {
	case "LoadBalancer":
		count("services.loadbalancers", 1, 0)
		if allocate, ok := get(w.object.Tree, "spec", "allocateLoadBalancerNodePorts").(bool); allocate || !ok {
			count("services.nodeports", ports, 0)
		}
	case "NodePort":
		count("services.nodeports", ports, 0)
	}
}

// derived counts what a controller makes of an object.
func (w *work) derived(count counter) {
	spec := get(w.object.Tree, "spec")
	switch w.key.Group + "/" + w.key.Kind {
	case "apps/Deployment":
		count("count/replicasets.apps", w.number(10, spec, "revisionHistoryLimit")+1, 1)
	case rolloutKind:
		w.derivedOfRollout(spec, count)
	case "batch/CronJob":
		kept := w.number(3, spec, "successfulJobsHistoryLimit") + w.number(1, spec, "failedJobsHistoryLimit")
		count("count/jobs.batch", kept+w.runs[w.key], 0)
	case "keda.sh/ScaledJob":
		kept := w.number(100, spec, "successfulJobsHistoryLimit") + w.number(100, spec, "failedJobsHistoryLimit")
		count("count/jobs.batch", kept+w.number(100, spec, "maxReplicaCount"), 0)
	case "keda.sh/ScaledObject":
		count("count/horizontalpodautoscalers.autoscaling", 1, 0)
	case "external-secrets.io/ExternalSecret", "bitnami.com/SealedSecret":
		count("count/secrets", 1, 0)
	case "cert-manager.io/Certificate":
		count("count/secrets", 1, 1) // the next key while it is issued
	case clusterKind:
		count("services", 3, 0)      // rw, ro, r
		count("count/secrets", 5, 0) // ca, server, replication, app, superuser
		count("count/jobs.batch", 0, 1)
	case "postgresql.cnpg.io/Pooler":
		count("services", 1, 0)
		count("count/deployments.apps", 1, 0)
		count("count/replicasets.apps", 11, 1)
	}
}

// derivedOfRollout counts ReplicaSets, runs of analyses and their Jobs, the Services of experiments and the Ingresses of the
// nginx router.
func (w *work) derivedOfRollout(spec any, count counter) {
	canary, switched := get(spec, "strategy", "canary"), get(spec, "strategy", "blueGreen")
	history := w.number(10, spec, "revisionHistoryLimit")
	var sets, services, jobs int64
	for _, step := range list(canary, "steps") {
		jobs = max(jobs, w.jobMetrics(list(step, "analysis", "templates")))
		for _, t := range list(step, "experiment", "templates") {
			sets++
			if get(t, "weight") != nil || get(t, "service") != nil {
				services++
			}
		}
		jobs = max(jobs, w.jobMetrics(list(step, "experiment", "analyses")))
	}
	for _, run := range []any{get(canary, "analysis"), get(switched, "prePromotionAnalysis"), get(switched, "postPromotionAnalysis")} {
		jobs += w.jobMetrics(list(run, "templates"))
	}
	count("count/replicasets.apps", history+1, 1+sets)
	count("services", 0, services)
	kept := w.number(5, spec, "analysis", "successfulRunHistoryLimit") + w.number(5, spec, "analysis", "unsuccessfulRunHistoryLimit")
	if w.analysed(canary, switched) {
		count("count/analysisruns.argoproj.io", kept, 2)
		count("count/jobs.batch", kept*jobs, 2*jobs)
	}
	if nginx := get(canary, "trafficRouting", "nginx"); isMap(nginx) {
		count("count/ingresses.networking.k8s.io", max(1, int64(len(list(nginx, "stableIngresses")))), 0)
	}
}

func (w *work) analysed(canary, switched any) bool {
	if isMap(get(canary, "analysis")) || isMap(get(switched, "prePromotionAnalysis")) || isMap(get(switched, "postPromotionAnalysis")) {
		return true
	}
	return slices.ContainsFunc(list(canary, "steps"), func(step any) bool {
		return isMap(get(step, "analysis")) || len(list(step, "experiment", "analyses")) > 0
	})
}

// resourceName is the name under which a quota counts a kind.
func resourceName(k manifest.Key) string {
	name := strings.ToLower(k.Kind)
	switch {
	case strings.HasSuffix(name, "endpoints"):
	case strings.HasSuffix(name, "s"), strings.HasSuffix(name, "x"), strings.HasSuffix(name, "ch"), strings.HasSuffix(name, "sh"):
		name += "es"
	case strings.HasSuffix(name, "y") && !strings.HasSuffix(name, "ay") && !strings.HasSuffix(name, "ey"):
		name = name[:len(name)-1] + "ies"
	default:
		name += "s"
	}
	if k.Group == "" {
		return "count/" + name
	}
	return "count/" + name + "." + k.Group
}

// assume lists what the figures rest on.
func (m *measurer) assume() {
	if len(m.out.Needs) > 0 {
		m.assumption("one commit may release all workloads at once, and one version replaces another; " +
			"a third that arrives while an old one is kept waits for its delay")
		m.assumption("pods that stop are gone within %d s, unless their grace is longer: then the largest batch of them is counted", slow)
	}
	if m.facts.Sidecar != nil {
		m.assumption("the mesh adds its sidecar, with the figures of the platform, to every pod that does not refuse it")
	}
	for _, s := range m.out.spaces {
		if s.classless && s.byClass {
			m.assumption("not examined: the class of claims that leave it to the cluster")
		}
		s.steady.addCount("count/serviceaccounts", 1) // default
		s.peak.addCount("count/serviceaccounts", 1)
		s.steady.addCount("count/configmaps", s.bundles(m.facts))
		s.peak.addCount("count/configmaps", s.bundles(m.facts))
	}
}

// bundles are the ConfigMaps with roots that the cluster and the mesh put into every namespace.
func (s *space) bundles(f Facts) int64 {
	if f.Sidecar != nil {
		return 2
	}
	return 1
}
