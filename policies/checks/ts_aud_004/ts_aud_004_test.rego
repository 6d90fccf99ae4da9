package checks.ts_aud_004_test

import data.checks.ts_aud_004

head := "1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b"

old := "00000000000000000000000000000000000000aa"

platform := {
	"environments": [{"name": "development"}, {"name": "staging", "protected": false}, {"name": "production", "protected": true}],
	"change": {"approvals": 2, "ticket": "^OPS-[0-9]+$"},
	"extend": {"schemas": ["house/schemas"], "policies": []},
}

approval(by) := {"by": by, "commit": head, "owner": true, "platform": false, "bot": false}

with_facts(by, facts) := object.union(approval(by), facts)

change := {
	"author": "ada",
	"committer": "ben",
	"head": head,
	"ticket": "OPS-1",
	"approvals": [approval("grace")],
	"files": ["tenants/acme.yaml", "manifests/tenants/acme/workload/base/service-web.yaml"],
	"environments": ["development"],
}

of(facts) := {"change": object.union(change, facts), "ctx": {"platform": {"spec": platform}}}

production(approvals) := of({"environments": ["development", "production"], "approvals": approvals})

said(given) := {f.message | some f in ts_aud_004.deny with input as given}

test_violates_without_approval if {
	said(of({"approvals": []})) == {"0 of 1 needed owners approved commit 1a2b3c4d5e6f"}
}

test_violates_own_approval if {
	every by in ["ada", "Ada", "ben", "BEN"] {
		said(of({"approvals": [approval(by)]})) == {sprintf("0 of 1 needed owners approved commit 1a2b3c4d5e6f; %s wrote it", [by])}
	}
}

test_violates_approval_of_another_commit if {
	said(of({"approvals": [with_facts("grace", {"commit": old})]})) == {"0 of 1 needed owners approved commit 1a2b3c4d5e6f; grace approved commit 000000000000"}
}

test_violates_approval_by_a_program if {
	said(of({"approvals": [with_facts("merge-bot", {"bot": true})]})) == {"0 of 1 needed owners approved commit 1a2b3c4d5e6f; merge-bot is a program"}
}

test_violates_approval_by_no_owner if {
	said(of({"approvals": [with_facts("kim", {"owner": false})]})) == {"0 of 1 needed owners approved commit 1a2b3c4d5e6f; kim does not own all that it touches"}
}

test_violates_too_few_in_production if {
	count(said(production([approval("grace")]))) == 1
	count(said(production([approval("grace"), approval("Grace")]))) == 1
	count(said(production([approval("grace"), approval("ada"), with_facts("kim", {"commit": old})]))) == 1
}

test_violates_in_an_environment_that_nobody_knows if {
	count(said(of({"environments": ["prod"]}))) == 1
}

files_of_the_platform := [
	"tenantsmith.yaml",
	"waivers/acme.yaml",
	"overrides/acme/production.yaml",
	".github/workflows/check.yaml",
	"CODEOWNERS",
	".circleci/config.yml",
	"azure-pipelines.yml",
	"house/schemas/acme.cue",
	"policies/house/a.rego",
	"../.github/workflows/check.yaml",
]

test_violates_files_of_the_platform_without_its_team if {
	every file in files_of_the_platform {
		said(of({"files": [file], "approvals": [approval("grace"), approval("kim")]})) == {sprintf("nobody of the platform team approved what becomes of its files: %s", [file])}
	}
}

test_violates_files_of_the_platform_with_one_approval if {
	said(of({"files": ["waivers/acme.yaml"], "approvals": [with_facts("root", {"platform": true})]})) == {"1 of 2 needed owners approved commit 1a2b3c4d5e6f"}
}

test_violates_extensions_everywhere if {
	everywhere := {"change": change, "ctx": {"platform": {"spec": object.union(platform, {"extend": {"policies": ["."]}})}}}
	count(said(everywhere)) == 2
}

test_violates_ticket if {
	said(of({"ticket": "soon"})) == {`the change names ticket "soon", and the platform wants a ticket like ^OPS-[0-9]+$`}
	said(of({"ticket": ""})) == {"the change names no ticket, and the platform wants a ticket like ^OPS-[0-9]+$"}
}

# The one who pushed it has approved with another's account, and a platform that says nothing.
test_violates_without_a_platform if {
	count(said({"change": object.union(change, {"approvals": [approval("ben")]}), "ctx": {"platform": {}}})) == 1
}

test_passes_one_owner_outside_of_production if {
	said(of({})) == set()
	said(of({"environments": []})) == set()
	said(of({"environments": ["staging"], "approvals": [with_facts("root", {"owner": false, "platform": true})]})) == set()
}

test_passes_two_owners_in_production if {
	said(production([approval("grace"), approval("kim"), approval("ada")])) == set()
}

test_passes_files_of_the_platform_with_its_team if {
	said(of({"files": files_of_the_platform, "approvals": [approval("grace"), with_facts("root", {"platform": true})]})) == set()
}

test_passes_without_a_form_of_tickets if {
	said({"change": object.union(change, {"ticket": ""}), "ctx": {"platform": {"spec": object.remove(platform, ["change"])}}}) == set()
}
