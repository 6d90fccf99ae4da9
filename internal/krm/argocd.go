package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// ArgoAPI is the API of Argo CD.
const ArgoAPI = "argoproj.io/v1alpha1"

// AppProject is the border of Applications of Argo CD: where they may come from, where they may go, what they may hold,
// and who may steer them.
type AppProject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              AppProjectSpec `json:"spec"`
}

// AppProjectSpec holds nothing that stands for everything by being left out, but for the kinds of a namespace: a
// whitelist that is nil allows each.
type AppProjectSpec struct {
	Description                string             `json:"description,omitempty"`
	SourceRepos                []string           `json:"sourceRepos"`
	Destinations               []ArgoDestination  `json:"destinations"`
	ClusterResourceWhitelist   []metav1.GroupKind `json:"clusterResourceWhitelist"`
	NamespaceResourceWhitelist []metav1.GroupKind `json:"namespaceResourceWhitelist,omitempty"`
	NamespaceResourceBlacklist []metav1.GroupKind `json:"namespaceResourceBlacklist,omitempty"`
	DestinationServiceAccounts []ArgoAccount      `json:"destinationServiceAccounts,omitempty"`
	OrphanedResources          *ArgoOrphans       `json:"orphanedResources,omitempty"`
	SyncWindows                []ArgoWindow       `json:"syncWindows,omitempty"`
	Roles                      []ArgoRole         `json:"roles,omitempty"`
}

// ArgoDestination is a namespace of a cluster; in a project * stands for each.
type ArgoDestination struct {
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
}

// ArgoAccount is the ServiceAccount that Argo CD acts as in a namespace of a cluster: one of that namespace, or
// namespace:name.
type ArgoAccount struct {
	Server                string `json:"server"`
	Namespace             string `json:"namespace"`
	DefaultServiceAccount string `json:"defaultServiceAccount"`
}

// ArgoOrphans has Argo CD look for objects in the namespace that no Application holds.
type ArgoOrphans struct {
	Warn bool `json:"warn"`
}

// ArgoWindow is when Applications may be synced, or may not.
type ArgoWindow struct {
	Kind         string   `json:"kind"`
	Schedule     string   `json:"schedule"`
	Duration     string   `json:"duration"`
	TimeZone     string   `json:"timeZone,omitempty"`
	Applications []string `json:"applications"`
	ManualSync   bool     `json:"manualSync,omitempty"`
}

// ArgoRole is a role in a project: policies as Casbin reads them, and the groups that have it.
type ArgoRole struct {
	Name     string   `json:"name"`
	Policies []string `json:"policies"`
	Groups   []string `json:"groups"`
}

// Application is a folder of a repository that Argo CD applies.
type Application struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ApplicationSpec `json:"spec"`
}

// ApplicationSpec says what is applied, where, and how.
type ApplicationSpec struct {
	Project           string           `json:"project"`
	Source            ArgoSource       `json:"source"`
	Destination       ArgoDestination  `json:"destination"`
	SyncPolicy        ArgoSyncPolicy   `json:"syncPolicy"`
	IgnoreDifferences []ArgoDifference `json:"ignoreDifferences,omitempty"`
}

// ArgoSource is a folder at a revision, or a chart of a chart repository in a version.
type ArgoSource struct {
	RepoURL        string         `json:"repoURL"`
	TargetRevision string         `json:"targetRevision"`
	Path           string         `json:"path,omitempty"`
	Chart          string         `json:"chart,omitempty"`
	Directory      *ArgoDirectory `json:"directory,omitempty"`
	Helm           *ArgoHelm      `json:"helm,omitempty"`
}

// ArgoHelm says how a chart is rendered. ValueFiles are relative to the chart.
type ArgoHelm struct {
	ReleaseName  string         `json:"releaseName"`
	ValueFiles   []string       `json:"valueFiles,omitempty"`
	ValuesObject map[string]any `json:"valuesObject,omitempty"`
	SkipCrds     bool           `json:"skipCrds,omitempty"`
}

// ArgoDirectory says which files of a folder without a kustomization are read. Include is a pattern for paths below it.
type ArgoDirectory struct {
	Recurse bool   `json:"recurse,omitempty"`
	Include string `json:"include,omitempty"`
}

// ArgoSyncPolicy says when a folder is applied, and how. Nil Automated waits for a person.
type ArgoSyncPolicy struct {
	Automated   *ArgoAutomated `json:"automated,omitempty"`
	SyncOptions []string       `json:"syncOptions"`
	Retry       ArgoRetry      `json:"retry"`
}

// ArgoAutomated applies without being asked. Prune removes what is no longer in the folder, SelfHeal undoes changes in the cluster.
type ArgoAutomated struct {
	Prune    bool `json:"prune"`
	SelfHeal bool `json:"selfHeal"`
}

// ArgoRetry is how often and when a failed sync is tried again.
type ArgoRetry struct {
	Limit   int64       `json:"limit"`
	Backoff ArgoBackoff `json:"backoff"`
}

// ArgoBackoff grows from Duration to MaxDuration, times as Go writes them.
type ArgoBackoff struct {
	Duration    string `json:"duration"`
	Factor      int64  `json:"factor"`
	MaxDuration string `json:"maxDuration"`
}

// ArgoDifference names fields of one object that are not git's.
type ArgoDifference struct {
	Group             string   `json:"group,omitempty"`
	Kind              string   `json:"kind"`
	Name              string   `json:"name"`
	JSONPointers      []string `json:"jsonPointers,omitempty"`
	JQPathExpressions []string `json:"jqPathExpressions,omitempty"`
}
