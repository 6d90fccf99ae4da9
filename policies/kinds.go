package policies

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
)

// PodKinds are the kinds that start pods, as far as they are known by name.
var PodKinds = []string{
	"AnalysisRun", "AnalysisTemplate", "ClusterAnalysisTemplate", "CronJob", "DaemonSet", "Deployment", "Experiment", "Job", "Pod",
	"PodTemplate", "ReplicaSet", "ReplicationController", "Rollout", "ScaledJob", "StatefulSet",
}

// kinds is the scope of each known kind, by group and kind.
type kinds map[string]map[string]string

//go:embed lib/kinds/kinds.json
var kindsText []byte

func ownKinds() (kinds, error) {
	var k kinds
	if err := json.Unmarshal(kindsText, &k); err != nil {
		return nil, fmt.Errorf("read kinds: %w", err)
	}
	return k, nil
}

// scope is Namespaced or Cluster, and empty for a kind that nobody listed. The platform adds kinds
// and cannot change the scope of ours.
func (k kinds) scope(apiVersion, kind string, more []Kind) string {
	group, _, ok := strings.Cut(apiVersion, "/")
	if !ok {
		group = ""
	}
	if scope, ok := k[group][kind]; ok {
		return scope
	}
	for _, m := range more {
		if m.Group == group && m.Kind == kind {
			return m.Scope
		}
	}
	return ""
}
