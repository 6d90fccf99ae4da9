package precommit

// waiver holds from CREATED to EXPIRES, which are the day of the test and one a month later.
const waiver = `apiVersion: tenantsmith.dev/v1alpha1
kind: Waiver
metadata:
  name: sandbox
spec:
  checks: [TS-IMG-002]
  tenant: sandbox
  fields: [spec.services.web.image]
  reason: the image is built by the team and never pushed again under one tag
  requestedBy: ann
  approvedBy: bob
  ticket: OPS-1
  created: CREATED
  expires: EXPIRES
`

const override = `apiVersion: tenantsmith.dev/v1alpha1
kind: Override
metadata: {name: storefront}
spec:
  services: {web: {replicas: 1}}
`

const rule = `# METADATA
# title: No service is called web
# custom:
#   id: house-names
#   severity: high
#   scope: object
#   waivable: true
#   remedy: rename spec.services.<name>
#   objects: [Service]
#   controls:
#     direct: [house:1.1]
package checks.house_names

deny contains finding if {
	input.object.kind == "Service"
	input.object.metadata.name == "web"
	finding := {"path": ["metadata", "name"], "message": "no service is called web"}
}
`

const test = `package checks.house_names_test

import data.checks.house_names

test_web if {
	count(house_names.deny) == 1 with input as {"object": {"kind": "Service", "metadata": {"name": "web"}}}
}
`
