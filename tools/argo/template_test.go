package argo

import (
	"os"
	"testing"

	"github.com/argoproj/argo-workflows/v3/pkg/apis/workflow"
	wfv1 "github.com/argoproj/argo-workflows/v3/pkg/apis/workflow/v1alpha1"
	"github.com/argoproj/argo-workflows/v3/pkg/client/clientset/versioned/fake"
	"github.com/argoproj/argo-workflows/v3/util/expr/argoexpr"
	"github.com/argoproj/argo-workflows/v3/util/expr/env"
	"github.com/argoproj/argo-workflows/v3/util/template"
	"github.com/argoproj/argo-workflows/v3/workflow/templateresolution"
	"github.com/argoproj/argo-workflows/v3/workflow/validate"
	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const folder = "../../deploy/argo-workflows"

func readTemplate(t *testing.T) *wfv1.WorkflowTemplate {
	t.Helper()
	data, err := os.ReadFile(folder + "/workflow-template.yaml")
	require.NoError(t, err)
	var out wfv1.WorkflowTemplate
	require.NoError(t, yaml.UnmarshalStrict(data, &out), "no field but those of the API")
	require.Equal(t, workflow.WorkflowTemplateKind, out.Kind)
	return &out
}

// TestLint: Argo's linter takes the template, and refuses one that is not whole.
func TestLint(t *testing.T) {
	tmpl := readTemplate(t)
	require.NoError(t, validate.ValidateWorkflowTemplate(nil, nil, tmpl, nil, validate.ValidateOpts{Lint: true}))
	broken := tmpl.DeepCopy()
	broken.Spec.Templates[1].Container.Args[0] = "{{inputs.parameters.nothing}}"
	require.ErrorContains(t, validate.ValidateWorkflowTemplate(nil, nil, broken, nil, validate.ValidateOpts{Lint: true}), "nothing")
}

// TestSubmit: a workflow that names the template and its parameters is valid, one that lacks any of those without a
// default is not.
func TestSubmit(t *testing.T) {
	tmpl := readTemplate(t)
	tmpl.Namespace = "ci"
	api := fake.NewSimpleClientset(tmpl).ArgoprojV1alpha1()
	getter := templateresolution.WrapWorkflowTemplateInterface(api.WorkflowTemplates("ci"))
	cluster := templateresolution.WrapClusterWorkflowTemplateInterface(api.ClusterWorkflowTemplates())
	given := []wfv1.Parameter{parameter("platform-repo", "https://git.example.com/p.git"), parameter("revision", "4f1c9a7"), parameter("gitops-repo", "https://git.example.com/g.git")}
	submit := func(parameters []wfv1.Parameter) error {
		w := &wfv1.Workflow{ObjectMeta: metav1.ObjectMeta{Name: "publish", Namespace: "ci"}, Spec: wfv1.WorkflowSpec{
			WorkflowTemplateRef: &wfv1.WorkflowTemplateRef{Name: tmpl.Name}, Arguments: wfv1.Arguments{Parameters: parameters},
		}}
		return validate.ValidateWorkflow(getter, cluster, w, nil, validate.ValidateOpts{})
	}
	require.NoError(t, submit(given))
	for i, p := range given {
		rest := append(append([]wfv1.Parameter{}, given[:i]...), given[i+1:]...)
		require.ErrorContains(t, submit(rest), p.Name)
	}
}

func parameter(name, value string) wfv1.Parameter {
	return wfv1.Parameter{Name: name, Value: wfv1.AnyStringPtr(value)}
}

// TestRetries: a problem of the files is not tried again; everything else is.
func TestRetries(t *testing.T) {
	retry := shardTemplate(t).RetryStrategy
	for code, again := range map[string]bool{"1": false, "2": true, "137": true, "-1": true} {
		scope := env.GetFuncMap(template.EnvMap(map[string]string{"lastRetry.exitCode": code}))
		got, err := argoexpr.EvalBool(retry.Expression, scope)
		require.NoError(t, err)
		require.Equal(t, again, got, "exit code %s", code)
	}
}

func shardTemplate(t *testing.T) *wfv1.Template {
	t.Helper()
	tmpl := readTemplate(t).GetTemplateByName("shard")
	require.NotNil(t, tmpl)
	return tmpl
}

// TestPods: nobody of the cluster's, no token for tenantsmith, nothing to write but /tmp.
func TestPods(t *testing.T) {
	spec, shard := readTemplate(t).Spec, shardTemplate(t)
	require.False(t, *spec.AutomountServiceAccountToken)
	require.Equal(t, spec.ServiceAccountName, spec.Executor.ServiceAccountName)
	require.True(t, *spec.SecurityContext.RunAsNonRoot)
	own := shard.Container.SecurityContext
	require.True(t, *own.ReadOnlyRootFilesystem)
	require.False(t, *own.AllowPrivilegeEscalation)
	require.EqualValues(t, []string{"ALL"}, strs(own.Capabilities.Drop))
	require.Equal(t, "/tmp", shard.Container.VolumeMounts[0].MountPath)
	require.False(t, shard.Container.Resources.Requests.Memory().IsZero())
}

func strs[T ~string](in []T) []string {
	var out []string
	for _, s := range in {
		out = append(out, string(s))
	}
	return out
}
