package policies

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// TestBrought: what generated objects hold by construction is asked of what people bring or change, and
// of all objects together as soon as there is one of those.
func TestBrought(t *testing.T) {
	engine, err := Compile(nil)
	require.NoError(t, err)
	tree := func(kind, name string, spec map[string]any) manifest.Object {
		version := map[string]string{"Rollout": "argoproj.io/v1alpha1", "HorizontalPodAutoscaler": "autoscaling/v2"}[kind]
		return manifest.Object{Tree: map[string]any{"apiVersion": version, "kind": kind, "metadata": map[string]any{"name": name}, "spec": spec}}
	}
	rollout := tree("Rollout", "web", map[string]any{"replicas": int64(-1), "strategy": map[string]any{"canary": map[string]any{}}})
	scaler := func(name string) manifest.Object {
		return tree("HorizontalPodAutoscaler", name, map[string]any{"maxReplicas": int64(3), "scaleTargetRef": map[string]any{
			"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web",
		}})
	}
	ask := func(brought ...bool) map[string]bool {
		found, err := engine.Check(context.Background(), Input{
			Objects: []manifest.Object{rollout, scaler("a"), scaler("b")}, Brought: brought, Checks: []string{"TS-ROL-101", "TS-ROL-111"},
		})
		require.NoError(t, err)
		said := map[string]bool{}
		for _, p := range found {
			said[p.Check] = true
		}
		return said
	}
	require.Empty(t, ask(false, false, false))
	require.Equal(t, map[string]bool{"TS-ROL-111": true}, ask(false, true, false), "the Rollout is ours")
	require.Equal(t, map[string]bool{"TS-ROL-101": true, "TS-ROL-111": true}, ask(true, false, false))
	require.Equal(t, map[string]bool{"TS-ROL-101": true, "TS-ROL-111": true}, ask())
}
