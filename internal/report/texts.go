package report

import (
	_ "embed"
	"encoding/json"
	"strconv"
	"strings"
	"sync"
)

// texts are the sentences that stand in reports whatever was found. They are kept in texts/en.json,
// so that another language is another file; what checks say of their findings comes with the checks.
type texts struct {
	Label  labelTexts
	Object struct{ Waived, AlsoIn phrase }
	Counts struct {
		Tenants, Environments, Objects, Checks, Problems, Below, Warnings, Waived, Unchanged counted
		Theirs, Nobodys, Skipped, Clean, NothingNew, Sentence                                phrase
	}
	Unexamined struct {
		One, More              phrase
		Things, Checks, Mostly counted
	}
	Proof struct {
		Tenant, Environment, Resource, Steady, Entitled, Peak, Quota phrase
		Workload, Pods, CPU, Memory, Why                             phrase
		Fits, Short                                                  phrase
	}
	Isolation struct {
		Channel, Verdict, Why                                  phrase
		Proven, Broken, NotProven, ProvenAll                   phrase
		Example, Field, Unstopped, Agreed, Doubt, Cut, Missing phrase
		Pairs, Alike, Counterexamples, Doubts                  counted
		ProvenBut, Sentence                                    counted
	}
	Annotation struct{ More counted }
	Title      struct{ Schema, Output, Policy phrase }
	Sarif      struct {
		Workspace, Rendered, Schemas, RenderedObject, Rule phrase
		LeftOut                                            counted
	}
	Catalogue struct {
		Check, Severity, Waivable, Guarded, Title, Yes, No       phrase
		Page, Entry, CanBeWaived, CannotBeWaived, Brought, Needs phrase
		AtAdmission                                              phrase
		Mend, Direct, Supporting                                 phrase
	}
	Mutation struct {
		Check, Caught, Verdict, Reason, Proven, Missed, Vacuous phrase
		At, Alone, NotApplied, None                             phrase
		Mutations, ProvenCount, MissedCount, VacuousCount       counted
	}
	JUnit struct {
		Platform, Manifests phrase
		More                counted
	}
	Status, Meaning struct {
		Fail, NotAttested, AcceptedRisk, Attested, EvidenceFound, Pass phrase
	}
	Result     struct{ Failed, Waived, NotAsked, NothingThere, Held, Change, Needs, NotAskedIn, Check phrase }
	Compliance complianceTexts
	Audit      auditTexts
	Plan       planTexts
	Risk       struct{ ImmutableField, DataLoss, WiderRole, OpenedPath, ClosedPath, RemovedGuard, PodRestart, QuotaShrink phrase }
	Cost       struct{ Compute, Memory, Storage, Databases, LoadBalancers phrase }
	Explain    struct{ Kind, Field, Type, Choices, Form, Default, InTier, At, Required, Fields phrase }
	Why        whyTexts
	OSCAL      struct {
		Title, Description, Plan, PlanTitle, Tool, Environment, Object, Checked, Finding, Deviation, Input phrase
	}
}

// labelTexts stand before what belongs to a finding.
type labelTexts struct{ Object, Rule, Fix, Controls, Waiver, Assumes, Warning phrase }

// complianceTexts are those of the compliance report for people.
type complianceTexts struct {
	Headline, Lead, None, Name, Count, Bar, Person, All                                                phrase
	Platform, Day, Tool, Version, Schemas, Policies                                                    phrase
	Skip, Contents, Summary, Legend, Details, Matrix, ByTenant                                         phrase
	Framework, Tenants, Tenant, Environments                                                           phrase
	Control, Controls, Status, Checks, Title, Failing                                                  phrase
	Fails, Accepted, Findings, NotShown                                                                phrase
	Waiver, Waivers, Ticket, Expires, Reason, ApprovedBy                                               phrase
	Attestations, By, Statement, Evidence, From, Until                                                 phrase
	State, Holds, Expired, Future, Unknown, Invalid, Unasked                                           phrase
	Check, Result, Objects, Part, Direct, Indirect, NoCheck                                            phrase
	File, Where, Digest, Inputs, InputsLead, Unexamined, HeldTenant, Everything                        phrase
	Counted, ControlsOf, ChecksOf, TenantsOf, WaiversUsed, NoWaivers, AttestationsLead, NoAttestations phrase
}

// whyTexts are those of where a value comes from.
type whyTexts struct {
	Object, ObjectField, Origin, From, There, AskedFor, Patched, Note            phrase
	More, Several, Fields, Items                                                 counted
	Patch, Resource, Constant, Unknown, Default, Tier, Platform, Override, Other phrase
	ByName, With, Of, NotSet, Nobody, Bound                                      phrase
}

// planTexts are those of what a change does.
type planTexts struct {
	TenantsChange, OfThemAdded, OfThemRemoved, TenantsCome, TenantsGo, HeldBack, Refused, LosesData, Recreates, Weakens, NewFindings counted
	OwnChanges                                                                                                                       counted
	Nothing, NoRestarts                                                                                                              phrase
	OtherRestarts, ProtectedRestarts, Elsewhere                                                                                      counted
	Compared                                                                                                                         phrase
	Same                                                                                                                             counted
	More, Lines, MoreLines, MoreObjects, MoreFields, MoreCauses, MoreRisks, MoreRows, MoreAmounts                                    counted
	Everywhere, Partly, OneEnvironment                                                                                               counted
	OneTenant, NoCause, Shown, Varies                                                                                                phrase
	Recreate, Restarts, Hidden, HiddenChanged, HiddenSame, CauseAdded, CauseRemoved, None                                            phrase
	Risk, Fix, At                                                                                                                    phrase
	RiskPlaces                                                                                                                       counted
	Cost, CostIs, CostSame, Asked, Tier, Loses, Comes, Goes                                                                          phrase
	HeldTenants, Stays                                                                                                               phrase
	Tenants, Tenant, Environment, Objects, Restarted, Found, Costs, Quota, Tiers                                                     phrase
	Findings, FindingsAre, FindingsWaived, NewOnes, Fixed, Skipped, NotCompared, Digest                                              phrase
	Title, Part, Groups, Changes, Risks                                                                                              phrase
	ObjectsIn, LeftOut, PartsLeftOut                                                                                                 counted
	Full, Run                                                                                                                        phrase
}

//go:embed texts/en.json
var english []byte

// words are the texts in the language of the reader, which is English.
var words = sync.OnceValue(func() texts {
	var t texts
	if err := json.Unmarshal(english, &t); err != nil {
		panic(err) // TestTexts reads the same file
	}
	return t
})

// phrase is a text with places for values: {name}.
type phrase string

// with puts values into their places; names and values take turns.
func (p phrase) with(values ...string) string {
	pairs := make([]string, len(values))
	for i := 0; i+1 < len(values); i += 2 {
		pairs[i], pairs[i+1] = "{"+values[i]+"}", values[i+1]
	}
	return strings.NewReplacer(pairs...).Replace(string(p))
}

// counted is a text about a number, {n}, in the forms that the language has for numbers.
type counted struct{ One, Other phrase }

func (c counted) of(n int, values ...string) string {
	form := c.Other
	if n == 1 {
		form = c.One
	}
	return form.with(append([]string{"n", strconv.Itoa(n)}, values...)...)
}
