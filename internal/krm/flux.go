package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// The APIs of Flux.
const (
	FluxSourceAPI    = "source.toolkit.fluxcd.io/v1"
	FluxKustomizeAPI = "kustomize.toolkit.fluxcd.io/v1"
)

// GitRepository is a repository at a revision that Flux fetches. Times are as Go writes them.
type GitRepository struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              GitRepositorySpec `json:"spec"`
}

// GitRepositorySpec says where the repository is; SecretRef is the Secret of its own namespace that opens it.
type GitRepositorySpec struct {
	URL       string         `json:"url"`
	Ref       GitReference   `json:"ref"`
	SecretRef *FluxReference `json:"secretRef,omitempty"`
	Interval  string         `json:"interval"`
	Suspend   bool           `json:"suspend,omitempty"`
}

// GitReference is one of a branch, a commit and the full name of a reference.
type GitReference struct {
	Branch string `json:"branch,omitempty"`
	Name   string `json:"name,omitempty"`
	Commit string `json:"commit,omitempty"`
}

// FluxReference names an object of the same namespace, or of Namespace where a reference may lead to another.
type FluxReference struct {
	Kind      string `json:"kind,omitempty"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// FluxKustomization is a folder of a source that Flux builds and applies, as the ServiceAccount of its own namespace.
type FluxKustomization struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              FluxKustomizationSpec `json:"spec"`
}

// FluxKustomizationSpec says what is applied, where, and how. TargetNamespace moves every object there.
type FluxKustomizationSpec struct {
	SourceRef          FluxReference     `json:"sourceRef"`
	Path               string            `json:"path"`
	ServiceAccountName string            `json:"serviceAccountName"`
	TargetNamespace    string            `json:"targetNamespace,omitempty"`
	DependsOn          []FluxReference   `json:"dependsOn,omitempty"`
	Interval           string            `json:"interval"`
	RetryInterval      string            `json:"retryInterval"`
	Timeout            string            `json:"timeout"`
	Prune              bool              `json:"prune"`
	DeletionPolicy     string            `json:"deletionPolicy"`
	Wait               bool              `json:"wait"`
	Suspend            bool              `json:"suspend,omitempty"`
	HealthCheckExprs   []FluxHealthCheck `json:"healthCheckExprs,omitempty"`
	Ignore             []FluxIgnore      `json:"ignore,omitempty"`
	Patches            []FluxPatch       `json:"patches,omitempty"`
}

// FluxPatch changes the objects that it is for, before Flux applies them.
type FluxPatch struct {
	Patch  string        `json:"patch"`
	Target FluxSelection `json:"target"`
}

// FluxSelection is the objects with certain labels.
type FluxSelection struct {
	LabelSelector string `json:"labelSelector"`
}

// FluxHealthCheck tells in CEL how objects of a kind are.
type FluxHealthCheck struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Current    string `json:"current"`
	Failed     string `json:"failed,omitempty"`
	InProgress string `json:"inProgress,omitempty"`
}

// FluxIgnore names fields, by JSON pointer, that Flux leaves as they are in the cluster.
type FluxIgnore struct {
	Paths  []string   `json:"paths"`
	Target FluxTarget `json:"target"`
}

// FluxTarget is the object of a FluxIgnore. Name is a regular expression for the whole name.
type FluxTarget struct {
	Group string `json:"group,omitempty"`
	Kind  string `json:"kind"`
	Name  string `json:"name"`
}
