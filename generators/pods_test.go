package generators

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// crowded is a service that says all that can be said of a pod. Its port 4180 is that of a sidecar.
func crowded() schemas.Service {
	s := released(web(), schemas.Release{Strategy: "canary", Weights: []int32{50}})
	s.Autoscaling, s.Replicas = nil, new(int32(2))
	s.Ports = map[string]schemas.Port{
		"http": {Port: 8080, Service: 80}, "api": {Port: 9000, App: "grpc"}, "raw": {Port: 9001, App: "tcp"},
		"dns": {Port: 53, Protocol: "UDP"}, "dns-tcp": {Port: 53}, "auth": {Port: 4180, Service: 443, Sidecar: "auth"},
	}
	s.Expose = []schemas.Expose{{Host: "shop.example.com", Path: "/", Port: "auth"}}
	s.Env = map[string]schemas.EnvValue{"MEMORY": {Resource: "limits.memory"}}
	s.EnvFrom = []schemas.EnvFrom{{Secret: "db", Prefix: "DB_"}, {Secret: "keys"}}
	s.PullSecrets = []string{"registry"}
	s.Files = map[string]string{"/etc/app/app.yaml": "log: info\n"}
	s.Volumes = []schemas.Volume{
		{Mount: "/tmp", EmptyDir: size("64Mi"), InMemory: true},
		{Mount: "/data", Claim: size("10Gi"), Class: "shared", AccessMode: "ReadWriteMany", Name: "uploads", SubPath: "web"},
		{Mount: "/archive", Claim: size("10Gi"), Class: "shared", AccessMode: "ReadWriteMany", Name: "uploads", SubPath: "old", ReadOnly: true},
	}
	s.Probes = schemas.Probes{
		Ready: &schemas.Probe{Path: "/ready", Port: "http", TLS: true, Headers: map[string]string{"Host": "shop.example.com", "Accept": "*/*"}, SuccessThreshold: 2},
		Live:  &schemas.Probe{GRPC: true, Port: "api", Service: "live"},
	}
	s.PreStop = &schemas.PreStop{Exec: []string{"/app", "drain"}}
	s.Init = []schemas.InitStep{
		{Name: "wait", Command: []string{"/app", "wait"}},
		{Name: "migrate", Once: true, Args: []string{"migrate"}},
		{Name: "warm", Image: "ghcr.io/example/warm:1.0.0", Args: []string{"warm"}, Mounts: []string{"/data", "/tmp"},
			Env: map[string]schemas.EnvValue{"POD": {Field: "metadata.name"}}, SecurityContext: schemas.SecurityContext{RunAsUser: new(int64(7))},
			Resources: schemas.ContainerResources{Requests: schemas.ComputeResources{CPU: size("1"), Memory: size("64Mi")}}},
	}
	s.Sidecars = map[string]schemas.Sidecar{
		"proxy": {Image: "ghcr.io/example/proxy:2.0.0", Ports: map[string]schemas.Port{"sql": {Port: 5432}}, PreStop: &schemas.PreStop{Sleep: "2s"}},
		"auth": {Image: "ghcr.io/example/auth:7.0.0", Ports: map[string]schemas.Port{"auth": {Port: 4180, Service: 443}}, Mounts: []string{"/etc/app/app.yaml"},
			Probes:    schemas.Probes{Startup: &schemas.Probe{Path: "/ok", Port: "auth", Period: 5, FailureThreshold: 30}},
			Resources: schemas.ContainerResources{Requests: schemas.ComputeResources{CPU: size("10m"), Memory: size("32Mi")}}},
	}
	s.Placement = schemas.Placement{Pool: "gpu", Priority: "high", Architecture: "arm64", Spread: schemas.Spread{Node: "require", Zone: "prefer"}}
	s.Resources.Devices = map[string]int64{"nvidia.com/gpu": 2}
	return s
}

