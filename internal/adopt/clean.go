package adopt

import (
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// serverSet are the fields of metadata that an API server writes.
var serverSet = []string{
	"creationTimestamp", "deletionGracePeriodSeconds", "deletionTimestamp", "generateName", "generation", "managedFields",
	"ownerReferences", "resourceVersion", "selfLink", "uid", "finalizers",
}

// toolSet are the annotations by which controllers and tools keep their own books.
var toolSet = []string{
	"kubectl.kubernetes.io/", "deployment.kubernetes.io/", "rollout.argoproj.io/", "deprecated.daemonset.template.generation",
	"pv.kubernetes.io/", "volume.kubernetes.io/", "volume.beta.kubernetes.io/storage-provisioner", "autoscaling.alpha.kubernetes.io/",
	"meta.helm.sh/", "argocd.argoproj.io/", "kustomize.toolkit.fluxcd.io/", "helm.toolkit.fluxcd.io/", "endpoints.kubernetes.io/",
	"batch.kubernetes.io/", "internal.config.kubernetes.io/", "config.kubernetes.io/", "cattle.io/", "field.cattle.io/", "k8slens-edit-resource-version",
	"kubernetes.io/change-cause", "argo-rollouts.argoproj.io/", "helm.sh/",
}

// jobLabels are those that a cluster gives a Job's pods, and the Job that has none.
var jobLabels = []string{"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}

// clean is an object without what a cluster wrote into it. Dumped reports whether it came from one.
func clean(o manifest.Object) (out tree, dumped bool) {
	out = copied(o.Tree).(tree)
	delete(out, "status")
	metadata := mapAt(out, "metadata")
	dumped = metadata["uid"] != nil || metadata["resourceVersion"] != nil
	for _, field := range serverSet {
		delete(metadata, field)
	}
	if dumped && o.Kind() == "Job" {
		for _, key := range jobLabels {
			delete(mapAt(metadata, "labels"), key)
		}
	}
	cleanAnnotations(metadata)
	if template := templateAt(o.Kind()); template != nil {
		m := mapAt(out, template.Join("metadata")...)
		cleanAnnotations(m)
		delete(m, "creationTimestamp")
		delete(m, "name")
		delete(m, "namespace")
	}
	if o.Kind() == "Service" {
		delete(mapAt(out, "spec", "selector"), "rollouts-pod-template-hash") // a Rollout writes it
	}
	if dumped {
		assigned(o.Kind(), mapAt(out, "spec"))
	}
	return out, dumped
}

func cleanAnnotations(metadata tree) {
	annotations := mapAt(metadata, "annotations")
	for k := range annotations {
		for _, prefix := range toolSet {
			if strings.HasPrefix(k, prefix) {
				delete(annotations, k)
			}
		}
	}
	for _, k := range []string{"annotations", "labels"} {
		if empty(metadata[k]) {
			delete(metadata, k)
		}
	}
}

// assigned takes out what a cluster chose for an object that left it open.
func assigned(kind string, spec tree) {
	switch kind {
	case "Service":
		if spec["clusterIP"] != "None" {
			delete(spec, "clusterIP")
		}
		for _, field := range []string{"clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"} {
			delete(spec, field)
		}
		if spec["type"] != "NodePort" {
			for _, p := range listAt(spec, "ports") {
				if port, ok := p.(tree); ok {
					delete(port, "nodePort")
				}
			}
		}
	case "PersistentVolumeClaim":
		delete(spec, "volumeName")
	case "Job":
		delete(spec, "selector")
		for _, key := range jobLabels {
			delete(mapAt(spec, "template", "metadata", "labels"), key)
		}
	}
}

// podOf leads to the pod that an object has to have; nil for what may have none, as a Rollout that refers to a
// Deployment, and kinds of other groups with the name of a workload.
func podOf(o manifest.Object) manifest.Path {
	if at(o.Tree, "spec", "workloadRef") != nil || !slices.Contains([]string{"apps", "batch", "argoproj.io"}, o.Key().Group) {
		return nil
	}
	return templateAt(o.Kind())
}

// templateAt leads to the pod template of a workload; nil for what is none.
func templateAt(kind string) manifest.Path {
	switch kind {
	case "Deployment", "ReplicaSet", "Rollout", "StatefulSet", "DaemonSet", "Job":
		return manifest.Path{"spec", "template"}
	case "CronJob":
		return manifest.Path{"spec", "jobTemplate", "spec", "template"}
	}
	return nil
}
