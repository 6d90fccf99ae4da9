//go:build pin

// Package pin keeps requirements in go.mod that only the module graph needs.
//
// argo-rollouts asks for k8s.io/kubelet v0.0.0, which does not exist: without a real version here
// `go list -m all` and `go doc` fail. A replace or exclude directive would cure it too, but
// `go install module/cmd@version` refuses modules that have either.
package pin

import _ "k8s.io/kubelet/config/v1beta1"