// crowd is a tenant with that service, on a cluster with a router and a mesh.
func crowd(router string) input {
	in := serving(map[string]schemas.Service{"web": crowded()}, "rollouts")
	c := in.env.Cluster
	c.Router, c.Mesh, c.Gateway = router, schemas.Istio, "shared"
	in.env.Platform.Namespaces.Gateway = "edge"
	c.Pools = map[string]schemas.Pool{"gpu": {Labels: map[string]string{"pool": "gpu"}, Taint: &schemas.Taint{Key: "pool", Value: "gpu"}}}
	c.Devices = []string{"amd.com/gpu", "nvidia.com/gpu"}
	return in
}

func TestGoldenPods(t *testing.T) {
	for _, router := range []string{schemas.Istio, schemas.GatewayAPI} {
		golden(t, "pods-"+router, render(crowd(router)))
	}
	in := crowd(schemas.NoRouter)
	in.env.Cluster.Mesh, in.env.Cluster.Operators, in.env.Cluster.IngressClass = "none", nil, "nginx"
	golden(t, "pods-none", render(in))
}

// A step that runs once is a Job and in no pod of the service; the others come after the sidecars that they may use.
func TestInitContainersInOrder(t *testing.T) {
	var names []string
	for _, c := range crowd(schemas.Istio).podTemplate("web", crowded()).Spec.InitContainers {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"auth", "proxy", "wait", "warm"}, names)
}

// What is beside the container has its image, its figures and none of its devices, unless it says otherwise.
func TestFurtherContainersTakeFromTheService(t *testing.T) {
	in, s := crowd(schemas.Istio), crowded()
	wait := in.stepContainer(s, s.Init[0])
	require.Equal(t, s.Image, wait.Image)
	require.Equal(t, "128Mi", wait.Resources.Requests.Memory().String())
	require.NotContains(t, wait.Resources.Limits, "nvidia.com/gpu")
	require.Empty(t, wait.VolumeMounts)
	require.False(t, *wait.SecurityContext.AllowPrivilegeEscalation)
	require.Nil(t, wait.SecurityContext.RunAsUser)
	proxy := in.sidecarContainer("proxy", s, s.Sidecars["proxy"])
	require.Nil(t, proxy.ReadinessProbe) // it may listen to its pod alone
}

// Kubernetes before 1.30 would drop the wait and refuse the rest.
func TestOldClustersDoNotWait(t *testing.T) {
	s := schemas.Service{Kind: "service"}
	for version, waits := range map[string]bool{"v1.28": false, "v1.29": false, "v1.30": true, "v1.34": true, "": true} {
		in := serving(map[string]schemas.Service{"web": s})
		in.env.Cluster.Version = version
		require.Equal(t, waits, in.lifecycle(s) != nil, version)
	}
	s.PreStop = &schemas.PreStop{Sleep: "0s"}
	require.Nil(t, serving(nil).lifecycle(s))
}

// Without a figure for each device of the cluster, a pod could have any number of it.
func TestQuotaNamesEveryDevice(t *testing.T) {
	in := crowd(schemas.Istio)
	in.env.Spec.Resources.Devices = map[string]int64{"nvidia.com/gpu": 6}
	hard := at(t, one(t, Generate(in.tenant, in.env), "ResourceQuota", "compute"), "spec.hard").(map[string]any)
	require.Equal(t, "6", hard["requests.nvidia.com/gpu"])
	require.Equal(t, "0", hard["requests.amd.com/gpu"])
}

// Two services, or two versions of one, share a claim that pods of many nodes may mount.
func TestSharedClaimIsOneObject(t *testing.T) {
	volume := schemas.Volume{Mount: "/data", Claim: size("1Gi"), AccessMode: "ReadWriteMany", Name: "uploads"}
	s := worker()
	s.Volumes = []schemas.Volume{volume}
	var claims []manifest.Object
	for _, o := range render(serving(map[string]schemas.Service{"a": s, "b": s}, "rollouts")) {
		if o.Kind() == "PersistentVolumeClaim" {
			claims = append(claims, o)
		}
	}
	require.Len(t, claims, 1)
	require.Equal(t, "spec.services.a", claims[0].Subject)
	require.False(t, hasClaim(s))
}
