# METADATA
# title: Fresh scan and SBOM evidence
# custom:
#   id: TS-IMG-005
#   severity: medium
#   scope: tenant
#   waivable: true
#   remedy: record the digest, a fresh scan without open findings and the SBOM of the image in spec.services.<name>.evidence
#   objects: [tenant]
#   needs: [now, platform.spec.images.scanAge]
#   controls:
#     direct: [iso:A.8.8, soc2:CC7.1, csf:ID.RA-01]
#     supporting: [nsa:POD-03, nsa:UPG-01, iso:A.5.21, iso:A.8.29, soc2:CC6.8, csf:PR.PS-02, csf:GV.SC-07, gdpr:32.1.d]
package checks.ts_img_005

import data.lib.dates
import data.lib.images

# The image of each service, and the second one of a long test, as [field, service, text].
wanted contains [["spec", "services", name, "image"], service, service.image] if {
	input.ctx.protected
	some name, service in input.ctx.spec.services
}

wanted contains [["spec", "services", name, "release", "image"], service, service.release.image] if {
	input.ctx.protected
	some name, service in input.ctx.spec.services
}

deny contains {"path": [], "field": field, "message": sprintf("image %v %s", [text, fault])} if {
	some [field, service, text] in wanted
	some fault in faults(service, text)
}

# Where one record shows all that is asked for, others may be old.
faults(_, text) := {"has no digest, so that nothing can be known of it"} if not images.digest(text)

faults(service, text) := set() if {
	some record in known(service, text)
	count(open(record)) == 0
} else := {fault | some record in known(service, text); some fault in open(record)} if {
	count(known(service, text)) > 0
} else := {"has no record of its digest in evidence"} if images.digest(text)

known(service, text) := {record |
	some record in service.evidence
	record.digest == images.digest(text)
}

# What a record lacks.
open(record) := (gaps(record) | stale(record)) | unanswered(record)

gaps(record) := {text |
	some [field, text] in [["scan", "was not scanned"], ["sbom", "has no list of its parts"]]
	not record[field]
}

# What the scan compared with has to be as fresh as the scan.
stale(record) := {text |
	some [field, words] in [["date", "last scan"], ["database", "last scan's database"]]
	day := object.get(record.scan, field, "no known day")
	not fresh(day)
	text := sprintf("is not known well enough: its %s is of %s, not within the last %s", [words, day, oldest])
}

oldest := input.ctx.platform.spec.images.scanAge

fresh(day) if {
	age := dates.since(day)
	age >= 0
	age * 24 <= dates.hours(oldest)
}

unanswered(record) := {text |
	some grade in ["critical", "high"]
	number := object.get(record.scan, grade, "an unknown number of")
	number != 0
	text := sprintf("has %v %s findings that nobody has answered for", [number, grade])
}
