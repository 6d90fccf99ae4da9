# METADATA
# title: Change approved by someone else
# description: |
#   Every change needs the word of an owner who neither wrote nor pushed it, about the very commit that is
#   to be merged; one that touches a protected environment or files of the platform needs as many as
#   platform spec.change.approvals says, and files of the platform the word of the platform team. Programs
#   approve nothing, so that what a program proposes needs a person. An environment that the platform
#   does not know counts as protected, a file outside of its repository as its own.
# custom:
#   id: TS-AUD-004
#   severity: high
#   scope: change
#   waivable: false
#   remedy: have owners other than author and committer approve the newest commit, and name its ticket; only the platform team can change platform spec.change
#   objects: [change]
#   controls:
#     direct: [iso:A.8.32, iso:A.5.3, soc2:CC8.1, csf:ID.RA-07]
#     supporting: [iso:A.8.4, iso:A.5.2, soc2:CC6.3, csf:GV.RR-02, gdpr:32.4]
package checks.ts_aud_004

deny contains finding if {
	count(approvers) < needed
	finding := {
		"path": [],
		"message": sprintf("%d of %d needed owners approved commit %s%s", [
			count(approvers),
			needed,
			substring(input.change.head, 0, 12),
			concat("", [concat("", ["; ", text]) | some text in sort(ignored)]),
		]),
	}
}

deny contains finding if {
	count(guarded_files) > 0
	count({by | some by, all in valid; some a in all; a.platform}) == 0
	finding := {
		"path": [],
		"message": sprintf("nobody of the platform team approved what becomes of its files: %s", [
			concat(", ", sort(guarded_files)),
		]),
	}
}

deny contains finding if {
	pattern := input.ctx.platform.spec.change.ticket
	not regex.match(pattern, ticket)
	finding := {
		"path": [],
		"message": sprintf("the change names %s, and the platform wants a ticket like %s", [named, pattern]),
	}
}

ticket := object.get(input.change, "ticket", "")

named := sprintf("ticket %q", [ticket]) if ticket != ""

named := "no ticket" if ticket == ""

default needed := 1

needed := input.ctx.platform.spec.change.approvals if guarded

guarded if {
	some environment in input.change.environments
	not environment in unguarded
}

guarded if count(guarded_files) > 0

unguarded := {e.name |
	some e in input.ctx.platform.spec.environments
	object.get(e, "protected", false) == false
}

guarded_files := {file | some file in input.change.files; of_platform(file)}

# Who owns what, and what runs before a merge, by the names that forges and their CI look for.
of_platform(file) if {
	file in {
		"tenantsmith.yaml", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab-ci.yml", ".pre-commit-config.yaml", "Jenkinsfile",
		"azure-pipelines.yml", "bitbucket-pipelines.yml",
	}
}

of_platform(file) if {
	some folder in folders
	startswith(file, concat("", [folder, "/"]))
}

of_platform(_) if "." in extensions

folders := {".bitbucket", ".circleci", ".forgejo", ".gitea", ".github", ".gitlab", "waivers", "overrides", "schemas", "policies", ".."} | extensions

extensions := {folder |
	some kind in ["schemas", "policies"]
	some folder in input.ctx.platform.spec.extend[kind]
}

# The approvals that count, by who gave them: accounts of forges know no case.
valid[lower(a.by)] contains a if {
	some a in input.change.approvals
	a.commit == input.change.head
	a.bot == false
	by := lower(a.by)
	not by in writers
}

writers := {lower(input.change.author), lower(input.change.committer)}

approvers := {by | some by, all in valid; some a in all; owns(a)}

owns(a) if a.owner

owns(a) if a.platform

# Why the others do not count.
ignored contains sprintf("%s approved commit %s", [a.by, substring(a.commit, 0, 12)]) if {
	some a in input.change.approvals
	a.commit != input.change.head
}

ignored contains sprintf("%s wrote it", [a.by]) if {
	some a in input.change.approvals
	lower(a.by) in writers
}

ignored contains sprintf("%s is a program", [a.by]) if {
	some a in input.change.approvals
	a.bot
}

ignored contains sprintf("%s does not own all that it touches", [a.by]) if {
	some a in input.change.approvals
	not owns(a)
}
