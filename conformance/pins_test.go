package conformance

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	_ "github.com/cert-manager/cert-manager/pkg/apis/certmanager"
	_ "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/client/crds/v2"
	_ "github.com/kedacore/keda/v2/version"
	"github.com/stretchr/testify/require"
	_ "github.com/vmware-tanzu/velero/pkg/buildinfo"
	_ "istio.io/api/label"
	_ "k8s.io/autoscaler/vertical-pod-autoscaler/common"
	_ "sigs.k8s.io/gateway-api/pkg/consts"
	_ "sigs.k8s.io/network-policy-api/apis/v1alpha2"
)

// The blank imports above are small packages of modules whose CRDs are read: they keep the modules,
// and so the files, pinned in go.mod and go.sum.
const (
	rolloutsModule = "github.com/argoproj/argo-rollouts"
	gatewayModule  = "sigs.k8s.io/gateway-api"
	istioModule    = "istio.io/api"
	vpaModule      = "k8s.io/autoscaler/vertical-pod-autoscaler"
	kedaModule     = "github.com/kedacore/keda/v2"
	veleroModule   = "github.com/vmware-tanzu/velero"
	ciliumModule   = "github.com/cilium/cilium"
	policyModule   = "sigs.k8s.io/network-policy-api"
	certModule     = "github.com/cert-manager/cert-manager"

	// Of these the files alone are wanted: in go.mod they would raise the versions of everything else.
	argoModule          = "github.com/argoproj/argo-cd/v3@v3.5.7"
	fluxSourceModule    = "github.com/fluxcd/source-controller@v1.9.6"
	fluxKustomizeModule = "github.com/fluxcd/kustomize-controller@v1.9.6"
	fluxHelmModule      = "github.com/fluxcd/helm-controller@v1.6.0"
	envoyModule         = "github.com/envoyproxy/gateway@v1.9.1"
)

// moduleDir is where the module cache holds a module.
func moduleDir(t *testing.T, module string) string {
	if strings.Contains(module, "@") {
		return downloaded(t, module)
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err, module)
	dir := strings.TrimSpace(string(out))
	require.NotEmpty(t, dir, module)
	return dir
}

// downloaded is where the module cache holds a module at a version that go.mod does not have. The checksum database
// vouches for it.
func downloaded(t *testing.T, module string) string {
	out, err := exec.Command("go", "mod", "download", "-json", module).Output()
	require.NoError(t, err, "%s: %s", module, out)
	var at struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &at))
	require.NotEmpty(t, at.Dir, module)
	return at.Dir
}
