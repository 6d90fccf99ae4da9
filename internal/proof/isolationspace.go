package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// Enclose reads what the objects of a tenant in an environment say about its borders. Objects of any shape are allowed.
func Enclose(at Place, objects []manifest.Object) Enclosure {
	e := Enclosure{Place: at}
	roles := map[manifest.Key]bool{}
	for _, o := range objects {
		if k := o.Key(); k.Kind == "ClusterRole" {
			roles[manifest.Key{Group: k.Group, Kind: k.Kind, Name: k.Name}] = true
		}
	}
	r := reader{Enclosure: &e, roles: roles}
	r.prepare(objects)
	e.claims = append(e.claims, claimed{Objects, "namespace", at.Namespace, Cause{
		Tenant: at.Tenant, Environment: at.Environment, APIVersion: "v1", Object: manifest.Key{Kind: "Namespace", Name: at.Namespace}}})
	for _, o := range objects {
		r.object, r.key = o, o.Key()
		r.read()
	}
	r.guard()
	r.meshGuard()
	e.egress.close()
	e.ingress.close()
	return e
}

// reader reads one object after the other.
type reader struct {
	*Enclosure
	object manifest.Object
	key    manifest.Key
	roles  map[manifest.Key]bool // the ClusterRoles among the objects
	host   []Cause               // pods that ask for the node
	asks   []string              // and what for
	found  []spot                // of the object that is read
	joined [len(otherNetworks)]bool

	projects map[string]bool      // AppProjects among the objects, by name
	accounts map[[2]string]bool   // ServiceAccounts, by namespace and name
	sources  map[[2]string]string // addresses of the sources of Flux, the same way
	charts   map[[2]string]string // addresses of its chart repositories
}

// readers are the ways to read an object, by group and kind.
var readers = map[string]func(*reader){
	"/Namespace":                                    (*reader).namespace,
	"networking.k8s.io/NetworkPolicy":               (*reader).policy,
	"cilium.io/CiliumNetworkPolicy":                 (*reader).ciliumPolicy,
	"policy.networking.k8s.io/ClusterNetworkPolicy": (*reader).clusterPolicy,
	"rbac.authorization.k8s.io/Role":                (*reader).role,
	"rbac.authorization.k8s.io/ClusterRole":         (*reader).role,
	"rbac.authorization.k8s.io/RoleBinding":         (*reader).binding,
	"rbac.authorization.k8s.io/ClusterRoleBinding":  (*reader).clusterBinding,
	"networking.k8s.io/Ingress":                     (*reader).ingressHosts,
	"gateway.networking.k8s.io/HTTPRoute":           (*reader).gatewayRoute,
	"gateway.networking.k8s.io/GRPCRoute":           (*reader).gatewayRoute,
	"gateway.networking.k8s.io/TLSRoute":            (*reader).gatewayRoute,
	"gateway.networking.k8s.io/TCPRoute":            (*reader).rawRoute,
	"gateway.networking.k8s.io/UDPRoute":            (*reader).rawRoute,
	"gateway.networking.k8s.io/Gateway":             (*reader).listeners,
	"gateway.networking.k8s.io/ListenerSet":         (*reader).listeners,
	"gateway.networking.k8s.io/ReferenceGrant":      (*reader).grant,
	"networking.istio.io/VirtualService":            (*reader).virtualService,
	"networking.istio.io/DestinationRule":           (*reader).destinationRule,
	"networking.istio.io/ServiceEntry":              (*reader).serviceEntry,
	"networking.istio.io/Gateway":                   (*reader).listeners,
	"networking.istio.io/Sidecar":                   (*reader).sidecar,
	"security.istio.io/PeerAuthentication":          (*reader).peerAuthentication,
	"security.istio.io/AuthorizationPolicy":         (*reader).authorization,
	"/Service":                                      (*reader).service,
	"/Endpoints":                                    (*reader).endpoints,
	"discovery.k8s.io/EndpointSlice":                (*reader).endpoints,
	"/PersistentVolume":                             (*reader).volume,
	"external-secrets.io/ExternalSecret":            (*reader).externalSecret,
	"external-secrets.io/SecretStore":               (*reader).secretStore,
	"external-secrets.io/ClusterSecretStore":        (*reader).clusterStore,
	"external-secrets.io/ClusterExternalSecret":     (*reader).clusterStore,
	"argoproj.io/AppProject":                        (*reader).appProject,
	"argoproj.io/Application":                       (*reader).application,
	"kustomize.toolkit.fluxcd.io/Kustomization":     (*reader).fluxKustomization,
	"helm.toolkit.fluxcd.io/HelmRelease":            (*reader).helmRelease,
	"snapshot.storage.k8s.io/VolumeSnapshot":        (*reader).snapshot,
	"snapshot.storage.k8s.io/VolumeSnapshotContent": (*reader).snapshotContent,
	"storage.k8s.io/StorageClass":                   (*reader).storageClass,
	"/Node":                                         (*reader).node,
	"apps/DaemonSet":                                (*reader).daemons,
	"velero.io/Backup":                              (*reader).veleroBackup,
	"velero.io/Schedule":                            (*reader).veleroSchedule,
	"velero.io/Restore":                             (*reader).veleroRestore,
	"postgresql.cnpg.io/Cluster":                    (*reader).database,
	"barmancloud.cnpg.io/ObjectStore":               (*reader).objectStore,
}

