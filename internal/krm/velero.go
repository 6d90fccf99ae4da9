package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// VeleroAPI is the API of Velero.
const VeleroAPI = "velero.io/v1"

// VeleroBackup asks Velero for one backup, which it makes at once. Velero looks into its own namespace
// only, and names the backup in its store after the object.
type VeleroBackup struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              VeleroBackupSpec `json:"spec"`
}

// VeleroBackupSpec says what is saved, where, and how long it is kept: TTL is a time as Go writes it.
// An empty location is the default one of the server.
type VeleroBackupSpec struct {
	IncludedNamespaces []string `json:"includedNamespaces"`
	SnapshotVolumes    bool     `json:"snapshotVolumes"`
	StorageLocation    string   `json:"storageLocation,omitempty"`
	TTL                string   `json:"ttl"`
}
