package generators

import (
	"testing"

	"github.com/stretchr/testify/require"
	networkingv1 "k8s.io/api/networking/v1"

	"github.com/tenantsmith/tenantsmith/internal/krm"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/proof"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// members is a cluster of three pods, each with two volumes of its own.
func members() schemas.Service {
	return schemas.Service{
		Kind: "statefulset", Image: "ghcr.io/example/store:3.5.0", Resources: small(), Replicas: new(int32(3)),
		Ports: map[string]schemas.Port{"client": {Port: 2379}, "peer": {Port: 2380}, "metrics": {Port: 9090}},
		Files: map[string]string{"/etc/store/store.yaml": "cluster: main\n"},
		Volumes: []schemas.Volume{
			{Mount: "/data", Claim: size("10Gi"), Class: "fast"},
			{Mount: "/var/lib/log", Claim: size("1Gi")},
			{Mount: "/tmp", EmptyDir: size("1Gi")},
		},
		Release: schemas.Release{Strategy: "rolling"},
	}
}

// parallel is one whose pods start all at once and keep nothing.
func parallel() schemas.Service {
	s := members()
	s.PodManagement, s.Volumes, s.Files, s.Ports, s.Replicas = "parallel", nil, nil, nil, nil
	return s
}

// What the API lets nobody change later follows nothing that changes: no tag, no tier, no environment, no version.
func TestSetsStayWhatTheyAre(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": members()}, "rollouts")
	before := one(t, render(in), "StatefulSet", "web")
	in.env.Spec.Tags = map[string]string{"cost-center": "other"}
	s := members()
	s.Image, s.Replicas, s.Ports = "ghcr.io/example/store:4.0.0", new(int32(5)), nil
	in.env.Spec.Services["web"] = s
	after := one(t, render(in), "StatefulSet", "web")
	for _, field := range []string{"serviceName", "selector", "podManagementPolicy", "volumeClaimTemplates"} {
		require.Equal(t, at(t, before, "spec."+field), at(t, after, "spec."+field), field)
	}
}

// Claims of different services and mounts are never called the same, and none is called like another volume.
func TestClaimTemplatesAreTheirOwn(t *testing.T) {
	volume := func(mount string) schemas.Volume { return schemas.Volume{Mount: mount, Claim: size("1Gi")} }
	require.Equal(t, "data", templateName("db", volume("/data")))
	require.Equal(t, "wal", templateName("db", schemas.Volume{Mount: "/var/lib/wal", Claim: size("1Gi"), Name: "wal"}))
	require.NotEqual(t, filesVolumeName, templateName("db", volume("/files")))
	require.NotEqual(t, templateName("c", volume("/a/b"))+"-c-0", templateName("b-c", volume("/a"))+"-b-c-0")
	require.NotEqual(t, templateName("c", volume("/a/b-x"))+"-c-0", templateName("x-c", volume("/a/b"))+"-x-c-0")
}

// Every container of the pod mounts the volume that the controller makes.
func TestContainersMountTheirClaims(t *testing.T) {
	s := members()
	shared := schemas.Volume{Mount: "/one", Claim: size("1Gi"), Name: "both", SubPath: "one"}
	s.Volumes = append(s.Volumes, shared)
	shared.Mount, shared.SubPath = "/two", "two"
	s.Volumes = append(s.Volumes, shared)
	s.Sidecars = map[string]schemas.Sidecar{"copy": {Image: "example/copy:1", Mounts: []string{"/data"}, Resources: small()}}
	in := serving(map[string]schemas.Service{"web": s})
	set := one(t, render(in), "StatefulSet", "web")
	mounted := map[string]string{}
	for _, m := range list(set.Tree, "spec", "template", "spec", "containers", 0, "volumeMounts") {
		mounted[text(m, "mountPath")] = text(m, "name")
	}
	require.Equal(t, "data", at(t, set, "spec.template.spec.initContainers[0].volumeMounts[0].name"))
	require.Equal(t, "both", mounted["/one"])
	require.Equal(t, "both", mounted["/two"])
	require.Len(t, at(t, set, "spec.volumeClaimTemplates"), 3)
	var volumes []string
	for _, v := range list(set.Tree, "spec", "template", "spec", "volumes") {
		volumes = append(volumes, text(v, "name"))
	}
	require.Equal(t, "data", mounted["/data"])
	require.Equal(t, []string{"files", "mount-tmp"}, volumes)
	for _, o := range render(in) {
		require.NotEqual(t, "PersistentVolumeClaim", o.Kind())
	}
}

// Members of a set call each other without a word, at the ports that callers have; other services do not.
func TestMembersCallEachOther(t *testing.T) {
	in := serving(map[string]schemas.Service{"store": members(), "web": web(), "said": members()})
	said := in.env.Spec.Services["said"]
	said.Calls = []schemas.Call{{Service: "said"}, {Service: "web"}}
	in.env.Spec.Services["said"] = said
	callers := in.callers()
	require.Equal(t, []string{"store"}, callers["store"].pods)
	require.Equal(t, []string{"said"}, callers["said"].pods)
	require.Equal(t, []string{"said"}, callers["web"].pods)
	rules := in.allowCalls("store", in.env.Spec.Services["store"])[0].typed.(*networkingv1.NetworkPolicy).Spec.Egress
	require.Len(t, rules, 1)
	require.Equal(t, []networkingv1.NetworkPolicyPort{tcp(2379), tcp(2380)}, rules[0].Ports)
	require.Len(t, in.allowCalls("said", said)[0].typed.(*networkingv1.NetworkPolicy).Spec.Egress, 2)
	require.Equal(t, 1, cap(in.calls("store", schemas.Service{Kind: "statefulset"})))

	in.env.Cluster.Mesh = schemas.Istio
	for _, o := range identities(in) {
		if p, ok := o.typed.(*krm.AuthorizationPolicy); ok && p.Name == "allow-store" {
			require.Equal(t, []string{"cluster.local/ns/acme-production/sa/store"}, p.Spec.Rules[0].From[0].Source.Principals)
			require.Equal(t, []string{"2379", "2380"}, p.Spec.Rules[0].To[0].Operation.Ports)
			return
		}
	}
	require.Fail(t, "no policy for the members of store")
}

// Each pod has claims of its own, which the quota counts; a set that sleeps keeps them.
func TestSetsCountTheirClaims(t *testing.T) {
	in := serving(map[string]schemas.Service{"web": members()})
	storage := func(in input) string {
		m := proof.Measure(render(in), proof.Facts{})
		return new(m.Steady["requests.storage"]).String()
	}
	require.Equal(t, "33Gi", storage(in))
	require.EqualValues(t, 6, in.claims())
	in.env.Spec.Lifecycle = manifest.Suspended
	set := one(t, render(in), "StatefulSet", "web")
	require.EqualValues(t, 0, at(t, set, "spec.replicas"))
	require.Len(t, at(t, set, "spec.volumeClaimTemplates"), 2)
	require.Equal(t, "33Gi", storage(in.awake()))
}

// The second Service leads to the port of the pod, by whatever number the first answers.
func TestMembersAnswerAtTheirOwnPorts(t *testing.T) {
	s := members()
	s.Ports = map[string]schemas.Port{"http": {Port: 8080, Service: 80}}
	headless := one(t, render(serving(map[string]schemas.Service{"web": s})), "Service", "web-headless")
	require.EqualValues(t, 8080, at(t, headless, "spec.ports[0].port"))
	require.Equal(t, true, at(t, headless, "spec.publishNotReadyAddresses"))
}
