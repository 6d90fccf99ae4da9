package conformance

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/v1alpha1"
	"github.com/argoproj/argo-rollouts/pkg/apis/rollouts/validation"
	istioutil "github.com/argoproj/argo-rollouts/utils/istio"
	corev1 "k8s.io/api/core/v1"
)

const (
	rolloutsGroup = "argoproj.io"
	istioGroup    = "networking.istio.io"
	gatewayGroup  = "gateway.networking.k8s.io"
	gatewayPlugin = "argoproj-labs/gatewayAPI"
)

// judgeRollout asks upstream's validation about a Rollout and all that it names, in the order of the
// controller.
func judgeRollout(s set, r *v1alpha1.Rollout) error {
	if errs := validation.ValidateRollout(r.DeepCopy()); len(errs) > 0 {
		return errs.ToAggregate()
	}
	refs, err := references(s, r)
	if err != nil {
		return err
	}
	return validation.ValidateRolloutReferencedResources(r.DeepCopy(), refs).ToAggregate()
}

// references collects what a Rollout names. What the set does not have is an error, as it is for the
// controller.
func references(s set, r *v1alpha1.Rollout) (refs validation.ReferencedResources, err error) {
	if refs.ServiceWithType, err = services(s, r); err != nil {
		return refs, err
	}
	if refs.AnalysisTemplatesWithType, err = analyses(s, r); err != nil {
		return refs, err
	}
	if err = validation.ValidateRolloutVirtualServicesConfig(r); err != nil {
		return refs, err
	}
	canary := r.Spec.Strategy.Canary
	if canary == nil || canary.TrafficRouting == nil {
		return refs, nil
	}
	if istio := canary.TrafficRouting.Istio; istio != nil {
		routes := istio.VirtualServices
		if !istioutil.MultipleVirtualServiceConfigured(r) {
			routes = []v1alpha1.IstioVirtualService{*istio.VirtualService}
		}
		for _, route := range routes {
			o := s.find(istioGroup, "VirtualService", route.Name)
			if o == nil {
				return refs, fmt.Errorf("there is no VirtualService %s", route.Name)
			}
			refs.VirtualServices = append(refs.VirtualServices, *o.DeepCopy())
		}
	}
	return refs, gatewayRoutes(s, canary)
}

// services are those that the strategy names.
func services(s set, r *v1alpha1.Rollout) ([]validation.ServiceWithType, error) {
	named := map[validation.ServiceType]string{}
	if b := r.Spec.Strategy.BlueGreen; b != nil {
		named[validation.ActiveService], named[validation.PreviewService] = b.ActiveService, b.PreviewService
	}
	if c := r.Spec.Strategy.Canary; c != nil {
		named[validation.StableService], named[validation.CanaryService] = c.StableService, c.CanaryService
	}
	var out []validation.ServiceWithType
	for role, name := range named {
		if name == "" {
			continue
		}
		o := s.find("", "Service", name)
		if o == nil {
			return nil, fmt.Errorf("there is no Service %s", name)
		}
		var service corev1.Service
		if err := decode(o, &service); err != nil {
			return nil, err
		}
		out = append(out, validation.ServiceWithType{Service: &service, Type: role})
	}
	return out, nil
}

// analyses are the templates that the strategy measures by.
func analyses(s set, r *v1alpha1.Rollout) (out []validation.AnalysisTemplatesWithType, err error) {
	add := func(a *v1alpha1.RolloutAnalysis, role validation.AnalysisTemplateType, step int) {
		if a == nil || err != nil {
			return
		}
		with := validation.AnalysisTemplatesWithType{TemplateType: role, CanaryStepIndex: step, Args: a.Args}
		for _, ref := range a.Templates {
			o := s.find(rolloutsGroup, "AnalysisTemplate", ref.TemplateName)
			if o == nil {
				err = fmt.Errorf("there is no AnalysisTemplate %s", ref.TemplateName)
				return
			}
			var template v1alpha1.AnalysisTemplate
			if err = decode(o, &template); err != nil {
				return
			}
			with.AnalysisTemplates = append(with.AnalysisTemplates, &template)
		}
		out = append(out, with)
	}
	if b := r.Spec.Strategy.BlueGreen; b != nil {
		add(b.PrePromotionAnalysis, validation.PrePromotionAnalysis, 0)
		add(b.PostPromotionAnalysis, validation.PostPromotionAnalysis, 0)
	}
	if c := r.Spec.Strategy.Canary; c != nil {
		for i, step := range c.Steps {
			add(step.Analysis, validation.InlineAnalysis, i)
		}
		if c.Analysis != nil {
			add(&c.Analysis.RolloutAnalysis, validation.BackgroundAnalysis, 0)
		}
	}
	return out, err
}

// gatewayRoutes judges what the plugin for the Gateway API is told, as the plugin reads it: each route
// exists and has a rule that splits between the two Services.
func gatewayRoutes(s set, c *v1alpha1.CanaryStrategy) error {
	for name, config := range c.TrafficRouting.Plugins {
		if name != gatewayPlugin {
			return fmt.Errorf("there is no plugin %s", name)
		}
		var told struct {
			HTTPRoutes []struct{ Name string } `json:"httpRoutes"`
			HTTPRoute  string                  `json:"httpRoute"`
		}
		if err := json.Unmarshal(config, &told); err != nil {
			return err
		}
		var routes []string
		for _, route := range told.HTTPRoutes {
			routes = append(routes, route.Name)
		}
		if told.HTTPRoute != "" {
			routes = append(routes, told.HTTPRoute)
		}
		if len(routes) == 0 {
			return fmt.Errorf("plugin %s is told no route", name)
		}
		for _, route := range routes {
			if err := splits(s, route, c.StableService, c.CanaryService); err != nil {
				return err
			}
		}
	}
	return nil
}

func splits(s set, name, stable, canary string) error {
	o := s.find(gatewayGroup, "HTTPRoute", name)
	if o == nil {
		return fmt.Errorf("there is no HTTPRoute %s", name)
	}
	var route struct {
		Spec struct {
			Rules []struct {
				BackendRefs []struct{ Name string } `json:"backendRefs"`
			} `json:"rules"`
		} `json:"spec"`
	}
	data, err := o.MarshalJSON()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &route); err != nil {
		return err
	}
	for _, rule := range route.Spec.Rules {
		names := make([]string, len(rule.BackendRefs))
		for i, ref := range rule.BackendRefs {
			names[i] = ref.Name
		}
		if slices.Contains(names, stable) && slices.Contains(names, canary) {
			return nil
		}
	}
	return fmt.Errorf("no rule of HTTPRoute %s splits between %s and %s", name, stable, canary)
}
