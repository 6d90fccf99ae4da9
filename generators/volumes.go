package generators

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

// longestName is that of a DNS label, which most names have to be.
const longestName = 63

// claims make a PersistentVolumeClaim for each volume that outlives its pod, or one for volumes that name the same.
// Unless it says otherwise it is of one writer at a time, so a service with one is released by stopping a pod before
// the next starts.
func claims(in input) []object {
	var out []object
	made := map[string]bool{}
	for name, s := range in.podded() {
		for _, v := range s.Volumes {
			if claim := in.claimOf(name, v); v.Claim != nil && !made[claim] {
				made[claim] = true
				pvc := in.claim(name, v)
				in.inPhase(&pvc.ObjectMeta, in.phaseOf(claim))
				out = append(out, of(name, pvc))
			}
		}
	}
	return out
}

func (in input) claim(service string, v schemas.Volume) *corev1.PersistentVolumeClaim {
	pvc := &corev1.PersistentVolumeClaim{
		TypeMeta:   kind("v1", "PersistentVolumeClaim"),
		ObjectMeta: in.meta(in.claimOf(service, v), service),
		Spec: corev1.PersistentVolumeClaimSpec{
			AccessModes: []corev1.PersistentVolumeAccessMode{cmp.Or(corev1.PersistentVolumeAccessMode(v.AccessMode), corev1.ReadWriteOnce)},
			Resources: corev1.VolumeResourceRequirements{
				Requests: corev1.ResourceList{corev1.ResourceStorage: v.Claim.DeepCopy()},
			},
		},
	}
	if v.Class != "" {
		pvc.Spec.StorageClassName = new(v.Class)
	}
	pvc.Annotations = in.keep()
	return pvc
}

// hasClaim reports whether the service has a claim that one node or pod alone may mount.
func hasClaim(s schemas.Service) bool {
	return slices.ContainsFunc(s.Volumes, func(v schemas.Volume) bool { return v.Claim != nil && !v.Shared() })
}

// claimOf is the name of a volume's claim. A second version has those of the first.
func (in input) claimOf(service string, v schemas.Volume) string {
	return cmp.Or(v.Name, claimName(in.first(service), v.Mount))
}

// claimName ends in a digest wherever another service and mount could read the same, for two services
// must never share a claim by accident: a-b with /c, and a with /b/c.
func claimName(service, mount string) string {
	part := slug(mount)
	if strings.Contains(part, "-") {
		part += "-" + digest(service, mount)
	}
	return fit(service + "-" + part)
}

// volumes are those of a pod, sorted by name. The prefix keeps a mount from taking the name of the
// volume with the files.
func (in input) volumes(name string, s schemas.Service) []corev1.Volume {
	var out []corev1.Volume
	for _, v := range s.Volumes {
		out = append(out, corev1.Volume{Name: volumeName(v), VolumeSource: in.source(name, s, v)})
	}
	if len(s.Files) > 0 {
		out = append(out, filesVolume(name, s.Files))
	}
	slices.SortFunc(out, func(a, b corev1.Volume) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

func volumeName(v schemas.Volume) string { return fit("mount-" + slug(v.Mount)) }

func (in input) source(name string, s schemas.Service, v schemas.Volume) corev1.VolumeSource {
	switch {
	case v.Claim != nil:
		return corev1.VolumeSource{PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{
			ClaimName: in.claimOf(name, v),
		}}
	case v.Secret != "":
		return corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: v.Secret, DefaultMode: new(secretMode(s.SecurityContext))}}
	}
	empty := &corev1.EmptyDirVolumeSource{}
	if v.EmptyDir != nil {
		empty.SizeLimit = new(v.EmptyDir.DeepCopy())
	}
	if v.InMemory {
		empty.Medium = corev1.StorageMediumMemory
	}
	return corev1.VolumeSource{EmptyDir: empty}
}

// secretMode lets the group of the pod's volumes read a secret, and nobody else. Its files belong to root, so
// without such a group all in the container have to be let in, or no other user could read them.
func secretMode(c schemas.SecurityContext) int32 {
	if c.FSGroup != nil {
		return 0o440
	}
	return 0o444
}

// mounts are sorted by path, which the API wants to be unique.
func mounts(s schemas.Service) []corev1.VolumeMount {
	out := fileMounts(s.Files)
	for _, v := range s.Volumes {
		out = append(out, corev1.VolumeMount{
			Name: volumeName(v), MountPath: v.Mount, SubPath: v.SubPath, ReadOnly: v.ReadOnly || v.Secret != "",
		})
	}
	slices.SortFunc(out, func(a, b corev1.VolumeMount) int { return cmp.Compare(a.MountPath, b.MountPath) })
	return out
}

// slug makes part of a name out of a path: /var/lib becomes var-lib. Where that loses something, a
// digest tells it from other paths.
func slug(path string) string {
	return distinct(path, func(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' })
}

// distinct writes a path with dashes for slashes. Runes that may not stay become dashes too, and then
// a digest of the path is added, so that two paths never get one name.
func distinct(path string, stays func(rune) bool) string {
	lost := false
	out := strings.Map(func(r rune) rune {
		if r != '/' && !stays(r) {
			lost = true
			return '-'
		}
		if r == '/' {
			return '-'
		}
		return r
	}, strings.Trim(path, "/"))
	out = strings.Trim(out, "-")
	if lost || out == "" {
		out = strings.Trim(out+"-"+digest(path), "-")
	}
	return out
}

// fit shortens a name that is too long to one that is still its own.
func fit(name string) string {
	if len(name) <= longestName {
		return name
	}
	tail := "-" + digest(name)
	return strings.TrimRight(name[:longestName-len(tail)], "-.") + tail
}

// digest is short: it tells names apart, it proves nothing.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:4])
}
