# METADATA
# title: Stages of a tenant's life
# description: Tells whether anything of the tenant is meant to run.
package lib.stages

asleep if input.ctx.spec.lifecycle in {"suspended", "offboarding"}