// outOfReach are kinds that could open a channel in words we do not read, by group, or group and kind.
var outOfReach = map[string]string{
	"cilium.io": Network, "crd.projectcalico.org": Network, "projectcalico.org": Network, "policy.networking.k8s.io": Network,
	"crd.antrea.io": Network, "secrets-store.csi.x-k8s.io": Secrets, "bitnami.com": Secrets, "external-secrets.io": Secrets,
	"k8s.cni.cncf.io": Network, "gateway.networking.x-k8s.io": Routes,
	"gateway.networking.k8s.io": Routes, "networking.istio.io": Routes, "traefik.io": Routes, "projectcontour.io": Routes,
	"storage.k8s.io": Volumes, "snapshot.storage.k8s.io": Volumes, "groupsnapshot.storage.k8s.io": Volumes, "velero.io": Backup,
	"node.k8s.io": Nodes, "scheduling.k8s.io": Nodes, "karpenter.sh": Nodes, "cluster.x-k8s.io": Nodes,
	"helm.toolkit.fluxcd.io": Delivery, "kyverno.io": Objects, "generators.external-secrets.io": Secrets,
}

func (r *reader) read() {
	k := r.key
	if k.Namespace != "" && k.Namespace != r.Namespace {
		r.opens(Objects, k.Namespace, false, manifest.Path{"metadata", "namespace"},
			"has an object of its own in the other's namespace", "what stands in a namespace acts there, whoever rendered it")
	}
	r.spots()
	r.annotations()
	read, known := readers[k.Group+"/"+k.Kind]
	if known {
		read(r)
		return
	}
	r.unread()
}

// namespace reads the labels that policies of others go by, and the Pod Security level.
func (r *reader) namespace() {
	if r.key.Name != r.Namespace {
		r.opens(Objects, r.key.Name, false, manifest.Path{"metadata", "name"}, "writes the Namespace of the other", "its labels are what policies go by")
		return
	}
	labels, _ := get(r.object.Tree, "metadata", "labels").(map[string]any)
	r.labels = make(map[string]string, len(labels)+1)
	for key, value := range labels {
		r.labels[key] = fmt.Sprint(value)
	}
	r.labels[nameLabel] = r.Namespace // the API server's word
	r.joins()
}

// copiers are annotations by which controllers copy Secrets and ConfigMaps from one namespace to another.
var copiers = []string{"reflector.v1.k8s.emberstack.com/", "replicator.v1.mittwald.de/", "kubed.appscode.com/"}

func (r *reader) annotations() {
	all, _ := get(r.object.Tree, "metadata", "annotations").(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(all)) {
		for _, c := range copiers {
			if strings.HasPrefix(key, c) {
				r.doubt(Secrets, "%s has %s, by which a controller may copy it between namespaces", r.key, key)
			}
		}
		if strings.HasSuffix(key, "-snippet") && strings.Contains(key, "nginx") {
			r.doubt(Routes, "%s has %s: what the router makes of it is not known", r.key, key)
		}
	}
}

func (r *reader) cause(path manifest.Path) Cause {
	return Cause{Tenant: r.Tenant, Environment: r.Environment, Object: r.key, APIVersion: r.object.APIVersion(), Path: path}
}

// opens notes a way that the object opens by itself.
func (r *reader) opens(channel, namespace string, inward bool, path manifest.Path, message, why string) {
	r.openings = append(r.openings, opening{channel, namespace, inward, r.cause(path), message, why})
}

func (r *reader) claim(channel, kind, value string, path manifest.Path) {
	r.claims = append(r.claims, claimed{channel, kind, value, r.cause(path)})
}

func (r *reader) doubt(channel, format string, args ...any) {
	r.doubts = append(r.doubts, Doubt{channel, r.Tenant, r.Environment, fmt.Sprintf(format, args...)})
}
