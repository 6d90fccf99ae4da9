# METADATA
# title: Environments that are kept apart
# description: Finds the environments that the one at hand may share nothing with, which are protected where it is not.
package lib.environments

apart contains environment if {
	some environment in input.ctx.platform.spec.environments
	object.get(environment, "protected", false) != object.get(input.ctx, "protected", false)
}

names := {environment.name | some environment in apart}

# The names by the tenant's namespaces in them, as far as the platform's pattern says.
by_namespace[namespace] := environment.name if {
	some environment in apart
	pattern := object.get(input.ctx.platform.spec, "namespacePattern", "{tenant}-{env}")
	namespace := replace(replace(pattern, "{tenant}", input.ctx.tenant), "{env}", environment.name)
	not namespace in input.ctx.namespaces
}
