# METADATA
# title: Guards that are phased in
# description: What the tenant's file, or the platform team's overrides, say of the parts of its guard rails.
package lib.guards

audited(name) if input.ctx.spec.guards[name] == "audit"

# All that are in audit.
names := {name | some name, mode in input.ctx.spec.guards; mode == "audit"}

# What follows from a guard in audit.
finding(name, what) := {
	"path": [],
	"field": ["spec", "guards", name],
	"message": sprintf("guard %s is in audit until %s: %s", [name, object.get(input.ctx.spec.guards, "until", "an unknown day"), what]),
}
