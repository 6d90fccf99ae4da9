package conformance

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structuralschema "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/listtype"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	crvalidation "k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apiservercel "k8s.io/apiserver/pkg/apis/cel"
	"sigs.k8s.io/yaml"
)

// definition judges objects of one version of a kind as an API server with the CRD does.
type definition struct {
	structural *structuralschema.Structural
	schema     crvalidation.SchemaValidator
	rules      *cel.Validator
}

// crdFiles are where the modules keep their CRDs.
var crdFiles = map[string]string{
	rolloutsModule: "manifests/crds/*-crd.yaml",
	gatewayModule:  "config/crd/standard/gateway.*.yaml",
	istioModule:    "kubernetes/customresourcedefinitions.gen.yaml",
	vpaModule:      "deploy/vpa-v1-crd-gen.yaml",
	kedaModule:     "config/crd/bases/keda.sh_*.yaml",
	veleroModule:   "config/crd/v1/bases/velero.io_*.yaml",
	ciliumModule:   "pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml",
	policyModule:   "config/crd/standard/policy.networking.k8s.io_clusternetworkpolicies.yaml",
	certModule:     "deploy/crds/cert-manager.io_certificates.yaml",

	argoModule:          "manifests/crds/app*[ie]?[nt]-crd.yaml", // not ApplicationSet, which is large and not rendered
	fluxSourceModule:    "config/crd/bases/source.toolkit.fluxcd.io_[gh]*repositories.yaml",
	fluxHelmModule:      "config/crd/bases/*.yaml",
	fluxKustomizeModule: "config/crd/bases/*.yaml",
	envoyModule:         "charts/gateway-helm/charts/crds/crds/generated/gateway.envoyproxy.io_envoyextensionpolicies.yaml",
}

// laws are the definitions by kind; each is compiled when it is first asked for.
type laws struct {
	crds     map[schema.GroupVersionKind]*apiextensionsv1.JSONSchemaProps
	compiled map[schema.GroupVersionKind]*definition
}

// readCRDs reads the CRDs of all modules.
func readCRDs(t *testing.T) laws {
	l := laws{map[schema.GroupVersionKind]*apiextensionsv1.JSONSchemaProps{}, map[schema.GroupVersionKind]*definition{}}
	for module, pattern := range crdFiles {
		files, err := filepath.Glob(filepath.Join(moduleDir(t, module), pattern))
		require.NoError(t, err)
		require.NotEmpty(t, files, module)
		for _, file := range files {
			l.read(t, file)
		}
	}
	return l
}

// readExperimental reads the CRDs of a cluster whose gateway knows the experimental channel of the Gateway API.
func readExperimental(t *testing.T) laws {
	l := readCRDs(t)
	files, err := filepath.Glob(filepath.Join(moduleDir(t, gatewayModule), "config/crd/experimental/gateway.networking.k8s.io_httproutes.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		l.read(t, file)
	}
	return l
}

func (l laws) read(t *testing.T, file string) {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	for _, doc := range bytes.Split(data, []byte("\n---")) {
		var crd apiextensionsv1.CustomResourceDefinition
		require.NoError(t, yaml.Unmarshal(doc, &crd), file)
		if crd.Kind != "CustomResourceDefinition" {
			continue
		}
		for _, v := range crd.Spec.Versions {
			l.crds[schema.GroupVersionKind{Group: crd.Spec.Group, Version: v.Name, Kind: crd.Spec.Names.Kind}] = v.Schema.OpenAPIV3Schema
		}
	}
}

func (l laws) definition(kind schema.GroupVersionKind) (*definition, error) {
	if d := l.compiled[kind]; d != nil {
		return d, nil
	}
	written, ok := l.crds[kind]
	if !ok {
		return nil, fmt.Errorf("no CRD knows %s", kind)
	}
	var props apiextensions.JSONSchemaProps
	if err := apiextensionsv1.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(written, &props, nil); err != nil {
		return nil, err
	}
	structural, err := structuralschema.NewStructural(&props)
	if err != nil {
		return nil, err
	}
	validator, _, err := crvalidation.NewSchemaValidator(&props)
	if err != nil {
		return nil, err
	}
	d := &definition{structural, validator, cel.NewValidator(structural, true, apiservercel.PerCallLimit)}
	l.compiled[kind] = d
	return d, nil
}

// judgeCustom takes a custom resource the way that a create takes: unknown fields, defaults, schema,
// lists, CEL rules.
func (l laws) judgeCustom(o *unstructured.Unstructured) error {
	d, err := l.definition(o.GroupVersionKind())
	if err != nil {
		return err
	}
	object := o.DeepCopy().Object
	unknown := pruning.PruneWithOptions(object, d.structural, true, structuralschema.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})
	if len(unknown) > 0 {
		return fmt.Errorf("unknown fields %v", unknown)
	}
	defaulting.Default(object, d.structural)
	errs := crvalidation.ValidateCustomResource(nil, object, d.schema)
	errs = append(errs, listtype.ValidateListSetsAndMaps(nil, d.structural, object)...)
	broken, _ := d.rules.Validate(context.Background(), nil, d.structural, object, nil, apiservercel.RuntimeCELCostBudget)
	return append(errs, broken...).ToAggregate()
}
