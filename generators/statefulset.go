package generators

import (
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// statefulSet runs a service whose pods have names and volumes of their own. What its API lets nobody change later is
// made of what never changes: of the name of the service, the paths of its volumes, and nothing of the platform.
//
// A pod that goes, and a set that goes, leave their claims: they hold data, and only a person may say that it is not
// needed any more. A new version replaces the pods from the last to the first, each after the one before it has been
// ready for a while.
func (in input) statefulSet(name string, s schemas.Service) *appsv1.StatefulSet {
	set := &appsv1.StatefulSet{
		TypeMeta:   kind("apps/v1", "StatefulSet"),
		ObjectMeta: in.meta(name, name),
		Spec: appsv1.StatefulSetSpec{
			ServiceName:         membersName(name),
			Replicas:            in.replicas(s),
			Selector:            &metav1.LabelSelector{MatchLabels: in.workloadSelector(name)},
			Template:            in.podTemplate(name, s),
			PodManagementPolicy: podManagement(s),
			UpdateStrategy:      appsv1.StatefulSetUpdateStrategy{Type: appsv1.RollingUpdateStatefulSetStrategyType},
			PersistentVolumeClaimRetentionPolicy: &appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{
				WhenDeleted: appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
				WhenScaled:  appsv1.RetainPersistentVolumeClaimRetentionPolicyType,
			},
			MinReadySeconds:      minReadySeconds,
			RevisionHistoryLimit: new(historyLimit),
		},
	}
	made := map[string]bool{}
	for _, v := range s.Volumes {
		if v.Claim == nil {
			continue
		}
		template := templateName(name, v)
		renameVolume(&set.Spec.Template.Spec, volumeName(v), template)
		if !made[template] {
			made[template] = true
			set.Spec.VolumeClaimTemplates = append(set.Spec.VolumeClaimTemplates, in.claimTemplate(name, v))
		}
	}
	slices.SortFunc(set.Spec.VolumeClaimTemplates, func(a, b corev1.PersistentVolumeClaim) int { return strings.Compare(a.Name, b.Name) })
	return set
}

func podManagement(s schemas.Service) appsv1.PodManagementPolicyType {
	if s.PodManagement == "parallel" {
		return appsv1.ParallelPodManagement
	}
	return appsv1.OrderedReadyPodManagement
}

// claimTemplate is what the claims of a volume are made of, one for each pod. What the API server would fill in is
// written: a list of templates is compared as a whole, so it would differ from git for ever. Its labels are those of
// the pods, which never change.
func (in input) claimTemplate(service string, v schemas.Volume) corev1.PersistentVolumeClaim {
	spec := claimSpec(v)
	spec.VolumeMode = new(corev1.PersistentVolumeFilesystem)
	return corev1.PersistentVolumeClaim{
		TypeMeta:   kind("v1", "PersistentVolumeClaim"),
		ObjectMeta: metav1.ObjectMeta{Name: templateName(service, v), Labels: in.podLabels(service)},
		Spec:       spec,
		Status:     corev1.PersistentVolumeClaimStatus{Phase: corev1.ClaimPending},
	}
}

// templateName is what the claims of a volume are called, before the name of the service and the number of the pod:
// data-db-0. It ends in a digest wherever those of another service and mount could read the same (a-b with /c, and b
// with /c/a), and where it would be that of the volume with the files.
func templateName(service string, v schemas.Volume) string {
	if v.Name != "" {
		return v.Name
	}
	part := slug(v.Mount)
	if strings.Contains(part, "-") || part == filesVolumeName {
		part += "-" + digest(service, v.Mount)
	}
	return fit(part)
}

// renameVolume takes a volume from the pod, to which the controller gives one of another name, and lets all of its
// containers mount that one.
func renameVolume(pod *corev1.PodSpec, old, name string) {
	pod.Volumes = slices.DeleteFunc(pod.Volumes, func(v corev1.Volume) bool { return v.Name == old })
	for _, containers := range [][]corev1.Container{pod.InitContainers, pod.Containers} {
		for _, c := range containers {
			for i := range c.VolumeMounts {
				if c.VolumeMounts[i].Name == old {
					c.VolumeMounts[i].Name = name
				}
			}
		}
	}
}

// membersName is the Service by which the pods of a StatefulSet have names: db-0.db-headless.
func membersName(service string) string { return fit(service + "-headless") }

// membersService gives every pod a name of its own, and has no address. The members of a cluster look for each other
// before any of them is ready, so that it names those that are not; who calls the service asks the other Service. Its
// ports are those of the pods: who has a name resolved reaches the pod itself, at the port that it listens on.
func (in input) membersService(name string, s schemas.Service) *corev1.Service {
	ports := map[string]schemas.Port{}
	for name, p := range s.Ports {
		p.Service = 0
		ports[name] = p
	}
	return &corev1.Service{
		TypeMeta:   kind("v1", "Service"),
		ObjectMeta: in.meta(membersName(name), name),
		Spec: corev1.ServiceSpec{
			Type:                     corev1.ServiceTypeClusterIP,
			ClusterIP:                corev1.ClusterIPNone,
			Selector:                 in.workloadSelector(name),
			Ports:                    servicePorts(ports),
			PublishNotReadyAddresses: true,
		},
	}
}
