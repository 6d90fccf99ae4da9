package adopt

import (
	"path"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// mountsDoc says the files and volumes of a container.
func (a *Adoption) mountsDoc(s *service, c corev1.Container) (files fields, volumes []any) {
	content := map[string]string{}
	raw := byName(listAt(s.source.tree, templateAt(s.source.Kind()).Join("spec", "volumes")...))
	for _, m := range c.VolumeMounts {
		volume := raw[m.Name]
		if from := mapAt(volume, "configMap"); from != nil {
			mount := tree{"mountPath": m.MountPath}
			if m.SubPath != "" {
				mount["subPath"] = m.SubPath
			}
			for p, text := range filesOf(mount, from, a.configMap(textAt(from, "name"))) {
				content[path.Clean(p)] = text
			}
			continue
		}
		if f := a.volumeDoc(s, m); f != nil {
			volumes = append(volumes, f)
		}
	}
	for _, p := range sortedKeys(content) {
		if !strings.HasPrefix(content[p], "\t") {
			files.keep(p, content[p])
		}
	}
	return files, volumes
}

// volumeDoc says a volume that a field can say; nil otherwise.
func (a *Adoption) volumeDoc(s *service, m corev1.VolumeMount) any {
	i := slices.IndexFunc(s.pod.Volumes, func(v corev1.Volume) bool { return v.Name == m.Name })
	f := fields{{"mount", strings.TrimSuffix(m.MountPath, "/")}}
	if i < 0 {
		return a.template(s, m, f)
	}
	v := s.pod.Volumes[i]
	switch {
	case m.MountPropagation != nil || m.SubPathExpr != "":
		return nil
	case v.EmptyDir != nil && v.EmptyDir.SizeLimit != nil && m.SubPath == "" && (v.EmptyDir.Medium == "" || v.EmptyDir.Medium == corev1.StorageMediumMemory):
		f.set("emptyDir", v.EmptyDir.SizeLimit.String())
		if v.EmptyDir.Medium != "" {
			f.set("inMemory", true)
		}
	case v.PersistentVolumeClaim != nil:
		if claim := a.item("", "PersistentVolumeClaim", v.PersistentVolumeClaim.ClaimName); claim == nil || !claimDoc(&f, claim.tree, claim.Name()) {
			return nil
		}
	case v.Secret != nil && len(v.Secret.Items) == 0 && !yes(v.Secret.Optional) && m.SubPath == "" && a.fetches(v.Secret.SecretName):
		f.set("secret", v.Secret.SecretName)
		return f
	default:
		return nil
	}
	if m.SubPath != "" {
		f.set("subPath", m.SubPath)
	}
	if m.ReadOnly {
		f.set("readOnly", true)
	}
	return f
}

// template says a volume that each replica has of its own.
func (a *Adoption) template(s *service, m corev1.VolumeMount, f fields) any {
	for _, c := range listAt(s.source.tree, "spec", "volumeClaimTemplates") {
		if textAt(c, "metadata", "name") != m.Name || m.MountPropagation != nil || m.SubPathExpr != "" || !claimDoc(&f, c, m.Name) {
			continue
		}
		f.set("subPath", m.SubPath)
		if m.ReadOnly {
			f.set("readOnly", true)
		}
		return f
	}
	return nil
}

// claimDoc says a claim; false where it asks for what no field says.
func claimDoc(f *fields, claim any, name string) bool {
	modes := listAt(claim, "spec", "accessModes")
	size, ok := canonical(at(claim, "spec", "resources", "requests", "storage")).(string)
	if !ok || len(modes) != 1 || textAt(claim, "spec", "volumeMode") == "Block" || at(claim, "spec", "dataSource") != nil || at(claim, "spec", "selector") != nil {
		return false
	}
	f.set("claim", size)
	f.set("class", textAt(claim, "spec", "storageClassName"))
	if modes[0] != "ReadWriteOnce" {
		f.set("accessMode", modes[0])
	}
	f.set("name", name)
	return true
}
