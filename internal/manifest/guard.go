package manifest

// Guard is what the API server asks in place of a check: the parts of a ValidatingAdmissionPolicy, in CEL. Settings of
// the platform stand in it as they are.
type Guard struct {
	// Name is that of the check in small letters, and what tells several guards of one check apart: ts-pod-023-claims.
	Name     string
	Check    string
	Title    string
	Severity Severity
	// Hands tells that it is about who asks, and not for the platform's own accounts.
	Hands bool
	// Waivable guards pass what a waiver accepts.
	Waivable   bool
	Resources  []GuardedResource
	Operations []string
	// Changed is an expression on whether a request changes what is judged.
	Changed     string
	Variables   []GuardVariable
	Validations []GuardValidation
}

// GuardedResource is a resource of the API by its plural, or its plural and a subresource. The version may be *.
type GuardedResource struct{ Group, Version, Resource string }

// GuardVariable is an expression that later ones can use by its name.
type GuardVariable struct{ Name, Expression string }

// GuardValidation is an expression that has to hold, and one that makes the message where it does not.
type GuardValidation struct{ Expression, Message string }

// GuardLabel is the beginning of the labels of a Namespace that name the guards in audit.
const GuardLabel = "guards.tenantsmith.dev/"
