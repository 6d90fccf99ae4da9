package generators

import (
	"fmt"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

const (
	operatorVelero = "velero"
	// keptFor is how long Velero keeps a backup unless told otherwise.
	keptFor = "30d"
)

// finalBackup asks for the last backup of a tenant that leaves, of its whole namespace. The day until which
// the tenant is kept is part of the name: Velero makes a backup once, so a tenant that stayed and leaves a
// second time needs another. The object is kept like data: it is the way to what it saved.
func finalBackup(in input) []object {
	leaves := in.env.Spec.Offboarding
	if in.env.Name == "" || in.env.Spec.Lifecycle != manifest.Offboarding || leaves == nil || !in.env.Cluster.Has(operatorVelero) {
		return nil
	}
	meta := in.meta(fit("final-"+in.env.Namespace+"-"+leaves.After), "")
	meta.Namespace, meta.Annotations = in.env.Platform.Namespaces.Backup, in.keep()
	meta.Labels[labelEnvironment] = in.env.Name
	return []object{{
		owner:   manifest.OwnerPlatform,
		subject: "spec.offboarding",
		outer:   true,
		typed: &krm.VeleroBackup{TypeMeta: kind(krm.VeleroAPI, "Backup"), ObjectMeta: meta, Spec: krm.VeleroBackupSpec{
			IncludedNamespaces: []string{in.env.Namespace},
			SnapshotVolumes:    true,
			StorageLocation:    in.env.Cluster.BackupLocation,
			TTL:                in.keptFor(),
		}},
	}}
}

// keptFor is how long the last backup is kept: as long as every backup of the tenant, and no longer than
// its data may be.
func (in input) keptFor() string {
	retention := keptFor
	if in.env.Spec.Backup != nil {
		retention = in.env.Spec.Backup.Retention
	}
	kept := schemas.Milliseconds(retention)
	if limit := schemas.Milliseconds(in.env.Spec.Compliance.Retention); limit > 0 {
		kept = min(kept, limit)
	}
	return fmt.Sprintf("%dh%dm%ds", kept/3600_000, kept/60_000%60, kept/1000%60)
}
