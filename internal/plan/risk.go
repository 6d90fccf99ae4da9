package plan

import (
	"cmp"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// A rule says what one object's change puts at risk. Rules see every pair, and pass over those of other kinds.
type rule func(*comparison, *pair)

// always are asked of every change; standing only where the environment is there before and after: in one that comes
// nothing was closed before, in one that goes nothing is left to guard.
var (
	always   = []rule{immutable, restart, lostClaim, lostSet, lostDatabase, lostNamespace, lostBackup, lostVolume, shrunkQuota}
	standing = []rule{
		widerRole, widerBinding, widerToken, widerProject, exposedService, grantedReference, weakerMesh, weakerNamespace, weakerPod,
		removedObject, weakerQuota, weakerLimits, weakerBudget, weakerAdmission, weakerStrategy, weakerAnalysis, weakerProbes, foreignPolicy,
		otherAccount, projectRoles, otherScope, plainText, weakerIngress, otherGateway, foreignBackend, otherTarget, publicBalancer, lostCertificate, lostRedirect,
		writtenTarget, otherSecret, raisedLimits, unkept, olderPodSecurity, stopped, weakerDatabase, meddler, weakerSteps, staticVolume, phased,
	}
)

// judge asks every rule what the changes put at risk.
func (c *comparison) judge() {
	for i := range c.pairs {
		p := &c.pairs[i]
		for _, r := range always {
			r(c, p)
		}
		if c.stands(p) {
			for _, r := range standing {
				r(c, p)
			}
		}
	}
	if c.Old != nil && c.New != nil {
		c.openedNetwork()
		c.openedHosts()
		c.closedHosts()
		c.closedCalls()
		c.weakerFirewall()
		c.unfollowed()
		c.openedRoutes()
	}
	sortRisks(c.risks)
}

// stands reports whether an object can weaken something that is there before and after: the environment, or what lies
// outside of it.
func (c *comparison) stands(p *pair) bool {
	switch {
	case c.Old != nil && c.New != nil:
		return true
	case c.Old == nil && c.New != nil:
		return p.key.Namespace != c.New.Namespace && p.kind != "Namespace"
	}
	return false
}

// risk notes something about a field of an object; nil is the whole object.
func (c *comparison) risk(class Class, s manifest.Severity, p *pair, path manifest.Path, message, remedy string) {
	r := Risk{Class: class, Severity: s, Place: c.Place, Object: p.key, Path: path, Message: message, Remedy: remedy, Places: 1}
	r.Cause = c.cause(p.object().Subject)
	c.risks = append(c.risks, r)
}

// cause is the line that a person mends: that of the only field that changed, of the whole environment or of what asked
// for the object.
func (c *comparison) cause(subject string) manifest.Position {
	if len(c.Causes) == 1 {
		return c.Causes[0].Position
	}
	var of []Cause
	for _, cause := range c.Causes {
		if subject != "" && (cause.Field == subject || strings.HasPrefix(cause.Field, subject+".") || strings.HasPrefix(cause.Field, subject+"[")) {
			of = append(of, cause)
		}
	}
	if len(of) != 1 {
		return manifest.Position{}
	}
	return of[0].Position
}

// Weakens reports whether the risk gives anybody more than before, or takes away what holds them back from others. A
// guard of low severity, such as a quota that is higher, holds nobody back from anything but too much of it.
func (r Risk) Weakens() bool {
	switch r.Class {
	case WiderRole, OpenedPath:
		return true
	case RemovedGuard:
		return r.Severity.AtLeast(manifest.Medium)
	}
	return false
}

// graver returns the second where the environment is protected.
func (c *comparison) graver(open, protected manifest.Severity) manifest.Severity {
	if c.Protected {
		return protected
	}
	return open
}

// trees returns the object before and after; a missing one reads as empty.
func (p *pair) trees() (old, new map[string]any) {
	if p.old != nil {
		old = p.old.Tree
	}
	if p.new != nil {
		new = p.new.Tree
	}
	return old, new
}

// touched reports whether a field under a path changes.
func (p *pair) touched(path manifest.Path) bool {
	return slices.ContainsFunc(p.fields, func(f field) bool { return overlap(f.Path, path) })
}

func sortRisks(risks []Risk) {
	slices.SortStableFunc(risks, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(gravity(b.Severity), gravity(a.Severity)), cmp.Compare(a.Class, b.Class),
			compareKeys(a.Object, b.Object), cmp.Compare(a.Path.String(), b.Path.String()), cmp.Compare(a.Message, b.Message))
	})
}
