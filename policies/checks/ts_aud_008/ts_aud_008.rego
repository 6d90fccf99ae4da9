# METADATA
# title: Contacts for security and privacy
# description: |
#   Who holds sensitive data or a framework, or runs critical services in a protected environment, can be
#   reached about security, the last at any hour; who has personal data, about privacy and breaches as
#   well, which the authority hears of within 72 hours. Owners are named by spec.owners.
# custom:
#   id: TS-AUD-008
#   severity: low
#   scope: tenant
#   waivable: true
#   needs_tenant: true
#   remedy: set spec.contacts.security, spec.contacts.oncall, spec.contacts.privacy and spec.contacts.breach; the platform team can set them for all tenants by platform spec.defaults.spec.contacts
#   objects: [tenant]
#   controls:
#     supporting: [gdpr:33.1, gdpr:33.2, gdpr:37, gdpr:30.1, iso:A.5.24, iso:A.5.2, iso:A.6.8, iso:A.5.26, soc2:CC2.2, soc2:CC7.4, csf:RS.CO-02, csf:RS.MA-01, csf:GV.RR-02]
package checks.ts_aud_008

import data.lib.holdings

deny contains finding(who, sprintf("nobody is named to reach about %s", [why])) if {
	some who, why in wanted
	object.get(input.ctx.spec, ["contacts", who], "") == ""
}

deny contains finding(who, sprintf("%s is a placeholder that reaches nobody", [contact])) if {
	some who, contact in input.ctx.spec.contacts
	regex.match(`(?i)^((no|do-?not)-?reply|todo|tbd|change-?me|nobody|none|null|xxx+|foo|test|user|someone|somebody)@|@(localhost|domain|invalid|test)\b`, contact)
}

wanted["security"] := "security" if holdings.sensitive

wanted["security"] := "security" if holdings.framework

wanted["security"] := "security" if critical

wanted["oncall"] := "incidents, at any hour" if critical

wanted["privacy"] := "data of people" if holdings.personal

wanted["breach"] := "breaches" if holdings.personal

critical if {
	input.ctx.protected
	some service in input.ctx.spec.services
	service.critical == true
}

finding(who, message) := {"path": [], "field": ["spec", "contacts", who], "message": message}
