package generators

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	operatorKEDA = "keda"
	// ownAutoscaler lets KEDA take over the HorizontalPodAutoscaler that the service had before.
	// Otherwise KEDA refuses the ScaledObject while there is one, and an engine that prunes last
	// never gets as far as to remove it.
	ownAutoscaler = "scaledobject.keda.sh/transfer-hpa-ownership"
	// encoded is what hashes of versions and the ends of pods' names are made of.
	encoded = "[bcdfghjklmnpqrstvwxz2456789]+"
)

// eventDriven reports whether the service needs KEDA: a HorizontalPodAutoscaler never stops the last
// pod, and knows only what an adapter tells it.
func (in input) eventDriven(s schemas.Service) bool {
	a, c := s.Autoscaling, in.env.Cluster
	if a == nil || c == nil || !c.Has(operatorKEDA) {
		return false
	}
	return len(a.Triggers) > 0 || a.Min == 0 ||
		a.RequestsPerSecond != nil && !c.Has(operatorAdapter) && c.Has(operatorPrometheus)
}

func (in input) scaledObject(name string, s schemas.Service) *krm.ScaledObject {
	target := in.scaleTarget(name, s)
	o := &krm.ScaledObject{
		TypeMeta:   kind(krm.KEDAAPI, "ScaledObject"),
		ObjectMeta: in.meta(name, name),
		Spec: krm.ScaledObjectSpec{
			ScaleTargetRef:  krm.ScaleTarget{APIVersion: target.APIVersion, Kind: target.Kind, Name: target.Name},
			CooldownPeriod:  calmSeconds,
			MinReplicaCount: leastScaled(s),
			MaxReplicaCount: maxReplicas(s),
			Advanced: krm.ScalingAdvanced{HorizontalPodAutoscaler: krm.ScalingAutoscaler{
				Name:     name,
				Behavior: krm.ScalingBehavior{ScaleDown: krm.ScalingRules{StabilizationWindowSeconds: calmSeconds}},
			}},
			Triggers: in.triggers(name, s),
		},
	}
	o.Annotations = map[string]string{ownAutoscaler: "true"}
	return o
}

// leastScaled is the fewest pods of a service that KEDA scales. Only a trigger of its own starts the
// first pod: the load of what does not run is nothing.
func leastScaled(s schemas.Service) int32 {
	if len(s.Autoscaling.Triggers) == 0 {
		return minReplicas(s)
	}
	return max(s.Autoscaling.Min, 0)
}

// triggers are the tenant's, then its requests, then the CPU.
func (in input) triggers(name string, s schemas.Service) []krm.ScaleTrigger {
	var out []krm.ScaleTrigger
	for i, t := range s.Autoscaling.Triggers {
		trigger := krm.ScaleTrigger{Type: t.Type, Metadata: map[string]string{}}
		maps.Copy(trigger.Metadata, t.Metadata)
		if len(t.Secrets) > 0 {
			trigger.AuthenticationRef = &krm.AuthenticationRef{Name: triggerName(name, i)}
		}
		out = append(out, trigger)
	}
	if in.countsRequests(s) {
		out = append(out, in.requestsTrigger(name, *s.Autoscaling.RequestsPerSecond))
	}
	if percent := in.cpuPercent(s); percent != nil {
		out = append(out, krm.ScaleTrigger{
			Type: "cpu", MetricType: string(autoscalingv2.UtilizationMetricType),
			Metadata: map[string]string{"value": strconv.Itoa(int(*percent))},
		})
	}
	return out
}

// requestsTrigger scales by all requests of the service, divided by what a pod is meant to answer. No
// data is an error, so that a Prometheus that lost its targets does not stop pods.
func (in input) requestsTrigger(name string, perPod int32) krm.ScaleTrigger {
	return krm.ScaleTrigger{
		Type: "prometheus", MetricType: string(autoscalingv2.AverageValueMetricType),
		Metadata: map[string]string{
			"serverAddress":    in.prometheus(),
			"query":            in.requestsQuery(name),
			"threshold":        strconv.Itoa(int(perPod)),
			"ignoreNullValues": "false",
		},
	}
}

// requestsQuery counts the requests of a service in a second, whichever version answers: their sum is
// the load, however many pods a release runs. In a mesh of sidecars these count them, and the
// workload is the Rollout for both versions, while each version's Service would be half of it.
// Otherwise it is the pods of any hash, and not those of a service whose name only begins the same.
func (in input) requestsQuery(name string) string {
	metric := in.ownSeries(name).requests
	pods := fmt.Sprintf(`namespace="%s",pod=~"%s-%s-%s"`, in.namespace(), name, encoded, encoded)
	if len(name) > longestMeasured {
		pods = fmt.Sprintf(`namespace="%s",pod=~"%s-.+"`, in.namespace(), name)
	}
	if in.env.Cluster.Sidecars() {
		metric = "istio_requests_total"
		pods = fmt.Sprintf(`reporter="destination",destination_workload="%s",destination_workload_namespace="%s"`, name, in.namespace())
	}
	return strings.NewReplacer("REQUESTS", metric, "PODS", pods, "WINDOW", rateWindow).
		Replace("sum(rate(REQUESTS{PODS}[WINDOW]))")
}

// namespace is the one that texts name. The base is written with that of the first environment, which
// the overlays of the others replace.
func (in input) namespace() string {
	if in.env.Namespace == "" && len(in.tenant.Environments) > 0 {
		return in.tenant.Environments[0].Namespace
	}
	return in.env.Namespace
}

// triggerSecrets give each trigger the settings that come from the tenant's secrets.
func (in input) triggerSecrets(name string, a schemas.Autoscaling) []object {
	var out []object
	for i, t := range a.Triggers {
		if len(t.Secrets) == 0 {
			continue
		}
		auth := &krm.TriggerAuthentication{
			TypeMeta: kind(krm.KEDAAPI, "TriggerAuthentication"), ObjectMeta: in.meta(triggerName(name, i), name),
		}
		for _, parameter := range slices.Sorted(maps.Keys(t.Secrets)) {
			from := t.Secrets[parameter]
			auth.Spec.SecretTargetRef = append(auth.Spec.SecretTargetRef,
				krm.SecretParameter{Parameter: parameter, Name: from.Secret, Key: from.Key})
		}
		out = append(out, of(name, auth))
	}
	return out
}

func triggerName(service string, i int) string {
	return fit(fmt.Sprintf("%s-trigger-%d", service, i+1))
}
