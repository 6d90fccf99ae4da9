package generators

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/tenantsmith/tenantsmith/schemas"
)

func TestSecurityContextIsRestrictedUnlessAsked(t *testing.T) {
	pod, c := podSecurity(schemas.SecurityContext{}), containerSecurity(schemas.SecurityContext{})
	require.True(t, *pod.RunAsNonRoot)
	require.EqualValues(t, "RuntimeDefault", pod.SeccompProfile.Type)
	require.False(t, *c.AllowPrivilegeEscalation)
	require.True(t, *c.ReadOnlyRootFilesystem)
	require.EqualValues(t, "ALL", c.Capabilities.Drop[0])
	require.Empty(t, c.Capabilities.Add)

	asked := schemas.SecurityContext{
		RunAsNonRoot: new(false), ReadOnlyRootFilesystem: new(false), RunAsUser: new(int64(0)),
		AddCapabilities: []string{"NET_RAW", "CHOWN", "NET_RAW"},
	}
	pod, c = podSecurity(asked), containerSecurity(asked)
	require.False(t, *pod.RunAsNonRoot)
	require.Zero(t, *pod.RunAsUser)
	require.False(t, *c.ReadOnlyRootFilesystem)
	require.Len(t, c.Capabilities.Add, 2)
	require.EqualValues(t, "CHOWN", c.Capabilities.Add[0])
}

// What the LimitRange would fill in depends on other services.
func TestMemoryLimitsAreWhatIsAskedFor(t *testing.T) {
	r := resources(containerResources("100m", "128Mi", "", ""))
	require.Equal(t, "128Mi", r.Limits.Memory().String())
	require.NotContains(t, r.Limits, corev1.ResourceCPU)
	own := resources(containerResources("100m", "128Mi", "", "1Gi"))
	require.Equal(t, "1Gi", own.Limits.Memory().String())
	require.Nil(t, resources(containerResources("100m", "", "", "")).Limits)
	require.Nil(t, resources(schemas.ContainerResources{}).Limits)
}

// The sleep may not be longer than the time the pod has, or the API refuses the pod.
func TestStopDelayFitsIntoTheGracePeriod(t *testing.T) {
	for seconds, want := range map[int64]int64{30: 5, 10: 5, 9: 4, 2: 1} {
		s := schemas.Service{Kind: "service", TerminationGracePeriod: &seconds}
		require.Equal(t, want, input{env: &schemas.Environment{}}.lifecycle(s).PreStop.Sleep.Seconds, seconds)
	}
	for _, seconds := range []int64{0, 1} {
		require.Nil(t, input{env: &schemas.Environment{}}.lifecycle(schemas.Service{Kind: "service", TerminationGracePeriod: &seconds}))
	}
	require.Nil(t, input{env: &schemas.Environment{}}.lifecycle(schemas.Service{Kind: "worker"}))
}

func TestProbes(t *testing.T) {
	ports := map[string]schemas.Port{"admin": {Port: 9000}, "grpc": {Port: 9100}, "https": {Port: 8443}, "dns": {Port: 53, Protocol: "UDP"}}
	http := probe(&schemas.Probe{Path: "/ok", Port: "https"}, ports)
	require.Equal(t, "https", http.HTTPGet.Port.StrVal)
	require.EqualValues(t, "HTTPS", http.HTTPGet.Scheme)
	require.Empty(t, http.HTTPGet.Host)
	require.EqualValues(t, 9100, probe(&schemas.Probe{GRPC: true, Port: "grpc"}, ports).GRPC.Port)
	require.EqualValues(t, 9000, probe(&schemas.Probe{GRPC: true}, ports).GRPC.Port)
	require.Equal(t, "admin", probe(&schemas.Probe{}, ports).TCPSocket.Port.StrVal)
	require.EqualValues(t, 8081, probe(&schemas.Probe{Port: "8081"}, ports).TCPSocket.Port.IntVal)
	require.Equal(t, []string{"true"}, probe(&schemas.Probe{Exec: []string{"true"}, Path: "/x"}, ports).Exec.Command)
	require.Nil(t, probe(nil, ports))
}

// A release that nobody probes would go on before the new version listens.
func TestServicesAreProbedForConnections(t *testing.T) {
	s := schemas.Service{Kind: "service", Ports: map[string]schemas.Port{"a": {Port: 1}, "http": {Port: 2}}}
	require.Equal(t, "http", readiness(s).TCPSocket.Port.StrVal)
	s.Ports = map[string]schemas.Port{"dns": {Port: 53, Protocol: "UDP"}}
	require.Nil(t, readiness(s))
	s.Kind, s.Ports = "worker", map[string]schemas.Port{"http": {Port: 2}}
	require.Equal(t, "http", readiness(s).TCPSocket.Port.StrVal)
}

