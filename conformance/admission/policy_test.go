package admission

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/cel-go/cel"
	celtypes "github.com/google/cel-go/common/types"
	v1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/version"
	plugin "k8s.io/apiserver/pkg/admission/plugin/cel"
	"k8s.io/apiserver/pkg/admission/plugin/webhook/predicates/rules"
	celconfig "k8s.io/apiserver/pkg/apis/cel"
	"k8s.io/apiserver/pkg/cel/environment"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// expression is a text of CEL, with its name and type as the API server wants them.
type expression struct {
	name, text string
	kind       *cel.Type
}

func (e expression) GetExpression() string    { return e.text }
func (e expression) ReturnTypes() []*cel.Type { return []*cel.Type{e.kind} }
func (e expression) GetName() string          { return e.name }

// policy is one that the API server has compiled, with its binding.
type policy struct {
	*v1.ValidatingAdmissionPolicy
	binding                         *v1.ValidatingAdmissionPolicyBinding
	conditions, validations, spoken plugin.ConditionEvaluator
	dear                            int64 // what the dearest request has cost
}

// compile does what the API server of a version does with a policy that is new to it. The error has all faults.
func compile(minor uint, policyObject, bindingObject manifest.Object) (*policy, error) {
	p := &policy{ValidatingAdmissionPolicy: &v1.ValidatingAdmissionPolicy{}, binding: &v1.ValidatingAdmissionPolicyBinding{}}
	if err := read(policyObject.Tree, p.ValidatingAdmissionPolicy); err != nil {
		return nil, err
	}
	if err := read(bindingObject.Tree, p.binding); err != nil {
		return nil, err
	}
	compiler, err := plugin.NewCompositedCompiler(environment.MustBaseEnvSet(version.MajorMinor(1, minor)))
	if err != nil {
		return nil, err
	}
	var faults []string
	with := plugin.OptionalVariableDeclarations{HasAuthorizer: true}
	for _, v := range p.Spec.Variables {
		result := compiler.CompileAndStoreVariable(expression{v.Name, v.Expression, cel.AnyType}, with, environment.NewExpressions)
		if result.Error != nil {
			faults = append(faults, v.Name+": "+result.Error.Error())
		}
	}
	all := func(texts []string, kind *cel.Type) plugin.ConditionEvaluator {
		accessors := make([]plugin.ExpressionAccessor, len(texts))
		for i, text := range texts {
			accessors[i] = expression{text: text, kind: kind}
		}
		evaluator := compiler.CompileCondition(accessors, with, environment.NewExpressions)
		for _, err := range evaluator.CompilationErrors() {
			faults = append(faults, err.Error())
		}
		return evaluator
	}
	var conditions, validations, messages []string
	for _, c := range p.Spec.MatchConditions {
		conditions = append(conditions, c.Expression)
	}
	for _, v := range p.Spec.Validations {
		validations, messages = append(validations, v.Expression), append(messages, v.MessageExpression)
	}
	p.conditions, p.validations, p.spoken = all(conditions, cel.BoolType), all(validations, cel.BoolType), all(messages, cel.StringType)
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s: %s", p.Name, strings.Join(faults, "\n"))
	}
	return p, nil
}

// read takes what is rendered as the API server does: no field may be unknown.
func read(tree map[string]any, into any) error {
	data, err := json.Marshal(tree)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// matches reports whether the policy is asked about a request.
func (p *policy) matches(r request) (bool, error) {
	concerned := false
	for _, rule := range p.Spec.MatchConstraints.ResourceRules {
		m := rules.Matcher{Rule: rule.RuleWithOperations, Attr: r.Attributes}
		concerned = concerned || m.Matches()
	}
	match := p.binding.Spec.MatchResources
	if !concerned || !selects(match.NamespaceSelector, r.namespace.Labels) {
		return false, nil
	}
	ours := false
	for _, o := range r.objects {
		about, err := meta.Accessor(o)
		ours = ours || err == nil && selects(match.ObjectSelector, about.GetLabels())
	}
	if !ours {
		return false, nil
	}
	holds, err := p.all(r, p.conditions, celconfig.RuntimeCELCostBudgetMatchConditions, nil)
	return len(holds) == 0, err
}

func selects(selector *metav1.LabelSelector, of map[string]string) bool {
	if selector == nil {
		return true
	}
	s, err := metav1.LabelSelectorAsSelector(selector)
	return err == nil && s.Matches(labels.Set(of))
}

// judge returns what the policy says against a request; asked tells whether it concerns it. An error denies it, too.
func (p *policy) judge(r request) (said []string, asked bool, err error) {
	if asked, err = p.matches(r); !asked || err != nil {
		return nil, asked, err
	}
	failed, err := p.all(r, p.validations, celconfig.RuntimeCELCostBudget, &r.namespace)
	if err != nil || len(failed) == 0 {
		return nil, true, err
	}
	messages, _, err := p.spoken.ForInput(context.Background(), r.VersionedAttributes, r.asked(), plugin.OptionalVariableBindings{}, &r.namespace, celconfig.RuntimeCELCostBudget)
	if err != nil {
		return nil, true, err
	}
	for _, i := range failed {
		if messages[i].Error != nil {
			return nil, true, messages[i].Error
		}
		said = append(said, messages[i].EvalResult.Value().(string))
	}
	return said, true, nil
}

// all evaluates conditions and returns the indexes of those that do not hold.
func (p *policy) all(r request, evaluator plugin.ConditionEvaluator, budget int64, namespace *corev1.Namespace) ([]int, error) {
	results, left, err := evaluator.ForInput(context.Background(), r.VersionedAttributes, r.asked(), plugin.OptionalVariableBindings{}, namespace, budget)
	if err != nil {
		return nil, err
	}
	p.dear = max(p.dear, budget-left)
	var failed []int
	for i, result := range results {
		if result.Error != nil {
			return nil, result.Error
		}
		if result.EvalResult != celtypes.True {
			failed = append(failed, i)
		}
	}
	return failed, nil
}
