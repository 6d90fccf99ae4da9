package generators

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

const filesVolumeName = "files"

// files make one ConfigMap for the files of each service. Its name holds a digest of them, so that a
// change is a release like any other, and going back to the old version brings back the old files.
func files(in input) []object {
	var out []object
	for name, s := range in.podded() {
		if len(s.Files) > 0 {
			made := in.filesMap(name, s)
			in.inPhase(&made.ObjectMeta, in.level(name))
			out = append(out, of(name, made))
		}
	}
	return out
}

func (in input) filesMap(name string, s schemas.Service) *corev1.ConfigMap {
	data := make(map[string]string, len(s.Files))
	for path, content := range s.Files {
		data[fileKey(path)] = content
	}
	m := &corev1.ConfigMap{
		TypeMeta:   kind("v1", "ConfigMap"),
		ObjectMeta: in.meta(filesName(name, s.Files), name),
		Immutable:  new(true),
		Data:       data,
	}
	m.Annotations = in.keepUntilReleased()
	return m
}

// keepUntilReleased keeps the files of the old version while its pods still run: one that is
// restarted during the release needs them. Argo CD removes them once all is healthy; Flux would
// remove them before, so there they stay.
func (in input) keepUntilReleased() map[string]string {
	if in.engine() == "flux" {
		return in.keep()
	}
	return map[string]string{argoOptions: "PruneLast=true"}
}

func filesName(service string, files map[string]string) string {
	var parts []string
	for _, path := range slices.Sorted(maps.Keys(files)) {
		parts = append(parts, path, files[path])
	}
	return fit(service + "-files-" + digest(parts...))
}

func filesVolume(name string, files map[string]string) corev1.Volume {
	return corev1.Volume{Name: filesVolumeName, VolumeSource: corev1.VolumeSource{
		ConfigMap: &corev1.ConfigMapVolumeSource{
			LocalObjectReference: corev1.LocalObjectReference{Name: filesName(name, files)},
		},
	}}
}

// fileMounts mount each file at its own path, so that what the image has beside it stays.
func fileMounts(files map[string]string) []corev1.VolumeMount {
	var out []corev1.VolumeMount
	for _, path := range slices.Sorted(maps.Keys(files)) {
		out = append(out, corev1.VolumeMount{
			Name: filesVolumeName, MountPath: path, SubPath: fileKey(path), ReadOnly: true,
		})
	}
	return out
}

// fileKey is the key of a file in the ConfigMap: /etc/app/app.yaml becomes etc-app-app.yaml.
func fileKey(path string) string {
	return distinct(path, func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '.' || r == '_'
	})
}