func TestSlugsTellPathsApart(t *testing.T) {
	require.Equal(t, "data", slug("/data"))
	require.Equal(t, "var-lib-app", slug("/var/lib/app"))
	paths := []string{"/a/b", "/a-b", "/A/b", "/a.b", "/a_b", "/-", "/", "/é", "/a/b/c", "/a-b/c", "/a/b-c"}
	seen := map[string]string{}
	for _, p := range paths {
		s := slug(p)
		require.Regexp(t, `^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`, s, p)
		require.Empty(t, seen[s], "%s and %s", p, seen[s])
		seen[s] = p
	}
	require.Equal(t, "etc-app-app.yaml", fileKey("/etc/app/app.yaml"))
	require.NotEqual(t, fileKey("/etc/a-b"), fileKey("/etc/a/b"))
}

// A volume mounted at /files is not the volume that holds the files.
func TestFilesAreNoMount(t *testing.T) {
	s := schemas.Service{
		Files:   map[string]string{"/etc/a": "1"},
		Volumes: []schemas.Volume{{Mount: "/files", EmptyDir: size("1Gi")}},
	}
	in := serving(nil)
	require.Equal(t, []string{"files", "mount-files"}, []string{in.volumes("web", s)[0].Name, in.volumes("web", s)[1].Name})
}

func TestServicesNeverShareAClaim(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range [][2]string{{"a", "/b/c"}, {"a-b", "/c"}, {"a", "/b-c"}, {"a-b-c", "/"}, {"a-b", "/c/d"}, {"a", "/b/c/d"}} {
		name := claimName(c[0], c[1])
		require.False(t, seen[name], "%v: %s", c, name)
		seen[name] = true
	}
	require.Equal(t, "web-data", claimName("web", "/data"))
}

func TestNamesFit(t *testing.T) {
	long := strings.Repeat("a", 50)
	deep := "/" + strings.Repeat("b", 40) + "/" + strings.Repeat("c", 40)
	for _, name := range []string{
		previewService(long), releaseTemplate(long), claimName(long, deep), filesName(long, map[string]string{deep: ""}),
		volumeName(schemas.Volume{Mount: deep}), fit(strings.Repeat("x-", 60)),
	} {
		require.LessOrEqual(t, len(name), longestName)
		require.NotContains(t, name, "--")
	}
	require.NotEqual(t, fit(strings.Repeat("x", 64)), fit(strings.Repeat("x", 65)))
}

// A digest of all, so that neither a moved border between path and content nor another path is lost.
func TestFilesNameFollowsTheFiles(t *testing.T) {
	files := map[string]string{"/a": "1", "/b": "2"}
	require.Regexp(t, `^web-files-[0-9a-f]{8}$`, filesName("web", files))
	require.Equal(t, filesName("web", files), filesName("web", map[string]string{"/b": "2", "/a": "1"}))
	for _, other := range []map[string]string{{"/a": "1"}, {"/a": "1", "/b": "3"}, {"/a": "1", "/c": "2"}, {"/a": "1/b", "/": "2"}} {
		require.NotEqual(t, filesName("web", files), filesName("web", other))
	}
}

// A removed line must not remove data, and old pods need their files until the release is over.
func TestPruningWaits(t *testing.T) {
	for engine, want := range map[string][2]map[string]any{
		"argocd": {{"argocd.argoproj.io/sync-options": "Prune=confirm,Delete=confirm"}, {"argocd.argoproj.io/sync-options": "PruneLast=true"}},
		"flux":   {{"kustomize.toolkit.fluxcd.io/prune": "disabled"}, {"kustomize.toolkit.fluxcd.io/prune": "disabled"}},
	} {
		in := serving(map[string]schemas.Service{"web": full()}, "rollouts")
		in.env.Platform.GitOps.Engine = engine
		objs := render(in)
		require.Equal(t, want[0], at(t, one(t, objs, "PersistentVolumeClaim", "web-data"), "metadata.annotations"))
		require.Equal(t, want[1], at(t, one(t, objs, "ConfigMap", filesName("web", full().Files)), "metadata.annotations"))
	}
}

// Kubernetes puts the value of a variable in the place of $(NAME) where it stands above.
func TestVariablesStandBelowThoseTheyName(t *testing.T) {
	values := map[string]schemas.EnvValue{
		"A": {Value: "$(C)/$(B)"}, "B": {Value: "$$(Z)$(A)"}, "C": {Secret: "db", Key: "uri"}, "Z": {Value: "$(NOBODY)"},
	}
	var names []string
	for _, v := range env(values) {
		names = append(names, v.Name)
	}
	require.Equal(t, []string{"C", "B", "A", "Z"}, names)
}
