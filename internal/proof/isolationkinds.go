package proof

import "slices"

// plain are kinds that open no way by themselves beside what is read of every object, by group: pods, claims and annotations
// in them. Of every other kind that has no reader nobody knows what its controller does, and where.
var plain = map[string][]string{
	"": {
		"ConfigMap", "LimitRange", "PersistentVolumeClaim", "Pod", "PodTemplate", "ReplicationController", "ResourceQuota", "Secret",
		"ServiceAccount",
	},
	"apps":                     {"ControllerRevision", "Deployment", "ReplicaSet", "StatefulSet"},
	"argoproj.io":              {"AnalysisRun", "AnalysisTemplate", "Experiment", "Rollout"},
	"autoscaling":              {"HorizontalPodAutoscaler"},
	"autoscaling.k8s.io":       {"VerticalPodAutoscaler"},
	"batch":                    {"CronJob", "Job"},
	"cert-manager.io":          {"Certificate", "Issuer"},
	"gateway.envoyproxy.io":    {"EnvoyExtensionPolicy"},
	"extensions.istio.io":      {"WasmPlugin"},
	"keda.sh":                  {"ScaledJob", "ScaledObject", "TriggerAuthentication"},
	"monitoring.coreos.com":    {"AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"},
	"policy":                   {"PodDisruptionBudget"},
	"postgresql.cnpg.io":       {"Backup", "Database", "ScheduledBackup"},
	"security.istio.io":        {"RequestAuthentication"},
	"source.toolkit.fluxcd.io": {"Bucket", "GitRepository", "HelmRepository", "OCIRepository"},
	"telemetry.istio.io":       {"Telemetry"},
}

// unread notes what no reader reads.
func (r *reader) unread() {
	k := r.key
	channel, known := outOfReach[k.Group]
	switch {
	case known:
		r.doubt(channel, "%s is not read", k)
	case k.Namespace == "":
		r.doubt(Objects, "%s is of the whole cluster, and not read", k)
	case !slices.Contains(plain[k.Group], k.Kind):
		r.doubt(Objects, "%s is of a kind that is not read: what its controller does, and in which namespace, is not known", k)
	}
}
