package checks.ts_data_006_test

import data.checks.ts_data_006
import data.lib.samples_test as samples

complete := {"compliance": {"dataClassification": "personal", "retention": "30d", "purge": {"reference": "WIKI-1"}}}

told(spec) := {[concat(".", f.field), f.message] | some f in ts_data_006.deny with input as samples.within(samples.set([]), {"spec": spec})}

said(o) := {f.message | some f in ts_data_006.deny with input as samples.within(samples.of(o), {"spec": complete})}

schedule(template) := {"apiVersion": "velero.io/v1", "kind": "Schedule", "spec": {"template": template}}

database(backup) := {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": {"backup": backup}}

store(spec) := {"apiVersion": "barmancloud.cnpg.io/v1", "kind": "ObjectStore", "spec": spec}

job(spec) := {"apiVersion": "batch/v1", "kind": "Job", "spec": spec}

test_violates_without_retention if {
	told({"compliance": {"dataClassification": "personal", "purge": {"reference": "WIKI-1"}}}) == {["spec.compliance.retention", "personal data is kept without end"]}
}

test_violates_without_purge if {
	every purge in [{}, {"reference": ""}] {
		told({"compliance": {"dataClassification": "personal", "retention": "30d", "purge": purge}}) == {["spec.compliance.purge", "nothing erases personal data when its time is over"]}
	}
}

test_violates_purge_by_nobody if {
	every services in [{}, {"sweep": {"kind": "job"}}] {
		spec := object.union(complete, {"services": services, "compliance": {"purge": {"service": "sweep"}}})
		told(spec) == {["spec.compliance.purge.service", "data is erased by service \"sweep\", which is none of the tenant's or runs only once"]}
	}
}

test_violates_backups_that_stay_longer if {
	spec := object.union(complete, {"backup": {"retention": "90d"}, "databases": {"main": {"backup": {"retention": "721h"}}}})
	told(spec) == {
		["spec.backup.retention", "backup is kept for 90d, and data only for 30d"],
		["spec.databases.main.backup.retention", "backup is kept for 721h, and data only for 30d"],
	}
}

test_violates_objects_that_stay_longer if {
	said(schedule({"ttl": "8760h0m0s"})) == {"backup is kept for 8760h0m0s, and data only for 30d"}
	said({"apiVersion": "velero.io/v1", "kind": "Backup", "spec": {"ttl": "720h1m"}}) == {"backup is kept for 720h1m, and data only for 30d"}
	short := samples.within(samples.of(schedule({})), {"spec": {"compliance": {"retention": "7d"}}})
	{f.message | some f in ts_data_006.deny with input as short} == {"backup is kept for 720h, and data only for 7d"}
}

test_violates_archives if {
	said(database({"retentionPolicy": "2m"})) == {"archive of the database is kept for 2m, and data only for 30d"}
	said(database({"barmanObjectStore": {}})) == {"archive of the database is kept without end, and data only for 30d"}
	said(store({"retentionPolicy": "5w"})) == {"archive of the database is kept for 5w, and data only for 30d"}
	said({"apiVersion": "barmancloud.cnpg.io/v1", "kind": "ObjectStore"}) == {"archive of the database is kept without end, and data only for 30d"}
}

test_violates_job_that_stays if {
	every spec in [{}, {"ttlSecondsAfterFinished": "60"}] {
		said(job(spec)) == {"job stays for ever when it has ended"}
	}
	count(ts_data_006.deny) == 1 with input as samples.of(job({"template": {}}))
}

# A Job that is rendered for a service.
of_service(service) := object.union(job({}), {"metadata": {"labels": {"app.kubernetes.io/managed-by": "tenantsmith", "app.kubernetes.io/name": service}}})

test_jobs_of_a_version_stay if {
	services := {"load": {"kind": "job"}, "web": {"init": [{"name": "wait"}, {"name": "migrate", "once": true}]}, "api": {"init": [{"name": "wait"}]}}
	every service, n in {"load": 0, "web": 0, "api": 1, "other": 1} {
		found := ts_data_006.deny with input as samples.within(samples.of(of_service(service)), {"spec": {"services": services}})
		count(found) == n
	}
}

test_passes_complete if {
	told(complete) == set()
	told(object.union(complete, {"services": {"sweep": {"kind": "cronjob"}}, "compliance": {"purge": {"service": "sweep"}}})) == set()
	told(object.union(complete, {"backup": {"retention": "30d"}, "databases": {"main": {}}})) == set()
}

test_passes_other_data if {
	told({"compliance": {"dataClassification": "internal"}, "backup": {"retention": "9000d"}}) == set()
	count(ts_data_006.deny) == 0 with input as samples.of(schedule({"ttl": "8760h"}))
	count(ts_data_006.deny) == 0 with input as samples.of(database({}))
}

test_passes_objects_in_time if {
	every o in [
		schedule({}), schedule({"ttl": "720h0m0s"}), database({"retentionPolicy": "30d"}), store({"retentionPolicy": "4w"}), job({"ttlSecondsAfterFinished": 0}),
		{"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": {}},
		{"apiVersion": "batch/v1", "kind": "CronJob", "spec": {"jobTemplate": {"spec": {}}}},
	] {
		said(o) == set()
	}
}
