package krm

import metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

// AdmissionAPI is the version of the objects below.
const AdmissionAPI = "admissionregistration.k8s.io/v1"

// ValidatingAdmissionPolicy is what the API server asks of requests, in CEL.
type ValidatingAdmissionPolicy struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ValidatingAdmissionPolicySpec `json:"spec"`
}

// ValidatingAdmissionPolicySpec is about the requests that meet the constraints and every condition. Variables are
// worked out when first used, in their order.
type ValidatingAdmissionPolicySpec struct {
	FailurePolicy    string                `json:"failurePolicy"`
	MatchConstraints AdmissionMatch        `json:"matchConstraints"`
	MatchConditions  []AdmissionExpression `json:"matchConditions,omitempty"`
	Variables        []AdmissionExpression `json:"variables,omitempty"`
	Validations      []AdmissionValidation `json:"validations"`
}

// AdmissionMatch chooses requests; selectors that are not there choose all.
type AdmissionMatch struct {
	NamespaceSelector *metav1.LabelSelector `json:"namespaceSelector,omitempty"`
	ObjectSelector    *metav1.LabelSelector `json:"objectSelector,omitempty"`
	ResourceRules     []AdmissionRule       `json:"resourceRules,omitempty"`
}

// AdmissionRule are requests for resources.
type AdmissionRule struct {
	APIGroups   []string `json:"apiGroups"`
	APIVersions []string `json:"apiVersions"`
	Operations  []string `json:"operations"`
	Resources   []string `json:"resources"`
}

// AdmissionExpression is an expression with a name.
type AdmissionExpression struct {
	Name       string `json:"name"`
	Expression string `json:"expression"`
}

// AdmissionValidation has to hold; MessageExpression says what is wrong where it does not.
type AdmissionValidation struct {
	Expression        string `json:"expression"`
	MessageExpression string `json:"messageExpression"`
	Message           string `json:"message,omitempty"`
}

// ValidatingAdmissionPolicyBinding says for which objects a policy holds, and what happens where it fails.
type ValidatingAdmissionPolicyBinding struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              ValidatingAdmissionPolicyBindingSpec `json:"spec"`
}

// ValidatingAdmissionPolicyBindingSpec names actions: Deny, Warn, Audit.
type ValidatingAdmissionPolicyBindingSpec struct {
	PolicyName        string         `json:"policyName"`
	MatchResources    AdmissionMatch `json:"matchResources"`
	ValidationActions []string       `json:"validationActions"`
}
